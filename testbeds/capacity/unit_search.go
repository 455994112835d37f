package capacity

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// How many dead ends a search may run into; beyond that its answer is no, although there might be a choice. A booking that was let in has
// to be given its units, so that choice may take longer than a question, of which a search for alternatives asks many.
const (
	maxDeadEnds       = 2_000
	maxDeadEndsChoice = 20_000
)

// never is when a unit is needed again that nobody insists on.
const never = math.MaxInt64

// packing is the search for units: which one each job gets, so that nobody has a unit that another has meanwhile.
//
// The jobs are taken in the order of their start. Each tries first the unit that is needed again soonest after its end, because what is
// left of that one's time is of least use to others. Where a job finds none, the search goes back to the latest job that has a part
// in that. So every choice is tried that can matter, up to a number of dead ends: giving intervals to units that are partly taken is
// NP-complete (precolouring extension of interval graphs), and a question has to be answered in time.
//
// The units that a job finds free are as good as each other for as long as nobody insists on one of them: whatever is done with one can be
// done with the other. So a job whose unit led to dead ends that all lie before that unit is needed again tries no further one.
type packing struct {
	busy     [][]span // per unit what is settled, in order, without overlaps
	jobs     []job
	last     []int // per unit the latest job that has it, -1 where none has
	deadEnds int   // that it may still run into
}

// job is one unit to be given for one span.
type job struct {
	span
	mine   bool
	unit   int   // the one that it has or tried last, -1 where it tried none
	need   int64 // when somebody insists on that one next
	before int   // the job that had that one before
	until  int64 // when the last job ends that found no unit because of what this one tried
	blame  []int // earlier jobs without whose units it might go on
}

// solve finds units for all that is around and for a holding of one's own, and answers with all units of the latter.
func (a competitors) solve(mine unitClaim) (units []string, ok bool) {
	p := a.packing(mine)
	if !p.run() {
		return nil, false
	}
	units = slices.Clone(mine.units)
	for _, j := range p.jobs {
		if j.mine {
			units = append(units, a.pool.units[j.unit])
		}
	}
	return units, true
}

// packing lays out what is settled on each unit, and makes jobs of what is open and does not lie wholly before or behind all of that.
func (a competitors) packing(mine unitClaim) *packing {
	p := &packing{busy: make([][]span, len(a.pool.units)), last: slices.Repeat([]int{-1}, len(a.pool.units)), deadEnds: maxDeadEnds}
	var settled span
	if a.choice {
		settled, p.deadEnds = mine.span, maxDeadEndsChoice
	}
	for _, h := range append(a.holdings, mine) {
		for _, u := range h.units {
			if i, known := a.pool.places[u]; known {
				p.busy[i] = append(p.busy[i], h.span)
				settled = settled.with(h.span)
			}
		}
	}
	for i := range p.busy {
		p.busy[i] = joined(p.busy[i])
	}
	add := func(h unitClaim, mine bool) {
		if n := h.open(); n > 0 && h.overlaps(settled) {
			p.jobs = append(p.jobs, slices.Repeat([]job{{span: h.span, mine: mine, unit: -1, until: math.MinInt64}}, n)...)
		}
	}
	for _, h := range a.holdings {
		add(h, false)
	}
	add(mine, true)
	slices.SortStableFunc(p.jobs, func(a, b job) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to)) })
	return p
}

// joined orders spans and makes one of those that overlap or touch.
func joined(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && s.from <= out[n-1].to {
			out[n-1] = out[n-1].with(s)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// run gives every job a unit, or reports that it found no way.
func (p *packing) run() bool {
	for i := 0; i < len(p.jobs); {
		if p.give(i) {
			i++
			continue
		}
		blame := p.blamed(i)
		if len(blame) == 0 || p.deadEnds == 0 {
			return false
		}
		p.deadEnds--
		i = p.back(i, blame)
	}
	return true
}

// back undoes what has been done since the latest job to blame got its unit, and answers with that job, which then inherits the rest of
// the blame.
func (p *packing) back(i int, blame []int) int {
	last := len(blame) - 1
	to, until := blame[last], max(p.jobs[i].to, p.jobs[i].until)
	for ; i > to; i-- {
		j := &p.jobs[i]
		j.unit, j.until, j.blame = -1, math.MinInt64, nil
		p.last[p.jobs[i-1].unit] = p.jobs[i-1].before
	}
	j := &p.jobs[to]
	j.until, j.blame = max(j.until, until), union(j.blame, blame[:last])
	return to
}

// give gives a job the next unit after the one that it tried last, by when it is needed again and then by its place.
func (p *packing) give(i int) bool {
	j := &p.jobs[i]
	after := *j
	switch {
	case j.unit >= 0 && p.alike(i):
		return false
	case j.unit < 0 && p.twin(i):
		after = p.jobs[i-1]
	}
	unit, need := -1, int64(0)
	for u := range p.busy {
		if p.holder(u, j.from) >= 0 {
			continue
		}
		n, ok := p.settledNext(u, j.span)
		if !ok || after.unit >= 0 && (n < after.need || n == after.need && u <= after.unit) {
			continue
		}
		if unit < 0 || n < need {
			unit, need = u, n
		}
	}
	if unit < 0 {
		return false
	}
	j.unit, j.need, j.before = unit, need, p.last[unit]
	p.last[unit] = i
	return true
}

// alike reports whether the units that a job has not tried yet are as good as the one that it tried: it tries them by when they are needed
// again, and all dead ends lie before that.
func (p *packing) alike(i int) bool { return p.jobs[i].need >= p.jobs[i].until }

// twin reports whether a job wants the same as the one before it. Of twins each has a later unit than the one before it, so that no two
// searches differ only in who of them has which.
func (p *packing) twin(i int) bool { return i > 0 && p.jobs[i].span == p.jobs[i-1].span }

// settledNext is when somebody insists on a unit after a span; ok is false where somebody does within it.
func (p *packing) settledNext(unit int, s span) (next int64, ok bool) {
	busy := p.busy[unit]
	i := sort.Search(len(busy), func(i int) bool { return busy[i].to > s.from })
	switch {
	case i == len(busy):
		return never, true
	case busy[i].from < s.to:
		return 0, false
	default:
		return busy[i].from, true
	}
}

// holder is the job that has a unit at an instant at which no later job has begun, -1 where none has it.
func (p *packing) holder(unit int, at int64) int {
	if i := p.last[unit]; i >= 0 && p.jobs[i].to > at {
		return i
	}
	return -1
}

// blamed are the earlier jobs, in order, that have a part in a job finding no unit: whoever has one that would do, a twin that leaves
// only later ones, and all that led to the dead ends behind the units that it did try. Where it did not try all of them because they are
// alike, that rests on everybody who has a unit when it starts.
func (p *packing) blamed(i int) []int {
	j := &p.jobs[i]
	alike := j.unit >= 0 && p.alike(i)
	var blame []int
	for u := range p.busy {
		h := p.holder(u, j.from)
		if h < 0 {
			continue
		}
		if _, ok := p.settledNext(u, j.span); ok || alike {
			blame = append(blame, h)
		}
	}
	if p.twin(i) {
		blame = append(blame, i-1)
	}
	slices.Sort(blame)
	return union(j.blame, slices.Compact(blame))
}

// union is what is in either of two lists in order, in order.
func union(a, b []int) []int {
	all := make([]int, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		least := min(a[0], b[0])
		all = append(all, least)
		if a[0] == least {
			a = a[1:]
		}
		if b[0] == least {
			b = b[1:]
		}
	}
	return append(append(all, a...), b...)
}
