package capacity

import (
	"math"
	"slices"
	"time"

	"berth/testbeds"
)

// maxGaps bounds how many gaps a search for a shorter slot looks at in each direction. The nearest come first, and what they cost bounds how
// far it is worth going on, so that few searches look at more than three.
const maxGaps = 50

// allows reports whether a slot lies where alternatives may.
func (q Search) allows(s testbeds.Slot) bool { return q.Window.Contains(s) }

// slotCost says what it costs to have a slot instead of the one asked for. A shorter slot is a part of that one, moved: it costs what is lost,
// and the way by which it sticks out.
func (q Search) slotCost(s testbeds.Slot) float64 {
	return CostShift*hours(q.moved(s)) + CostShorten*hours(q.Slot.Duration()-s.Duration())
}

// moved says how far a slot sticks out behind the one asked for, or, negative, before it.
func (q Search) moved(s testbeds.Slot) time.Duration {
	switch {
	case s.Start.Before(q.Slot.Start):
		return s.Start.Sub(q.Slot.Start)
	case s.End.After(q.Slot.End):
		return s.End.Sub(q.Slot.End)
	default:
		return 0
	}
}

// slotChanges say how a slot differs from the one asked for.
func (q Search) slotChanges(s testbeds.Slot) []testbeds.Change {
	moved, shorter := q.moved(s), s.Duration() < q.Slot.Duration()
	switch {
	case moved != 0 && shorter:
		return []testbeds.Change{shiftPart(q.Slot, s, moved), shorten(q.Slot, s)}
	case moved != 0:
		return []testbeds.Change{shift(q.Slot.Start, s.Start)}
	case shorter:
		return []testbeds.Change{shorten(q.Slot, s)}
	default:
		return nil
	}
}

// cheapestSlot finds the cheapest slot in which all that is wanted is free, where it costs less than a bound: the one asked for, else of the
// nearest ones in both directions and of the gaps that are shorter than it but long enough to be of use.
func (f *Federation) cheapestSlot(q Search, wants []want, below float64) (testbeds.Slot, bool) {
	if below <= 0 {
		return testbeds.Slot{}, false
	}
	if q.allows(q.Slot) && f.fits(wants, q.Slot) {
		return q.Slot, true
	}
	b := bestSlot{f: f, q: q, wants: wants, cost: below}
	length := q.Slot.Duration()
	if start, ok := f.earliest(wants, later(q.Slot.Start, q.Window.Start), b.end(), length); ok {
		b.offer(testbeds.NewSlot(start, length))
	}
	if start, ok := f.latest(wants, b.start(), sooner(q.Slot.End, q.Window.End), length); ok {
		b.offer(testbeds.NewSlot(start, length))
	}
	b.gapsAfter()
	b.gapsBefore()
	return b.slot, b.found
}

// bestSlot holds the cheapest slot found so far, and so a bound to what is still of interest.
type bestSlot struct {
	f     *Federation
	q     Search
	wants []want
	cost  float64
	slot  testbeds.Slot
	found bool
}

func (b *bestSlot) offer(s testbeds.Slot) {
	if cost := b.q.slotCost(s); cost < b.cost {
		b.cost, b.slot, b.found = cost, s, true
	}
}

// furthest is longer than any horizon, and short enough to be added to an instant.
const furthest = 100 * 365 * 24 * time.Hour

// worth says how long a change of a weight may be to cost less than the best.
func (b *bestSlot) worth(weight float64) time.Duration {
	return time.Duration(math.Ceil(min(b.cost/weight*secondsPerHour, furthest.Seconds()))) * time.Second
}

// start and end bound where a slot that is cheaper than the best can lie.
func (b *bestSlot) start() time.Time {
	return later(b.q.Window.Start, b.q.Slot.Start.Add(-b.worth(CostShift)))
}

func (b *bestSlot) end() time.Time {
	return sooner(b.q.Window.End, b.q.Slot.End.Add(b.worth(CostShift)))
}

// least says how long a slot must be to be cheaper than the best.
func (b *bestSlot) least() time.Duration {
	return max(b.q.Shortest, b.q.Slot.Duration()-b.worth(CostShorten))
}

// gapsAfter goes through the gaps that begin in the slot asked for or behind it, the nearest first.
func (b *bestSlot) gapsAfter() {
	from := later(b.q.Slot.Start, b.q.Window.Start)
	for range maxGaps {
		length := b.least()
		if length >= b.q.Slot.Duration() {
			return
		}
		start, ok := b.f.earliest(b.wants, from, b.end(), length)
		if !ok {
			return
		}
		gap := b.around(testbeds.NewSlot(start, length))
		b.offer(gap)
		if from = b.after(gap); !from.After(start) {
			return
		}
	}
}

// gapsBefore goes through those that end in the slot or before it.
func (b *bestSlot) gapsBefore() {
	to := sooner(b.q.Slot.End, b.q.Window.End)
	for range maxGaps {
		length := b.least()
		if length >= b.q.Slot.Duration() {
			return
		}
		start, ok := b.f.latest(b.wants, b.start(), to, length)
		if !ok {
			return
		}
		gap := b.around(testbeds.NewSlot(start, length))
		b.offer(gap)
		if to = b.before(gap); !to.Before(start.Add(length)) {
			return
		}
	}
}

// around widens a free slot to the gap in which it lies, but to no more than is asked for.
func (b *bestSlot) around(s testbeds.Slot) testbeds.Slot {
	if wider, ok := b.f.longest(b.wants, s.Start, sooner(s.Start.Add(b.q.Slot.Duration()), b.q.Window.End)); ok {
		s.End = wider.End
	}
	if start, ok := b.f.freeUntil(b.wants, testbeds.Slot{Start: later(s.End.Add(-b.q.Slot.Duration()), b.q.Window.Start), End: s.End}); ok && start.Before(s.Start) {
		s.Start = start
	}
	return s
}

// after says where the next gap can begin. Where units have names, it may begin before this one ends: with another unit.
func (b *bestSlot) after(gap testbeds.Slot) time.Time {
	if start, ok := b.f.freeUntil(b.wants, testbeds.Slot{Start: gap.Start, End: gap.End.Add(time.Second)}); ok && b.named() {
		return later(start, gap.Start.Add(time.Second))
	}
	return gap.End
}

// before says where the gap before this one can end.
func (b *bestSlot) before(gap testbeds.Slot) time.Time {
	if s, ok := b.f.longest(b.wants, gap.Start.Add(-time.Second), gap.End); ok && b.named() {
		return sooner(s.End, gap.End.Add(-time.Second))
	}
	return gap.Start
}

// named reports whether anything is wanted whose units have names.
func (b *bestSlot) named() bool {
	return slices.ContainsFunc(b.wants, func(w want) bool { return len(w.pool.units) > 0 })
}
