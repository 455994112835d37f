package capacity

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// supply is the capacity of a VIM or device over the horizon, with the times at which some of it is missing. The facility's words mean
// this:
//   - a capacity change replaces an amount from its instant on;
//   - a closure without a part takes everything, as does the time outside of all openings;
//   - parts add up, and never take more than there is; occurrences of one closure that overlap take its part once;
//   - a unit that several closures name is away once, and counts as one.
type supply struct {
	from, to int64
	written  testbeds.Quantities // the amounts of a VIM; the count of a device under an empty name
	names    []string            // of units
	changes  map[string][]level
	whole    []stretch // all of it is closed
	parts    []cut
	away     map[string][]stretch // named units
}

// stretch is the half-open interval [from, to) in seconds.
type stretch struct{ from, to int64 }

// cut is a closure of part of the capacity.
type cut struct {
	times []stretch
	part  testbeds.Quantities
}

// supplyOf reads the facility's statements about the VIM or device of a resource; known is false if it has none.
func supplyOf(f testbeds.Facility, r testbeds.Resource, from, to int64) (s supply, known bool, err error) {
	t, _ := f.Testbed(r.Testbed)
	vim, isVIM := t.VIM(r.VIM)
	device, isDevice := t.Device(r.Device)
	s = supply{from: from, to: to, written: vim.Capacity, names: device.Units, changes: map[string][]level{}, away: map[string][]stretch{}}
	closures, openings := vim.Closures, vim.Opening
	if isDevice {
		s.written, closures, openings = testbeds.Quantities{"": device.Count}, device.Closures, device.Opening
	}
	if _, counted := s.written[r.Quantity]; isVIM == isDevice || !counted {
		return supply{}, false, nil
	}
	zone, err := time.LoadLocation(t.Timezone)
	if err != nil {
		return supply{}, false, fmt.Errorf("testbed %s: %w", t.ID, err)
	}
	s.change(t.CapacityChanges, r, zone)
	if err := s.close(concerning(r, t.Closures, closures), zone); err != nil {
		return supply{}, false, fmt.Errorf("testbed %s: %w", t.ID, err)
	}
	if err := s.open(concerning(r, t.Opening, openings), zone); err != nil {
		return supply{}, false, fmt.Errorf("testbed %s: %w", t.ID, err)
	}
	return s, true, nil
}

// concerning picks the closures of the testbed that concern a VIM or device, and adds its own.
func concerning(r testbeds.Resource, atTestbed, own []testbeds.Closure) []testbeds.Closure {
	var list []testbeds.Closure
	for _, c := range atTestbed {
		everything := len(c.VIMs) == 0 && len(c.Devices) == 0
		if everything || r.VIM != "" && slices.Contains(c.VIMs, r.VIM) || r.Device != "" && slices.Contains(c.Devices, r.Device) {
			list = append(list, c)
		}
	}
	return append(list, own...)
}

// change records the capacity changes of each quantity, in the order in which they come into force.
func (s *supply) change(changes []testbeds.CapacityChange, r testbeds.Resource, zone *time.Location) {
	changes = slices.SortedStableFunc(slices.Values(changes), func(a, b testbeds.CapacityChange) int { return a.From.Compare(b.From.Time) })
	for _, c := range changes {
		at := max(s.from, wallclock.Instant(c.From.Time, zone).Unix())
		switch {
		case r.Device != "" && c.Device == r.Device:
			s.changes[""] = append(s.changes[""], level{at, c.Count})
		case r.VIM != "" && c.VIM == r.VIM:
			for q, n := range c.Capacity {
				s.changes[q] = append(s.changes[q], level{at, n})
			}
		}
	}
}

// close records the parts and times of each closure.
func (s *supply) close(closures []testbeds.Closure, zone *time.Location) error {
	for _, c := range closures {
		times, err := s.times(c, zone)
		if err != nil {
			return fmt.Errorf("closure %q: %w", c.Summary, err)
		}
		switch {
		case len(c.Units) > 0:
			for _, u := range c.Units {
				s.away[u] = merged(append(s.away[u], times...))
			}
		case c.Count > 0:
			s.parts = append(s.parts, cut{times, testbeds.Quantities{"": c.Count}})
		case len(c.Capacity) > 0:
			s.parts = append(s.parts, cut{times, c.Capacity})
		default:
			s.whole = append(s.whole, times...)
		}
	}
	s.whole = merged(s.whole)
	return nil
}

