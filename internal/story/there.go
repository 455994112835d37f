package story

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"berth/testbeds"
)

// there counts the amount of a resource in the facility at an instant, without bookings: closures of parts add up, a unit named by
// several counts once, and so does the amount of a repeated closure with overlapping occurrences.
func (s snapshot) there(r testbeds.Resource, at time.Time) int64 {
	t, ok := s.facility.Testbed(r.Testbed)
	if !ok {
		return 0
	}
	total := int64(0)
	if d, ok := t.Device(r.Device); ok && r.Device != "" {
		total = d.Count
	} else if v, ok := t.VIM(r.VIM); ok && r.Device == "" {
		total = v.Capacity[r.Quantity]
	}
	units := map[string]bool{}
	for _, c := range closures(t, r) {
		if !slices.ContainsFunc(occurrences(t, c), func(o testbeds.Slot) bool { return !at.Before(o.Start) && at.Before(o.End) }) {
			continue
		}
		switch {
		case len(c.Units) > 0:
			for _, u := range c.Units {
				units[u] = true
			}
		case c.Count > 0:
			total -= c.Count
		case len(c.Capacity) > 0:
			total -= c.Capacity[r.Quantity]
		default:
			return 0
		}
	}
	return max(0, total-int64(len(units)))
}

// closures lists those of a testbed that concern a resource.
func closures(t testbeds.Testbed, r testbeds.Resource) []testbeds.Closure {
	var list []testbeds.Closure
	for _, c := range t.Closures {
		if len(c.VIMs)+len(c.Devices) == 0 || r.Device != "" && slices.Contains(c.Devices, r.Device) || r.Device == "" && slices.Contains(c.VIMs, r.VIM) {
			list = append(list, c)
		}
	}
	return list
}

// occurrences lists all times of a closure. Stories close once or on a number of days, at the same local time of the testbed.
func occurrences(t testbeds.Testbed, c testbeds.Closure) []testbeds.Slot {
	times := 1
	if c.RRule != "" {
		if _, err := fmt.Sscanf(strings.TrimPrefix(c.RRule, "FREQ=DAILY;COUNT="), "%d", &times); err != nil {
			panic("a rule that stories do not make: " + c.RRule)
		}
	}
	zone, err := time.LoadLocation(t.Timezone)
	if err != nil {
		panic(err)
	}
	var list []testbeds.Slot
	for i := range times {
		l := c.Start.Time
		start := time.Date(l.Year(), l.Month(), l.Day()+i, l.Hour(), l.Minute(), l.Second(), 0, zone)
		list = append(list, testbeds.NewSlot(start, c.Duration.Clock))
	}
	return list
}

// hasUnit reports whether the facility has a named unit at all, and keeps it open throughout a slot.
func (s snapshot) hasUnit(r testbeds.Resource, unit string, slot testbeds.Slot) bool {
	t, _ := s.facility.Testbed(r.Testbed)
	d, _ := t.Device(r.Device)
	if !slices.Contains(d.Units, unit) {
		return false
	}
	for _, c := range closures(t, r) {
		if c.Count > 0 || len(c.Units) > 0 && !slices.Contains(c.Units, unit) {
			continue
		}
		if slices.ContainsFunc(occurrences(t, c), slot.Overlaps) {
			return false
		}
	}
	return true
}

// edges lists the instants within a slot at which the amount or the bookings of a resource may change, starting with the slot's start.
func (s snapshot) edges(r testbeds.Resource, slot testbeds.Slot) []time.Time {
	at := []time.Time{slot.Start}
	add := func(o testbeds.Slot) {
		for _, t := range []time.Time{o.Start, o.End} {
			if t.After(slot.Start) && t.Before(slot.End) {
				at = append(at, t)
			}
		}
	}
	for _, b := range s.blocking() {
		for _, c := range b.Claims {
			if c.Resource == r {
				add(during(c))
			}
		}
	}
	t, _ := s.facility.Testbed(r.Testbed)
	for _, c := range closures(t, r) {
		for _, o := range occurrences(t, c) {
			add(o)
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	return slices.CompactFunc(at, time.Time.Equal)
}

// takers lists the blocking claims on a resource at an instant.
func (s snapshot) takers(r testbeds.Resource, at time.Time) (ids []int64, amount int64) {
	for _, b := range s.blocking() {
		for _, c := range b.Claims {
			if c.Resource == r && !at.Before(c.From) && at.Before(c.To) {
				ids = append(ids, b.ID)
				amount += c.Amount
			}
		}
	}
	return ids, amount
}

// free returns the least remaining amount of a resource in a slot, not counting the given bookings.
func (s snapshot) free(r testbeds.Resource, slot testbeds.Slot, own ...int64) int64 {
	least := int64(1 << 62)
	for _, at := range s.edges(r, slot) {
		ids, booked := s.takers(r, at)
		for _, id := range own {
			if slices.Contains(ids, id) {
				booked -= amount(s.bookings[id], r)
			}
		}
		least = min(least, s.there(r, at)-booked)
	}
	return least
}

func amount(b testbeds.Booking, r testbeds.Resource) int64 {
	total := int64(0)
	for _, c := range b.Claims {
		if c.Resource == r {
			total += c.Amount
		}
	}
	return total
}

// local converts an instant to a testbed's local time.
func (s snapshot) local(testbed string, at time.Time) testbeds.LocalTime {
	t, _ := s.facility.Testbed(testbed)
	zone, err := time.LoadLocation(t.Timezone)
	if err != nil {
		panic(err)
	}
	l := at.In(zone)
	return testbeds.LocalTime{Time: time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), 0, time.UTC)}
}
