package api

import (
	"context"
	"net/url"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// WaitShape is how a person asks to wait.
type WaitShape struct {
	For      string     `json:"for,omitempty" enum:"slot,window,alternative" doc:"slot: the one asked for; window: any slot of that length within it; alternative: any up to a cost. Default: window where there is one, else slot"`
	Window   *slotShape `json:"window,omitempty" doc:"default: the request's; bounds alternatives too"`
	MaxCost  float64    `json:"max_cost,omitempty" doc:"of an alternative, in hours of shift; mandatory there"`
	Until    *time.Time `json:"until,omitempty" doc:"default: as long as anything can be offered"`
	IfMissed string     `json:"if_missed,omitempty" enum:"stay,leave" doc:"what becomes of it when an offer is not taken in time. stay: it waits on, behind all others of its priority, and leaves the list with the third missed offer; leave: it leaves the list at once. Default: stay"`
}

func (w *WaitShape) wait() *scheduler.WaitFor {
	if w == nil {
		return nil
	}
	return &scheduler.WaitFor{For: scheduler.WaitKind(w.For), Window: w.Window.slot(), MaxCost: w.MaxCost, Until: w.Until, IfMissed: scheduler.IfMissed(w.IfMissed)}
}

// Waiting is the body of a step onto the waitlist.
type waiting struct {
	WaitShape
	DryRun bool `json:"dry_run,omitempty"`
}

func (a *api) waitlistRoutes() {
	decide(a, "wait-request", "wait", "Let a request under review wait for capacity",
		"When capacity comes back, those who wait for it are looked through in the order of priority, then of time; the first that fits gets an offer that is held for the time of claim_for (a day, if nothing else is set), and never longer than a quarter of the time left. Not taken, it goes to the next, and if_missed says what becomes of the one who missed it. Where what it wants is free, there is nothing to wait for: a 409 names it.",
		func(ctx context.Context, actor account.Actor, id string, revision int64, in waiting) (scheduler.Outcome, error) {
			w := in.wait()
			w.DryRun, w.Revision = in.DryRun, revision
			return a.service.Wait(ctx, actor, id, *w)
		})
	decide(a, "stop-waiting-request", "stop-waiting", "Take a request off the waitlist", "An offer that it got goes to the next who waits.",
		func(ctx context.Context, actor account.Actor, id string, revision int64, in Reasoned) (scheduler.Outcome, error) {
			return a.service.StopWaiting(ctx, actor, id, scheduler.Step{Reason: in.Reason, DryRun: in.DryRun, Revision: revision})
		})
	type prioritising struct {
		Priority string `json:"priority" enum:"high,normal,low"`
		Reason   string `json:"reason,omitempty"`
		DryRun   bool   `json:"dry_run,omitempty"`
	}
	decide(a, "prioritise-request", "prioritise", "Give a request another priority",
		"Who waits gets what comes back in the order of priorities, and a request displaces only those of the same or a lower one. Only mentors and administrators may say high.",
		func(ctx context.Context, actor account.Actor, id string, revision int64, in prioritising) (scheduler.Outcome, error) {
			return a.service.Prioritise(ctx, actor, id, scheduler.Prioritise{Priority: scheduler.Priority(in.Priority), Reason: in.Reason, DryRun: in.DryRun, Revision: revision})
		})
	type filter struct {
		Paged
		Testbed string `query:"testbed" maxLength:"64" doc:"only those that wait for something of it"`
	}
	add(a, operation{id: "list-waitlist", method: "GET", path: "/waitlist", tag: "requests", summary: "List the requests that wait and that you may see",
		more: "In the order in which they get what comes back. place counts those who wait for some of the same capacity."},
		func(ctx context.Context, actor account.Actor, in *filter) (*list[scheduler.Waiter], error) {
			page, err := a.service.Waitlist(ctx, actor, in.Testbed, in.Cursor, in.Limit)
			query := url.Values{}
			if in.Testbed != "" {
				query.Set("testbed", in.Testbed)
			}
			return part(page, "/waitlist", in.query(query)), err
		})
}
