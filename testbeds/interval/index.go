package interval

import (
	"cmp"
	"math"
	"math/bits"

	"github.com/tidwall/btree"
)

// Entry is a value with the half-open interval [From, To), in seconds. Entries with the same interval differ in their keys.
type Entry[K cmp.Ordered, V any] struct {
	From, To int64
	Key      K
	Value    V
}

// level returns the least n with to-from <= 2^n, 0 for an interval without length.
func level(from, to int64) int { return bits.Len64(uint64(max(0, to-from-1))) }

// Index holds entries by level and start. It is not safe for concurrent change; any number of readers may share it between changes.
type Index[K cmp.Ordered, V any] struct {
	tree   *btree.BTreeG[Entry[K, V]]
	levels uint64 // bit n: level n may be in use
}

// New makes an empty index.
func New[K cmp.Ordered, V any]() *Index[K, V] {
	return &Index[K, V]{tree: btree.NewBTreeGOptions(before[K, V], btree.Options{NoLocks: true})}
}

func before[K cmp.Ordered, V any](a, b Entry[K, V]) bool {
	la, lb := level(a.From, a.To), level(b.From, b.To)
	switch {
	case la != lb:
		return la < lb
	case a.From != b.From:
		return a.From < b.From
	default:
		return a.Key < b.Key
	}
}

// pivot stands before all entries of a level that start later than from.
func pivot[K cmp.Ordered, V any](n int, from int64) Entry[K, V] {
	return Entry[K, V]{From: from, To: from + 1<<n}
}

// Put adds an entry. It replaces one with the same key that starts at the same time and stands on the same level.
func (x *Index[K, V]) Put(e Entry[K, V]) {
	x.levels |= 1 << level(e.From, e.To)
	x.tree.Set(e)
}

// Delete removes an entry, whatever its value; a missing entry is no error.
func (x *Index[K, V]) Delete(e Entry[K, V]) { x.tree.Delete(e) }

// Len counts the entries.
func (x *Index[K, V]) Len() int { return x.tree.Len() }

// Copy makes a copy that costs nothing until one of the two changes.
func (x *Index[K, V]) Copy() *Index[K, V] { return &Index[K, V]{tree: x.tree.Copy(), levels: x.levels} }

// All calls yield with every entry, by level and start, until it returns false.
func (x *Index[K, V]) All(yield func(Entry[K, V]) bool) { x.tree.Scan(yield) }

// Overlapping calls yield with the entries that share an instant with [from, to), by level and start, until it returns false. An entry
// without length counts where it starts.
func (x *Index[K, V]) Overlapping(from, to int64, yield func(Entry[K, V]) bool) {
	going := true
	for levels := x.levels; levels != 0 && going; levels &= levels - 1 {
		n := bits.TrailingZeros64(levels)
		x.tree.Ascend(pivot[K, V](n, from-1<<n), func(e Entry[K, V]) bool {
			if level(e.From, e.To) != n || e.From >= to {
				return false
			}
			if e.To > from || e.To <= e.From && e.From >= from {
				going = yield(e)
			}
			return going
		})
	}
}

// Span returns an interval that holds all entries; it may end later than the last of them by the length of one. ok is false for an empty
// index.
func (x *Index[K, V]) Span() (from, to int64, ok bool) {
	for levels := x.levels; levels != 0; levels &= levels - 1 {
		n := bits.TrailingZeros64(levels)
		x.tree.Ascend(pivot[K, V](n, math.MinInt64), func(e Entry[K, V]) bool {
			if level(e.From, e.To) == n && (!ok || e.From < from) {
				from = e.From
			}
			return false
		})
		x.tree.Descend(pivot[K, V](n, math.MaxInt64-1<<n), func(e Entry[K, V]) bool {
			if level(e.From, e.To) == n {
				if end := e.From + 1<<n; !ok || end > to {
					to = end
				}
				ok = true
			}
			return false
		})
	}
	return from, to, ok
}
