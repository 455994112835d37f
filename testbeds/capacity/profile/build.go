package profile

import (
	"cmp"
	"slices"
)

// Build makes the profile of a capacity with all deltas: the same as New and then Add one by one, at the cost of one sort. It
// sums the amounts in order of time and packs them into leaves, then level after level into inner nodes.
func Build(capacity []int64, deltas []Delta) *Profile {
	type event struct {
		at    int64
		delta int
		sign  int64
	}
	events := make([]event, 0, 2*len(deltas))
	for i, d := range deltas {
		if d.From < d.To && !zero(d.By) {
			events = append(events, event{d.From, i, 1}, event{d.To, i, -1})
		}
	}
	slices.SortFunc(events, func(a, b event) int { return cmp.Compare(a.at, b.at) })

	b := builder{p: New(capacity), free: slices.Clone(capacity)}
	b.leaves = []*node{b.p.root}
	for i := 0; i < len(events) && events[i].at < forever; {
		at := events[i].at
		for ; i < len(events) && events[i].at == at; i++ {
			for c, n := range deltas[events[i].delta].By {
				b.free[c] += events[i].sign * n
			}
		}
		b.breakpoint(at)
	}
	b.p.root = b.tree()
	return b.p
}

// builder fills nodes to three quarters, so that there is room for changes.
type builder struct {
	p      *Profile
	free   []int64 // after the last breakpoint
	leaves []*node
}

// breakpoint appends one unless the amounts do not change there.
func (b *builder) breakpoint(at int64) {
	x := b.leaves[len(b.leaves)-1]
	switch {
	case at == beginning:
		x.set(x.min, 0, b.free)
		return
	case b.same(x):
		return
	case x.n == leafSize*3/4:
		x = b.p.newLeaf()
		b.leaves = append(b.leaves, x)
	}
	x.times[x.n] = at
	x.set(x.min, x.n, b.free)
	x.n++
	b.p.points++
}

// same reports whether the last breakpoint of x has the present free amounts.
func (b *builder) same(x *node) bool {
	for c, n := range b.free {
		if x.column(x.min, c)[x.n-1] != n {
			return false
		}
	}
	return true
}

func (b *builder) tree() (root *node) {
	level := b.leaves
	for len(level) > 1 {
		var above []*node
		for kids := range slices.Chunk(level, innerSize*3/4) {
			x := b.p.newInner()
			x.n = len(kids)
			for i, k := range kids {
				x.kids[i] = k
				x.refresh(i)
			}
			above = append(above, x)
		}
		level = above
	}
	return level[0]
}
