package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"berth/scheduler/account"
	"berth/scheduler/series"
	"berth/testbeds"
	"berth/testbeds/plain"
)

// joint is a step with several occurrences of a series. All of it is one transaction, under the locks of all testbeds that it touches: each occurrence
// is a decision of its own, with all rules of the step, that sees those before it.
//
// Where not all of it must succeed, a first run finds out which occurrences do, and is rolled back; a second one takes the step with these alone. So
// what a decision wrote before it failed is never kept.
type joint struct {
	actor   account.Actor
	action  Action
	series  Series
	members []Request // in the order in which they are taken
	dry     bool
	pinned  bool // the members must be as they were seen
	all     bool // or nothing
	leaves  bool // the occurrences leave their present slots: none is in the way of another

	touches func(Request) []string // testbeds beyond a request's own; may be nil
	take    func(ctx context.Context, d *decision) error
}

// errSome says with which occurrences a step cannot be taken, where it need not be taken with all.
type errSome []int

func (errSome) Error() string { return "not with all occurrences" }

// seriesTries limits how often a step begins anew without the occurrences that refuse it.
const seriesTries = 4

// jointly takes a step with occurrences of a series.
func (s *Service) jointly(ctx context.Context, j joint) (out SeriesOutcome, err error) {
	defer func(began time.Time) { s.tried(j.action, j.dry, began, err) }(s.o.Clock())
	ctx = s.listening(ctx)
	refused := map[int]Part{}
	for range seriesTries {
		out, err := s.jointlyOnce(ctx, j)
		some, ok := errors.AsType[errSome](err)
		if !ok {
			if err == nil {
				for _, p := range refused {
					out.Parts = append(out.Parts, p)
				}
				out.counted()
			}
			return out, err
		}
		for _, p := range out.Parts {
			if p.Refused != nil {
				refused[p.Place] = p
			}
		}
		j.members = slices.DeleteFunc(slices.Clone(j.members), func(r Request) bool { return slices.Contains(some, r.Series.Place) })
		if len(j.members) == 0 {
			out.counted()
			return out, j.refusal(out.Parts)
		}
	}
	return SeriesOutcome{}, Errorf(CodeUnavailable, "the occurrences change too fast; try again")
}

// counted orders the answers, and counts them.
func (o *SeriesOutcome) counted() {
	slices.SortFunc(o.Parts, func(a, b Part) int { return a.Place - b.Place })
	o.Done, o.Refused = 0, 0
	for _, p := range o.Parts {
		switch {
		case p.Done:
			o.Done++
		case p.Refused != nil:
			o.Refused++
		}
	}
}

func (s *Service) jointlyOnce(ctx context.Context, j joint) (out SeriesOutcome, err error) {
	lock := testbedsOf(j.members)
	if j.touches != nil {
		for _, r := range j.members {
			lock = append(lock, j.touches(r)...)
		}
	}
	var at State
	err = s.store.View(ctx, func(tx Reader) error {
		at, err = s.ledger.catchUp(ctx, tx, s.now())
		return err
	})
	if err != nil {
		return out, err
	}
	s.settle(ctx, at, lock)
	err = growing(lock, func(more []string) { s.settle(ctx, at, more) }, func(lock []string) error {
		return s.change(ctx, lock, func(tx Tx) (err error) {
			out, err = s.decideJointly(ctx, j, tx, lock)
			return err
		})
	})
	dry := errors.Is(err, errDryRun)
	if _, some := errors.AsType[errSome](err); err != nil && !dry && !some && CodeOf(err) == "" {
		return SeriesOutcome{}, err
	}
	if masked := s.maskParts(ctx, j.actor, out.Parts); masked != nil {
		return SeriesOutcome{}, masked
	}
	out.counted()
	if dry {
		out.DryRun, err = true, nil
	}
	return out, err
}

// decideJointly takes the step in a transaction.
func (s *Service) decideJointly(ctx context.Context, j joint, tx Tx, lock []string) (out SeriesOutcome, err error) {
	shared, err := s.share(ctx, tx, j)
	if err != nil {
		return out, err
	}
	step := SeriesStep{Series: j.series.ID, Number: j.series.Number, Step: s.o.NewID(), Of: len(j.members)}
	var failed errSome
	var made []int64
	for i, m := range j.members {
		shared.taken = i
		d := &decision{s: s, tx: shared, actor: j.actor, action: j.action, now: s.now(), locked: lock, dry: j.dry, series: step.of(j.members, i), among: j.members, made: made}
		err := d.begun(ctx, command{actor: j.actor, action: j.action, id: m.ID, revision: j.seen(m)})
		if err == nil {
			err = j.take(ctx, d)
		}
		refusal, expected := errors.AsType[*Error](err)
		switch {
		case err == nil:
			shared.add(d.changed)
			p := partOf(d.outcome.Request).of(d.outcome)
			if p.Done = true; p.Number != m.Number {
				made = append(made, p.Number)
			}
			out.Parts = append(out.Parts, p)
		case expected && refusal.Code != CodeUnavailable:
			out.Parts = append(out.Parts, partOf(m).refused(refusal))
			failed = append(failed, m.Series.Place)
		default:
			return out, err
		}
	}
	switch {
	case len(failed) > 0 && !j.all:
		return out, failed
	case len(failed) > 0:
		return out, j.refusal(out.Parts)
	}
	end := &decision{s: s, tx: tx, actor: j.actor, action: j.action, now: s.now(), locked: lock, changed: shared.changes}
	if err := end.roomForAll(); err != nil {
		return out, err
	}
	if err := end.relieve(ctx); err != nil {
		return out, err
	}
	if j.dry {
		return out, errDryRun
	}
	return out, nil
}

