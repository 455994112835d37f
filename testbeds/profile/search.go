package profile

// Earliest is the least t with from <= t and t+length <= to such that every column has at least what is needed throughout
// [t, t+length).
//
// Column by column one sweep finds that column's earliest run from the current t on; t leaps forward until all columns agree on it.
func (p *Profile) Earliest(need []int64, from, to, length int64) (at int64, ok bool) {
	if to-from < length {
		return 0, false
	}
	return p.agree(need, from, func(c int, t int64) (int64, bool) {
		s := sweep{col: c, from: t, to: to, length: length, open: none}
		s.forward(p, p.root, forever, need[c])
		return s.at, s.found
	})
}

// Latest is the greatest such t.
func (p *Profile) Latest(need []int64, from, to, length int64) (at int64, ok bool) {
	if to-from < length {
		return 0, false
	}
	end, ok := p.agree(need, to, func(c int, end int64) (int64, bool) {
		s := sweep{col: c, from: from, to: end, length: length, open: none}
		s.backward(p, p.root, forever, need[c])
		return s.at, s.found
	})
	return end - length, ok
}

// agree moves t by one column after the other until none of them moves it any more.
func (p *Profile) agree(need []int64, t int64, next func(col int, t int64) (int64, bool)) (int64, bool) {
	agreed := 0
	for c := 0; agreed < p.width; c = (c + 1) % p.width {
		moved := t
		if need[c] > 0 {
			var ok bool
			if moved, ok = next(c, t); !ok {
				return 0, false
			}
		}
		if moved != t {
			agreed, t = 0, moved
		}
		agreed++
	}
	return t, true
}

// none says that no run is open. No instant in use is so late.
const none = forever

// sweep looks for a run of one column: an interval of the wanted length in which enough is free. It carries the open run from part to
// part and passes over whole subtrees that have enough everywhere or nowhere.
type sweep struct {
	col              int
	from, to, length int64
	open             int64 // forward: where the open run began; backward: where it ends
	at               int64 // forward: the start of the run found; backward: its end
	found            bool
}

// forward visits x, which ends at hi, from left to right and reports whether to go on.
func (s *sweep) forward(p *Profile, x *node, hi, need int64) bool {
	for i := x.find(s.from); i < x.n; i++ {
		lo, at := max(x.times[i], s.from), i*p.width+s.col
		if x.times[i] >= s.to || s.open == none && lo > s.to-s.length {
			return false
		}
		enough, short := known(x, at, need)
		switch {
		case short:
			s.open = none
		case enough:
			if s.open == none {
				s.open = lo
			}
			if min(x.end(i, hi), s.to)-s.open >= s.length {
				s.at, s.found = s.open, true
				return false
			}
		default:
			if !s.forward(p, x.kids[i], x.end(i, hi), need-x.add[at]) {
				return false
			}
		}
	}
	return true
}

// backward visits x from right to left.
func (s *sweep) backward(p *Profile, x *node, hi, need int64) bool {
	for i := x.find(s.to - 1); i >= 0; i-- {
		end, at := min(x.end(i, hi), s.to), i*p.width+s.col
		if end <= s.from || s.open == none && end < s.from+s.length {
			return false
		}
		enough, short := known(x, at, need)
		switch {
		case short:
			s.open = none
		case enough:
			if s.open == none {
				s.open = end
			}
			if s.open-max(x.times[i], s.from) >= s.length {
				s.at, s.found = s.open, true
				return false
			}
		default:
			if !s.backward(p, x.kids[i], x.end(i, hi), need-x.add[at]) {
				return false
			}
		}
	}
	return true
}

// known says what is known of a part without looking inside: that it has enough throughout, or that it is short throughout.
func known(x *node, at int, need int64) (enough, short bool) {
	if x.leaf() {
		return x.vals[at] >= need, x.vals[at] < need
	}
	return x.min[at] >= need, x.max[at] < need
}
