package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

func (c *Client) Me(ctx context.Context) (Answer[account.Person], error) {
	return ask[account.Person](ctx, c, call{method: http.MethodGet, path: "/me"})
}

// Check asks whether an experiment fits its slot.
func (c *Client) Check(ctx context.Context, what Ask) (Answer[testbeds.Verdict], error) {
	return ask[testbeds.Verdict](ctx, c, call{method: http.MethodPost, path: "/availability/check", body: what})
}

// Suggest asks for other ways to run an experiment, or for the next free slots of a duration.
func (c *Client) Suggest(ctx context.Context, what Ask) (Answer[Suggestion], error) {
	return ask[Suggestion](ctx, c, call{method: http.MethodPost, path: "/availability/suggest", body: what})
}

// Filter selects requests; empty fields select all.
type Filter struct {
	Status       []string
	Testbed      string
	Mentor       string
	Experimenter string
	Experiment   string // of series only
	Text         string
	From, To     time.Time
	Limit        int
	Cursor       string
}

func (f Filter) query() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{"testbed": f.Testbed, "mentor": f.Mentor, "experimenter": f.Experimenter, "experiment": f.Experiment, "q": f.Text, "cursor": f.Cursor} {
		if value != "" {
			v.Set(name, value)
		}
	}
	for _, s := range f.Status {
		v.Add("status", s)
	}
	for name, t := range map[string]time.Time{"from": f.From, "to": f.To} {
		if !t.IsZero() {
			v.Set(name, t.UTC().Format(time.RFC3339))
		}
	}
	if f.Limit > 0 {
		v.Set("limit", strconv.Itoa(f.Limit))
	}
	return v
}

// Requests reads one page of requests, newest first.
func (c *Client) Requests(ctx context.Context, f Filter) (Answer[scheduler.Page[scheduler.Request]], error) {
	return ask[scheduler.Page[scheduler.Request]](ctx, c, call{method: http.MethodGet, path: "/requests", query: f.query()})
}

// Request reads a request by its number or its id.
func (c *Client) Request(ctx context.Context, id string) (Answer[scheduler.View], error) {
	return ask[scheduler.View](ctx, c, call{method: http.MethodGet, path: one(id)})
}

func one(id string) string { return "/requests/" + url.PathEscape(id) }

// Submit makes a request. The key makes it safe to repeat.
func (c *Client) Submit(ctx context.Context, s Submission, key string) (Answer[scheduler.Outcome], error) {
	return ask[scheduler.Outcome](ctx, c, call{method: http.MethodPost, path: "/requests", body: s, once: key})
}

// Edit changes a request under review.
func (c *Client) Edit(ctx context.Context, id string, e Edit, revision string) (Answer[scheduler.Outcome], error) {
	return ask[scheduler.Outcome](ctx, c, call{method: http.MethodPatch, path: one(id), body: e, revision: revision})
}

// Take takes a step in the life of a request, named as in the address: schedule, reject, move, cancel, start, complete, fail or assign.
func (c *Client) Take(ctx context.Context, id, step string, s Step, revision string) (Answer[scheduler.Outcome], error) {
	return ask[scheduler.Outcome](ctx, c, call{method: http.MethodPost, path: one(id) + "/" + step, body: s, revision: revision})
}

// Approve records the decision of a testbed.
func (c *Client) Approve(ctx context.Context, id, testbed string, d scheduler.Decision, reason string, dryRun bool, revision string) (Answer[scheduler.Outcome], error) {
	body := map[string]any{"decision": d, "dry_run": dryRun}
	if reason != "" {
		body["reason"] = reason
	}
	return ask[scheduler.Outcome](ctx, c, call{method: http.MethodPut, path: one(id) + "/approvals/" + url.PathEscape(testbed), body: body, revision: revision})
}

// Accept takes an offer.
func (c *Client) Accept(ctx context.Context, id, offer string, dryRun bool) (Answer[scheduler.Outcome], error) {
	return ask[scheduler.Outcome](ctx, c, call{method: http.MethodPost, path: one(id) + "/offers/" + url.PathEscape(offer) + "/accept", body: map[string]any{"dry_run": dryRun}})
}

// Say adds a remark to the thread of a request.
func (c *Client) Say(ctx context.Context, id, text, key string) (Answer[scheduler.Feedback], error) {
	return ask[scheduler.Feedback](ctx, c, call{method: http.MethodPost, path: one(id) + "/feedback", body: map[string]any{"text": text}, once: key})
}

func (c *Client) History(ctx context.Context, id string) (Answer[scheduler.Page[scheduler.Entry]], error) {
	return ask[scheduler.Page[scheduler.Entry]](ctx, c, call{method: http.MethodGet, path: one(id) + "/history", query: longest})
}

