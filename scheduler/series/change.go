package series

import (
	"fmt"
	"slices"
	"time"

	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// MaxShift bounds a shift of all occurrences, in minutes.
const MaxShift = 366 * 24 * 60

// Change says in what a series is to differ. The zero Change changes nothing.
type Change struct {
	Shift int    `json:"shift_minutes,omitempty"` // of all occurrences alike, on the wall clock; negative: earlier
	Skip  []int  `json:"skip,omitempty"`          // places that are left out
	Moves []Move `json:"moves,omitempty"`         // occurrences that go elsewhere on their own
}

// Move is an occurrence that goes elsewhere on its own.
type Move struct {
	Place     int                   `json:"place"`
	Slot      testbeds.Slot         `json:"slot"`
	Placement testbeds.Placement    `json:"placement,omitempty"` // default: that of the series
	Devices   []testbeds.DeviceNeed `json:"devices,omitempty"`   // default: those of the series
}

// IsZero reports whether the change leaves everything as it is.
func (c Change) IsZero() bool { return c.Shift == 0 && len(c.Skip) == 0 && len(c.Moves) == 0 }

// Of returns the move of a place.
func (c Change) Of(place int) (m Move, ok bool) {
	i := slices.IndexFunc(c.Moves, func(m Move) bool { return m.Place == place })
	if i < 0 {
		return Move{}, false
	}
	return c.Moves[i], true
}

// Apply returns the occurrences as they are after a change, without those that are left out. It returns testbeds.Faults for a change that the
// occurrences do not allow.
func (p Plan) Apply(list []Occurrence, c Change) ([]Occurrence, error) {
	if err := c.check(list); err != nil {
		return nil, err
	}
	return p.applied(list, c, p.Location()), nil
}

// applied makes a change that was checked.
func (p Plan) applied(list []Occurrence, c Change, zone *time.Location) []Occurrence {
	out := make([]Occurrence, 0, len(list))
	for _, o := range list {
		if slices.Contains(c.Skip, o.Place) {
			continue
		}
		if m, ok := c.Of(o.Place); ok {
			o.Slot = m.Slot.UTC()
		} else {
			o.Slot = p.shifted(o.Slot, c.Shift, zone)
		}
		out = append(out, o)
	}
	return out
}

func (c Change) check(list []Occurrence) error {
	var bad testbeds.Faults
	add := func(field, rule string, args ...any) {
		bad.Add(testbeds.Fault{Field: "change." + field, Rule: fmt.Sprintf(rule, args...)})
	}
	there := func(place int) bool {
		return slices.ContainsFunc(list, func(o Occurrence) bool { return o.Place == place })
	}
	if c.Shift < -MaxShift || c.Shift > MaxShift {
		add("shift_minutes", "must be from %d to %d", -MaxShift, MaxShift)
	}
	if len(c.Skip) > MaxOccurrences || len(c.Moves) > MaxOccurrences {
		add("moves", "at most %d", MaxOccurrences)
		return bad
	}
	for i, place := range c.Skip {
		switch {
		case !there(place):
			add(fmt.Sprintf("skip[%d]", i), "there is no occurrence %d", place)
		case slices.Contains(c.Skip[:i], place):
			add(fmt.Sprintf("skip[%d]", i), "occurrence %d is named twice", place)
		}
	}
	for i, m := range c.Moves {
		switch {
		case !there(m.Place):
			add(fmt.Sprintf("moves[%d].place", i), "there is no occurrence %d", m.Place)
		case slices.Contains(c.Skip, m.Place), slices.ContainsFunc(c.Moves[:i], func(o Move) bool { return o.Place == m.Place }):
			add(fmt.Sprintf("moves[%d].place", i), "occurrence %d is named twice", m.Place)
		case !m.Slot.Start.Before(m.Slot.End):
			add(fmt.Sprintf("moves[%d].slot.end", i), "must be after slot.start")
		}
	}
	if len(bad) == 0 && len(c.Skip) >= len(list) {
		add("skip", "leaves nothing of the series")
	}
	return bad.Err()
}

// shifted moves a slot by minutes on the wall clock. An occurrence keeps its length, or, where it lasts whole days, the wall-clock time of its end.
func (p Plan) shifted(s testbeds.Slot, minutes int, zone *time.Location) testbeds.Slot {
	if minutes == 0 {
		return s.UTC()
	}
	by := time.Duration(minutes) * time.Minute
	start := wallclock.Instant(p.wall(s.Start, zone).Add(by), zone)
	if p.Duration.Days == 0 {
		return testbeds.NewSlot(start, s.Duration())
	}
	end := wallclock.Instant(wallclock.Floating(s.End.In(zone)).Add(by), zone)
	if !start.Before(end) { // the clocks skip all of it
		return testbeds.NewSlot(start, s.Duration())
	}
	return testbeds.Slot{Start: start, End: end}
}

// wall returns the wall-clock time that was meant by a start: an occurrence at 01:30 that begins at 02:30 on the one night whose clocks skip that hour
// is shifted from 01:30.
func (p Plan) wall(start time.Time, zone *time.Location) time.Time {
	wall := wallclock.Floating(start.In(zone))
	meant := time.Date(wall.Year(), wall.Month(), wall.Day(), p.Start.Hour(), p.Start.Minute(), p.Start.Second(), 0, time.UTC)
	if wallclock.Instant(meant, zone).Equal(start) {
		return meant
	}
	return wall
}
