package bugzilla

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bug holds the fields that Berth reads of a bug.
type Bug struct {
	ID          int64     `json:"id"`
	Alias       names     `json:"alias"`
	Product     string    `json:"product"`
	Component   string    `json:"component"`
	Summary     string    `json:"summary"`
	Status      string    `json:"status"`
	Resolution  string    `json:"resolution"`
	Open        bool      `json:"is_open"`
	DuplicateOf int64     `json:"dupe_of"`
	Creator     string    `json:"creator"`
	Assignee    string    `json:"assigned_to"`
	CC          []string  `json:"cc"`
	URL         string    `json:"url"`
	Whiteboard  string    `json:"whiteboard"`
	Deadline    string    `json:"deadline"`       // a day, or empty
	Estimated   *float64  `json:"estimated_time"` // only where the account may track time
	Changed     time.Time `json:"last_change_time"`
}

// Timed reports whether the account may track time: only then may it set deadlines.
func (b Bug) Timed() bool { return b.Estimated != nil }

// fields lists the fields of Bug for the server.
const fields = "id,alias,product,component,summary,status,resolution,is_open,dupe_of,creator,assigned_to,cc,url,whiteboard,deadline,estimated_time,last_change_time"

// names is a list that some servers write as one string, or as null.
type names []string

func (n *names) UnmarshalJSON(b []byte) error {
	var list []string
	if err := json.Unmarshal(b, &list); err == nil {
		*n = list
		return nil
	}
	var one *string
	if err := json.Unmarshal(b, &one); err != nil {
		return err
	}
	*n = nil
	if one != nil && *one != "" {
		*n = names{*one}
	}
	return nil
}

// Has reports whether the bug has an alias; servers ignore case.
func (n names) Has(alias string) bool {
	for _, x := range n {
		if strings.EqualFold(x, alias) {
			return true
		}
	}
	return false
}

// ParseID reads the number of a bug. Other texts name no bug.
func ParseID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, &Error{Doing: "reading bug " + text, Code: codeNoBug, Message: "this is not the number of a bug", Answered: true}
	}
	return id, nil
}

// Bug reads a bug by its number.
func (c *Client) Bug(ctx context.Context, id int64) (Bug, error) {
	return c.bug(ctx, strconv.FormatInt(id, 10))
}

func (c *Client) bug(ctx context.Context, name string) (Bug, error) {
	var list []Bug
	err := c.get(ctx, "reading bug "+name, "bug/"+url.PathEscape(name), url.Values{"include_fields": {fields}}, "bugs", &list)
	if err == nil && len(list) != 1 {
		err = &Error{Doing: "reading bug " + name, Status: http.StatusOK, Message: fmt.Sprintf("%d bugs in the answer", len(list))}
	}
	if err != nil {
		return Bug{}, err
	}
	return list[0], nil
}

// ByAlias finds the bug of an alias; found is false if there is none that the account may see.
func (c *Client) ByAlias(ctx context.Context, alias string) (b Bug, found bool, err error) {
	var list []Bug
	if err := c.get(ctx, "looking for the alias "+alias, "bug", url.Values{"alias": {alias}, "include_fields": {fields}}, "bugs", &list); err != nil {
		return b, false, err
	}
	for _, x := range list {
		if x.Alias.Has(alias) { // a server that did not understand the parameter returns every bug
			return x, true, nil
		}
	}
	return b, false, nil
}

// AnyBug reads any one bug of a product; found is false if there is none.
func (c *Client) AnyBug(ctx context.Context, product string) (b Bug, found bool, err error) {
	var list []Bug
	err = c.get(ctx, "looking for a bug", "bug", url.Values{"product": {product}, "limit": {"1"}, "include_fields": {fields}}, "bugs", &list)
	if err != nil || len(list) == 0 {
		return b, false, err
	}
	return list[0], true, nil
}

// idsAtOnce keeps the request line short enough for every server.
const idsAtOnce = 200

// Bugs reads the bugs that exist and that the account may see. A server may silently cut any list, so Bugs asks for missing ones again
// until none comes.
func (c *Client) Bugs(ctx context.Context, ids []int64) ([]Bug, error) {
	var found []Bug
	for missing := slices.Clone(ids); len(missing) > 0; {
		part := missing[:min(idsAtOnce, len(missing))]
		list, err := c.some(ctx, part)
		if err != nil {
			return nil, err
		}
		found = append(found, list...)
		rest := slices.DeleteFunc(slices.Clone(part), func(id int64) bool {
			return slices.ContainsFunc(list, func(b Bug) bool { return b.ID == id })
		})
		if len(rest) == len(part) {
			rest = nil // the account can see none of them
		}
		missing = append(rest, missing[len(part):]...)
	}
	return found, nil
}

