package capacity

import (
	"berth/testbeds"
	"cmp"
	"math"
	"slices"
	"time"
)

// Search is a request for alternatives.
type Search struct {
	Experiment testbeds.Experiment
	Slot       testbeds.Slot // as asked for
	Window     testbeds.Slot // bounds of alternatives; a zero bound is the horizon's
	NotBefore  time.Time     // no alternative starts earlier
	Shortest   time.Duration // shortest useful duration; 0 means half of the slot
	Limit      int           // most alternatives; 0 means 5, more than 50 means 50
	Elsewhere  bool          // find other slots even where the requested one fits
}

const (
	defaultLimit = 5
	maxLimit     = 50
)

// Suggest finds the cheapest alternatives, cheapest first, all different. Each of them passes Check.
//
// It goes through simple ways to run the experiment (as asked, with fewer devices, on another VIM or testbed as a whole), cheapest
// first, and for each through slots: the one asked for, the nearest ones in both directions, and the one asked for but shorter. Then it
// searches all ways and slots together for something cheaper. Where more were found than wanted, the cheapest of each kind of change
// stay before a second of the same kind does.
func (f *Federation) Suggest(q Search) []testbeds.Alternative {
	q = q.normalised(f.horizon)
	var found []testbeds.Alternative
	for _, v := range f.variants(q) {
		found = append(found, f.slots(q, v)...)
	}
	found = append(found, f.cheapest(q, found)...)
	slices.SortStableFunc(found, func(a, b testbeds.Alternative) int {
		return cmp.Or(cmp.Compare(a.Cost, b.Cost), a.Slot.Start.Compare(b.Slot.Start), a.Slot.End.Compare(b.Slot.End), cmp.Compare(len(a.Changes), len(b.Changes)))
	})
	return choose(distinct(found), q.Limit)
}

func (q Search) normalised(horizon testbeds.Slot) Search {
	q.Slot = q.Slot.UTC()
	if q.Window.Start.IsZero() || q.Window.Start.Before(horizon.Start) {
		q.Window.Start = horizon.Start
	}
	if q.Window.End.IsZero() || q.Window.End.After(horizon.End) {
		q.Window.End = horizon.End
	}
	if q.NotBefore.After(q.Window.Start) {
		q.Window.Start = ceil(q.NotBefore)
	}
	if q.Shortest <= 0 {
		q.Shortest = (q.Slot.Duration() / 2).Truncate(time.Second)
	}
	q.Shortest = max(time.Second, min(q.Shortest, q.Slot.Duration()))
	if q.Limit <= 0 {
		q.Limit = defaultLimit
	}
	q.Limit = min(q.Limit, maxLimit)
	return q
}

// ceil rounds up to whole seconds.
func ceil(t time.Time) time.Time { return t.Add(time.Second - 1).Truncate(time.Second).UTC() }

// variant is one way to run the experiment, whatever the slot.
type variant struct {
	experiment testbeds.Experiment
	changes    []testbeds.Change
	cost       float64
}

// slots finds the slots in which a variant fits: as asked, shifted, shortened.
func (f *Federation) slots(q Search, v variant) []testbeds.Alternative {
	wants, problems := f.wants(v.experiment)
	if len(problems) > 0 {
		return nil
	}
	inside := q.allows(q.Slot)
	if inside && f.fits(wants, q.Slot) {
		switch {
		case len(v.changes) > 0:
			return []testbeds.Alternative{v.at(q.Slot)}
		case !q.Elsewhere:
			return nil // it fits as asked
		}
		return f.shifts(q, v, wants, q.Slot.End, q.Slot.Start)
	}
	found := f.shifts(q, v, wants, q.Slot.Start, q.Slot.End)
	if inside {
		found = append(found, f.shortened(q, v, wants)...)
	}
	return found
}

// shifts finds the nearest slots of full length between two instants, and the next ones beyond them.
func (f *Federation) shifts(q Search, v variant, wants []want, from, to time.Time) []testbeds.Alternative {
	var found []testbeds.Alternative
	length := q.Slot.Duration()
	add := func(start time.Time) {
		found = append(found, v.at(testbeds.NewSlot(start, length), shift(q.Slot.Start, start)))
	}
	for range shiftsEachWay {
		start, ok := f.earliest(wants, later(from, q.Window.Start), q.Window.End, length)
		if !ok {
			break
		}
		add(start)
		from = start.Add(max(length/2, shiftStep))
	}
	for range shiftsEachWay {
		start, ok := f.latest(wants, q.Window.Start, sooner(to, q.Window.End), length)
		if !ok {
			break
		}
		add(start)
		to = start.Add(length).Add(-max(length/2, shiftStep))
	}
	return found
}

