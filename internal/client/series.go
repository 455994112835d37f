package client

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"berth/scheduler"
	"berth/scheduler/series"
	"berth/testbeds"
)

// Series describes a series: when it takes place, and what is repeated.
type Series struct {
	series.Plan
	Change       *series.Change         `json:"change,omitempty"`
	NSD          string                 `json:"nsd,omitempty"`
	Placement    testbeds.Placement     `json:"placement,omitempty"`
	Devices      *[]testbeds.DeviceNeed `json:"devices,omitempty"` // nil: those of the NSD
	MinDuration  string                 `json:"min_duration,omitempty"`
	Name         string                 `json:"name"`
	Description  string                 `json:"description,omitempty"`
	Organisation string                 `json:"organisation,omitempty"`
	Mentor       string                 `json:"mentor,omitempty"`
	Experimenter string                 `json:"experimenter,omitempty"`
	AllOrNothing *bool                  `json:"all_or_nothing,omitempty"`
	Anyway       bool                   `json:"submit_anyway,omitempty"`
	DryRun       bool                   `json:"dry_run,omitempty"`
}

// SeriesStep is the body of a step with occurrences of a series: each step reads some of the fields.
type SeriesStep struct {
	Places       []int              `json:"occurrences,omitempty"`
	AllOrNothing *bool              `json:"all_or_nothing,omitempty"`
	Change       *series.Change     `json:"change,omitempty"`
	Override     *Override          `json:"override,omitempty"`
	Reason       string             `json:"reason,omitempty"`
	Alternatives int                `json:"alternatives,omitempty"`
	Mentor       string             `json:"mentor,omitempty"`
	Decision     scheduler.Decision `json:"decision,omitempty"`
	DryRun       bool               `json:"dry_run,omitempty"`
}

// ListSeries reads one page of series, newest first. Of the filter it reads the status, of which there is one, testbed, experiment, experimenter, text,
// limit and cursor.
func (c *Client) ListSeries(ctx context.Context, f Filter) (Answer[scheduler.Page[scheduler.ListedSeries]], error) {
	v := f.query()
	return ask[scheduler.Page[scheduler.ListedSeries]](ctx, c, call{method: http.MethodGet, path: "/series", query: v})
}

func row(id string) string { return "/series/" + url.PathEscape(id) }

// GetSeries reads a series by its id, or by the number of one of its requests.
func (c *Client) GetSeries(ctx context.Context, id string) (Answer[scheduler.SeriesView], error) {
	return ask[scheduler.SeriesView](ctx, c, call{method: http.MethodGet, path: row(id)})
}

// SubmitSeries makes a series. The key makes it safe to repeat.
func (c *Client) SubmitSeries(ctx context.Context, s Series, key string) (Answer[scheduler.SeriesOutcome], error) {
	return ask[scheduler.SeriesOutcome](ctx, c, call{method: http.MethodPost, path: "/series", body: s, once: key})
}

// TakeSeries takes a step with occurrences of a series, named as in the address.
func (c *Client) TakeSeries(ctx context.Context, id, step string, s SeriesStep, revision string) (Answer[scheduler.SeriesOutcome], error) {
	return ask[scheduler.SeriesOutcome](ctx, c, call{method: http.MethodPost, path: row(id) + "/" + step, body: s, revision: revision})
}

// ApproveSeries records the decision of a testbed about occurrences of a series.
func (c *Client) ApproveSeries(ctx context.Context, id, testbed string, s SeriesStep, revision string) (Answer[scheduler.SeriesOutcome], error) {
	return ask[scheduler.SeriesOutcome](ctx, c, call{method: http.MethodPut, path: row(id) + "/approvals/" + url.PathEscape(testbed), body: s, revision: revision})
}

// Wait is how a request waits.
type Wait struct {
	For      string         `json:"for,omitempty"`
	Window   *testbeds.Slot `json:"window,omitempty"`
	MaxCost  float64        `json:"max_cost,omitempty"`
	Until    *time.Time     `json:"until,omitempty"`
	IfMissed string         `json:"if_missed,omitempty"`
	DryRun   bool           `json:"dry_run,omitempty"`
}

// Wait puts a request on the waitlist.
func (c *Client) Wait(ctx context.Context, id string, w Wait, revision string) (Answer[scheduler.Outcome], error) {
	return ask[scheduler.Outcome](ctx, c, call{method: http.MethodPost, path: one(id) + "/wait", body: w, revision: revision})
}

// Waitlist lists the requests that wait, of a testbed or all.
func (c *Client) Waitlist(ctx context.Context, testbed string, limit int) (Answer[scheduler.Page[scheduler.Waiter]], error) {
	return ask[scheduler.Page[scheduler.Waiter]](ctx, c, call{method: http.MethodGet, path: "/waitlist", query: Filter{Testbed: testbed, Limit: limit}.query()})
}

func (c *Client) Policy(ctx context.Context) (Answer[scheduler.PolicyView], error) {
	return ask[scheduler.PolicyView](ctx, c, call{method: http.MethodGet, path: "/policy"})
}

// PutPolicy puts a policy in force, a document in YAML or JSON.
func (c *Client) PutPolicy(ctx context.Context, text []byte, o scheduler.ChangeOptions, revision string) (Answer[scheduler.PolicyChange], error) {
	return ask[scheduler.PolicyChange](ctx, c, call{method: http.MethodPut, path: "/policy", query: changeQuery(o), text: text, revision: revision})
}

// TestPolicy says what a policy would have done to the requests of the last months.
func (c *Client) TestPolicy(ctx context.Context, text []byte, months string) (Answer[scheduler.PolicyTrial], error) {
	return ask[scheduler.PolicyTrial](ctx, c, call{method: http.MethodPost, path: "/policy/test", query: url.Values{"months": {months}}, text: text})
}
