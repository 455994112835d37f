package calendar

import "math/bits"

// times finds entries by time, as testbeds/interval does, whose documentation explains how. It holds the entries alone and nothing beside them: a
// fifth of the memory, for each of the collections that an object is in.
type times struct {
	list   *list
	levels uint64 // bit n: level n may be in use
}

func newTimes() *times { return &times{list: newList(earlierBefore)} }

// level returns the least n with the length of the entry at most 2^n seconds, 0 for one without length.
func (e *Entry) level() int { return bits.Len64(uint64(max(0, e.end-e.start-1))) }

func earlierBefore(a, b *Entry) bool {
	la, lb := a.level(), b.level()
	switch {
	case la != lb:
		return la < lb
	case a.start != b.start:
		return a.start < b.start
	default:
		return compareNames(a, b) < 0
	}
}

// timesOf finds entries, which it puts in order for good.
func timesOf(entries []*Entry) *times {
	x := &times{list: sorted(entries, earlierBefore)}
	for _, e := range entries {
		x.levels |= 1 << e.level()
	}
	return x
}

func (x *times) put(e *Entry) {
	x.levels |= 1 << e.level()
	x.list.put(e)
}

func (x *times) delete(e *Entry) { x.list.delete(e) }

// copy makes a copy that costs nothing until one of the two changes.
func (x *times) copy() *times { return &times{x.list.copy(), x.levels} }

// overlapping calls yield with the entries that share an instant with [from, to), by level and start, until it returns false. An entry without
// length counts where it starts.
func (x *times) overlapping(from, to int64, yield func(*Entry) bool) {
	going := true
	for levels := x.levels; levels != 0 && going; levels &= levels - 1 {
		n := bits.TrailingZeros64(levels)
		pivot := pivot(from-1<<n, from) // before all entries of the level that begin later
		x.list.from(pivot, func(e *Entry) bool {
			if e.level() != n || e.start >= to {
				return false
			}
			if e.end > from || e.end <= e.start && e.start >= from {
				going = yield(e)
			}
			return going
		})
	}
}

// pivot returns what is before every other entry of its times.
func pivot(start, end int64) *Entry { return &Entry{start: start, end: end, odd: &odd{}} }