func (c *Client) Thread(ctx context.Context, id string) (Answer[scheduler.Page[scheduler.Feedback]], error) {
	return ask[scheduler.Page[scheduler.Feedback]](ctx, c, call{method: http.MethodGet, path: one(id) + "/feedback", query: longest})
}

var longest = url.Values{"limit": {"500"}}

func (c *Client) Testbeds(ctx context.Context) (Answer[scheduler.Page[testbeds.Testbed]], error) {
	return ask[scheduler.Page[testbeds.Testbed]](ctx, c, call{method: http.MethodGet, path: "/testbeds"})
}

func (c *Client) Testbed(ctx context.Context, id string) (Answer[testbeds.Testbed], error) {
	return ask[testbeds.Testbed](ctx, c, call{method: http.MethodGet, path: site(id)})
}

func site(id string) string { return "/testbeds/" + url.PathEscape(id) }

func (c *Client) Services(ctx context.Context) (Answer[scheduler.Page[testbeds.NSD]], error) {
	return ask[scheduler.Page[testbeds.NSD]](ctx, c, call{method: http.MethodGet, path: "/catalogue/nsds"})
}

// Availability reads the capacity of a testbed over a span.
func (c *Client) Availability(ctx context.Context, testbed string, span testbeds.Slot) (Answer[Availability], error) {
	a, err := ask[Availability](ctx, c, call{method: http.MethodGet, path: site(testbed) + "/availability", query: spanQuery(span)})
	a.Value.Slot = span
	return a, err
}

func spanQuery(s testbeds.Slot) url.Values {
	return url.Values{"from": {s.Start.UTC().Format(time.RFC3339)}, "to": {s.End.UTC().Format(time.RFC3339)}}
}

func (c *Client) Closures(ctx context.Context, testbed string) (Answer[scheduler.Page[testbeds.Closure]], error) {
	return ask[scheduler.Page[testbeds.Closure]](ctx, c, call{method: http.MethodGet, path: site(testbed) + "/closures"})
}

// Closed is a new closure, and what it changes.
type Closed struct {
	Closure testbeds.Closure         `json:"closure"`
	Change  scheduler.FacilityChange `json:"change"`
}

func changeQuery(o scheduler.ChangeOptions) url.Values {
	v := url.Values{}
	for name, on := range map[string]bool{"dry_run": o.DryRun, "force": o.Force} {
		if on {
			v.Set(name, "true")
		}
	}
	if o.Reason != "" {
		v.Set("reason", o.Reason)
	}
	return v
}

// Close adds a closure to a testbed. The key makes it safe to repeat.
func (c *Client) Close(ctx context.Context, testbed string, what testbeds.Closure, o scheduler.ChangeOptions, key string) (Answer[Closed], error) {
	return ask[Closed](ctx, c, call{method: http.MethodPost, path: site(testbed) + "/closures", query: changeQuery(o), body: what, once: key})
}

// Reopen removes a closure.
func (c *Client) Reopen(ctx context.Context, testbed, closure string, o scheduler.ChangeOptions) (Answer[scheduler.FacilityChange], error) {
	return ask[scheduler.FacilityChange](ctx, c, call{method: http.MethodDelete, path: site(testbed) + "/closures/" + url.PathEscape(closure), query: changeQuery(o)})
}

func (c *Client) Calendars(ctx context.Context) (Answer[Subscription], error) {
	return ask[Subscription](ctx, c, call{method: http.MethodGet, path: "/calendars"})
}

// Secret is a new token; the secret is shown once.
type Secret struct {
	Secret string        `json:"secret"`
	Token  account.Token `json:"token"`
}

func (c *Client) CreateToken(ctx context.Context, name string, scopes []account.Scope, expires *time.Time) (Answer[Secret], error) {
	body := map[string]any{"name": name, "scopes": scopes}
	if expires != nil {
		body["expires"] = expires
	}
	return ask[Secret](ctx, c, call{method: http.MethodPost, path: "/tokens", body: body})
}

func (c *Client) RevokeToken(ctx context.Context, id string) error {
	_, err := ask[struct{}](ctx, c, call{method: http.MethodDelete, path: "/tokens/" + url.PathEscape(id)})
	return err
}

// Use reads a report of use over a span, by a dimension such as testbed or month: in JSON, or with table as comma-separated values.
func (c *Client) Use(ctx context.Context, span testbeds.Slot, by, testbed, zone string, table bool) (Answer[json.RawMessage], error) {
	v := spanQuery(span)
	v.Set("by", by)
	for name, value := range map[string]string{"testbed": testbed, "zone": zone} {
		if value != "" {
			v.Set(name, value)
		}
	}
	q := call{method: http.MethodGet, path: "/reports/use", query: v}
	if table {
		q.path, q.accept = "/reports/use.csv", "text/csv"
	}
	return ask[json.RawMessage](ctx, c, q)
}