// open closes the time between openings, if there are openings.
func (s *supply) open(openings []testbeds.Closure, zone *time.Location) error {
	var open []stretch
	for _, o := range openings {
		times, err := s.times(o, zone)
		if err != nil {
			return fmt.Errorf("opening %q: %w", o.Summary, err)
		}
		open = append(open, times...)
	}
	if len(openings) == 0 {
		return nil
	}
	at := s.from
	for _, o := range merged(open) {
		s.whole = append(s.whole, stretch{at, o.from})
		at = o.to
	}
	s.whole = merged(append(s.whole, stretch{at, s.to}))
	return nil
}

// times expands a closure within the horizon.
func (s *supply) times(c testbeds.Closure, zone *time.Location) ([]stretch, error) {
	slots, err := c.Occurrences(zone, testbeds.Slot{Start: time.Unix(s.from, 0).UTC(), End: time.Unix(s.to, 0).UTC()})
	if err != nil {
		return nil, err
	}
	times := make([]stretch, 0, len(slots))
	for _, o := range slots {
		times = append(times, stretch{max(s.from, o.Start.Unix()), min(s.to, o.End.Unix())})
	}
	return merged(times), nil
}

// merged orders stretches, joins those that overlap or touch, and drops empty ones.
func merged(list []stretch) []stretch {
	slices.SortFunc(list, func(a, b stretch) int { return cmp.Compare(a.from, b.from) })
	var all []stretch
	for _, s := range list {
		n := len(all)
		switch {
		case s.from >= s.to:
		case n > 0 && s.from <= all[n-1].to:
			all[n-1].to = max(all[n-1].to, s.to)
		default:
			all = append(all, s)
		}
	}
	return all
}

// turn is an instant at which the capacity changes: the written amount, the sum that closures take of it, and whether they take everything.
type turn struct {
	at, cut int64
	whole   int
	written *int64
}

// amount returns the capacity of a quantity over time.
func (s *supply) amount(quantity string) []level {
	turns := []turn{{at: s.from, written: new(s.written[quantity])}}
	for _, c := range s.changes[quantity] {
		turns = append(turns, turn{at: c.at, written: &c.amount})
	}
	for _, c := range s.parts {
		turns = between(turns, c.times, turn{cut: c.part[quantity]})
	}
	for _, times := range s.away {
		turns = between(turns, times, turn{cut: 1})
	}
	return levels(between(turns, s.whole, turn{whole: 1}))
}

// unit returns the presence of a named unit over time; an unknown unit is never present.
func (s *supply) unit(name string) []level {
	turns := []turn{{at: s.from, written: new(int64(0))}}
	if slices.Contains(s.names, name) {
		turns[0].written = new(int64(1))
	}
	turns = between(turns, s.away[name], turn{whole: 1})
	return levels(between(turns, s.whole, turn{whole: 1}))
}

// between appends a turn that takes at the beginning of each stretch, and one that gives back at its end.
func between(turns []turn, times []stretch, taken turn) []turn {
	for _, t := range times {
		turns = append(turns, turn{at: t.from, cut: taken.cut, whole: taken.whole}, turn{at: t.to, cut: -taken.cut, whole: -taken.whole})
	}
	return turns
}

// levels adds turns up. No level falls below zero.
func levels(turns []turn) []level {
	slices.SortStableFunc(turns, func(a, b turn) int { return cmp.Compare(a.at, b.at) })
	var all []level
	var now turn
	for i, t := range turns {
		now.cut, now.whole = now.cut+t.cut, now.whole+t.whole
		now.written = cmp.Or(t.written, now.written)
		if i+1 < len(turns) && turns[i+1].at == t.at {
			continue
		}
		amount := max(0, *now.written-now.cut)
		if now.whole > 0 {
			amount = 0
		}
		all = append(all, level{t.at, amount})
	}
	return all
}
