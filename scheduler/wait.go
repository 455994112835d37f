package scheduler

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"berth/scheduler/account"
	"berth/scheduler/waitlist"
	"berth/testbeds"
)

// Wait says what a request under review waits for: capacity that others may give back. Whoever waits gets one offer at a time, in the order of priority,
// then of Since. It ends when an offer is taken, with Until, or when the request gets or asks for something else. An offer that is missed goes to the
// next, and IfMissed says whether its request waits on.
type Wait struct {
	For     WaitKind       `json:"for"`
	Within  *testbeds.Slot `json:"within,omitempty"`   // for window and alternative: where any slot will do, as far as it can be booked
	MaxCost float64        `json:"max_cost,omitempty"` // for alternative: in hours of shift
	Until   time.Time      `json:"until"`
	Since   time.Time      `json:"since"`
	Offer   string         `json:"offer,omitempty"` // the offer that it got
	// IfMissed says what becomes of it when an offer is not taken in time; empty, as in older documents, for staying. Missed counts such offers.
	IfMissed IfMissed `json:"if_missed,omitempty"`
	Missed   int      `json:"missed,omitempty"`
	// Places are the testbeds where an alternative may lie, and Reach the time in which capacity that comes back may help, setup and teardown included.
	Places []string      `json:"places,omitempty"`
	Reach  testbeds.Slot `json:"reach"`
}

// WaitKind says with what a request that waits will be content.
type WaitKind string

// The kinds of waiting.
const (
	WaitSlot        WaitKind = "slot"        // the slot and placement asked for
	WaitWindow      WaitKind = "window"      // any slot of that length within a window, placed as asked for
	WaitAlternative WaitKind = "alternative" // any alternative up to a cost
)

// IfMissed says what becomes of a request that waits and does not take its offer in time.
type IfMissed string

// What a missed offer leads to. Staying is the rule where nobody says otherwise: an offer may come in a night or over a weekend, and who was away did not
// change their mind. It is not for ever, see waitlist.MostMissed.
const (
	IfMissedStay  IfMissed = "stay"  // it waits on, behind all others of its priority
	IfMissedLeave IfMissed = "leave" // it no longer waits
)

// IfMissedWays lists what a missed offer may lead to.
var IfMissedWays = []IfMissed{IfMissedStay, IfMissedLeave}

// WaitKinds lists all kinds of waiting.
var WaitKinds = []WaitKind{WaitSlot, WaitWindow, WaitAlternative}

// maxCost bounds the cost of an alternative that is waited for: three years of shift.
const maxCost = 3 * 366 * 24

// WaitFor is how a person asks to wait.
type WaitFor struct {
	For      WaitKind       `json:"for,omitempty"`       // default: window where the request or this has one, else slot
	Window   *testbeds.Slot `json:"window,omitempty"`    // default: the request's
	MaxCost  float64        `json:"max_cost,omitempty"`  // mandatory for alternative
	Until    *time.Time     `json:"until,omitempty"`     // default: as long as it can be offered
	IfMissed IfMissed       `json:"if_missed,omitempty"` // default: stay
	DryRun   bool           `json:"dry_run,omitempty"`
	Revision int64          `json:"-"`
}

// Wait lets a request under review wait for capacity. It returns CodeInvalid for the input, CodeConflict where there is nothing to wait for, because
// what it wants is free or can never be, and those of a step (CodeNotFound, CodeForbidden, CodeConflict and CodePrecondition).
func (s *Service) Wait(ctx context.Context, a account.Actor, id string, in WaitFor) (Outcome, error) {
	var bad faults
	in.check("", &bad)
	if err := bad.err(); err != nil {
		return Outcome{}, err
	}
	return s.decide(ctx, command{actor: a, action: ActionWait, id: id, revision: in.Revision, dry: in.DryRun,
		take: func(ctx context.Context, d *decision) error { return d.wait(ctx, in) }})
}

// check checks by itself how a person asks to wait; before stands before the names of fields.
func (in WaitFor) check(before string, bad *faults) {
	switch {
	case in.For != "" && !slices.Contains(WaitKinds, in.For):
		bad.add(before+"for", "must be slot, window or alternative")
	case in.For == WaitAlternative && !(in.MaxCost > 0 && in.MaxCost <= maxCost): // NaN among them
		bad.add(before+"max_cost", "must be more than 0 and at most %d hours of shift", maxCost)
	case in.For != WaitAlternative && in.MaxCost != 0:
		bad.add(before+"max_cost", "applies only to alternative")
	case in.For == WaitSlot && in.Window != nil:
		bad.add(before+"window", "does not apply to slot")
	}
	if in.IfMissed != "" && !slices.Contains(IfMissedWays, in.IfMissed) {
		bad.add(before+"if_missed", "must be stay or leave")
	}
}

