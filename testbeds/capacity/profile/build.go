package profile

import "slices"

// Build makes the profile of a capacity with all deltas: the same as New and then Add one by one, at the cost of one sort.
func Build(capacity []int64, deltas []Delta) *Profile {
	list := NewDeltas(len(capacity), len(deltas))
	for _, d := range deltas {
		list.Add(d.From, d.To, d.By)
	}
	return list.build(capacity)
}

// build sums the amounts up in the order of time and packs them into leaves, then level after level into inner nodes.
func (d *Deltas) build(capacity []int64) *Profile {
	b := builder{p: New(capacity), free: slices.Clone(capacity)}
	b.leaves = []*node{b.p.root}
	events := d.events()
	for i := 0; i < len(events) && events[i].at < forever; {
		at := events[i].at
		for ; i < len(events) && events[i].at == at; i++ {
			d.pass(events[i], b.free)
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
