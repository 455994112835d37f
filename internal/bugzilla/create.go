package bugzilla

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
)

// NewBug describes a bug to be made. Its alias makes it unique: it must begin with a letter, and have at most 40 small letters, digits and
// hyphens.
type NewBug struct {
	Product, Component, Version, OpSys, Platform string
	Summary, Description                         string
	Alias, URL, Whiteboard, Deadline, Assignee   string
	CC                                           []string
	Extra                                        map[string]any // other fields, by their names
}

func (n NewBug) body() map[string]any {
	body := map[string]any{"product": n.Product, "component": n.Component, "version": n.Version, "op_sys": n.OpSys, "platform": n.Platform,
		"summary": n.Summary, "description": n.Description, "alias": n.Alias}
	for name, value := range map[string]string{"url": n.URL, "whiteboard": n.Whiteboard, "deadline": n.Deadline, "assigned_to": n.Assignee} {
		if value != "" {
			body[name] = value
		}
	}
	maps.Copy(body, n.Extra)
	if len(n.CC) > 0 {
		body["cc"] = n.CC
	}
	return body
}

// AliasTaken says that another user's bug has the alias, or one that the account may not see.
type AliasTaken struct {
	Alias string
	By    int64 // the bug; 0 if hidden
}

func (a AliasTaken) Error() string {
	if a.By == 0 {
		return fmt.Sprintf("the alias %s belongs to a bug that the account may not see", a.Alias)
	}
	return fmt.Sprintf("the alias %s belongs to bug %d, which is not Berth's", a.Alias, a.By)
}

// Create makes a bug, or finds the one that an earlier attempt has made: any number of attempts make one bug, even if their answers are
// lost. ours recognises our own bug among those with the alias. An error is temporary if the bug may exist by now.
func (c *Client) Create(ctx context.Context, n NewBug, ours func(Bug) bool) (id int64, err error) {
	doing := "making the bug " + n.Alias
	var made int64
	first := c.send(ctx, doing, http.MethodPost, "bug", n.body(), "id", &made)
	if first == nil {
		return made, nil
	}
	if !IsTemporary(first) && code(first) != codeAliasTaken {
		return 0, first
	}
	b, found, err := c.ByAlias(ctx, n.Alias)
	switch {
	case err != nil:
		return 0, errors.Join(first, err)
	case found && ours(b):
		return b.ID, nil
	case found:
		return 0, AliasTaken{n.Alias, b.ID}
	case code(first) == codeAliasTaken && c.hidden(ctx, n.Alias):
		return 0, AliasTaken{Alias: n.Alias}
	}
	return 0, first
}

// hidden reports whether the alias belongs to a bug that the account may not see.
func (c *Client) hidden(ctx context.Context, alias string) bool {
	_, err := c.bug(ctx, alias)
	return IsHidden(err)
}
