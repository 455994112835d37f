package calendar

import (
	"math/bits"

	"github.com/tidwall/btree"
)

// times finds entries by time, as testbeds/interval does, whose documentation explains how. It holds the entries alone and nothing beside them: a
// fifth of the memory, for each of the collections that an object is in.
type times struct {
	tree   *btree.BTreeG[*Entry]
	levels uint64 // bit n: level n may be in use
}

func newTimes() *times {
	return &times{tree: btree.NewBTreeGOptions(earlierBefore, btree.Options{NoLocks: true})}
}

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
		return a.Name < b.Name
	}
}

func (x *times) put(e *Entry) {
	x.levels |= 1 << e.level()
	x.tree.Set(e)
}

func (x *times) delete(e *Entry) { x.tree.Delete(e) }

// copy makes a copy that costs nothing until one of the two changes.
func (x *times) copy() *times { return &times{x.tree.Copy(), x.levels} }

// overlapping calls yield with the entries that share an instant with [from, to), by level and start, until it returns false. An entry without
// length counts where it starts.
func (x *times) overlapping(from, to int64, yield func(*Entry) bool) {
	going := true
	for levels := x.levels; levels != 0 && going; levels &= levels - 1 {
		n := bits.TrailingZeros64(levels)
		pivot := &Entry{start: from - 1<<n, end: from} // before all entries of the level that begin later
		x.tree.Ascend(pivot, func(e *Entry) bool {
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