// checkWait checks how a submission is to wait, and its priority.
func checkWait(a account.Actor, in Submission) error {
	var bad faults
	if in.Wait != nil {
		in.Wait.check("wait.", &bad)
	}
	checkPriority(a, in.Priority, &bad)
	return bad.err()
}

// StopWaiting takes a request off the waitlist; an offer that it got goes to the next. It returns CodeConflict where it does not wait, and those of a
// step (CodeNotFound, CodeForbidden, CodeConflict and CodePrecondition).
func (s *Service) StopWaiting(ctx context.Context, a account.Actor, id string, in Step) (Outcome, error) {
	return s.decide(ctx, command{actor: a, action: ActionStopWaiting, id: id, revision: in.Revision, dry: in.DryRun,
		take: func(ctx context.Context, d *decision) error {
			r := d.request
			if r.Wait == nil {
				return Errorf(CodeConflict, "request #%d does not wait", r.Number)
			}
			if err := d.checkAsItStands(r); err != nil {
				return err
			}
			r, err := d.unwait(ctx, r)
			if err != nil {
				return err
			}
			return d.keep(ctx, r, note{reason: in.Reason, text: "it no longer waits"})
		}})
}

func (d *decision) wait(ctx context.Context, in WaitFor) error {
	r := d.request
	if r.Wait != nil {
		return Errorf(CodeConflict, "request #%d waits already, since %s", r.Number, r.Wait.Since.Format(time.RFC3339))
	}
	if r.holds(d.now) {
		return Errorf(CodeConflict, "request #%d has nothing to wait for: its slot is held until %s", r.Number, r.heldUntil().Format(time.RFC3339))
	}
	if o, ok := r.openOffer(d.now); ok {
		return Errorf(CodeConflict, "request #%d has nothing to wait for: its offer %s can be accepted until %s", r.Number, o.ID, o.until().Format(time.RFC3339))
	}
	if err := d.checkAsItStands(r); err != nil {
		return err
	}
	if err := d.enlist(ctx, &r, in); err != nil {
		return err
	}
	return d.keep(ctx, r, note{text: r.Wait.Words(), verdict: &d.outcome.Fit})
}

// enlist lets a request wait, if there is anything to wait for.
func (d *decision) enlist(ctx context.Context, r *Request, in WaitFor) error {
	w, err := d.wish(*r, in)
	if err != nil {
		return err
	}
	r.Wait = d.aimed(*r, w)
	way, free, err := d.way(ctx, *r)
	if err != nil {
		return err
	}
	if free {
		d.outcome.Alternatives = prepended(way, d.outcome.Alternatives)
		return d.refusal("there is nothing to wait for: " + way.Slot.String() + " is free")
	}
	if len(d.outcome.Fit.Problems) > 0 && w.For != WaitAlternative {
		return d.refusal("it would wait in vain: the experiment can never run as it is placed")
	}
	return nil
}

// prepended puts an alternative before others, unless it has changed nothing.
func prepended(a testbeds.Alternative, list []testbeds.Alternative) []testbeds.Alternative {
	if len(a.Changes) == 0 {
		return list
	}
	return append([]testbeds.Alternative{a}, slices.DeleteFunc(slices.Clone(list), func(x testbeds.Alternative) bool { return x.Slot.Equal(a.Slot) && x.Cost == a.Cost })...)
}

// wish makes what a request waits for of what a person asked.
func (d *decision) wish(r Request, in WaitFor) (Wait, error) {
	var bad faults
	w := Wait{For: in.For, MaxCost: math.Round(in.MaxCost*1e4) / 1e4, Since: d.now, IfMissed: cmp.Or(in.IfMissed, IfMissedStay)}
	window := in.Window
	if window == nil {
		window = r.Window
	}
	if w.For == "" {
		w.For = WaitSlot
		if window != nil {
			w.For = WaitWindow
		}
	}
	last := r.Slot.Start // from which on nothing that it wants can begin
	if w.For != WaitSlot {
		w.Within, last = d.within(r, window, w.For, &bad)
	}
	w.Until = waitlist.Latest(last)
	switch {
	case len(bad) > 0:
	case w.Until.Before(d.now):
		bad.add("for", "nothing that the request wants begins late enough to be offered to it (%s before its slot at the latest)", time.Duration(4*waitlist.Shortest))
	case in.Until != nil && !in.Until.After(d.now):
		bad.add("until", "must lie ahead (now is %s)", d.now.Format(time.RFC3339))
	case in.Until != nil && in.Until.Before(w.Until):
		w.Until = in.Until.UTC().Truncate(time.Second)
	}
	return w, bad.err()
}

