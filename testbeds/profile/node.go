package profile

import "slices"

const (
	leafCap  = 48
	innerCap = 16
)

// owner marks the nodes that one profile may change in place; a fork copies the others before it changes them. It has a size so that
// two of them differ.
type owner struct{ _ byte }

// node is a leaf or an inner node. A leaf holds breakpoints; an inner node holds, per kid, what is added to everything below it and
// the least and greatest free amount there, that addition included. Rows of width amounts stand one after the other.
type node struct {
	own   *owner
	n     int     // breakpoints or kids
	times []int64 // of each breakpoint; of each kid its first one
	vals  []int64 // leaf: free amounts, less the additions above
	kids  []*node
	add   []int64
	min   []int64
	max   []int64
}

func (x *node) leaf() bool { return x.kids == nil }

func (p *Profile) newLeaf() *node {
	return &node{own: p.own, times: make([]int64, leafCap), vals: make([]int64, leafCap*p.width)}
}

func (p *Profile) newInner() *node {
	w := innerCap * p.width
	rows := make([]int64, 3*w)
	return &node{own: p.own, times: make([]int64, innerCap), kids: make([]*node, innerCap), add: rows[:w:w], min: rows[w : 2*w : 2*w], max: rows[2*w:]}
}

// writable is x itself where this profile owns it, else a copy that it owns.
func (p *Profile) writable(x *node) *node {
	if x.own == p.own {
		return x
	}
	c := *x
	c.own = p.own
	c.times = slices.Clone(x.times)
	if x.leaf() {
		c.vals = slices.Clone(x.vals)
		return &c
	}
	c.kids = slices.Clone(x.kids)
	c.add, c.min, c.max = slices.Clone(x.add), slices.Clone(x.min), slices.Clone(x.max)
	return &c
}

// kid is the writable i-th kid.
func (p *Profile) kid(x *node, i int) *node {
	x.kids[i] = p.writable(x.kids[i])
	return x.kids[i]
}

// find is the last position whose time is not after t; the first one where all are.
func (x *node) find(t int64) int {
	lo, hi := 1, x.n
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if x.times[m] <= t {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo - 1
}

// end is where the i-th part of x ends, hi being where x itself does.
func (x *node) end(i int, hi int64) int64 {
	if i+1 < x.n {
		return x.times[i+1]
	}
	return hi
}

func (p *Profile) row(rows []int64, i int) []int64 { return rows[i*p.width : (i+1)*p.width] }

// bounds sets the least and greatest amounts of the i-th kid from what is below it.
func (p *Profile) bounds(x *node, i int) {
	k, lo, hi, add := x.kids[i], p.row(x.min, i), p.row(x.max, i), p.row(x.add, i)
	low, high := k.vals, k.vals
	if !k.leaf() {
		low, high = k.min, k.max
	}
	copy(lo, low[:p.width])
	copy(hi, high[:p.width])
	for j := 1; j < k.n; j++ {
		for c := range p.width {
			lo[c] = min(lo[c], low[j*p.width+c])
			hi[c] = max(hi[c], high[j*p.width+c])
		}
	}
	for c := range p.width {
		lo[c] += add[c]
		hi[c] += add[c]
	}
}