// seen returns the revision at which a member must be; 0 for any.
func (j joint) seen(m Request) int64 {
	if j.pinned {
		return m.Revision
	}
	return 0
}

// of returns the mark of a step for the occurrence at an index. The last one speaks for all: then all of them are known.
func (x SeriesStep) of(members []Request, i int) *SeriesStep {
	if x.Lead = i == len(members)-1; x.Lead {
		for _, m := range members {
			x.All = append(x.All, m.Number)
		}
	}
	return &x
}

// stepWith returns the mark for an entry about a request; nil for one that the step is not taken with, such as another occurrence that has its capacity
// again. Before it, others may have been made by accepted offers in the same step.
func (d *decision) stepWith(r Request) *SeriesStep {
	if d.series == nil || r.Series == nil || r.Series.ID != d.series.Series {
		return nil
	}
	if d.among != nil && !slices.ContainsFunc(d.among, func(m Request) bool { return m.ID == r.ID || m.ID == r.Origin }) {
		return nil
	}
	step := *d.series
	step.Number = r.Series.Number
	if step.Lead && !slices.Contains(step.All, r.Number) { // a request that the step has made, like others before it
		step.All = append(slices.Clone(d.made), r.Number)
	}
	return &step
}

// roomForAll makes sure that what the step left fits together. Each decision saw the others as leaving their slots; one whose move waits for approvals
// stays.
func (d *decision) roomForAll() error {
	for _, c := range d.changed {
		if !c.Released && c.Booking.Strength.Blocks() && !c.Booking.Overbooked && d.excess(c.Booking) {
			return Errorf(CodeConflict, "request #%d cannot go where another occurrence still is: its move waits for approval; take the step with fewer occurrences", c.Booking.Request)
		}
	}
	return nil
}

// refusal makes the error for a step that cannot be taken with all occurrences.
func (j joint) refusal(parts []Part) *Error {
	return refusedParts(fmt.Sprintf("you cannot %s the series of #%d as a whole", j.action.words(), j.series.Number), parts)
}

// refusedParts makes an error of the answers about occurrences. Its code is theirs, if they agree.
func refusedParts(message string, parts []Part) *Error {
	e := Errorf("", "%s", message)
	var places []int
	why := ""
	for _, p := range parts {
		if p.Refused == nil {
			continue
		}
		if e.Code == "" {
			e.Code, e.Fields, why = p.Refused.Code, p.Refused.Fields, p.Refused.Message
		} else if e.Code != p.Refused.Code {
			e.Code = CodeConflict
		}
		places = append(places, p.Place)
	}
	e.Message += fmt.Sprintf(": %d of %s, %s (%s)", len(places), plain.Count(len(parts), "occurrence"), series.Places(places), why)
	e.Parts = parts
	return e
}

// maskParts hides from answers what the actor may not know.
func (s *Service) maskParts(ctx context.Context, a account.Actor, parts []Part) error {
	return s.snapshot(ctx, func(tx Reader, w snapshot) error {
		var verdicts []*testbeds.Verdict
		for i := range parts {
			if parts[i].Fit != nil {
				parts[i].Fit = new(*parts[i].Fit)
			}
			verdicts = append(verdicts, parts[i].Fit)
		}
		return s.mask(ctx, tx, a, w.fed, verdicts...)
	})
}

// sharedTx is a transaction in which several decisions follow one another: each sees what those before it booked.
type sharedTx struct {
	Tx
	j       joint
	taken   int // the index of the member that is being decided about
	changes []BookingChange

	at     State // as it was found first: nobody else can change what is locked
	called bool
}

// share begins a transaction for several decisions: the ledger follows the store before any of them books something.
func (s *Service) share(ctx context.Context, tx Tx, j joint) (*sharedTx, error) {
	at, err := tx.State(ctx)
	if err == nil {
		err = s.ledger.reach(ctx, tx, at, s.now())
	}
	return &sharedTx{Tx: tx, j: j, at: at}, err
}

func (t *sharedTx) add(changes []BookingChange) {
	for _, c := range changes {
		t.changes = put(t.changes, c)
	}
}

// State returns what was found first.
func (t *sharedTx) State(context.Context) (State, error) { return t.at, nil }

// OnCommit keeps the first function: all decisions register the same.
func (t *sharedTx) OnCommit(fn func(Committed)) {
	if !t.called {
		t.Tx.OnCommit(fn)
	}
	t.called = true
}

// Earlier returns what was booked before in the transaction. A series is checked against itself as if what was decided before had been granted; those
// that are still to leave their slots are gone from them already.
func (t *sharedTx) Earlier() []BookingChange {
	list := slices.Clone(t.Tx.Earlier())
	if t.j.leaves {
		for _, m := range t.j.members[min(len(t.j.members), t.taken+1):] {
			list = put(list, BookingChange{Booking: testbeds.Booking{ID: m.Booking}, Released: true})
		}
	}
	for _, c := range t.changes {
		if !c.Released && c.Booking.Strength == testbeds.Pending && t.j.action != ActionReject {
			c.Booking.Strength = testbeds.Firm
		}
		list = put(list, c)
	}
	return list
}

// put adds a change to a list, instead of an earlier one of the same booking.
func put(list []BookingChange, c BookingChange) []BookingChange {
	return append(slices.DeleteFunc(list, func(o BookingChange) bool { return o.Booking.ID == c.Booking.ID }), c)
}
