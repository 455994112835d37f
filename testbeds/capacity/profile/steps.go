package profile

// Steps calls yield with the free amounts at from and at each breakpoint before to, until it returns false. Neighbours differ,
// and the amounts are valid during the call only.
func (p *Profile) Steps(from, to int64, yield func(at int64, free []int64) bool) {
	if from >= to {
		return
	}
	s := steps{from: from, to: to, yield: yield, add: make([]int64, p.width), free: make([]int64, p.width)}
	s.walk(p.root)
}

type steps struct {
	from, to int64
	yield    func(at int64, free []int64) bool
	add      []int64 // additions of the nodes above
	free     []int64
}

// walk visits x and reports whether to go on.
func (s *steps) walk(x *node) bool {
	for i := x.find(s.from); i < x.n && x.times[i] < s.to; i++ {
		if x.leaf() {
			copy(s.free, s.add)
			x.plus(s.free, x.min, i, 1)
			if !s.yield(max(x.times[i], s.from), s.free) {
				return false
			}
			continue
		}
		x.plus(s.add, x.add, i, 1)
		if !s.walk(x.kids[i]) {
			return false
		}
		x.plus(s.add, x.add, i, -1)
	}
	return true
}
