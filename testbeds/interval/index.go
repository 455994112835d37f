package interval

import (
	"cmp"
	"math/bits"
	"slices"
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
	own    *owner
	count  int
	levels []list[K, V] // by the number of the level
}

// New makes an empty index.
func New[K cmp.Ordered, V any]() *Index[K, V] { return &Index[K, V]{own: new(owner)} }

// Put adds an entry. It replaces one with the same key that starts at the same time and stands on the same level.
func (x *Index[K, V]) Put(e Entry[K, V]) {
	if x.list(level(e.From, e.To)).put(e, x.own) {
		x.count++
	}
}

// list returns the list of a level.
func (x *Index[K, V]) list(n int) *list[K, V] {
	for len(x.levels) <= n {
		x.levels = append(x.levels, list[K, V]{own: x.own})
	}
	return &x.levels[n]
}

// Load puts many entries, no two of which may replace each other. It takes over the slice and changes its order.
func (x *Index[K, V]) Load(entries []Entry[K, V]) {
	if x.count > 0 {
		for _, e := range entries {
			x.Put(e)
		}
		return
	}
	slices.SortFunc(entries, func(a, b Entry[K, V]) int {
		return cmp.Or(cmp.Compare(level(a.From, a.To), level(b.From, b.To)), cmp.Compare(a.From, b.From), cmp.Compare(a.Key, b.Key))
	})
	x.count = len(entries)
	for len(entries) > 0 {
		n := level(entries[0].From, entries[0].To)
		same := slices.IndexFunc(entries, func(e Entry[K, V]) bool { return level(e.From, e.To) != n })
		if same < 0 {
			same = len(entries)
		}
		*x.list(n) = packed(entries[:same], x.own)
		entries = entries[same:]
	}
}

// Delete removes an entry, whatever its value; a missing entry is no error.
func (x *Index[K, V]) Delete(e Entry[K, V]) {
	if n := level(e.From, e.To); n < len(x.levels) && x.levels[n].remove(e, x.own) {
		x.count--
	}
}

// Len counts the entries.
func (x *Index[K, V]) Len() int { return x.count }

// Copy makes a copy that shares all entries until one of the two changes.
func (x *Index[K, V]) Copy() *Index[K, V] {
	c := x.Fork()
	x.own = new(owner)
	return c
}

// Fork makes a copy like Copy, but one that is valid only until x changes. In exchange it writes nothing to x, so several may be made at once.
func (x *Index[K, V]) Fork() *Index[K, V] {
	return &Index[K, V]{own: new(owner), count: x.count, levels: slices.Clone(x.levels)}
}

// All calls yield with every entry, by level and start, until it returns false.
func (x *Index[K, V]) All(yield func(Entry[K, V]) bool) {
	for i := range x.levels {
		for _, b := range x.levels[i].blocks {
			for _, e := range b.entries {
				if !yield(e) {
					return
				}
			}
		}
	}
}

// Overlapping calls yield with the entries that share an instant with [from, to), the longest level first and each by start, until it returns
// false. An entry without length counts where it starts.
func (x *Index[K, V]) Overlapping(from, to int64, yield func(Entry[K, V]) bool) {
	for n := len(x.levels) - 1; n >= 0; n-- {
		if !x.levels[n].overlapping(from-1<<n, from, to, yield) {
			return
		}
	}
}

// Span returns an interval that holds all entries; it may end later than the last of them by the length of one. ok is false for an empty
// index.
func (x *Index[K, V]) Span() (from, to int64, ok bool) {
	for n := range x.levels {
		first, last, some := x.levels[n].ends()
		if !some {
			continue
		}
		if !ok || first < from {
			from = first
		}
		if end := last + 1<<n; !ok || end > to {
			to = end
		}
		ok = true
	}
	return from, to, ok
}
