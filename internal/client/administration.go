package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// Administration does at a server what administrators do: with people, their tokens, the facility and the catalogue. The server knows by the token who
// asks; the actors that are passed do not count. The password of a person is the password itself: the server hashes it.
type Administration struct{ *Client }

func tag(revision int64) string {
	if revision == 0 {
		return ""
	}
	return `"` + strconv.FormatInt(revision, 10) + `"`
}

// revision reads the number in an ETag; 0 where there is none.
func revision(tag string) int64 {
	n, _ := strconv.ParseInt(strings.Trim(tag, `"`), 10, 64)
	return n
}

func (c Administration) People(ctx context.Context, _ account.Actor, cursor string, limit int) (scheduler.Page[account.Person], error) {
	q := url.Values{"limit": {strconv.Itoa(limit)}}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	a, err := ask[scheduler.Page[account.Person]](ctx, c.Client, call{method: http.MethodGet, path: "/users", query: q})
	return a.Value, err
}

func user(username string) string { return "/users/" + url.PathEscape(username) }

func (c Administration) Person(ctx context.Context, _ account.Actor, username string) (account.Person, error) {
	a, err := ask[account.Person](ctx, c.Client, call{method: http.MethodGet, path: user(username)})
	a.Value.Revision = revision(a.Revision)
	return a.Value, err
}

// PutPerson adds a person without a revision; it changes one with the revision that was seen.
func (c Administration) PutPerson(ctx context.Context, _ account.Actor, p account.Person) (account.Person, error) {
	body := map[string]any{"name": p.Name, "email": p.Email, "organisation": p.Organisation, "roles": p.Roles, "testbeds": p.Testbeds, "disabled": p.Disabled}
	q := call{method: http.MethodPut, path: user(p.Username), body: body, revision: tag(p.Revision)}
	if p.Revision == 0 {
		q.method, q.path = http.MethodPost, "/users"
		body["username"], body["password"] = p.Username, p.Password
	}
	a, err := ask[account.Person](ctx, c.Client, q)
	return a.Value, err
}

// SetPassword sets the password of somebody else. It needs a token with the scope password.
func (c Administration) SetPassword(ctx context.Context, username, password string) error {
	_, err := ask[struct{}](ctx, c.Client, call{method: http.MethodPut, path: user(username) + "/password", body: map[string]any{"password": password}})
	return err
}

func (c Administration) Create(ctx context.Context, _ account.Actor, owner, name string, scopes []account.Scope, expires *time.Time) (string, account.Token, error) {
	body := map[string]any{"owner": owner, "name": name, "scopes": scopes}
	if expires != nil {
		body["expires"] = expires
	}
	a, err := ask[Secret](ctx, c.Client, call{method: http.MethodPost, path: "/tokens", body: body})
	return a.Value.Secret, a.Value.Token, err
}

func (c Administration) List(ctx context.Context, _ account.Actor, owner string) ([]account.Token, error) {
	a, err := ask[scheduler.Page[account.Token]](ctx, c.Client, call{method: http.MethodGet, path: "/tokens", query: url.Values{"owner": {owner}}})
	return a.Value.Items, err
}

func (c Administration) Revoke(ctx context.Context, _ account.Actor, owner, id string) (account.Token, error) {
	a, err := ask[account.Token](ctx, c.Client, call{method: http.MethodDelete, path: "/tokens/" + url.PathEscape(id), query: url.Values{"owner": {owner}}})
	return a.Value, err
}

func (c Administration) Facility(ctx context.Context, _ account.Actor) (testbeds.Facility, int64, error) {
	a, err := ask[testbeds.Facility](ctx, c.Client, call{method: http.MethodGet, path: "/facility"})
	return a.Value, revision(a.Revision), err
}

func (c Administration) Catalogue(ctx context.Context, _ account.Actor) (testbeds.Catalogue, int64, error) {
	a, err := ask[testbeds.Catalogue](ctx, c.Client, call{method: http.MethodGet, path: "/catalogue"})
	return a.Value, revision(a.Revision), err
}

func (c Administration) PutFacility(ctx context.Context, _ account.Actor, f testbeds.Facility, o scheduler.ChangeOptions) (scheduler.FacilityChange, error) {
	return c.put(ctx, "/facility", f, o)
}

func (c Administration) PutCatalogue(ctx context.Context, _ account.Actor, x testbeds.Catalogue, o scheduler.ChangeOptions) (scheduler.FacilityChange, error) {
	return c.put(ctx, "/catalogue", x, o)
}

func (c Administration) put(ctx context.Context, path string, what any, o scheduler.ChangeOptions) (scheduler.FacilityChange, error) {
	a, err := ask[scheduler.FacilityChange](ctx, c.Client, call{method: http.MethodPut, path: path, query: changeQuery(o), body: what, revision: tag(o.Revision)})
	return a.Value, err
}
