package profile

const (
	leafSize  = 64
	innerSize = 16
)

// owner marks the nodes that one profile may change in place; a fork copies the others before it changes them. It has a size so
// that two of them differ.
type owner struct{ _ byte }

// node is a leaf of breakpoints or an inner node of kids; both are called its parts. Its data lies in columns of one block: the
// times, then per quantity the node's addition, the least and the greatest free amounts. The columns have room for size parts, of
// which the first n are in use.
//
// A leaf adds nothing and its least amounts are its greatest: min and max are the same columns there, and a search that compares
// with both never finds a reason to look below a leaf.
type node struct {
	own   *owner
	n     int
	kids  []*node // nil in a leaf
	block []int64 // all columns
	times []int64 // beginnings of the parts
	add   []int64 // inner: added to everything below a kid
	min   []int64 // the least free amount of a part, less the additions of the nodes above
	max   []int64 // the greatest one
}

func (p *Profile) newLeaf() *node {
	const s = leafSize
	b := make([]int64, s*(1+p.width))
	return &node{own: p.own, block: b, times: b[:s:s], min: b[s:], max: b[s:]}
}

func (p *Profile) newInner() *node {
	const s = innerSize
	w := s * p.width
	b := make([]int64, s+3*w)
	amounts := b[s:]
	return &node{own: p.own, kids: make([]*node, s), block: b, times: b[:s:s],
		add: amounts[:w:w], min: amounts[w : 2*w : 2*w], max: amounts[2*w:]}
}

// like makes an empty node of the same kind as x.
func (p *Profile) like(x *node) *node {
	if x.leaf() {
		return p.newLeaf()
	}
	return p.newInner()
}

// writable returns x itself if this profile owns it, else a copy that it owns.
func (p *Profile) writable(x *node) *node {
	if x.own == p.own {
		return x
	}
	c := p.like(x)
	c.n = x.n
	copy(c.block, x.block)
	copy(c.kids, x.kids)
	return c
}

// kid returns the writable i-th kid of x, which is writable itself.
func (p *Profile) kid(x *node, i int) *node {
	x.kids[i] = p.writable(x.kids[i])
	return x.kids[i]
}

func (x *node) leaf() bool { return x.kids == nil }

func (x *node) size() int { return len(x.times) }

// column returns the used part of the rows for the c-th quantity.
func (x *node) column(rows []int64, c int) []int64 { return rows[c*x.size():][:x.n] }

// set writes one amount per column for the i-th part.
func (x *node) set(rows []int64, i int, amounts []int64) {
	for c, n := range amounts {
		rows[c*x.size()+i] = n
	}
}

// plus adds the amounts of the i-th part to sums, times sign.
func (x *node) plus(sums, rows []int64, i int, sign int64) {
	for c := range sums {
		sums[c] += sign * rows[c*x.size()+i]
	}
}

// find returns the last part that does not begin after t; the first one if all do.
func (x *node) find(t int64) int {
	if x.n < 2 || t < x.times[1] {
		return 0
	}
	lo, hi := 2, x.n
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

// end returns the end of the i-th part of x, hi being the end of x itself.
func (x *node) end(i int, hi int64) int64 {
	if i+1 < x.n {
		return x.times[i+1]
	}
	return hi
}

// raise adds by, one amount per column, to everything in the parts i to j-1.
func (x *node) raise(i, j int, by []int64) {
	for c, n := range by {
		x.lift(c, i, j, n)
	}
}

// lift adds n to one column of everything in the parts i to j-1.
func (x *node) lift(c, i, j int, n int64) {
	if n == 0 {
		return
	}
	rows := [][]int64{x.min, x.max, x.add}
	if x.leaf() {
		rows = rows[:1]
	}
	for _, r := range rows {
		part := x.column(r, c)[i:j]
		for k := range part {
			part[k] += n
		}
	}
}

// refresh updates the i-th kid's beginning and its least and greatest amounts from the kid's data.
func (x *node) refresh(i int) {
	x.times[i] = x.kids[i].times[0]
	for c := range len(x.add) / x.size() {
		x.refreshColumn(i, c)
	}
}

// refreshColumn updates the i-th kid's least and greatest amount of one column.
func (x *node) refreshColumn(i, c int) {
	at := c*x.size() + i
	least, greatest := x.kids[i].extremes(c)
	x.min[at], x.max[at] = least+x.add[at], greatest+x.add[at]
}

// extremes returns the least and the greatest amount of a column.
func (x *node) extremes(c int) (least, greatest int64) {
	low, high := x.column(x.min, c), x.column(x.max, c)
	least, greatest = low[0], high[0]
	for i := range low {
		least, greatest = min(least, low[i]), max(greatest, high[i])
	}
	return least, greatest
}

// duplicate inserts a copy of the i-th part after it. There must be room.
func (x *node) duplicate(i int) {
	for b := x.block; len(b) > 0; b = b[x.size():] {
		copy(b[i+1:x.n+1], b[i:x.n])
	}
	if !x.leaf() {
		copy(x.kids[i+1:x.n+1], x.kids[i:x.n])
	}
	x.n++
}

// drop removes the i-th part.
func (x *node) drop(i int) {
	for b := x.block; len(b) > 0; b = b[x.size():] {
		copy(b[i:x.n-1], b[i+1:x.n])
	}
	if !x.leaf() {
		copy(x.kids[i:x.n-1], x.kids[i+1:x.n])
		x.kids[x.n-1] = nil
	}
	x.n--
}

// take moves the parts of y from i on to the end of x, a node of the same kind with room for them.
func (x *node) take(y *node, i int) {
	moved := y.n - i
	for at := 0; at < len(x.block); at += x.size() {
		copy(x.block[at+x.n:], y.block[at+i:at+y.n])
	}
	if !x.leaf() {
		copy(x.kids[x.n:], y.kids[i:y.n])
		clear(y.kids[i:y.n])
	}
	x.n += moved
	y.n -= moved
}
