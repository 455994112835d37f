package scheduler

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"berth/scheduler/account"
	"berth/scheduler/policy"
	"berth/scheduler/trace"
	"berth/testbeds"
	"berth/testbeds/capacity"
)

// errDryRun rolls a transaction back of which only the outcome was wanted.
var errDryRun = errors.New("dry run")

// errMoreTestbeds says that a decision turned out to touch testbeds that were not locked for it.
type errMoreTestbeds []string

func (errMoreTestbeds) Error() string { return "more testbeds must be locked" }

// maxGrowth limits how often a decision starts again with more testbeds.
const maxGrowth = 8

// decision is a step under way: the locked request, the transaction, and the changes made in it so far.
type decision struct {
	s          *Service
	tx         Tx
	actor      account.Actor
	action     Action
	now        time.Time
	locked     []string
	quick      bool            // it did not look before it locked
	request    Request         // before the step
	whose      *account.Person // its experimenter, if that was read
	rules      *rules          // the policy that the transaction sees
	judged     int64           // the revision by which something was judged
	waived     []policy.Breach // against which it was decided, by the override
	unanswered bool            // by the other system that is asked
	dry        bool
	overriding *Override
	changed    []BookingChange
	outcome    Outcome

	series *SeriesStep // that it is part of
	among  []Request   // the occurrences that the step is taken with; nil: all of the series
	made   []int64     // requests that this step made before
	place  *InSeries   // of a request that it makes
}

// command describes a step to take.
type command struct {
	actor    account.Actor
	action   Action
	id       string
	revision int64 // that the caller saw; 0: any
	dry      bool
	quick    bool                   // see errLook
	touches  func(Request) []string // testbeds beyond the request's own; may be nil
	take     func(ctx context.Context, d *decision) error
}

// decide takes a step with a request: it locks the testbeds that the step touches, reads the request anew, checks whether the step is allowed, brings
// the ledger up to date, and commits the changes of take. take may run more than once.
func (s *Service) decide(ctx context.Context, c command) (out Outcome, err error) {
	defer func(began time.Time) { s.tried(c.action, c.dry, began, err) }(s.o.Clock())
	return s.decided(ctx, c)
}

func (s *Service) decided(ctx context.Context, c command) (Outcome, error) {
	ctx = s.listening(ctx)
	if at, known := s.footprints.get(c.id); known && c.touches == nil {
		c.quick = true
		out, err := s.attempt(ctx, c, sorted(append(at.testbeds, s.countedFor(c.action, at.counted)...)))
		if _, more := errors.AsType[errMoreTestbeds](err); err == nil || !more && !errors.Is(err, errLook) {
			return out, s.masked(ctx, c.actor, err)
		}
		c.quick = false
	}
	var seen Request
	var at State
	err := s.store.View(ctx, func(tx Reader) (err error) {
		if seen, err = s.find(ctx, tx, c.actor, c.id); err != nil {
			return err
		}
		at, err = s.ledger.catchUp(ctx, tx, s.now())
		return err
	})
	if err != nil {
		return Outcome{}, err
	}
	c.id = seen.ID
	lock := append(Touched(seen), s.countedFor(c.action, seen)...)
	if c.touches != nil {
		lock = append(lock, c.touches(seen)...)
	}
	s.settle(ctx, at, lock)
	var out Outcome
	err = growing(lock, func(more []string) { s.settle(ctx, at, more) }, func(lock []string) (err error) {
		out, err = s.attempt(ctx, c, lock)
		return err
	})
	if err != nil {
		return Outcome{}, s.masked(ctx, c.actor, err)
	}
	return out, nil
}

// growing runs try with testbeds locked, and again with more of them while it turns out to touch others; before, if set, prepares these.
func growing(lock []string, before func(more []string), try func(lock []string) error) error {
	for range maxGrowth {
		err := try(sorted(lock))
		more, ok := errors.AsType[errMoreTestbeds](err)
		if !ok {
			return err
		}
		if before != nil {
			before(more)
		}
		lock = append(lock, more...)
	}
	return Errorf(CodeUnavailable, "the testbeds involved change too fast; try again")
}

