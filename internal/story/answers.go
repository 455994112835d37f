package story

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"berth/scheduler"
	"berth/testbeds"
)

// ask asks whether a demand fits, and compares the answer with the sum of the bookings.
func (m *machine) ask(rt *rapid.T) {
	m.now(rt)
	ask := scheduler.Ask{NSD: rapid.SampledFrom([]string{"marathon", "c2gran", "video", "probe"}).Draw(rt, "nsd"), Slot: m.around(rt)}
	v, err := m.Check(m.ctx(), as("monika"), ask)
	if !m.met(rt, "ask for "+ask.NSD+" in "+ask.Slot.String(), err) || len(v.Problems) > 0 {
		return
	}
	for _, n := range m.demand(ask.NSD) {
		during := m.before.occupied(n.Resource, ask.Slot)
		if during.Start.Before(m.clock) {
			continue
		}
		free := m.before.free(n.Resource, during)
		refused := slices.ContainsFunc(v.Conflicts, func(c testbeds.Conflict) bool { return c.Resource == n.Resource })
		if free < n.Amount && !refused && !v.Truncated {
			m.broken("answer: fits", "%s has %d free in %s, and %d fit", n.Resource, free, during, n.Amount)
		}
		if free >= n.Amount && refused && !m.before.settled(n.Resource, during) {
			m.broken("answer: does not fit", "%s has %d free in %s, and %d do not fit: %v", n.Resource, free, during, n.Amount, v.Conflicts)
		}
	}
}

// around draws a slot like any other, or one in a later part of a closure.
func (m *machine) around(rt *rapid.T) testbeds.Slot {
	slot := m.slot(rt)
	hall, _ := m.before.facility.Testbed("radio")
	if len(hall.Closures) == 0 || m.perhaps(rt) {
		return slot
	}
	o := one(rt, "occurrence", occurrences(hall, one(rt, "closure", hall.Closures)))
	start := o.Start.Add(m.quarters(rt, 0, 120))
	return testbeds.NewSlot(start, slot.Duration())
}

// demand returns the needs of an NSD of the catalogue at its usual place.
func (m *machine) demand(nsd string) testbeds.Demand {
	e, err := m.before.catalogue.Experiment(nsd, nil, nil)
	if err != nil {
		return nil
	}
	return e.Demand()
}

// occupied extends a slot by the present setup and teardown of the facility.
func (s snapshot) occupied(r testbeds.Resource, slot testbeds.Slot) testbeds.Slot {
	t, _ := s.facility.Testbed(r.Testbed)
	setup, teardown := t.Setup.Exact(), t.Teardown.Exact()
	if d, ok := t.Device(r.Device); ok && d.Setup != nil {
		setup = d.Setup.Exact()
	}
	return testbeds.Slot{Start: slot.Start.Add(-setup), End: slot.End.Add(teardown)}
}

// settled reports whether named units are given, wanted or closed around a slot: then counting alone does not decide whether units are
// free.
func (s snapshot) settled(r testbeds.Resource, slot testbeds.Slot) bool {
	if r.Device == "" {
		return false
	}
	t, _ := s.facility.Testbed(r.Testbed)
	if slices.ContainsFunc(closures(t, r), func(c testbeds.Closure) bool { return len(c.Units) > 0 }) {
		return true
	}
	for _, b := range s.blocking() {
		if slices.ContainsFunc(b.Claims, func(c testbeds.Claim) bool { return c.Resource == r && len(c.Units) > 0 }) {
			return true
		}
	}
	return false
}

// extends reports whether a slot can become longer: each claim finds its amount, and its units, until its new end.
func (s snapshot) extends(r scheduler.Request, end time.Time) bool {
	b := s.bookings[r.Booking]
	if b.Overbooked || !s.deployable(r) || end.Sub(r.Slot.Start) > 366*day {
		return false
	}
	for _, c := range b.Claims {
		more := testbeds.Slot{Start: c.To, End: c.To.Add(end.Sub(r.Slot.End))}
		rest := testbeds.Slot{Start: later(s.now, c.From), End: more.End}
		if s.free(c.Resource, rest, b.ID) < c.Amount || s.settled(c.Resource, more) && !s.quiet(c.Resource, rest, b.ID) {
			return false
		}
	}
	return true
}

// quiet reports whether others have no claim on a resource in a slot, and no part of it is closed.
func (s snapshot) quiet(r testbeds.Resource, slot testbeds.Slot, own int64) bool {
	for _, at := range s.edges(r, slot) {
		ids, _ := s.takers(r, at)
		if slices.ContainsFunc(ids, func(id int64) bool { return id != own }) || s.there(r, at) < s.most(r) {
			return false
		}
	}
	return true
}

// agrees checks that a new service answers like one that has followed the log.
func (m *machine) agrees() {
	slot := testbeds.NewSlot(m.clock.Truncate(time.Hour).Add(6*time.Hour), 5*time.Hour)
	fresh := m.another()
	for _, nsd := range []string{"c2gran", "video"} {
		ask := scheduler.Ask{NSD: nsd, Slot: slot}
		was, err := m.Check(m.ctx(), as("monika"), ask)
		is, freshErr := fresh.Check(m.ctx(), as("monika"), ask)
		byBooking := cmpopts.SortSlices(func(a, b testbeds.Taker) bool { return a.Booking < b.Booking })
		if diff := cmp.Diff(is, was, byBooking); diff != "" || fmt.Sprint(err) != fmt.Sprint(freshErr) {
			m.broken("fresh service", "%s (-fresh +old):\n%s%v, %v", nsd, diff, freshErr, err)
		}
	}
}

// verified runs the service's own sweep.
func (m *machine) verified() {
	v, err := m.Verify(m.ctx())
	m.must(err)
	if !v.Clean() {
		m.broken("verify", "overcommitments %+v, inconsistencies %v", v.Overcommitments, v.Inconsistencies)
	}
}
