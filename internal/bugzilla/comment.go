package bugzilla

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Comment is one remark on a bug. The one with the count 0 is its description.
type Comment struct {
	ID      int64     `json:"id"`
	Count   int       `json:"count"`
	Creator string    `json:"creator"`
	Time    time.Time `json:"creation_time"`
	Private bool      `json:"is_private"`
	Text    string    `json:"text"`
}

// Comments reads the comments of a bug after an instant, oldest first; the zero time for all. Comments of the very second are not included.
func (c *Client) Comments(ctx context.Context, id int64, since time.Time) ([]Comment, error) {
	query := url.Values{}
	if !since.IsZero() {
		query.Set("new_since", since.UTC().Format(time.RFC3339))
	}
	var bugs map[string]struct {
		Comments []Comment `json:"comments"`
	}
	doing := fmt.Sprintf("reading the comments of bug %d", id)
	if err := c.get(ctx, doing, fmt.Sprintf("bug/%d/comment", id), query, "bugs", &bugs); err != nil {
		return nil, err
	}
	list, there := bugs[strconv.FormatInt(id, 10)]
	if !there {
		return nil, &Error{Doing: doing, Status: http.StatusOK, Message: "the answer is about other bugs"}
	}
	return list.Comments, nil
}

// AddComment adds a comment to a bug. Whoever repeats it after an error whose outcome is unknown looks first with Said.
func (c *Client) AddComment(ctx context.Context, id int64, text string) error {
	var made int64
	return c.send(ctx, fmt.Sprintf("commenting on bug %d", id), http.MethodPost, fmt.Sprintf("bug/%d/comment", id), map[string]any{"comment": text}, "id", &made)
}

// Said reports whether a comment of a bug holds a token.
func (c *Client) Said(ctx context.Context, id int64, token string) (bool, error) {
	list, err := c.Comments(ctx, id, time.Time{})
	return slices.ContainsFunc(list, func(x Comment) bool { return strings.Contains(x.Text, token) }), err
}

// Entry is one change of a bug by one person. Changes of one person within one second are one entry, their values joined: it has the person
// and the time, and the bug itself has the values.
type Entry struct {
	When    time.Time `json:"when"`
	Who     string    `json:"who"`
	Changes []struct {
		Field   string `json:"field_name"`
		Removed string `json:"removed"`
		Added   string `json:"added"`
	} `json:"changes"`
}

// History reads the changes of a bug after an instant, oldest first.
func (c *Client) History(ctx context.Context, id int64, since time.Time) ([]Entry, error) {
	query := url.Values{}
	if !since.IsZero() {
		query.Set("new_since", since.UTC().Format(time.RFC3339))
	}
	var bugs []struct {
		ID      int64   `json:"id"`
		History []Entry `json:"history"`
	}
	doing := fmt.Sprintf("reading the history of bug %d", id)
	if err := c.get(ctx, doing, fmt.Sprintf("bug/%d/history", id), query, "bugs", &bugs); err != nil {
		return nil, err
	}
	if len(bugs) != 1 || bugs[0].ID != id {
		return nil, &Error{Doing: doing, Status: http.StatusOK, Message: "the answer is about another bug"}
	}
	return bugs[0].History, nil
}
