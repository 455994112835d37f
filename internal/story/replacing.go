package story

import (
	"fmt"

	"pgregory.net/rapid"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

func (m *machine) way(rt *rapid.T) testbeds.Replacing {
	return rapid.SampledFrom(append([]testbeds.Replacing{""}, testbeds.Replacements...)).Draw(rt, "whom it hits")
}

// sayWay changes what becomes of those whom closures of a testbed hit.
func (m *machine) sayWay(rt *rapid.T) {
	way := m.way(rt)
	m.change(rt, "whom closures hit", m.testbed(rt), func(t *testbeds.Testbed) { t.Replace = way })
}

// drawn draws a calendar of a testbed anew: its closures before go.
func (m *machine) drawn(rt *rapid.T) {
	testbed := one(rt, "testbed", []string{"radio", "radio", "cloud", "lab"})
	var list []testbeds.Closure
	for i := range rapid.IntRange(0, 2).Draw(rt, "events") {
		s := m.slot(rt)
		list = append(list, testbeds.Closure{ID: fmt.Sprint("cal-", i), Summary: "upkeep", Start: m.before.local(testbed, s.Start), Duration: testbeds.Period{Clock: min(s.Duration(), 10*day)}, Replace: m.way(rt)})
	}
	m.now(rt)
	reader := account.System
	reader.Via = "calendar " + testbed
	out, err := m.TakeClosures(m.ctx(), reader, testbed, "cal-"+testbed, list, scheduler.ChangeOptions{Force: true, Reason: "upkeep"})
	if m.met(rt, "draw the calendar of "+testbed, err) {
		m.previewed(out)
		m.cared(out)
	}
}

// cared judges what a change says became of whom it hit.
func (m *machine) cared(out scheduler.FacilityChange) {
	s := m.look()
	for _, b := range out.Broken {
		r, _ := s.request(b.Request)
		if b.Moved != nil && (r.Status != scheduler.Scheduled || !r.Slot.Equal(*b.Moved) || len(s.shortOf(r)) > 0) {
			m.broken("closure: moved", "#%d was moved to %s, and is %s in %s, short of %v", r.Number, b.Moved, r.Status, r.Slot, s.shortOf(r))
		}
		if b.Moved != nil && b.Offered > 0 || b.Later && (b.Moved != nil || b.Offered > 0) {
			m.broken("closure: cared for twice", "%+v", b)
		}
	}
}

// lost: a request has at most three offers for what it lost, and nothing is left to do for one that lacks nothing.
func (m *machine) lost(r scheduler.Request) {
	open, flagged := 0, flagged(r, scheduler.FlagFacility)
	for _, o := range r.Offers {
		if o.State == scheduler.OfferOpen && o.For == scheduler.OfferLost {
			open++
		}
	}
	if open > 3 {
		m.broken("closure: offers", "#%d has %d offers for what it lost", r.Number, open)
	}
	if r.Care != nil && !flagged {
		m.broken("closure: care", "#%d lacks nothing, and is to be cared for at %s", r.Number, r.Care.At)
	}
}

// shortOf lists the shortages that the booking of a request meets.
func (s snapshot) shortOf(r scheduler.Request) (list []shortage) {
	b := s.bookings[r.Booking]
	for _, c := range b.Claims {
		list = append(list, s.shortagesOf(c.Resource, during(c))...)
	}
	return list
}
