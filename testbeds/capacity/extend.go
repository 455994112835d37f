package capacity

import (
	"sort"
	"time"

	"berth/testbeds"
)

// Until returns the latest end, at most limit, to which a booking can be prolonged: from an instant on it gets all that it claims, with its units, and
// with the setup and teardown that it was granted. Where nothing can be added, that is the booking's own end. Recheck agrees: the booking fits until
// then, and not a second longer. The federation must hide the booking itself.
func (f *Federation) Until(b testbeds.Booking, since, limit time.Time) time.Time {
	if last := f.horizon.End.Add(b.Slot.End.Sub(b.Occupied().End)); last.Before(limit) {
		limit = last
	}
	if !b.Slot.End.Before(limit) {
		return b.Slot.End
	}
	prolonged := b.Until(limit)
	longest, ok := f.longest(f.claimed(prolonged, since), b.Slot.Start, limit)
	if !ok || longest.End.Before(b.Slot.End) {
		return b.Slot.End
	}
	return longest.End
}

// Since returns the earliest start, not before an instant, from which an experiment fits until the end of a slot; the start of the slot where it
// cannot begin earlier.
func (f *Federation) Since(e testbeds.Experiment, s testbeds.Slot, first time.Time) time.Time {
	g := f.spare.Get().(*gathering)
	defer f.spare.Put(g)
	g.reset()
	s = s.UTC()
	if len(f.gather(g, e)) > 0 || !first.Before(s.Start) {
		return s.Start
	}
	from := func(earlier int) testbeds.Slot {
		return testbeds.Slot{Start: s.Start.Add(-time.Duration(earlier) * time.Second), End: s.End}
	}
	// What fits also fits with a later start, so that the seconds to begin earlier can be halved.
	most := int(s.Start.Sub(first) / time.Second)
	return from(sort.Search(most, func(n int) bool { return !f.fits(g.wants, from(n+1)) })).Start
}
