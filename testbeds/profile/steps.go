package profile

import "slices"

// Steps calls yield with the free amounts from from on and at each breakpoint before to, until it returns false. The amounts are
// valid during the call.
func (p *Profile) Steps(from, to int64, yield func(at int64, free []int64) bool) {
	if from >= to {
		return
	}
	var last []int64
	p.steps(p.root, forever, from, to, make([]int64, p.width), func(at int64, free []int64) bool {
		if last != nil && slices.Equal(last, free) {
			return true
		}
		last = append(last[:0], free...)
		return yield(max(at, from), free)
	})
}

func (p *Profile) steps(x *node, hi, from, to int64, add []int64, yield func(int64, []int64) bool) bool {
	sum := make([]int64, p.width)
	for i := x.find(from); i < x.n && x.times[i] < to; i++ {
		copy(sum, add)
		if x.leaf() {
			plus(sum, p.row(x.vals, i))
			if !yield(x.times[i], sum) {
				return false
			}
			continue
		}
		plus(sum, p.row(x.add, i))
		if !p.steps(x.kids[i], x.end(i, hi), from, to, sum, yield) {
			return false
		}
	}
	return true
}
