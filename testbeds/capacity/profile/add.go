package profile

// Add adds by, one amount per column, to the free amounts in [from, to): negative amounts take, positive ones give back. An
// end of math.MaxInt64 means for ever. An empty interval changes nothing.
func (p *Profile) Add(from, to int64, by []int64) {
	if from >= to || zero(by) {
		return
	}
	p.ensure(from)
	p.ensure(to)
	p.root = p.writable(p.root)
	p.raise(p.root, forever, from, to, by)
	p.coalesce(from)
	p.coalesce(to)
}

func zero(by []int64) bool {
	for _, n := range by {
		if n != 0 {
			return false
		}
	}
	return true
}

// raise adds by to [from, to) below x, which is writable and ends at hi. Breakpoints exist at from and to already, so only
// inner nodes have parts that lie partly in the interval.
func (p *Profile) raise(x *node, hi, from, to int64, by []int64) {
	i := x.find(from)
	if x.times[i] < from {
		p.raiseBelow(x, i, hi, from, to, by)
		i++
	}
	j := i
	for j < x.n && x.end(j, hi) <= to {
		j++
	}
	x.raise(i, j, by)
	if j < x.n && x.times[j] < to {
		p.raiseBelow(x, j, hi, from, to, by)
	}
}

// raiseBelow adds by to the part of [from, to) that lies in the i-th kid.
func (p *Profile) raiseBelow(x *node, i int, hi, from, to int64, by []int64) {
	p.raise(p.kid(x, i), x.end(i, hi), from, to, by)
	for c, n := range by {
		if n != 0 {
			x.refreshColumn(i, c)
		}
	}
}
