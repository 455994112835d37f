package capacity

import (
	"berth/testbeds"
	"berth/testbeds/plain"
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// want is an experiment's need of one pool throughout a slot.
type want struct {
	pool    *pool
	need    []int64 // per column
	pins    []string
	buffers testbeds.Buffers // the pool's, or those granted to a booking
	since   int64            // earlier time is not asked about
}

func (p *pool) want() want {
	return want{pool: p, need: make([]int64, len(p.columns)), buffers: p.buffers, since: math.MinInt64}
}

// span returns the time that the slot occupies of the pool.
func (w want) span(s testbeds.Slot) (from, to int64) {
	occupied := w.buffers.Around(s)
	return max(w.since, occupied.Start.Unix()), occupied.End.Unix()
}

// wants gathers the experiment's need of each pool, in the order of the facility, and every static limit that it breaks.
func (f *Federation) wants(e testbeds.Experiment) ([]want, []testbeds.Problem) {
	g := gathering{wants: make([]want, 0, min(4, len(e.Components)+len(e.Devices)))}
	problems := f.gather(&g, e)
	return g.wants, problems
}

// gathering is what is wanted so far. Who is done with it can use its memory for the next one.
type gathering struct {
	wants []want
	needs []int64 // of all of them, side by side
}

func (g *gathering) reset() { g.wants, g.needs = g.wants[:0], g.needs[:0] }

// of returns what is wanted of a pool.
func (g *gathering) of(p *pool) *want {
	for i := range g.wants {
		if g.wants[i].pool == p {
			return &g.wants[i]
		}
	}
	n, all := len(g.needs), len(g.needs)+len(p.columns)
	g.needs = append(g.needs, make([]int64, len(p.columns))...)
	g.wants = append(g.wants, want{pool: p, need: g.needs[n:all:all], buffers: p.buffers, since: math.MinInt64})
	return &g.wants[len(g.wants)-1]
}

// add adds a size; counted is false if the pool does not have some of its quantities.
func (g *gathering) add(p *pool, size testbeds.Quantities) (counted bool) {
	var w *want
	counted = true
	for q, n := range size {
		col, ok := p.column(q)
		switch {
		case n <= 0:
			continue
		case !ok:
			counted = false
			continue
		case w == nil:
			w = g.of(p)
		}
		w.need[col] += n
	}
	return counted
}

// gather adds what an experiment wants, and lists every static limit that it breaks.
func (f *Federation) gather(g *gathering, e testbeds.Experiment) (problems []testbeds.Problem) {
	for i := range e.Components {
		c := &e.Components[i]
		where := e.Placement[c.Member]
		p := f.vim(where)
		if p == nil || !g.add(p, c.Size) || !p.runs(c, where) {
			problems = append(problems, f.obstacles(p, c, where)...)
		}
	}
	for _, d := range e.Devices {
		p, bad := f.device(d)
		problems = append(problems, bad...)
		if p == nil || d.Count <= 0 {
			continue
		}
		w := g.of(p)
		w.need[0] += d.Count
		w.pins = append(w.pins, d.Units...)
	}
	if len(g.wants) > 1 {
		slices.SortFunc(g.wants, func(a, b want) int { return f.inOrder(a.pool.key, b.pool.key) })
	}
	for i := range g.wants {
		problems = append(problems, g.wants[i].beyond()...)
	}
	return problems
}

// beyond lists the quantities of which more is needed than there ever is.
func (w want) beyond() []testbeds.Problem {
	var problems []testbeds.Problem
	for col, n := range w.need {
		if most := w.pool.peak[col]; n > most {
			r := w.pool.resource(col)
			problems = append(problems, testbeds.Problem{Rule: testbeds.RuleCapacity, Testbed: r.Testbed, VIM: r.VIM, Device: r.Device, Quantity: r.Quantity, Needed: n, Most: most,
				Message: fmt.Sprintf("%s: needs %s, and there are never more than %s", r.Words(), plain.Size(r.Quantity, n), plain.Size(r.Quantity, most))})
		}
	}
	return problems
}

// vim finds the pool of a VIM that is written "testbed/vim"; nil if the facility does not have it.
func (f *Federation) vim(where string) *pool {
	testbed, vim, _ := strings.Cut(where, "/")
	return f.pool(testbeds.Resource{Testbed: testbed, VIM: vim})
}

// runs reports whether a component can run on the VIM at some time, apart from its size in all.
func (p *pool) runs(c *testbeds.Component, where string) bool {
	return slices.Contains(c.Onboarded, where) && p.hosts(c.Size) && (len(c.Requires) == 0 || len(lacking(c.Requires, p.features)) == 0)
}

// obstacles lists every reason why a component can never run on a VIM; the VIM is nil where there is none.
func (f *Federation) obstacles(p *pool, c *testbeds.Component, where string) []testbeds.Problem {
	problem := func(rule testbeds.Rule, format string, args ...any) testbeds.Problem {
		testbed, vim, _ := strings.Cut(where, "/")
		return testbeds.Problem{Rule: rule, Member: c.Member, VNF: c.VNF, Testbed: testbed, VIM: vim,
			Message: fmt.Sprintf("member %s (%s): ", c.Member, cmp.Or(c.VNF, "no VNF")) + fmt.Sprintf(format, args...)}
	}
	if where == "" {
		return []testbeds.Problem{problem(testbeds.RuleNotPlaced, "is placed nowhere")}
	}
	testbed, vim, _ := strings.Cut(where, "/")
	if _, ok := f.beds[testbed]; !ok {
		return []testbeds.Problem{problem(testbeds.RuleUnknownTestbed, "there is no testbed %q", testbed)}
	}
	if p == nil {
		return []testbeds.Problem{problem(testbeds.RuleUnknownVIM, "testbed %s has no VIM %q", testbed, vim)}
	}
	var problems []testbeds.Problem
	if !slices.Contains(c.Onboarded, where) {
		problems = append(problems, problem(testbeds.RuleNotOnboarded, "is not onboarded on %s%s", where, list("; it is on ", c.Onboarded)))
	}
	if missing := lacking(c.Requires, p.features); len(missing) > 0 {
		problems = append(problems, problem(testbeds.RuleMissingFeature, "requires %s, which %s does not offer", strings.Join(missing, ", "), where))
	}
	for _, q := range slices.Sorted(maps.Keys(c.Size)) {
		if _, ok := p.column(q); !ok && c.Size[q] > 0 {
			x := problem(testbeds.RuleUnknownQuantity, "needs %s, which %s does not have", plain.Amount(q, c.Size[q]), where)
			x.Quantity, x.Needed = q, c.Size[q]
			problems = append(problems, x)
		}
	}
	if !p.hosts(c.Size) {
		problems = append(problems, problem(testbeds.RuleLargestHost, "needs %s, and fits no single host of %s (the largest has %s)", c.Size.Words(), where, p.largestHost().Words()))
	}
	return problems
}

func list(before string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return before + strings.Join(names, ", ")
}

func lacking(required, offered []string) []string {
	return filter(required, func(r string) bool { return !slices.Contains(offered, r) })
}

// hosts reports whether a VNF of that size fits one host; without given hosts every VNF does.
func (p *pool) hosts(size testbeds.Quantities) bool {
	if len(p.hostList) == 0 {
		return true
	}
	return slices.ContainsFunc(p.hostList, func(h testbeds.Host) bool {
		for q, n := range size {
			if has, counted := h.Size[q]; counted && n > has {
				return false
			}
		}
		return true
	})
}

// largestHost returns the size of the host with the most vCPUs.
func (p *pool) largestHost() testbeds.Quantities {
	return slices.MaxFunc(p.hostList, func(a, b testbeds.Host) int { return cmp.Compare(a.Size["vcpu"], b.Size["vcpu"]) }).Size
}

// device finds the device of a need and every reason why the need can never be met.
func (f *Federation) device(d testbeds.DeviceNeed) (*pool, []testbeds.Problem) {
	problem := func(rule testbeds.Rule, format string, args ...any) testbeds.Problem {
		return testbeds.Problem{Rule: rule, Testbed: d.Testbed, Device: d.Device, Message: fmt.Sprintf(format, args...)}
	}
	if _, ok := f.beds[d.Testbed]; !ok {
		return nil, []testbeds.Problem{problem(testbeds.RuleUnknownTestbed, "device %s: there is no testbed %q", d.Device, d.Testbed)}
	}
	p := f.pool(testbeds.Resource{Testbed: d.Testbed, Device: d.Device})
	if p == nil || d.Device == "" {
		return nil, []testbeds.Problem{problem(testbeds.RuleUnknownDevice, "testbed %s has no device %q", d.Testbed, d.Device)}
	}
	var problems []testbeds.Problem
	for _, u := range d.Units {
		if !slices.Contains(p.units, u) {
			problems = append(problems, problem(testbeds.RuleUnknownUnit, "%s %s has no unit %q", d.Testbed, d.Device, u))
		}
	}
	return p, problems
}

// beyondHorizon makes the problem of a slot that lies outside the bookable time.
func (f *Federation) beyondHorizon(wants []want, s testbeds.Slot) []testbeds.Problem {
	if f.withinHorizon(wants, s) {
		return nil
	}
	return []testbeds.Problem{f.outside(s)}
}

// withinHorizon reports whether a slot with its setup and teardown lies in the time that can be booked.
func (f *Federation) withinHorizon(wants []want, s testbeds.Slot) bool {
	from, to := s.Start.Unix(), s.End.Unix()
	for _, w := range wants {
		a, b := w.span(s)
		from, to = min(from, a), max(to, b)
	}
	return s.Start.Before(s.End) && from >= f.horizon.Start.Unix() && to <= f.horizon.End.Unix()
}

func (f *Federation) outside(s testbeds.Slot) testbeds.Problem {
	return testbeds.Problem{Rule: testbeds.RuleHorizon, Message: fmt.Sprintf("%s with setup and teardown lies outside the bookable time, %s until %s", s,
		f.horizon.Start.UTC().Format(time.DateTime), f.horizon.End.UTC().Format(time.DateTime))}
}
