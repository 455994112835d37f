package interval

import (
	"cmp"
	"slices"
	"sort"
)

// blockSize is how many entries a block holds at the most.
const blockSize = 128

// owner marks what one index may change in place; a copy of the index copies the rest before it changes it. It has a size so that two of
// them differ.
type owner struct{ _ byte }

// list holds the entries of a level by start and key, in blocks. No block is empty.
type list[K cmp.Ordered, V any] struct {
	own    *owner
	starts []int64 // of the first entry of each block, side by side for the search
	blocks []*block[K, V]
}

type block[K cmp.Ordered, V any] struct {
	own     *owner
	entries []Entry[K, V]
}

// packed makes a list of ordered entries. Its blocks are three quarters full, so that there is room for changes.
func packed[K cmp.Ordered, V any](entries []Entry[K, V], own *owner) list[K, V] {
	l := list[K, V]{own: own}
	for part := range slices.Chunk(entries, blockSize*3/4) {
		l.starts = append(l.starts, part[0].From)
		l.blocks = append(l.blocks, &block[K, V]{own: own, entries: slices.Clone(part)})
	}
	return l
}

// find returns the block of an entry and its place in it. A missing entry belongs there, at the end of the block if no entry of it follows.
func (l *list[K, V]) find(e Entry[K, V]) (i, j int, found bool) {
	i = max(0, sort.Search(len(l.starts), func(i int) bool {
		return l.starts[i] > e.From || l.starts[i] == e.From && l.blocks[i].entries[0].Key > e.Key
	})-1)
	if i == len(l.blocks) {
		return i, 0, false
	}
	entries := l.blocks[i].entries
	j = sort.Search(len(entries), func(j int) bool {
		return entries[j].From > e.From || entries[j].From == e.From && entries[j].Key >= e.Key
	})
	return i, j, j < len(entries) && entries[j].From == e.From && entries[j].Key == e.Key
}

// put adds or replaces an entry, and reports whether it is new.
func (l *list[K, V]) put(e Entry[K, V], own *owner) (added bool) {
	i, j, found := l.find(e)
	if i == len(l.blocks) { // the list is empty
		l.insert(i, nil, own)
	}
	b := l.writable(i, own)
	switch {
	case found:
		b.entries[j] = e
		return false
	case len(b.entries) == blockSize:
		const half = blockSize / 2
		l.insert(i+1, b.entries[half:], own)
		b.entries = slices.Delete(b.entries, half, blockSize)
		return l.put(e, own)
	}
	b.insert(j, e)
	l.starts[i] = b.entries[0].From
	return true
}

// remove removes an entry, and reports whether it was there. Blocks that together are half full are joined.
func (l *list[K, V]) remove(e Entry[K, V], own *owner) bool {
	i, j, found := l.find(e)
	if !found {
		return false
	}
	b := l.writable(i, own)
	b.entries = slices.Delete(b.entries, j, j+1)
	if i+1 < len(l.blocks) && len(b.entries)+len(l.blocks[i+1].entries) <= blockSize/2 {
		b.entries = slices.Concat(b.entries, l.blocks[i+1].entries)
		l.drop(i + 1)
	}
	if len(b.entries) == 0 {
		l.drop(i)
		return true
	}
	l.starts[i] = b.entries[0].From
	return true
}

// writable returns a block that may be changed, in a list that may be changed.
func (l *list[K, V]) writable(i int, own *owner) *block[K, V] {
	l.take(own)
	if b := l.blocks[i]; b.own != own {
		l.blocks[i] = &block[K, V]{own: own, entries: slices.Clone(b.entries)}
	}
	return l.blocks[i]
}

// take copies what the list shares with that of another index, but not the blocks.
func (l *list[K, V]) take(own *owner) {
	if l.own != own {
		l.own, l.starts, l.blocks = own, slices.Clone(l.starts), slices.Clone(l.blocks)
	}
}

// insert adds a block with copies of some entries.
func (l *list[K, V]) insert(i int, entries []Entry[K, V], own *owner) {
	l.take(own)
	start := int64(0)
	if len(entries) > 0 {
		start = entries[0].From
	}
	l.starts = slices.Insert(l.starts, i, start)
	l.blocks = slices.Insert(l.blocks, i, &block[K, V]{own: own, entries: slices.Clone(entries)})
}

func (l *list[K, V]) drop(i int) {
	l.starts = slices.Delete(l.starts, i, i+1)
	l.blocks = slices.Delete(l.blocks, i, i+1)
}

// insert makes room for one more entry. A block grows no larger than it may become.
func (b *block[K, V]) insert(j int, e Entry[K, V]) {
	if n := len(b.entries); n == cap(b.entries) {
		b.entries = append(make([]Entry[K, V], 0, min(blockSize, max(4, 2*n))), b.entries...)
	}
	b.entries = slices.Insert(b.entries, j, e)
}

// overlapping calls yield with the entries that start behind an instant and share one with [from, to), until it returns false.
func (l *list[K, V]) overlapping(behind, from, to int64, yield func(Entry[K, V]) bool) (going bool) {
	i := max(0, sort.Search(len(l.starts), func(i int) bool { return l.starts[i] > behind })-1)
	for ; i < len(l.blocks) && l.starts[i] < to; i++ {
		entries := l.blocks[i].entries
		j := 0
		if l.starts[i] <= behind {
			j = sort.Search(len(entries), func(j int) bool { return entries[j].From > behind })
		}
		for ; j < len(entries); j++ {
			e := &entries[j]
			if e.From >= to {
				return true
			}
			if (e.To > from || e.To <= e.From && e.From >= from) && !yield(*e) {
				return false
			}
		}
	}
	return true
}

// ends returns the starts of the first and of the last entry.
func (l *list[K, V]) ends() (first, last int64, ok bool) {
	if len(l.blocks) == 0 {
		return 0, 0, false
	}
	entries := l.blocks[len(l.blocks)-1].entries
	return l.starts[0], entries[len(entries)-1].From, true
}
