package profile

import "slices"

// addRange adds by to [from, to) below x, which the profile owns and which ends at hi. Breakpoints stand at from and to already.
func (p *Profile) addRange(x *node, hi, from, to int64, by []int64) {
	for i := x.find(from); i < x.n && x.times[i] < to; i++ {
		if x.leaf() {
			if x.times[i] >= from {
				plus(p.row(x.vals, i), by)
			}
			continue
		}
		end := x.end(i, hi)
		if end <= from {
			continue
		}
		if from <= x.times[i] && end <= to {
			plus(p.row(x.add, i), by)
			plus(p.row(x.min, i), by)
			plus(p.row(x.max, i), by)
			continue
		}
		p.addRange(p.kid(x, i), end, from, to, by)
		p.bounds(x, i)
	}
}

func plus(row, by []int64) {
	for c, n := range by {
		row[c] += n
	}
}

// ensure makes a breakpoint at t where there is none; no amount changes.
func (p *Profile) ensure(t int64) {
	if p.has(t) {
		return
	}
	p.points++
	p.root = p.writable(p.root)
	if right := p.insert(p.root, t); right != nil {
		left := p.root
		p.root = p.newInner()
		p.root.n = 2
		p.root.kids[0], p.root.kids[1] = left, right
		p.root.times[0], p.root.times[1] = left.times[0], right.times[0]
		p.bounds(p.root, 0)
		p.bounds(p.root, 1)
	}
}

func (p *Profile) has(t int64) bool {
	x := p.root
	for !x.leaf() {
		x = x.kids[x.find(t)]
	}
	return x.times[x.find(t)] == t
}

// insert puts a breakpoint at t below x and returns the new right neighbour of x where x had to be split.
func (p *Profile) insert(x *node, t int64) *node {
	i := x.find(t)
	if x.leaf() {
		x.times = slices.Insert(x.times[:x.n], i+1, t)[:x.n+1]
		x.vals = slices.Insert(x.vals[:x.n*p.width], (i+1)*p.width, slices.Clone(p.row(x.vals, i))...)
		x.n++
		return p.split(x, leafCap)
	}
	right := p.insert(p.kid(x, i), t)
	if right == nil {
		return nil
	}
	x.times = slices.Insert(x.times[:x.n], i+1, right.times[0])
	x.kids = slices.Insert(x.kids[:x.n], i+1, right)
	for _, rows := range []*[]int64{&x.add, &x.min, &x.max} {
		*rows = slices.Insert((*rows)[:x.n*p.width], (i+1)*p.width, slices.Clone(p.row(*rows, i))...)
	}
	x.n++
	p.bounds(x, i)
	p.bounds(x, i+1)
	return p.split(x, innerCap)
}

// split moves the upper half of a full node into a new one.
func (p *Profile) split(x *node, full int) *node {
	if x.n < full {
		return nil
	}
	h, w := x.n/2, p.width
	r := p.newLeaf()
	if !x.leaf() {
		r = p.newInner()
		copy(r.kids, x.kids[h:x.n])
		clear(x.kids[h:x.n])
		copy(r.add, x.add[h*w:x.n*w])
		copy(r.min, x.min[h*w:x.n*w])
		copy(r.max, x.max[h*w:x.n*w])
	} else {
		copy(r.vals, x.vals[h*w:x.n*w])
	}
	copy(r.times, x.times[h:x.n])
	r.n = x.n - h
	x.n = h
	return r
}

// coalesce drops the breakpoint at t where the amounts before and after it are equal.
func (p *Profile) coalesce(t int64) {
	if t == beginning || !p.has(t) {
		return
	}
	before, after := make([]int64, p.width), make([]int64, p.width)
	p.At(t-1, before)
	p.At(t, after)
	if !slices.Equal(before, after) {
		return
	}
	p.points--
	p.root = p.writable(p.root)
	p.remove(p.root, t)
	for !p.root.leaf() && p.root.n == 1 {
		p.hoist()
	}
}

// hoist makes the only kid of the root the root.
func (p *Profile) hoist() {
	k := p.kid(p.root, 0)
	rows := k.vals
	if !k.leaf() {
		p.lift(k, p.row(p.root.add, 0))
	} else {
		for j := range k.n {
			plus(p.row(rows, j), p.row(p.root.add, 0))
		}
	}
	p.root = k
}

// lift adds by to everything below an inner node.
func (p *Profile) lift(x *node, by []int64) {
	for j := range x.n {
		plus(p.row(x.add, j), by)
		plus(p.row(x.min, j), by)
		plus(p.row(x.max, j), by)
	}
}

// remove drops the breakpoint at t below x.
func (p *Profile) remove(x *node, t int64) {
	i := x.find(t)
	if x.leaf() {
		p.cut(x, i)
		return
	}
	k := p.kid(x, i)
	p.remove(k, t)
	if k.n == 0 {
		p.cut(x, i)
		return
	}
	x.times[i] = k.times[0]
	p.bounds(x, i)
	if j := max(i, 1); j < x.n {
		p.merge(x, j-1)
	}
}

// cut takes the i-th part out of x.
func (p *Profile) cut(x *node, i int) {
	w := p.width
	x.times = slices.Delete(x.times[:x.n], i, i+1)
	if x.leaf() {
		x.vals = slices.Delete(x.vals[:x.n*w], i*w, (i+1)*w)
	} else {
		x.kids = slices.Delete(x.kids[:x.n], i, i+1)
		x.add = slices.Delete(x.add[:x.n*w], i*w, (i+1)*w)
		x.min = slices.Delete(x.min[:x.n*w], i*w, (i+1)*w)
		x.max = slices.Delete(x.max[:x.n*w], i*w, (i+1)*w)
	}
	x.n--
}

// merge joins the kids i and i+1 of x where half a node has room for both, so that a shrinking profile does not keep empty shelves.
func (p *Profile) merge(x *node, i int) {
	l, r := x.kids[i], x.kids[i+1]
	full := innerCap
	if l.leaf() {
		full = leafCap
	}
	if l.n+r.n > full/2 {
		return
	}
	l, r = p.kid(x, i), p.kid(x, i+1)
	// The right part moves below the left part's addition: it takes along the difference.
	by := make([]int64, p.width)
	for c := range by {
		by[c] = p.row(x.add, i+1)[c] - p.row(x.add, i)[c]
	}
	w := p.width
	l.times = append(l.times[:l.n], r.times[:r.n]...)
	if l.leaf() {
		for j := range r.n {
			plus(p.row(r.vals, j), by)
		}
		l.vals = append(l.vals[:l.n*w], r.vals[:r.n*w]...)
	} else {
		p.lift(r, by)
		l.kids = append(l.kids[:l.n], r.kids[:r.n]...)
		l.add = append(l.add[:l.n*w], r.add[:r.n*w]...)
		l.min = append(l.min[:l.n*w], r.min[:r.n*w]...)
		l.max = append(l.max[:l.n*w], r.max[:r.n*w]...)
	}
	l.n += r.n
	p.cut(x, i+1)
	p.bounds(x, i)
}
