package capacity

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"berth/testbeds"
	"berth/testbeds/capacity/profile"
	"berth/testbeds/wallclock"
)

// absence is time in which part of a pool is missing.
type absence struct {
	kind     testbeds.TakerKind
	summary  string
	from, to int64
	cut      []int64  // per quantity
	units    []string // of a device, where the absence names them
}

// calendar holds the capacity of a pool over the horizon: the totals over time, closures taken off, and the reasons for missing capacity.
type calendar struct {
	total    *profile.Profile
	peak     []int64 // the greatest total of each quantity
	absences []absence

	closed      []absence // those of named units, in the order of time
	closedUntil []int64   // per closure, the latest end of all up to it
}

// source holds all that a pool's calendar is made from.
type source struct {
	testbed  testbeds.Testbed
	name     string
	capacity []int64
	columns  []string
	closures []testbeds.Closure // those that concern the pool
	openings []testbeds.Closure
	changes  []testbeds.CapacityChange
}

// build expands everything over the horizon and adds it up. Closures that overlap do not take the same capacity twice: parts add up, a unit
// that several closures name counts once, a closure of the whole takes everything, and no total falls below zero.
func (s source) build(horizon testbeds.Slot) (calendar, error) {
	zone, err := time.LoadLocation(s.testbed.Timezone)
	if err != nil {
		return calendar{}, fmt.Errorf("testbed %s: %w", s.testbed.ID, err)
	}
	steps := s.capacities(zone, horizon)
	c := calendar{peak: slices.Clone(steps[0].amounts)}
	for _, st := range steps {
		for i, n := range st.amounts {
			c.peak[i] = max(c.peak[i], n)
		}
	}
	if err := s.close(&c, zone, horizon); err != nil {
		return calendar{}, err
	}
	c.total = c.add(steps, horizon)
	for i, st := range steps {
		until := horizon.End.Unix()
		if i+1 < len(steps) {
			until = steps[i+1].from
		}
		c.shrink(st, until)
	}
	slices.SortFunc(c.absences, func(a, b absence) int { return cmp.Compare(a.from, b.from) })
	c.closed = filter(c.absences, func(a absence) bool { return len(a.units) > 0 })
	for i, a := range c.closed {
		c.closedUntil = append(c.closedUntil, a.to)
		if i > 0 {
			c.closedUntil[i] = max(a.to, c.closedUntil[i-1])
		}
	}
	return c, nil
}

// capacityStep is the capacity from an instant on.
type capacityStep struct {
	from    int64
	amounts []int64
	summary string
}

// capacities lists the capacity over time before closures: the written amounts, then each change of them.
func (s source) capacities(zone *time.Location, horizon testbeds.Slot) []capacityStep {
	changes := slices.SortedStableFunc(slices.Values(s.changes), func(a, b testbeds.CapacityChange) int { return a.From.Compare(b.From.Time) })
	steps := []capacityStep{{from: horizon.Start.Unix(), amounts: s.capacity, summary: "capacity"}}
	for _, ch := range changes {
		now := slices.Clone(steps[len(steps)-1].amounts)
		for i, q := range s.columns {
			if n, ok := ch.Capacity[q]; ok && ch.Device == "" {
				now[i] = n
			}
		}
		if ch.Device != "" {
			now[0] = ch.Count
		}
		from := wallclock.Instant(ch.From.Time, zone).Unix()
		switch {
		case from <= steps[0].from && len(steps) == 1:
			steps[0].amounts, steps[0].summary = now, cmp.Or(ch.Summary, "capacity change")
		case from < horizon.End.Unix():
			steps = append(steps, capacityStep{from: from, amounts: now, summary: cmp.Or(ch.Summary, "capacity change")})
		}
	}
	return steps
}

// shrink adds an absence for the difference between a changed capacity and the peak.
func (c *calendar) shrink(st capacityStep, until int64) {
	cut, less := make([]int64, len(c.peak)), false
	for i := range cut {
		cut[i] = c.peak[i] - st.amounts[i]
		less = less || cut[i] > 0
	}
	if less {
		c.absences = append(c.absences, absence{kind: testbeds.TakerCapacityChange, summary: st.summary, from: st.from, to: until, cut: cut})
	}
}

