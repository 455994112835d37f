package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"berth/testbeds"
)

// What time does to requests is written in the database as the instant at which it is next due. Any number of processes may look: who
// comes second finds the request locked, and then no longer due.

// batch is how many due requests one call handles; more are due at once only after a long stop.
const batch = 500

// due is when time next does something to a request; nil for never.
func (s *Service) due(r Request) *time.Time {
	var next *time.Time
	earliest := func(t *time.Time) {
		if t != nil && (next == nil || t.Before(*next)) {
			next = t
		}
	}
	for _, o := range r.Offers {
		if o.State == OfferOpen {
			earliest(new(o.until()))
		}
	}
	earliest(r.heldUntil())
	if r.PendingMove != nil {
		earliest(new(r.lapses()))
	}
	for _, m := range append(s.reminders(r), r.offerReminders()...) {
		earliest(&m.at)
	}
	if r.begun() {
		earliest(&r.Slot.End)
	}
	if s.unitsToChoose(r) {
		earliest(new(r.begins()))
	}
	return next
}

// begins is when what a request was granted begins to be occupied: the first setup, as it was when the slot was granted.
func (r Request) begins() time.Time {
	if r.Occupied != nil {
		return r.Occupied.Start
	}
	return r.Slot.Start
}

// unitsLooked marks that units were looked for when setup began, also where there were none to give.
func (r Request) unitsLooked() string { return "units " + r.begins().Format(time.RFC3339) }

// unitsToChoose reports whether the service has still to look for the named units of a request.
func (s *Service) unitsToChoose(r Request) bool {
	return r.Status == Scheduled && len(r.Units) == 0 && !slices.Contains(r.Reminded, r.unitsLooked()) && s.named(r)
}

// named reports whether a request uses a device whose units have names.
func (s *Service) named(r Request) bool {
	found := false
	_ = s.ledger.read(func(w world) error {
		if w.fed == nil {
			return nil
		}
		for _, d := range r.Devices {
			t, _ := w.fed.Facility().Testbed(d.Testbed)
			device, _ := t.Device(d.Device)
			found = found || len(device.Units) > 0
		}
		return nil
	})
	return found
}

// reminder is something that operators are told ahead of its time, once.
type reminder struct {
	key  string
	at   time.Time
	of   time.Time
	text string
}

// reminders are those still to be given: ahead of orchestration and of tear-down. Each is about one instant, so that one that moves is
// reminded of anew. Nobody is reminded of what is over, nor of a slot's end before the slot has begun.
func (s *Service) reminders(r Request) []reminder {
	now := s.now()
	return r.unreminded(slices.DeleteFunc(s.allReminders(r), func(m reminder) bool { return !m.of.After(now) }))
}

func (s *Service) allReminders(r Request) []reminder {
	var list []reminder
	for _, ahead := range s.o.Reminders {
		switch {
		case r.Status == Scheduled:
			list = append(list, remind("orchestrate", "by", ahead, r.begins()))
		case (r.Status == Instantiating || r.Status == Running) && !r.Overrun: // of an overrun they are told as such
			if m := remind("tear down", "at", ahead, r.Slot.End); m.at.After(r.Slot.Start) {
				list = append(list, m)
			}
		}
	}
	return list
}

// stillReminded are the marks of what was done once that still mean something: those about instants that the request has or that lie ahead,
// and those about no instant.
func (s *Service) stillReminded(r Request, now time.Time) []string {
	has := []string{r.unitsLooked()}
	for _, m := range s.allReminders(r) {
		has = append(has, m.key)
	}
	return slices.DeleteFunc(slices.Clone(r.Reminded), func(mark string) bool {
		at, err := time.Parse(time.RFC3339, mark[strings.LastIndex(mark, " ")+1:])
		return err == nil && at.Before(now) && !slices.Contains(has, mark)
	})
}

func remind(what, preposition string, ahead time.Duration, of time.Time) reminder {
	at := of.Format(time.RFC3339)
	return reminder{key: fmt.Sprintf("%s %s %s", what, ahead, at), at: of.Add(-ahead), of: of, text: fmt.Sprintf("%s %s %s", what, preposition, at)}
}

// longestNotice is how long before its end an experimenter is reminded of an offer, unless a quarter of its hold is less.
const longestNotice = day

// offerReminders are those still to be given of offers that nobody has taken.
func (r Request) offerReminders() []reminder {
	var list []reminder
	for _, o := range r.Offers {
		if o.State != OfferOpen {
			continue
		}
		notice := longestNotice
		if !o.Made.IsZero() {
			notice = min(notice, o.until().Sub(o.Made)/4)
		}
		list = append(list, reminder{"offer " + o.ID, o.until().Add(-notice), o.until(), "offer " + o.ID + " ends at " + o.until().Format(time.RFC3339)})
	}
	return r.unreminded(list)
}

