package web

import (
	"cmp"
	"context"
	"slices"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// nearby is how far from a slot others are looked for.
const nearby = 7 * 24 * time.Hour

// byDay puts the nearest slots in working hours in front of some alternatives, in the place of those that are the same at night.
func (s *site) byDay(ctx context.Context, who account.Actor, q scheduler.Ask, slot testbeds.Slot, zone *time.Location, list []testbeds.Alternative) ([]testbeds.Alternative, error) {
	around := testbeds.Slot{Start: slot.Start.Add(-nearby), End: slot.End.Add(nearby)}
	if soonest := s.o.Clock().UTC().Add(lead).Truncate(time.Minute); around.Start.Before(soonest) {
		around.Start = soonest
	}
	q.Duration = testbeds.Period{Clock: slot.Duration()}
	found, err := s.service.NextFree(ctx, who, q, around, scheduler.Preference{WorkingHours: true, Zone: zone}, int(2*nearby/(24*time.Hour))+2)
	if err != nil || len(found) == 0 {
		return list, err
	}
	distance := func(x testbeds.Slot) time.Duration { return x.Start.Sub(slot.Start).Abs() }
	slices.SortStableFunc(found, func(a, b testbeds.Slot) int { return cmp.Compare(distance(a), distance(b)) })
	var near []testbeds.Alternative
	for _, x := range found[:min(len(found), ghosts-1)] {
		near = append(near, testbeds.Alternative{Slot: x, Changes: []testbeds.Change{{Kind: testbeds.ChangeShift, Text: shifted(x.Start.Sub(slot.Start))}}})
	}
	return append(near, slices.DeleteFunc(slices.Clone(list), onlyShifts)...), nil
}

// withLongest puts the longest slot that is free from the wanted start on among the best alternatives.
func withLongest(list []testbeds.Alternative, v testbeds.Verdict) []testbeds.Alternative {
	if v.Longest == nil {
		return list
	}
	longest := testbeds.Alternative{Slot: *v.Longest, Changes: []testbeds.Change{{Kind: testbeds.ChangeShorten, Text: "the longest free from that start on"}}}
	return slices.Insert(slices.Clone(list), min(len(list), ghosts-1), longest)
}

// shifted says by how much a slot is later or earlier: "1 day 4 h later".
func shifted(by time.Duration) string {
	const day = 24 * time.Hour
	words, how := "", " later"
	if by < 0 {
		by, how = -by, " earlier"
	}
	if by > day && by%day != 0 {
		words, by = long(by.Truncate(day))+" ", by%day
	}
	return words + long(by) + how
}

// onlyShifts reports whether an alternative differs in nothing but its time.
func onlyShifts(a testbeds.Alternative) bool {
	return !slices.ContainsFunc(a.Changes, func(c testbeds.Change) bool { return c.Kind != testbeds.ChangeShift })
}
