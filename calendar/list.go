package calendar

import (
	"slices"
	"sort"
)

// blockSize is how many entries a block holds at the most.
const blockSize = 128

// list holds entries in an order, in blocks, none of which is empty: eight bytes an entry, and little beside. A copy costs nothing until one of the
// two changes; the other one keeps the blocks as they were.
type list struct {
	before func(a, b *Entry) bool
	own    *owner
	shared bool // blocks is, with a copy
	blocks []*block
	count  int
}

type block struct {
	own     *owner
	entries []*Entry
}

// owner marks the blocks that a list may change in place. It has a size so that two of them differ.
type owner struct{ _ byte }

func newList(before func(a, b *Entry) bool) *list { return &list{before: before, own: new(owner)} }

// sorted makes a list of entries, and puts them in order for good.
func sorted(entries []*Entry, before func(a, b *Entry) bool) *list {
	l := newList(before)
	slices.SortFunc(entries, func(a, b *Entry) int {
		switch {
		case before(a, b):
			return -1
		case before(b, a):
			return 1
		}
		return 0
	})
	l.count = len(entries)
	for part := range slices.Chunk(entries, blockSize) {
		l.blocks = append(l.blocks, &block{l.own, part})
	}
	return l
}

func (l *list) copy() *list {
	l.own, l.shared = new(owner), true
	return &list{before: l.before, own: new(owner), shared: true, blocks: l.blocks, count: l.count}
}

// find returns the block in which an entry is or belongs, and its place there.
func (l *list) find(e *Entry) (i, j int, found bool) {
	i = sort.Search(len(l.blocks), func(i int) bool { return !l.before(l.blocks[i].last(), e) })
	if i == len(l.blocks) {
		return i, 0, false
	}
	entries := l.blocks[i].entries
	j = sort.Search(len(entries), func(j int) bool { return !l.before(entries[j], e) })
	return i, j, !l.before(e, entries[j])
}

func (b *block) last() *Entry { return b.entries[len(b.entries)-1] }

// get finds the entry that is neither before nor after another one; nil for none.
func (l *list) get(e *Entry) *Entry {
	if i, j, found := l.find(e); found {
		return l.blocks[i].entries[j]
	}
	return nil
}

// put adds an entry, or replaces the one in its place.
func (l *list) put(e *Entry) {
	i, j, found := l.find(e)
	if found {
		l.writable(i).entries[j] = e
		return
	}
	l.count++
	if i == len(l.blocks) { // after all others
		if i == 0 || len(l.blocks[i-1].entries) >= blockSize {
			l.insert(i, &block{l.own, []*Entry{e}})
			return
		}
		i--
		j = len(l.blocks[i].entries)
	}
	b := l.writable(i)
	if len(b.entries) >= blockSize {
		const half = blockSize / 2
		l.insert(i+1, &block{l.own, slices.Clone(b.entries[half:])})
		b.entries = slices.Clone(b.entries[:half])
		if j > half {
			b, j = l.blocks[i+1], j-half
		}
	}
	b.entries = slices.Insert(b.entries, j, e)
}

// delete removes an entry, if it is there. Blocks that together are half full are joined.
func (l *list) delete(e *Entry) {
	i, j, found := l.find(e)
	if !found {
		return
	}
	l.count--
	b := l.writable(i)
	b.entries = slices.Delete(b.entries, j, j+1)
	if i+1 < len(l.blocks) && len(b.entries)+len(l.blocks[i+1].entries) <= blockSize/2 {
		b.entries = slices.Concat(b.entries, l.blocks[i+1].entries)
		l.blocks = slices.Delete(l.blocks, i+1, i+2)
	}
	if len(b.entries) == 0 {
		l.blocks = slices.Delete(l.blocks, i, i+1)
	}
}

// writable returns a block that may be changed, in a list that may be changed.
func (l *list) writable(i int) *block {
	l.take()
	if b := l.blocks[i]; b.own != l.own {
		l.blocks[i] = &block{l.own, slices.Clone(b.entries)}
	}
	return l.blocks[i]
}

func (l *list) insert(i int, b *block) {
	l.take()
	l.blocks = slices.Insert(l.blocks, i, b)
}

func (l *list) take() {
	if l.shared {
		l.blocks, l.shared = slices.Clone(l.blocks), false
	}
}

// from calls yield with the entries that are not before another one, in order, until it returns false.
func (l *list) from(e *Entry, yield func(*Entry) bool) {
	i, j, _ := l.find(e)
	for ; i < len(l.blocks); i, j = i+1, 0 {
		for _, x := range l.blocks[i].entries[j:] {
			if !yield(x) {
				return
			}
		}
	}
}

// all calls yield with the entries in order, until it returns false.
func (l *list) all(yield func(*Entry) bool) {
	for _, b := range l.blocks {
		for _, x := range b.entries {
			if !yield(x) {
				return
			}
		}
	}
}