func (r Request) unreminded(list []reminder) []reminder {
	return slices.DeleteFunc(list, func(m reminder) bool { return slices.Contains(r.Reminded, m.key) })
}

// RunDue does what time has brought: offers that expire, units to choose, reminders, overruns. It is called by any number of
// processes; each thing happens once. next is when it has to be called again at the latest.
func (s *Service) RunDue(ctx context.Context) (done int, next *time.Time, err error) {
	done, err = s.runDue(ctx, nil)
	if err != nil {
		return done, nil, err
	}
	err = s.store.View(ctx, func(tx Reader) error {
		next, err = tx.NextDue(ctx)
		return err
	})
	return done, next, err
}

// settle does what is due on testbeds before something is decided about them; what goes wrong is met again by RunDue.
func (s *Service) settle(ctx context.Context, among []string) {
	if len(among) == 0 {
		return
	}
	for {
		done, err := s.runDue(ctx, among)
		if err != nil {
			s.o.Log.Warn("settling what is due before a decision", "testbeds", among, "error", err)
		}
		if err != nil || done < batch {
			return // what went wrong is not tried again here, and all the rest was seen
		}
	}
}

// runDue takes the due requests one by one. One that goes wrong is logged and does not keep the others from being handled.
func (s *Service) runDue(ctx context.Context, among []string) (done int, err error) {
	var ids []string
	err = s.look(ctx, func(tx Reader, _ world) error {
		ids, err = tx.DueRequests(ctx, s.now(), among, batch)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		switch err := s.handle(ctx, id); {
		case errors.Is(err, errNothingDue):
		case err != nil:
			if ctx.Err() != nil {
				return done, ctx.Err()
			}
			s.o.Log.Error("handling a due request", "request", id, "error", err)
		default:
			done++
		}
	}
	return done, nil
}

// handle does to one request what is due.
func (s *Service) handle(ctx context.Context, id string) error {
	var lock []string
	if err := s.store.View(ctx, func(tx Reader) error {
		r, err := tx.Request(ctx, id)
		lock = Touched(r)
		return err
	}); err != nil {
		return err
	}
	return growing(lock, func(lock []string) error { return s.handleLocked(ctx, id, lock) })
}

func (s *Service) handleLocked(ctx context.Context, id string, lock []string) error {
	return s.store.Change(ctx, lock, func(tx Tx) error {
		d := &decision{s: s, tx: tx, actor: System, now: s.now(), locked: lock}
		r, err := tx.LockRequest(ctx, id)
		if err != nil {
			return err
		}
		if r.Due == nil || r.Due.After(d.now) {
			return errNothingDue
		}
		if err := d.covered(Touched(r)); err != nil {
			return err
		}
		if err := s.ledger.catchUp(ctx, tx, d.now); err != nil {
			return err
		}
		d.request = r
		if err := d.recall(ctx); err != nil {
			return err
		}
		if err := d.pass(ctx, r); err != nil {
			return err
		}
		return d.relieve(ctx)
	})
}

// pass does everything that is due to a request, each with its own row in the history.
func (d *decision) pass(ctx context.Context, r Request) error {
	for _, do := range []func(context.Context, Request) (Request, error){d.expireOffers, d.expireHold, d.lapseMove, d.chooseUnits, d.remind, d.remindOfOffers, d.overrun} {
		var err error
		if r, err = do(ctx, r); err != nil {
			return err
		}
	}
	due := d.s.due(r)
	if due != nil && !due.After(d.now) {
		return fmt.Errorf("request #%d (%s) stays due", r.Number, r.Status)
	}
	if r.Due == nil || r.Due.After(d.now) {
		return nil
	}
	// It was due by what the facility said then: a setup that became shorter lets it wait longer.
	r.Due, r.Revision = due, r.Revision+1
	return d.tx.UpdateRequest(ctx, r)
}

func (d *decision) expireOffers(ctx context.Context, r Request) (Request, error) {
	before := r
	r.Offers = slices.Clone(r.Offers)
	text := ""
	for i, o := range r.Offers {
		if o.State == OfferOpen && !o.until().After(d.now) {
			if err := d.release(ctx, o.Booking); err != nil {
				return r, err
			}
			r.Offers[i].State, r.Offers[i].Booking = OfferExpired, 0
			text += " " + o.ID
		}
	}
	if text == "" {
		return before, nil
	}
	return d.save(ctx, before, r, note{action: ActionOfferExpire, text: "offer" + text})
}

// expireHold lets go of the slot of an accepted offer that nobody granted in time; the request stays under review.
func (d *decision) expireHold(ctx context.Context, r Request) (Request, error) {
	if until := r.heldUntil(); until == nil || until.After(d.now) {
		return r, nil
	}
	before := r
	r, err := d.occupy(ctx, r, d.fresh(r, testbeds.Pending))
	if err != nil {
		return r, err
	}
	return d.save(ctx, before, r, note{action: ActionOfferExpire, text: "its slot is no longer held"})
}

// chooseUnits gives a request its named units when its setup begins: as late as possible, and for good.
func (d *decision) chooseUnits(ctx context.Context, r Request) (Request, error) {
	if !d.s.unitsToChoose(r) || r.begins().After(d.now) {
		return r, nil
	}
	before := r
	r.Reminded = append(slices.Clone(r.Reminded), r.unitsLooked())
	b, ok := d.booked(r)
	if !ok {
		return r, fmt.Errorf("request #%d (%s) has no booking", r.Number, r.Status)
	}
	b, _ = d.equipped(b)
	r.Units = unitsIn(b)
	if _, err := d.book(ctx, r.ID, b); err != nil {
		return r, err
	}
	return d.save(ctx, before, r, note{action: ActionUnits, text: unitWords(r.Units)})
}

func (d *decision) remind(ctx context.Context, r Request) (Request, error) {
	return d.reminded(ctx, r, ActionRemind, d.s.reminders(r))
}

func (d *decision) remindOfOffers(ctx context.Context, r Request) (Request, error) {
	return d.reminded(ctx, r, ActionOfferEnds, r.offerReminders())
}

// reminded gives the reminders whose time has come, as one.
func (d *decision) reminded(ctx context.Context, r Request, action Action, list []reminder) (Request, error) {
	before := r
	text := ""
	for _, m := range list {
		if !m.at.After(d.now) {
			r.Reminded = append(slices.Clone(r.Reminded), m.key)
			text = m.text
		}
	}
	if text == "" {
		return r, nil
	}
	return d.save(ctx, before, r, note{action: action, text: text})
}

// overrunStep is how far an overrun slot is prolonged at a time.
const overrunStep = time.Hour

// overrun prolongs what still runs past its end: it occupies what it holds, whatever comes after it. Where that is somebody else's,
// it is recorded as overbooked, and the conflicts name whom it hurts.
func (d *decision) overrun(ctx context.Context, r Request) (Request, error) {
	if r.Status != Instantiating && r.Status != Running && r.Status != Terminating || r.Slot.End.After(d.now) {
		return r, nil
	}
	before := r
	for !r.Slot.End.After(d.now) {
		r.Slot.End = r.Slot.End.Add(overrunStep)
	}
	if late := d.now.Sub(before.Slot.End); late > overrunStep {
		r.Slot.End = d.now.Truncate(overrunStep).Add(overrunStep) // after a long stop
	}
	have, ok := d.booked(before)
	if !ok {
		return r, fmt.Errorf("request #%d (%s) has no booking", r.Number, r.Status)
	}
	b := have.Until(r.Slot.End)
	if err := d.hurt(r, b); err != nil {
		return r, err
	}
	conflicts := d.outcome.Fit.Conflicts
	b.Overbooked = len(conflicts) > 0 || have.Overbooked && d.excess(b)
	if len(conflicts) > 0 { // the newest record says all
		r.Overbooked = slices.DeleteFunc(slices.Clone(r.Overbooked), func(o Overbook) bool { return o.Reason == reasonOverrun })
		r.Overbooked = append(r.Overbooked, Overbook{At: d.now, By: System.Username, Reason: reasonOverrun, Conflicts: conflicts})
	}
	r, err := d.occupy(ctx, r, b)
	if err != nil {
		return r, err
	}
	if r.Reminded, err = d.tell(ctx, conflicts, r.Reminded, note{action: ActionOverrun, text: "what runs before it is not over; its capacity may come late"}); err != nil {
		return r, err
	}
	if !r.Overrun {
		r.Flags = append(slices.Clone(r.Flags), Flag{Kind: flagOverrun, At: d.now, Text: "it runs past its end, " + before.Slot.End.Format(time.RFC3339)})
	}
	r.Overrun = true
	text := "occupies its capacity until " + r.Slot.End.Format(time.RFC3339)
	return d.save(ctx, before, r, note{action: ActionOverrun, text: text, verdict: &d.outcome.Fit})
}

// reasonOverrun is the reason of the record that an overrun leaves.
const reasonOverrun = "overrun"

// hurt fills in the outcome's verdict with all that an overrun takes from others since the end that was granted.
func (d *decision) hurt(r Request, b testbeds.Booking) error {
	since := d.request.Slot.End
	if r.Scheduled != nil {
		since = sooner(since, r.Scheduled.End)
	}
	return d.world(func(w world) error {
		d.found(w, r, w.fed.Recheck(pinned(r, w.catalogue), b, since))
		return nil
	}, r.bookings()...)
}