// within returns the time in which any slot will do, as far as it can be booked, and when the last slot in it begins.
func (d *decision) within(r Request, window *testbeds.Slot, kind WaitKind, bad *faults) (*testbeds.Slot, time.Time) {
	var span testbeds.Slot
	_ = d.snapshot(func(w snapshot) error {
		span = testbeds.Slot{Start: d.now, End: w.fed.Horizon().End}
		return nil
	})
	switch {
	case window == nil && kind == WaitWindow:
		bad.add("window", "is missing: the request has none")
		return nil, time.Time{}
	case window != nil:
		span = testbeds.Slot{Start: later(span.Start, window.UTC().Start), End: sooner(span.End, window.UTC().End)}
	}
	length := r.Slot.Duration()
	if kind == WaitAlternative {
		length = min(length, max(r.MinDuration.Exact(), time.Second))
	}
	if window != nil {
		checkWindow("window", window.UTC(), bad)
	}
	if len(*bad) == 0 && span.Duration() < length {
		bad.add("window", "what is left of it (%s) is shorter than what the request needs (%s)", span, testbeds.Period{Clock: length})
	}
	return &span, span.End.Add(-length)
}

// checkWindow checks a window by itself.
func checkWindow(field string, w testbeds.Slot, bad *faults) {
	if w.Start.Nanosecond() != 0 || w.End.Nanosecond() != 0 {
		bad.add(field, "must be of whole seconds")
	} else if !w.Start.Before(w.End) || w.Duration() > 3*maxSlot {
		bad.add(field, "must end after its start, and is at most three years long")
	}
}

// Words says in a few words what is waited for.
func (w Wait) Words() string {
	words := "waits for its slot"
	switch w.For {
	case WaitWindow:
		words = "waits for any slot within " + w.Within.String()
	case WaitAlternative:
		words = fmt.Sprintf("waits for any alternative up to a cost of %s h", strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.4f", w.MaxCost), "0"), "."))
	}
	return words + ", until " + w.Until.Format(time.RFC3339)
}

// Missing says in a few words what becomes of it when it misses an offer, or its next one.
func (w Wait) Missing() string {
	switch {
	case w.IfMissed == IfMissedLeave:
		return "it then leaves the list"
	case w.Missed == waitlist.MostMissed-1:
		return fmt.Sprintf("it then leaves the list: it has missed %d offers already", w.Missed)
	}
	return fmt.Sprintf("it then waits on, behind the others; with the %s missed offer it leaves the list", ordinals[waitlist.MostMissed])
}

var ordinals = [...]string{"", "first", "second", "third"}

// missed returns how a request waits on that has not taken its offer in time; nil where it no longer waits.
func (w Wait) missed(now time.Time) *Wait {
	w.Missed++
	if w.IfMissed == IfMissedLeave || w.Missed >= waitlist.MostMissed || !w.Until.After(now) {
		return nil
	}
	w.Offer, w.Since = "", now
	return &w
}

// place is where the request stands among those who wait.
func (r Request) place() waitlist.Place {
	return waitlist.Place{Rank: r.Priority.rank(), Since: r.Wait.Since, Number: r.Number}
}

// waitsAt reports whether the request waits at an instant, and got no offer yet.
func (r Request) waitsAt(now time.Time) bool {
	return r.Wait != nil && r.Status == UnderReview && r.Wait.Offer == "" && r.Wait.Until.After(now)
}

// waitEnds returns when time ends the waiting of a request: while it has its offer, the offer does.
func (r Request) waitEnds() *time.Time {
	if r.Wait == nil || r.Wait.Offer != "" {
		return nil
	}
	return &r.Wait.Until
}

// openOffer returns an offer of the request that can be taken.
func (r Request) openOffer(now time.Time) (Offer, bool) {
	for _, o := range r.Offers {
		if o.State == OfferOpen && o.until().After(now) {
			return o, true
		}
	}
	return Offer{}, false
}

// unwait ends the waiting of a request, with the offer that it got.
func (d *decision) unwait(ctx context.Context, r Request) (Request, error) {
	offer := r.Wait.Offer
	r.Wait = nil
	if offer == "" {
		return r, nil
	}
	return r, d.withdrawSome(ctx, &r, func(o Offer) bool { return o.ID == offer })
}

// endWait takes a request off the waitlist when its time is over.
func (d *decision) endWait(ctx context.Context, r Request) (Request, error) {
	if at := r.waitEnds(); at == nil || at.After(d.now) {
		return r, nil
	}
	before := r
	r.Wait = nil
	return d.save(ctx, before, r, note{action: ActionStopWaiting, text: "nothing came free in time: it no longer waits"})
}