// Beyond the nearest slot in each direction, further ones are useful only at a distance that users notice.
const (
	shiftsEachWay = 3
	shiftStep     = time.Hour
)

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func sooner(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// shortened keeps the slot's own start, or its own end, and cuts the other side down to the shortest useful duration.
func (f *Federation) shortened(q Search, v variant, wants []want) []testbeds.Alternative {
	var found []testbeds.Alternative
	add := func(s testbeds.Slot) {
		if s.Duration() >= q.Shortest && s.Duration() < q.Slot.Duration() && f.free(wants, s) {
			found = append(found, v.at(s, shorten(q.Slot, s)))
		}
	}
	if s, ok := f.longest(wants, q.Slot.Start, q.Slot.End); ok {
		add(s)
	}
	if start, ok := f.freeUntil(wants, q.Slot); ok {
		add(testbeds.Slot{Start: start, End: q.Slot.End})
	}
	return found
}

// freeUntil returns the start of the longest slot that ends with s.
func (f *Federation) freeUntil(wants []want, s testbeds.Slot) (time.Time, bool) {
	start := s.Start
	for _, w := range wants {
		from, to := w.span(s)
		for col, need := range w.need {
			for need > 0 {
				at, short := w.pool.free.FirstBelow(col, need, from, to)
				if !short {
					break
				}
				again, ok := w.pool.free.FirstAtLeast(col, need, at, to)
				if !ok {
					return time.Time{}, false
				}
				from = again
			}
		}
		from = f.unitsSince(w, from, to)
		start = later(start, instant(from).Add(w.buffers.Setup))
	}
	return start, start.Before(s.End)
}

// earliest finds the least start in [from, to-length] at which every pool has the wanted amounts, setup and teardown included. The pools
// leap over each other until they agree.
func (f *Federation) earliest(wants []want, from, to time.Time, length time.Duration) (time.Time, bool) {
	if from = ceil(from); from.Add(length).After(to) {
		return time.Time{}, false
	}
	return f.agree(wants, from, func(w want, start time.Time) (time.Time, bool) {
		lo, _ := w.span(testbeds.NewSlot(start, length))
		_, hi := w.span(testbeds.Slot{Start: start, End: to})
		at, ok := w.pool.free.Earliest(w.need, max(lo, f.horizon.Start.Unix()), min(hi, f.horizon.End.Unix()), w.occupies(length))
		return instant(at).Add(w.buffers.Setup), ok
	}, length, 1)
}

// latest finds the greatest start of a slot within [from, to].
func (f *Federation) latest(wants []want, from, to time.Time, length time.Duration) (time.Time, bool) {
	start := to.Add(-length).Truncate(time.Second)
	if start.Before(from) {
		return time.Time{}, false
	}
	return f.agree(wants, start, func(w want, start time.Time) (time.Time, bool) {
		lo, _ := w.span(testbeds.NewSlot(from, length))
		_, hi := w.span(testbeds.NewSlot(start, length))
		at, ok := w.pool.free.Latest(w.need, max(lo, f.horizon.Start.Unix()), min(hi, f.horizon.End.Unix()), w.occupies(length))
		return instant(at).Add(w.buffers.Setup), ok
	}, length, -1)
}

func (w want) occupies(length time.Duration) int64 {
	return int64((length + w.buffers.Setup + w.buffers.Teardown) / time.Second)
}

// agree moves the start by one pool after the other until none moves it any more. Where the counts agree but named units do not, it steps
// on to the end of a claim (or, in the other direction, to the start of one).
func (f *Federation) agree(wants []want, start time.Time, next func(want, time.Time) (time.Time, bool), length time.Duration, direction int) (time.Time, bool) {
	inTheWay := 0
	for range maxLeaps {
		moved, ok := start, true
		for _, w := range wants {
			if moved, ok = next(w, moved); !ok {
				return time.Time{}, false
			}
		}
		if !moved.Equal(start) {
			start = moved
			continue
		}
		if moved, ok = f.besideUnits(wants, start, length, direction); ok && moved.Equal(start) {
			return start, true
		}
		if inTheWay++; !ok || inTheWay > maxInTheWay {
			break
		}
		start = moved
	}
	return time.Time{}, false
}

// maxLeaps bounds a search on a profile made to be slow; each leap is one sweep.
const maxLeaps = 2000

// maxInTheWay bounds how often named units may be in the way: each time may take a unit search. On a device so full that the next slot lies
// beyond that bound, no shift is offered.
const maxInTheWay = 250

// besideUnits returns the next start after (or before) the given one if named units are in the way, else the given one. ok is false if no
// start is left.
//
// As long as the same claims overlap, moving changes nothing: a unit that all of them leave free later is free of them now. So stepping to
// the end of the first of them (or the start of the last) passes over nothing.
func (f *Federation) besideUnits(wants []want, start time.Time, length time.Duration, direction int) (time.Time, bool) {
	for _, w := range wants {
		from, to := w.span(testbeds.NewSlot(start, length))
		if f.unitsFree(w, from, to) {
			continue
		}
		at, ok := f.giveWay(w, from, to, direction)
		if direction > 0 {
			return instant(at).Add(w.buffers.Setup), ok
		}
		return instant(at).Add(-w.buffers.Teardown - length), ok
	}
	return start, true
}

// giveWay returns the first end (or last start) of the claims that overlap [from, to), or the instant at which a wanted unit comes back if
// that is later (or is needed if that is earlier).
func (f *Federation) giveWay(w want, from, to int64, direction int) (at int64, ok bool) {
	first, last := int64(math.MaxInt64), int64(math.MinInt64)
	f.across(w.pool, span{from, to}, func(s span) {
		first, last, ok = min(first, s.to), max(last, s.from), true
	})
	for _, h := range f.settledIn(w.pool, from, to) {
		if slices.ContainsFunc(w.pins, func(u string) bool { return slices.Contains(h.units, u) }) {
			first, last = max(first, h.to), min(last, h.from)
		}
	}
	if direction > 0 {
		return first, ok
	}
	return last, ok
}