// some reads the bugs that a server returns at once.
func (c *Client) some(ctx context.Context, ids []int64) (list []Bug, err error) {
	query := url.Values{"include_fields": {fields}}
	for _, id := range ids {
		query.Add("id", strconv.FormatInt(id, 10))
	}
	err = c.get(ctx, "reading bugs", "bug", query, "bugs", &list)
	return slices.DeleteFunc(list, func(b Bug) bool { return !slices.Contains(ids, b.ID) }), err
}

// pageSize is the number of bugs asked for at once. Servers may silently return fewer: only an empty page is the last one.
const pageSize = 200

// maxPages bounds a poll of a server that does not page.
const maxPages = 500

// ChangedSince reads the bugs of a product that changed at an instant of the server's clock or later, the earliest changes first. A bug
// that changes meanwhile may come twice.
func (c *Client) ChangedSince(ctx context.Context, product string, since time.Time) ([]Bug, error) {
	var found []Bug
	seen := map[int64]time.Time{}
	for offset, page := 0, 0; page < maxPages; page++ {
		query := url.Values{"product": {product}, "last_change_time": {since.UTC().Format(time.RFC3339)}, "order": {"changeddate,bug_id"},
			"limit": {strconv.Itoa(pageSize)}, "offset": {strconv.Itoa(offset)}, "include_fields": {fields}}
		var list []Bug
		if err := c.get(ctx, "reading what changed", "bug", query, "bugs", &list); err != nil {
			return nil, err
		}
		last := since
		for _, b := range list {
			if b.Product != product {
				return nil, &Error{Doing: "reading what changed", Status: http.StatusOK, Message: "the server does not search by product and time"}
			}
			if at, known := seen[b.ID]; !known || !at.Equal(b.Changed) {
				seen[b.ID] = b.Changed
				found = append(found, b)
			}
			if b.Changed.After(last) {
				last = b.Changed
			}
		}
		if len(list) == 0 {
			return found, nil
		}
		// Go on from the last instant, which other bugs may share; if a whole page shares one, go on within it.
		if last.After(since) {
			since, offset = last, 0
		} else {
			offset += len(list)
		}
	}
	return found, nil
}

// Change holds the new values of a bug; zero fields stay.
type Change struct {
	Status     string
	Resolution string
	Assignee   string
	Component  string
	AddCC      []string
	URL        string
	Summary    string
	Deadline   *string // a day; an empty string takes it away
	AddAlias   string
	Comment    string
}

func (ch Change) body() map[string]any {
	body := map[string]any{}
	set := func(name, value string) {
		if value != "" {
			body[name] = value
		}
	}
	set("status", ch.Status)
	set("resolution", ch.Resolution)
	set("assigned_to", ch.Assignee)
	set("component", ch.Component)
	set("url", ch.URL)
	set("summary", ch.Summary)
	if ch.Deadline != nil {
		body["deadline"] = *ch.Deadline
	}
	if len(ch.AddCC) > 0 {
		body["cc"] = map[string]any{"add": ch.AddCC}
	}
	if ch.AddAlias != "" {
		body["alias"] = map[string]any{"add": []string{ch.AddAlias}}
	}
	if ch.Comment != "" {
		body["comment"] = map[string]any{"body": ch.Comment}
	}
	return body
}

// Overwritten holds the values that an update replaced, by the names of their fields.
type Overwritten map[string]string

// Update changes a bug, all of it or nothing. Fields that have their values already stay, without an error; a comment is added each time.
func (c *Client) Update(ctx context.Context, id int64, ch Change) (Overwritten, error) {
	var done []struct {
		ID      int64 `json:"id"`
		Changes map[string]struct {
			Removed string `json:"removed"`
		} `json:"changes"`
	}
	doing := fmt.Sprintf("changing bug %d", id)
	if err := c.send(ctx, doing, http.MethodPut, "bug/"+strconv.FormatInt(id, 10), ch.body(), "bugs", &done); err != nil {
		return nil, err
	}
	if len(done) != 1 || done[0].ID != id {
		return nil, &Error{Doing: doing, Status: http.StatusOK, Message: "the answer is about another bug"}
	}
	was := Overwritten{}
	for field, v := range done[0].Changes {
		was[field] = v.Removed
	}
	return was, nil
}
