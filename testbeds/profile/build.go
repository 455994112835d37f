package profile

import (
	"cmp"
	"slices"
)

// Build is the profile in which all deltas were added to the capacity: the same as New and Add one by one, in the time of one sort.
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
	p := New(capacity)
	b := builder{p: p, leaf: p.root}
	free := slices.Clone(capacity)
	for i := 0; i < len(events); {
		at := events[i].at
		for ; i < len(events) && events[i].at == at; i++ {
			for c, n := range deltas[events[i].delta].By {
				free[c] += events[i].sign * n
			}
		}
		b.point(at, free)
	}
	p.root = b.finish()
	return p
}

// builder packs breakpoints into leaves and leaves into a tree, three quarters full so that there is room for changes.
type builder struct {
	p      *Profile
	leaf   *node
	leaves []*node
}

func (b *builder) point(at int64, free []int64) {
	p, x := b.p, b.leaf
	if slices.Equal(p.row(x.vals, x.n-1), free) {
		return
	}
	p.points++
	if x.n == leafCap*3/4 {
		b.leaves = append(b.leaves, x)
		x = p.newLeaf()
		b.leaf = x
	}
	x.times[x.n] = at
	copy(p.row(x.vals, x.n), free)
	x.n++
}

func (b *builder) finish() *node {
	level := append(b.leaves, b.leaf)
	for len(level) > 1 {
		var above []*node
		for part := range slices.Chunk(level, innerCap*3/4) {
			x := b.p.newInner()
			x.n = len(part)
			for i, k := range part {
				x.kids[i], x.times[i] = k, k.times[0]
				b.p.bounds(x, i)
			}
			above = append(above, x)
		}
		level = above
	}
	return level[0]
}