// close adds the absences of closures and of the time outside openings.
func (s source) close(c *calendar, zone *time.Location, horizon testbeds.Slot) error {
	for _, cl := range s.closures {
		slots, err := cl.Occurrences(zone, horizon)
		if err != nil {
			return fmt.Errorf("testbed %s, closure %q: %w", s.testbed.ID, cl.Summary, err)
		}
		for _, o := range united(slots) {
			c.absences = append(c.absences, absence{kind: testbeds.TakerClosure, summary: cl.Summary, from: o.Start.Unix(), to: o.End.Unix(),
				cut: s.cut(cl, c.peak), units: cl.Units})
		}
	}
	return s.outside(c, zone, horizon)
}

// united joins occurrences that overlap: a closure that is longer than its step takes nothing twice.
func united(slots []testbeds.Slot) []testbeds.Slot {
	out := slots[:0:0]
	for _, s := range slots { // in the order of their start
		if n := len(out); n > 0 && !s.Start.After(out[n-1].End) {
			out[n-1].End = later(out[n-1].End, s.End)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// cut returns how much of each quantity a closure takes: the parts that it names, else the whole peak.
func (s source) cut(cl testbeds.Closure, peak []int64) []int64 {
	cut := slices.Clone(peak)
	switch {
	case len(cl.Units) > 0:
		cut[0] = int64(len(cl.Units))
	case cl.Count > 0:
		cut[0] = cl.Count
	case len(cl.Capacity) > 0:
		for i, q := range s.columns {
			cut[i] = cl.Capacity[q]
		}
	}
	return cut
}

// outside adds the time between openings, if the pool has openings.
func (s source) outside(c *calendar, zone *time.Location, horizon testbeds.Slot) error {
	if len(s.openings) == 0 {
		return nil
	}
	var open []testbeds.Slot
	for _, o := range s.openings {
		slots, err := o.Occurrences(zone, horizon)
		if err != nil {
			return fmt.Errorf("testbed %s, opening %q: %w", s.testbed.ID, o.Summary, err)
		}
		open = append(open, slots...)
	}
	slices.SortFunc(open, func(a, b testbeds.Slot) int { return a.Start.Compare(b.Start) })
	shut := func(from, to int64) {
		if from < to {
			c.absences = append(c.absences, absence{kind: testbeds.TakerOutsideOpening, summary: "outside " + s.openings[0].Summary, from: from, to: to, cut: c.peak})
		}
	}
	at := horizon.Start.Unix()
	for _, o := range open {
		shut(at, o.Start.Unix())
		at = max(at, o.End.Unix())
	}
	shut(at, horizon.End.Unix())
	return nil
}

// event is an instant at which the total of a pool changes.
type event struct {
	at   int64
	now  []int64  // a change: the capacity from then on
	away *absence // else the absence that begins (sign 1) or ends (sign -1)
	sign int64
}

// add sums up the total over time: the capacity less the absences, never below zero. Outside the horizon it is zero.
func (c *calendar) add(steps []capacityStep, horizon testbeds.Slot) *profile.Profile {
	start, end := horizon.Start.Unix(), horizon.End.Unix()
	events := make([]event, 0, len(steps)+2*len(c.absences))
	for _, st := range steps {
		events = append(events, event{at: st.from, now: st.amounts})
	}
	for i := range c.absences {
		a := &c.absences[i]
		if from, to := max(a.from, start), min(a.to, end); from < to {
			events = append(events, event{at: from, away: a, sign: 1}, event{at: to, away: a, sign: -1})
		}
	}
	slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(a.at, b.at) })
	var deltas []profile.Delta
	now := tally{cut: make([]int64, len(c.peak)), units: map[string]int64{}}
	for i, e := range events {
		now.pass(e)
		until := end
		if i+1 < len(events) {
			until = events[i+1].at
		}
		if e.at < until {
			deltas = append(deltas, profile.Delta{From: e.at, To: until, By: now.total()})
		}
	}
	return profile.Build(make([]int64, len(c.peak)), deltas)
}

// tally holds the running sums at an instant.
type tally struct {
	capacity, cut []int64
	units         map[string]int64 // number of absences that name a unit
}

func (n *tally) pass(e event) {
	switch {
	case e.now != nil:
		n.capacity = e.now
	case len(e.away.units) > 0:
		for _, u := range e.away.units {
			before := n.units[u]
			n.units[u] += e.sign
			n.cut[0] += min(1, n.units[u]) - min(1, before)
		}
	default:
		for q, cut := range e.away.cut {
			n.cut[q] += e.sign * cut
		}
	}
}

func (n *tally) total() []int64 {
	total := make([]int64, len(n.cut))
	for q := range total {
		total[q] = max(0, n.capacity[q]-n.cut[q])
	}
	return total
}
