package capacity

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// The most dead ends of a search; beyond them its answer is no, although a solution may exist. A booking that was let in must get its
// units, so that choice may take longer than a mere question: a search for alternatives asks many questions.
const (
	maxDeadEnds       = 2_000
	maxDeadEndsChoice = 20_000
)

// never stands for the next need of a unit that no claim insists on.
const never = math.MaxInt64

// packing is the search for units: it gives each job a unit that no other job has at the same time.
//
// The jobs go by their start. Each tries first the unit that is needed again soonest after its end, because the rest of that unit's time is
// of least use to others. If a job finds none, the search goes back to the latest job with a part in that. So it tries every choice that
// can matter, up to a number of dead ends: giving intervals to units that are partly taken is NP-complete (precolouring extension of
// interval graphs), and a question must be answered in time.
//
// The units that a job finds free are interchangeable until a claim insists on one of them. So if all dead ends behind a job's unit lie
// before that, the job tries no further unit.
type packing struct {
	busy     [][]span // per unit the settled spans, in order, without overlaps
	jobs     []job
	last     []int // per unit its latest job, -1 for none
	deadEnds int   // remaining allowance
}

// job is one unit to be given for one span.
type job struct {
	span
	mine   bool
	unit   int   // its current or last tried unit, -1 before the first try
	need   int64 // next time at which a claim insists on that unit
	before int   // the job that had that unit before
	until  int64 // latest end of the jobs that found no unit because of this one's tries
	blame  []int // earlier jobs whose units stand in its way
}

// solve finds units for all competitors and for a claim of one's own, and returns all units of the latter.
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

// packing lays out the settled spans of each unit, and makes a job of each open unit of a claim that does not lie wholly before or behind
// all of them.
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

// joined orders spans and joins those that overlap or touch.
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

// run gives every job a unit, or reports that there is no way.
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

// back undoes everything since the latest job to blame got its unit, and returns that job, which inherits the rest of the blame.
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

// give gives a job the unit after the one that it tried last; units go by their next need, then by index.
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

// alike reports whether the untried units of a job are as good as the last tried one: they are needed again later, and all dead ends lie
// before that need.
func (p *packing) alike(i int) bool { return p.jobs[i].need >= p.jobs[i].until }

// twin reports whether a job wants the same as the one before it. Each of several twins takes a unit later than its predecessor's, so that
// no two searches differ only in the order of twins.
func (p *packing) twin(i int) bool { return i > 0 && p.jobs[i].span == p.jobs[i-1].span }

// settledNext returns the next time after a span at which a claim insists on a unit; ok is false if one does within the span.
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

// holder returns the job that has a unit at an instant at which no later job has begun, -1 for none.
func (p *packing) holder(unit int, at int64) int {
	if i := p.last[unit]; i >= 0 && p.jobs[i].to > at {
		return i
	}
	return -1
}

// blamed lists, in order, the earlier jobs with a part in a job's finding no unit: those that hold a suitable one, a twin that leaves only
// later ones, and all jobs behind the dead ends of the units that it did try. If it skipped units because they are alike, every job that
// has a unit at its start has a part.
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

// union merges two ordered lists, each element once.
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
