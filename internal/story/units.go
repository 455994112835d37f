package story

import (
	"slices"

	"berth/scheduler"
	"berth/testbeds"
)

// unitsOnce: no named unit is in two places at once, among running requests, and among bookings unless one is recorded as
// overbooked.
func (m *machine) unitsOnce(s snapshot) {
	for i, r := range s.requests {
		for _, o := range s.requests[:i] {
			if unit := shared(r, o); running(r) && running(o) && unit != "" {
				m.broken("units: twice running", "%s runs in #%d and in #%d", unit, o.Number, r.Number)
			}
		}
	}
	list := s.blocking()
	for i, b := range list {
		for _, o := range list[:i] {
			if unit := s.clash(b, o); unit != "" && !b.Overbooked && !o.Overbooked {
				m.broken("units: twice booked", "%s is booked in #%d (%s) and in #%d (%s)", unit, o.Request, o.Strength, b.Request, b.Strength)
			}
		}
	}
}

// shared returns a unit that two requests were given.
func shared(a, b scheduler.Request) string {
	for _, x := range a.Units {
		for _, y := range b.Units {
			for _, u := range x.Units {
				if x.Testbed == y.Testbed && x.Device == y.Device && slices.Contains(y.Units, u) {
					return u
				}
			}
		}
	}
	return ""
}

// clash returns a unit that two bookings have at the same time, from now on.
func (s snapshot) clash(a, b testbeds.Booking) string {
	for _, x := range a.Claims {
		for _, y := range b.Claims {
			if x.Resource != y.Resource || empty(overlap(during(x), during(y), s.now)) {
				continue
			}
			for _, u := range x.Units {
				if slices.Contains(y.Units, u) {
					return u
				}
			}
		}
	}
	return ""
}

// unitsThere: no booking has a unit that the facility lacks, or keeps closed then, unless it is recorded. An offer of such a unit is
// withdrawn.
func (m *machine) unitsThere(s snapshot) {
	for _, b := range s.blocking() {
		unit := s.missing(b)
		if unit == "" {
			continue
		}
		r := s.numbered(b.Request)
		if b.ID != r.Booking {
			m.broken("units: offered and not there", "an offer of #%d has %s", r.Number, unit)
		} else if !b.Overbooked && !flagged(r, scheduler.FlagFacility) {
			m.broken("units: not there", "#%d (%s) has %s", r.Number, b.Strength, unit)
		}
	}
}

// missing returns a unit of a booking that is unavailable from now on.
func (s snapshot) missing(b testbeds.Booking) string {
	for _, c := range b.Claims {
		rest := overlap(during(c), during(c), s.now)
		for _, u := range c.Units {
			if !empty(rest) && !s.hasUnit(c.Resource, u, rest) {
				return u
			}
		}
	}
	return ""
}

func flagged(r scheduler.Request, kinds ...scheduler.FlagKind) bool {
	return slices.ContainsFunc(r.Flags, func(f scheduler.Flag) bool { return slices.Contains(kinds, f.Kind) })
}

// started judges an accepted start: not before the granted setup, with every approval, and on its units unless it was started without.
func (m *machine) started(from scheduler.Status, r scheduler.Request, in scheduler.Step) {
	s := m.look()
	b := s.bookings[r.Booking]
	if from == scheduler.Scheduled && s.now.Before(span(b).Start) {
		m.broken("start: before its setup", "#%d is started before %s", r.Number, span(b).Start)
	}
	if in.Override != nil && in.Override.Mode == scheduler.OverrideOverbook {
		m.overruled[r.ID] = true
	}
	if m.overruled[r.ID] || from != scheduler.Scheduled {
		return // it keeps the units that it began with
	}
	for _, c := range b.Claims {
		t, _ := s.facility.Testbed(c.Testbed)
		if d, _ := t.Device(c.Device); c.Device != "" && len(d.Units) > 0 && int64(len(given(r, c.Resource))) < c.Amount {
			m.broken("start: without its units", "#%d needs %d of %s and has %v", r.Number, c.Amount, c.Resource, given(r, c.Resource))
		}
	}
	if unit := s.lost(r); unit != "" {
		m.broken("start: without its units", "#%d runs on %s, which is not there", r.Number, unit)
	}
}

// lost returns a unit that a request was given and cannot use right now: it is closed or gone, or another request runs on
// it.
func (s snapshot) lost(r scheduler.Request) string {
	for _, g := range r.Units {
		for _, u := range g.Units {
			if !s.hasUnit(testbeds.Resource{Testbed: g.Testbed, Device: g.Device}, u, testbeds.NewSlot(s.now, 1)) {
				return u
			}
		}
	}
	for _, o := range s.requests {
		if unit := shared(r, o); unit != "" && running(o) && o.ID != r.ID {
			return unit
		}
	}
	return ""
}

// given lists the units of a device that a request got.
func given(r scheduler.Request, of testbeds.Resource) []string {
	for _, u := range r.Units {
		if u.Testbed == of.Testbed && u.Device == of.Device {
			return u.Units
		}
	}
	return nil
}
