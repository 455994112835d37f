package profile

// At fills free, one amount per column, with the free amounts at t.
func (p *Profile) At(t int64, free []int64) {
	clear(free)
	x := p.root
	for !x.leaf() {
		i := x.find(t)
		x.plus(free, x.add, i, 1)
		x = x.kids[i]
	}
	x.plus(free, x.min, x.find(t), 1)
}

// Min returns the least free amount of a column in [from, to); math.MaxInt64 for an empty interval.
func (p *Profile) Min(col int, from, to int64) int64 {
	if from >= to {
		return forever
	}
	return p.root.least(col, forever, from, to)
}

// least returns the least amount of the parts that overlap [from, to), at least one. Only the first and the last of them can
// lie partly in the interval and need a look inside.
func (x *node) least(col int, hi, from, to int64) int64 {
	low, least := x.column(x.min, col), int64(forever)
	for i := x.find(from); i < x.n && x.times[i] < to; i++ {
		end := x.end(i, hi)
		switch {
		case low[i] >= least:
		case x.leaf() || from <= x.times[i] && end <= to:
			least = low[i]
		default:
			least = min(least, x.column(x.add, col)[i]+x.kids[i].least(col, end, from, to))
		}
	}
	return least
}

// Fits reports whether every column has at least its need throughout [from, to). A column without a need does not count,
// however little of it is free.
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

// FirstBelow finds the first instant in [from, to) at which less than need is free.
func (p *Profile) FirstBelow(col int, need, from, to int64) (at int64, ok bool) {
	at = max(from, p.root.firstBelow(col, need, from, to))
	return at, at < to
}

// FirstAtLeast finds the first instant in [from, to) at which at least need is free.
func (p *Profile) FirstAtLeast(col int, need, from, to int64) (at int64, ok bool) {
	at = max(from, p.root.firstAtLeast(col, need, from, to))
	return at, at < to
}

// firstBelow finds the beginning of the first part that overlaps [from, to) and has less than need, forever if none does. It
// descends into a kid whose least amount is too little: in vain at most for the two kids at the ends of the interval.
func (x *node) firstBelow(col int, need, from, to int64) int64 {
	low := x.column(x.min, col)
	for i := x.find(from); i < x.n && x.times[i] < to; i++ {
		if low[i] >= need {
			continue
		}
		if x.leaf() {
			return x.times[i]
		}
		if t := x.kids[i].firstBelow(col, need-x.column(x.add, col)[i], from, to); t != forever {
			return t
		}
	}
	return forever
}

func (x *node) firstAtLeast(col int, need, from, to int64) int64 {
	high := x.column(x.max, col)
	for i := x.find(from); i < x.n && x.times[i] < to; i++ {
		if high[i] < need {
			continue
		}
		if x.leaf() {
			return x.times[i]
		}
		if t := x.kids[i].firstAtLeast(col, need-x.column(x.add, col)[i], from, to); t != forever {
			return t
		}
	}
	return forever
}
