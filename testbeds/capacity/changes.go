package capacity

import (
	"berth/testbeds"
	"fmt"
	"math"
	"slices"
	"time"
)

// at makes the alternative of a variant in a slot.
func (v variant) at(s testbeds.Slot, more ...testbeds.Change) testbeds.Alternative {
	a := testbeds.Alternative{Slot: s.UTC(), Placement: v.experiment.Placement, Devices: v.experiment.Devices, Changes: append(slices.Clone(v.changes), more...), Cost: v.cost}
	for _, c := range more {
		weight := CostShift
		if c.Kind == testbeds.ChangeShorten {
			weight = CostShorten
		}
		a.Cost += weight * hours(time.Duration(c.Seconds)*time.Second)
	}
	a.Cost = math.Round(a.Cost*costPrecision) / costPrecision
	return a
}

// Moved makes the alternative of an experiment as it is in another slot of the same length.
func Moved(e testbeds.Experiment, from, to testbeds.Slot) testbeds.Alternative {
	return variant{experiment: e}.at(to, shift(from.Start, to.Start))
}

func shift(from, to time.Time) testbeds.Change {
	by := to.Sub(from)
	word := "later"
	if by < 0 {
		word = "earlier"
	}
	return testbeds.Change{Kind: testbeds.ChangeShift, Seconds: int64(by / time.Second), From: from.UTC().Format(time.RFC3339), To: to.UTC().Format(time.RFC3339),
		Text: fmt.Sprintf("starts %s %s", spoken(by.Abs()), word)}
}

// Changed says how a slot differs from the one that was asked for.
func Changed(from, to testbeds.Slot) (list []testbeds.Change) {
	if !to.Start.Equal(from.Start) {
		list = append(list, shift(from.Start, to.Start))
	}
	if to.Duration() < from.Duration() {
		list = append(list, shorten(testbeds.Slot{Start: to.Start, End: to.Start.Add(from.Duration())}, to))
	}
	return list
}

// shiftPart says how far a part of the slot was moved: as far as it sticks out.
func shiftPart(from, to testbeds.Slot, by time.Duration) testbeds.Change {
	if by < 0 {
		return shift(from.Start, to.Start)
	}
	return testbeds.Change{Kind: testbeds.ChangeShift, Seconds: int64(by / time.Second), From: from.End.UTC().Format(time.RFC3339), To: to.End.UTC().Format(time.RFC3339),
		Text: fmt.Sprintf("ends %s later", spoken(by))}
}

func shorten(from, to testbeds.Slot) testbeds.Change {
	lost := from.Duration() - to.Duration()
	text := "ends " + spoken(lost) + " earlier"
	switch {
	case !from.Contains(to):
		text = "is " + spoken(lost) + " shorter"
	case !to.Start.Equal(from.Start) && !to.End.Equal(from.End):
		text = "starts " + spoken(to.Start.Sub(from.Start)) + " later and ends " + spoken(from.End.Sub(to.End)) + " earlier"
	case !to.Start.Equal(from.Start):
		text = "starts " + spoken(lost) + " later and ends as asked"
	}
	return testbeds.Change{Kind: testbeds.ChangeShorten, Seconds: int64(lost / time.Second), From: spoken(from.Duration()), To: spoken(to.Duration()), Text: text}
}

// spoken writes a length for people: "2 d 3 h", "45 min".
func spoken(d time.Duration) string {
	out := ""
	for _, u := range []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}} {
		if n := d / u.of; n > 0 {
			out += fmt.Sprintf(" %d %s", n, u.name)
			d -= n * u.of
		}
	}
	if out == "" {
		return "0 s"
	}
	return out[1:]
}