// sorted puts testbeds into the order in which they are locked, each once.
func sorted(testbeds []string) []string {
	list := slices.Sorted(slices.Values(testbeds))
	return slices.Compact(list)
}

// Touched lists the testbeds whose capacity a request uses, holds or asks for.
func Touched(r Request) []string {
	list := r.Testbeds()
	for _, o := range r.Offers {
		if o.State == OfferOpen {
			list = append(list, variantOf(r, o.What).Demand().Testbeds()...)
		}
	}
	return sorted(list)
}

func (s *Service) attempt(ctx context.Context, c command, lock []string) (Outcome, error) {
	var out Outcome
	err := s.change(ctx, lock, func(tx Tx) error {
		d := &decision{s: s, tx: tx, actor: c.actor, action: c.action, now: s.now(), locked: lock, quick: c.quick, dry: c.dry}
		if err := d.begun(ctx, c); err != nil {
			return err
		}
		if err := c.take(ctx, d); err != nil {
			return err
		}
		if err := d.relieve(ctx); err != nil {
			return err
		}
		out = d.outcome
		if err := s.maskOutcome(ctx, tx, c.actor, &out); err != nil {
			return err
		}
		if c.dry {
			return errDryRun
		}
		return nil
	})
	if errors.Is(err, errDryRun) {
		out.DryRun, err = true, nil
	}
	return out, err
}

// begun locks the request and makes sure that the step may be taken.
func (d *decision) begun(ctx context.Context, c command) error {
	r, err := d.tx.LockRequest(ctx, c.id)
	if err != nil {
		return err
	}
	d.request = r
	if !sees(c.actor, r) {
		return notFound(c.id)
	}
	d.s.footprints.note(r)
	if err := d.covered(Touched(r)); err != nil {
		return err
	}
	if err := permit(c.actor, c.action, r, d.now); err != nil {
		return err
	}
	if c.revision != 0 && c.revision != r.Revision {
		return Errorf(CodePrecondition, "request #%d was changed in between: it is at revision %d, not %d", r.Number, r.Revision, c.revision)
	}
	if err := d.caughtUp(ctx); err != nil {
		return err
	}
	d.tx.OnCommit(d.s.ledger.take)
	return d.recall(ctx)
}

// caughtUp brings the ledger to the state of the transaction; one that did not look before may have to.
func (d *decision) caughtUp(ctx context.Context) error {
	at, err := d.tx.State(ctx)
	if err != nil {
		return err
	}
	if d.quick {
		if err := d.s.expected(at, d.now); err != nil {
			return err
		}
	}
	if d.rules, err = d.s.policies.at(ctx, d.tx, at); err != nil {
		return err
	}
	return d.s.ledger.reach(ctx, d.tx, at, d.now)
}

// recall loads the request's booking where it ended before the ledger's horizon: an experiment ran on for months unnoticed.
func (d *decision) recall(ctx context.Context) error {
	if _, known := d.booked(d.request); known || d.request.Booking == 0 {
		return nil
	}
	b, err := d.tx.Booking(ctx, d.request.Booking)
	if CodeOf(err) == CodeNotFound {
		return nil
	}
	if err == nil {
		d.change(BookingChange{Booking: b})
	}
	return err
}

// covered makes sure that testbeds are locked before a decision about them.
func (d *decision) covered(need []string) error {
	var more errMoreTestbeds
	for _, t := range need {
		if !slices.Contains(d.locked, t) && !slices.Equal(d.locked, AllTestbeds) {
			more = append(more, t)
		}
	}
	if len(more) > 0 {
		return more
	}
	return nil
}

// before runs fn on the federation as this step found it: what is committed, and what earlier steps of the transaction booked on its testbeds.
func (d *decision) before(fn func(w snapshot) error) error {
	earlier := slices.DeleteFunc(slices.Clone(d.tx.Earlier()), d.elsewhere)
	return d.s.ledger.read(func(w snapshot) error {
		if len(earlier) > 0 {
			w.fed = laid(w.fed, earlier)
		}
		return fn(w)
	})
}

// elsewhere reports whether a changed booking lies on other testbeds than those that the step has locked.
func (d *decision) elsewhere(c BookingChange) bool {
	return !c.Released && !slices.ContainsFunc(c.Booking.Testbeds(), func(t string) bool { return slices.Contains(d.locked, t) })
}

