package profile

import "slices"

// ensure makes a breakpoint at t if there is none; no amount changes.
func (p *Profile) ensure(t int64) {
	if t == forever || p.has(t) {
		return
	}
	p.points++
	p.root = p.writable(p.root)
	right := p.insert(p.root, t)
	if right == nil {
		return
	}
	top := p.newInner()
	top.n = 2
	top.kids[0], top.kids[1] = p.root, right
	top.refresh(0)
	top.refresh(1)
	p.root = top
}

func (p *Profile) has(t int64) bool {
	x := p.root
	for !x.leaf() {
		x = x.kids[x.find(t)]
	}
	return x.times[x.find(t)] == t
}

// insert puts a breakpoint at t below x, which is writable, and returns the new right neighbour of x if x was split.
func (p *Profile) insert(x *node, t int64) (right *node) {
	i := x.find(t)
	if x.leaf() {
		x.duplicate(i)
		x.times[i+1] = t
		return p.split(x)
	}
	below := p.insert(p.kid(x, i), t)
	if below == nil {
		return nil
	}
	x.duplicate(i)
	x.kids[i+1] = below
	x.refresh(i)
	x.refresh(i + 1)
	return p.split(x)
}

// split moves the upper half of a full node into a new one: there is always room for one more part.
func (p *Profile) split(x *node) (right *node) {
	if x.n < x.size() {
		return nil
	}
	right = p.like(x)
	right.take(x, x.n/2)
	return right
}

// coalesce drops the breakpoint at t, which exists, if the amounts before and after it are equal.
func (p *Profile) coalesce(t int64) {
	if t == beginning || t == forever {
		return
	}
	var room [2 * 8]int64
	amounts := append(room[:0], make([]int64, 2*p.width)...)
	before, after := amounts[:p.width], amounts[p.width:]
	p.At(t-1, before)
	p.At(t, after)
	if !slices.Equal(before, after) {
		return
	}
	p.points--
	p.root = p.writable(p.root)
	p.remove(p.root, t)
	for p.root.n == 1 && !p.root.leaf() {
		p.lower()
	}
}

// remove drops the breakpoint at t below x, which is writable. The parts that touch the gap are joined if they fit into one
// node, so that a shrinking profile does not keep nearly empty nodes.
func (p *Profile) remove(x *node, t int64) {
	i := x.find(t)
	if x.leaf() {
		x.drop(i)
		return
	}
	k := p.kid(x, i)
	p.remove(k, t)
	if k.n == 0 {
		x.drop(i)
		return
	}
	if k.times[0] != x.times[i] {
		x.refresh(i) // else the part that is gone was as the one before it
	}
	p.join(x, i)
	p.join(x, i-1)
}

// join merges the kids i and i+1 of x if both fit into three quarters of a node.
func (p *Profile) join(x *node, i int) {
	if i < 0 || i+1 >= x.n || x.kids[i].n+x.kids[i+1].n > x.kids[i].size()*3/4 {
		return
	}
	left, right := p.kid(x, i), p.writable(x.kids[i+1])
	for c := range p.width {
		add := x.column(x.add, c)
		right.lift(c, 0, right.n, add[i+1]-add[i])
	}
	left.take(right, 0)
	x.drop(i + 1)
	x.refresh(i)
}

// lower makes the only kid of the root the root.
func (p *Profile) lower() {
	k := p.kid(p.root, 0)
	for c := range p.width {
		k.lift(c, 0, k.n, p.root.column(p.root.add, c)[0])
	}
	p.root = k
}
