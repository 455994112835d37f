package profile

// At fills free with what is free at t.
func (p *Profile) At(t int64, free []int64) {
	clear(free[:p.width])
	x := p.root
	for {
		i := x.find(t)
		if x.leaf() {
			plus(free[:p.width], p.row(x.vals, i))
			return
		}
		plus(free[:p.width], p.row(x.add, i))
		x = x.kids[i]
	}
}

// Min is the least free amount of a column in [from, to), which must not be empty.
func (p *Profile) Min(col int, from, to int64) int64 {
	return p.least(p.root, col, forever, from, to)
}

func (p *Profile) least(x *node, col int, hi, from, to int64) int64 {
	least := int64(forever)
	for i := x.find(from); i < x.n && x.times[i] < to; i++ {
		at := i*p.width + col
		switch end := x.end(i, hi); {
		case x.leaf():
			least = min(least, x.vals[at])
		case end <= from:
		case from <= x.times[i] && end <= to:
			least = min(least, x.min[at])
		default:
			least = min(least, x.add[at]+p.least(x.kids[i], col, end, from, to))
		}
	}
	return least
}

// Fits reports whether every column has at least what is needed of it throughout [from, to). Columns with no need do not count.
func (p *Profile) Fits(need []int64, from, to int64) bool {
	for c, n := range need {
		if n <= 0 {
			continue
		}
		if _, short := p.FirstBelow(c, n, from, to); short {
			return false
		}
	}
	return true
}

// FirstBelow is the first instant in [from, to) at which less than need is free.
func (p *Profile) FirstBelow(col int, need, from, to int64) (at int64, ok bool) {
	at = p.first(p.root, col, forever, need, from, to, false)
	return max(at, from), at < to
}

// FirstAtLeast is the first instant in [from, to) at which at least need is free.
func (p *Profile) FirstAtLeast(col int, need, from, to int64) (at int64, ok bool) {
	at = p.first(p.root, col, forever, need, from, to, true)
	return max(at, from), at < to
}

// first is the time of the first part that overlaps [from, to) and has at least need (enough) or less than it; forever where none has.
func (p *Profile) first(x *node, col int, hi, need, from, to int64, enough bool) int64 {
	for i := x.find(from); i < x.n && x.times[i] < to; i++ {
		at := i*p.width + col
		if x.leaf() {
			if (x.vals[at] >= need) == enough {
				return x.times[i]
			}
			continue
		}
		if enough && x.max[at] < need || !enough && x.min[at] >= need {
			continue
		}
		if t := p.first(x.kids[i], col, x.end(i, hi), need-x.add[at], from, to, enough); t != forever {
			return t
		}
	}
	return forever
}
