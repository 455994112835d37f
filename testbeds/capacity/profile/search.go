package profile

// Earliest finds the least t with from <= t and t+length <= to such that every column has at least its need throughout [t,
// t+length). Nothing is needed for a length of zero or less.
func (p *Profile) Earliest(need []int64, from, to, length int64) (at int64, ok bool) {
	if !holds(from, to, length) {
		return 0, false
	}
	if length <= 0 {
		return from, true
	}
	var room [8]wanted
	asked := p.wanted(room[:0], need, from)
	at = from
	for i, agreed := 0, 0; agreed < len(asked); i = (i + 1) % len(asked) {
		c := &asked[i]
		if agreed++; at+length <= c.clear {
			continue
		}
		s := sweep{col: c.col, from: at, to: to, length: length}
		s.forward(p.root, forever, c.need)
		if !s.found {
			return 0, false
		}
		c.clear = s.clear
		if s.at > at {
			at, agreed = s.at, 1
		}
	}
	return at, true
}

// Latest finds the greatest t with from <= t and t+length <= to such that every column has at least its need throughout [t,
// t+length).
func (p *Profile) Latest(need []int64, from, to, length int64) (at int64, ok bool) {
	if !holds(from, to, length) {
		return 0, false
	}
	if length <= 0 {
		return to, true
	}
	var room [8]wanted
	asked := p.wanted(room[:0], need, to)
	at = to - length
	for i, agreed := 0, 0; agreed < len(asked); i = (i + 1) % len(asked) {
		c := &asked[i]
		if agreed++; c.clear <= at {
			continue
		}
		s := sweep{col: c.col, from: from, to: at + length, length: length}
		s.backward(p.root, forever, c.need)
		if !s.found {
			return 0, false
		}
		c.clear = s.clear
		if s.at < at {
			at, agreed = s.at, 1
		}
	}
	return at, true
}

// holds reports whether [from, to) has room for length, without overflow.
func holds(from, to, length int64) bool {
	return from <= to && uint64(to)-uint64(from) >= uint64(max(0, length))
}

// wanted is a column with a need. A search leaps: each wanted column moves the instant to its own next run, until a whole round
// moves it no more. A column remembers the extent of its last run and is not asked again before the instant has left it.
type wanted struct {
	col   int
	need  int64
	share float64 // the need as a share of the usual free amount
	clear int64   // extent of the known free run, in the direction of the search
}

// wanted appends the columns with a need to list, the scarcest first, in any order of the caller's: the scarcest moves the
// instant furthest and saves most questions to the others.
func (p *Profile) wanted(list []wanted, need []int64, clear int64) []wanted {
	for c, n := range need {
		if n <= 0 {
			continue
		}
		list = append(list, wanted{col: c, need: n, share: float64(n) / max(1, p.usual(c)), clear: clear})
		for i := len(list) - 1; i > 0 && list[i].share > list[i-1].share; i-- {
			list[i], list[i-1] = list[i-1], list[i]
		}
	}
	return list
}

// usual estimates the usual free amount of a column from the root alone: the mean of the middles of its parts' ranges.
func (p *Profile) usual(col int) float64 {
	x, sum := p.root, 0.0
	for i, low := range x.column(x.min, col) {
		sum += float64(low)/2 + float64(x.column(x.max, col)[i])/2
	}
	return sum / float64(x.n)
}

// sweep looks for a run of one column: an interval of the wanted length in which enough is free. It carries the open run from
// part to part and skips whole kids that have enough everywhere or nowhere.
type sweep struct {
	col              int
	from, to, length int64
	open             bool
	edge             int64 // forward: beginning of the open run; backward: its end
	found            bool
	at               int64 // beginning of the found run
	clear            int64 // extent of the free run around it, in the direction of the sweep
}

// forward visits x, which ends at hi, from left to right and reports whether to go on.
func (s *sweep) forward(x *node, hi, need int64) bool {
	if x.times[0] >= s.to {
		return false
	}
	low, high := x.column(x.min, s.col), x.column(x.max, s.col)
	for i := x.find(s.from); i < x.n; i++ {
		if high[i] < need {
			s.open = false
			continue
		}
		begin := max(x.times[i], s.from)
		if begin >= s.to || !s.open && begin > s.to-s.length {
			return false
		}
		end := x.end(i, hi)
		if low[i] < need {
			if !s.forward(x.kids[i], end, need-x.column(x.add, s.col)[i]) {
				return false
			}
			continue
		}
		if !s.open {
			s.open, s.edge = true, begin
		}
		if end >= s.edge+s.length {
			s.found, s.at, s.clear = true, s.edge, end
			return false
		}
	}
	return true
}

// backward visits x from right to left.
func (s *sweep) backward(x *node, hi, need int64) bool {
	if hi <= s.from {
		return false
	}
	low, high := x.column(x.min, s.col), x.column(x.max, s.col)
	for i := x.find(s.to - 1); i >= 0; i-- {
		if high[i] < need {
			s.open = false
			continue
		}
		end := min(x.end(i, hi), s.to)
		if end <= s.from || !s.open && end < s.from+s.length {
			return false
		}
		if low[i] < need {
			if !s.backward(x.kids[i], end, need-x.column(x.add, s.col)[i]) {
				return false
			}
			continue
		}
		if !s.open {
			s.open, s.edge = true, end
		}
		if begin := x.times[i]; begin <= s.edge-s.length {
			s.found, s.at, s.clear = true, s.edge-s.length, begin
			return false
		}
	}
	return true
}