// laid lays changes over a federation.
func laid(fed *capacity.Federation, changes []BookingChange) *capacity.Federation {
	var ids []int64
	for _, c := range changes {
		ids = append(ids, c.Booking.ID)
	}
	fed = fed.Without(ids...)
	for _, c := range changes {
		if !c.Released {
			fed.Put(c.Booking)
		}
	}
	return fed
}

// snapshot runs fn on the federation as this transaction has left it, without the given bookings.
func (d *decision) snapshot(fn func(w snapshot) error, without ...int64) error {
	return d.before(func(w snapshot) error {
		ids := slices.Clone(without)
		for _, c := range d.changed {
			ids = append(ids, c.Booking.ID)
		}
		w.fed = w.fed.Without(ids...)
		for _, c := range d.changed {
			if !c.Released && !slices.Contains(without, c.Booking.ID) {
				w.fed.Put(c.Booking)
			}
		}
		return fn(w)
	})
}

// book writes a booking of a request and remembers it for the checks that follow.
func (d *decision) book(ctx context.Context, request string, b testbeds.Booking) (int64, error) {
	if err := d.tx.PutBooking(ctx, request, &b); err != nil {
		return 0, err
	}
	d.change(BookingChange{Booking: b})
	return b.ID, nil
}

// release gives a booking's capacity back.
func (d *decision) release(ctx context.Context, id int64) error {
	if id == 0 {
		return nil
	}
	if err := d.tx.ReleaseBooking(ctx, id); err != nil {
		return err
	}
	d.change(BookingChange{Booking: testbeds.Booking{ID: id}, Released: true})
	return nil
}

func (d *decision) change(c BookingChange) {
	d.changed = put(d.changed, c)
}

// note describes a step for the history and the change log.
type note struct {
	action  Action // default: the decision's
	reason  string
	text    string
	verdict *testbeds.Verdict
	about   []string // testbeds, if it concerns not all of the request's
	remark  int64    // the feedback that was added
	people  []string // whom it mentions
}

// save writes a request after a step, with its history row and its event.
func (d *decision) save(ctx context.Context, before, after Request, n note) (Request, error) {
	after, err := d.settled(ctx, before, after)
	if err != nil {
		return Request{}, err
	}
	after.Revision, after.Updated = before.Revision+1, d.now
	if d.action != ActionRemark && d.action != ActionTicket && d.action != ActionTicketNote {
		after.Remark = nil
	}
	d.regranted(before, &after)
	d.toDecide(before, &after)
	if err := d.roomed(ctx, &after); err != nil {
		return Request{}, err
	}
	after.Care = after.stillCared()
	after.Reminded = d.s.stillReminded(after, d.now)
	after.Due = d.s.due(after)
	if err := d.tx.UpdateRequest(ctx, after); err != nil {
		return Request{}, err
	}
	d.s.footprints.note(after)
	return after, d.record(ctx, before.Status, after, n)
}

func (d *decision) record(ctx context.Context, from Status, r Request, n note) error {
	action := cmp.Or(n.action, d.action)
	n.text = d.said(action, n.text)
	step := d.stepWith(r)
	entry := Entry{Request: r.ID, At: d.now, Actor: d.actor.Username, Via: d.actor.Via, Action: action, From: from, To: r.Status, Reason: n.reason, Text: n.text, Verdict: n.verdict,
		Series: step, Policy: d.judged}
	if err := d.tx.AddEntry(ctx, &entry); err != nil {
		return err
	}
	kind, concerned := EventRequest, n.about
	if concerned == nil {
		concerned = r.Demand.Testbeds()
	}
	if action == ActionRemind || action == ActionOfferEnds || action == ActionDecideSoon {
		kind = EventReminder
	}
	return d.tx.AddEvent(ctx, Event{At: d.now, Kind: kind, Action: action, Actor: d.actor.Username, Via: d.actor.Via, Request: r.ID, Number: r.Number, From: from, Status: r.Status,
		Testbeds: concerned, Text: n.text, Reason: n.reason, Remark: n.remark, Mentions: n.people, Series: step, Cause: trace.Of(ctx).String()})
}
