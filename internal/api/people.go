package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

type PersonShape struct {
	Name         string         `json:"name"`
	Email        string         `json:"email,omitempty"`
	Organisation string         `json:"organisation,omitempty"`
	Roles        []account.Role `json:"roles" enum:"experimenter,mentor,provider,operator,administrator"`
	Testbeds     []string       `json:"testbeds,omitempty" doc:"testbeds of a provider"`
	Disabled     bool           `json:"disabled,omitempty"`
}

func (p PersonShape) person(username string) account.Person {
	return account.Person{Username: username, Name: p.Name, Email: p.Email, Organisation: p.Organisation, Roles: p.Roles, Testbeds: p.Testbeds, Disabled: p.Disabled}
}

func (a *api) peopleRoutes() {
	add(a, operation{id: "list-users", method: "GET", path: "/users", tag: "people", summary: "List the users by username"},
		func(ctx context.Context, actor account.Actor, in *Paged) (*list[account.Person], error) {
			page, err := a.auth.People(ctx, actor, in.Cursor, in.Limit)
			return part(page, "/users", in.query(url.Values{})), err
		})
	type Somebody struct {
		User string `path:"user" maxLength:"64"`
	}
	add(a, operation{id: "get-user", method: "GET", path: "/users/{user}", tag: "people", summary: "Show a user", more: "Administrators see all users, others only themselves."},
		func(ctx context.Context, actor account.Actor, in *Somebody) (*tagged[account.Person], error) {
			p, err := a.auth.Person(ctx, actor, in.User)
			return &tagged[account.Person]{etag(p.Revision), p}, err
		})
	add(a, operation{id: "get-me", method: "GET", path: "/me", tag: "people", summary: "Show your own account"},
		func(ctx context.Context, actor account.Actor, _ *struct{}) (*tagged[account.Person], error) {
			p, err := a.auth.Person(ctx, actor, actor.Username)
			return &tagged[account.Person]{etag(p.Revision), p}, err
		})
	type choice struct {
		Body struct {
			Muted []account.Topic `json:"muted" enum:"requests,feedback,mentions,reminders,invitations,digest" doc:"topics you do not want mail about; an empty list mutes nothing"`
			Quiet []account.Topic `json:"quiet,omitempty" enum:"requests,feedback,mentions,reminders" doc:"topics that the pages do not announce to you; an empty list announces all, without it your choice stays"`
		}
	}
	add(a, operation{id: "set-mail", method: "PUT", path: "/me/mail", tag: "people", summary: "Choose which mail you receive, and what the pages announce to you"},
		func(ctx context.Context, actor account.Actor, in *choice) (*tagged[account.Person], error) {
			p, err := a.auth.Mute(ctx, actor, in.Body.Muted, in.Body.Quiet)
			return &tagged[account.Person]{etag(p.Revision), p}, err
		})
	type creation struct {
		Body struct {
			Username string `json:"username"`
			Password string `json:"password,omitempty" doc:"without a password the user signs in with tokens only"`
			PersonShape
		}
	}
	add(a, operation{id: "create-user", method: "POST", path: "/users", tag: "people", status: http.StatusCreated, summary: "Add a user"},
		func(ctx context.Context, actor account.Actor, in *creation) (*created[account.Person], error) {
			p := in.Body.person(in.Body.Username)
			if in.Body.Password != "" {
				var err error
				if p.Password, err = a.auth.HashPassword(in.Body.Password); err != nil {
					return nil, err
				}
			}
			p, err := a.auth.PutPerson(ctx, actor, p)
			return &created[account.Person]{prefix + "/users/" + p.Username, etag(p.Revision), p}, err
		})
	type personChange struct {
		Somebody
		Revised
		Body struct {
			PersonShape
			All bool `json:"revoke_tokens,omitempty" doc:"also revoke all tokens, app passwords and feeds of the user"`
		}
	}
	add(a, operation{id: "edit-user", method: "PUT", path: "/users/{user}", tag: "people", summary: "Change a user",
		more: "A user who is disabled, or loses a role or a testbed, is signed out everywhere."},
		func(ctx context.Context, actor account.Actor, in *personChange) (*tagged[account.Person], error) {
			revision, err := in.revision()
			if err != nil {
				return nil, err
			}
			before, err := a.auth.Person(ctx, actor, in.User)
			if err != nil {
				return nil, err
			}
			p := in.Body.person(in.User)
			p.Revision = before.Revision
			if revision != 0 {
				p.Revision = revision
			}
			if p, err = a.auth.PutPerson(ctx, actor, p); err == nil && in.Body.All {
				_, err = a.auth.RevokeAll(ctx, actor, p.Username)
			}
			return &tagged[account.Person]{etag(p.Revision), p}, err
		})
	type password struct {
		Somebody
		Body struct {
			Old string `json:"old_password,omitempty" doc:"current password, needed to change your own"`
			New string `json:"password"`
			All bool   `json:"revoke_tokens,omitempty" doc:"also revoke all tokens, app passwords and feeds; other sessions end in any case"`
		}
	}
	add(a, operation{id: "set-password", method: "PUT", path: "/users/{user}/password", tag: "people", status: http.StatusNoContent, summary: "Change a password",
		more: "To change your own, give the current password. All other sessions of the user end."},
		func(ctx context.Context, actor account.Actor, in *password) (*struct{}, error) {
			return nil, a.auth.SetPassword(ctx, actor, in.User, in.Body.Old, in.Body.New, in.Body.All)
		})
}

func (a *api) tokenRoutes() {
	type Owned struct {
		Owner string `query:"owner" maxLength:"64" doc:"default: yourself"`
	}
	of := func(actor account.Actor, name string) string {
		if name == "" {
			return actor.Username
		}
		return name
	}
	add(a, operation{id: "list-tokens", method: "GET", path: "/tokens", tag: "people", summary: "List tokens, without their secrets"},
		func(ctx context.Context, actor account.Actor, in *Owned) (*body[scheduler.Page[account.Token]], error) {
			found, err := a.auth.List(ctx, actor, of(actor, in.Owner))
			return answer(items(found)), err
		})
	type creation struct {
		Body struct {
			Owner   string          `json:"owner,omitempty" doc:"default: yourself"`
			Name    string          `json:"name" doc:"purpose of the token"`
			Scopes  []account.Scope `json:"scopes" enum:"read,write,admin,password,calendar,calendar:move" doc:"password lets an administrator's program set passwords; calendar and calendar:move make an app password for calendar clients"`
			Expires *time.Time      `json:"expires,omitempty"`
		}
	}
	type secret struct {
		Secret string        `json:"secret" doc:"shown only once"`
		Token  account.Token `json:"token"`
	}
	add(a, operation{id: "create-token", method: "POST", path: "/tokens", tag: "people", status: http.StatusCreated, summary: "Create a token"},
		func(ctx context.Context, actor account.Actor, in *creation) (*body[secret], error) {
			s, t, err := a.auth.Create(ctx, actor, of(actor, in.Body.Owner), in.Body.Name, in.Body.Scopes, in.Body.Expires)
			return answer(secret{s, t}), err
		})
	type removal struct {
		Owned
		Token string `path:"token" maxLength:"64"`
	}
	add(a, operation{id: "revoke-token", method: "DELETE", path: "/tokens/{token}", tag: "people", summary: "Revoke a token"},
		func(ctx context.Context, actor account.Actor, in *removal) (*body[account.Token], error) {
			t, err := a.auth.Revoke(ctx, actor, of(actor, in.Owner), in.Token)
			return answer(t), err
		})
}
