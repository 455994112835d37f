package report

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"berth/testbeds"
)

// Dimension says what the lines of a report are about.
type Dimension string

// Dimensions of a report.
const (
	ByTestbed      Dimension = "testbed"
	ByResource     Dimension = "resource"
	ByOrganisation Dimension = "organisation"
	ByExperimenter Dimension = "experimenter"
	ByExperiment   Dimension = "experiment"
	ByMonth        Dimension = "month"
)

// Dimensions lists all dimensions.
var Dimensions = []Dimension{ByTestbed, ByResource, ByOrganisation, ByExperimenter, ByExperiment, ByMonth}

// Line counts the requests that touch one thing.
type Line struct {
	Key       string             // a testbed, a resource such as "wins-5g/iris/vcpu", a username, a month such as "2026-11"; empty in the total
	Name      string             // of the key, for people; empty where it has none
	Resource  *testbeds.Resource // of a line about one
	Requests  int
	Fates     map[Fate]int
	Refusals  map[Refusal]int
	Overbooks int
	Planned   Amounts
	Used      Amounts
	Decisions int
	Decision  time.Duration // the median from submission to decision, of those that were decided

	took []time.Duration
}

// Report is the use of testbeds over a span.
type Report struct {
	Span  testbeds.Slot
	Zone  *time.Location
	By    Dimension
	Total Line
	Lines []Line // months in their order, everything else by what was planned, the most first
}

// Counter gathers facts.
type Counter struct {
	span   testbeds.Slot
	zone   *time.Location
	by     Dimension
	months []month
	total  Line
	lines  map[string]*Line
}

// New begins a report over a span, with lines by a dimension. The zone says where months begin.
func New(span testbeds.Slot, zone *time.Location, by Dimension) *Counter {
	c := &Counter{span: span, zone: zone, by: by, lines: map[string]*Line{}}
	if by == ByMonth {
		c.months = monthsOf(span, zone)
		for _, m := range c.months { // months without any request are lines too
			c.lines[m.key] = &Line{Key: m.key}
		}
	}
	return c
}

// Add counts a request, if it touches the span.
func (c *Counter) Add(f Fact) {
	if !f.touches(c.span) {
		return
	}
	c.total.add(f, c.span, f.Needs)
	switch c.by {
	case ByTestbed:
		for _, id := range f.Needs.Testbeds() {
			c.line(id).add(f, c.span, at(f.Needs, id))
		}
	case ByResource:
		for i, n := range f.Needs {
			l := c.line(keyOf(n.Resource))
			l.Resource = &f.Needs[i].Resource
			l.add(f, c.span, f.Needs[i:i+1])
		}
	case ByOrganisation:
		c.line(f.Organisation).add(f, c.span, f.Needs)
	case ByExperimenter:
		c.line(f.Experimenter).add(f, c.span, f.Needs)
	case ByExperiment:
		c.line(f.Experiment).add(f, c.span, f.Needs)
	case ByMonth:
		for _, m := range c.months {
			if f.touches(m.span) {
				c.line(m.key).add(f, m.span, f.Needs)
			}
		}
	}
}

func (c *Counter) line(key string) *Line {
	l := c.lines[key]
	if l == nil {
		l = &Line{Key: key}
		c.lines[key] = l
	}
	return l
}

// add counts a request in a line, with the part of it that lies in a span.
func (l *Line) add(f Fact, span testbeds.Slot, needs testbeds.Demand) {
	if l.Fates == nil {
		l.Fates, l.Refusals = map[Fate]int{}, map[Refusal]int{}
	}
	l.Requests++
	l.Fates[f.Fate]++
	if f.Fate == Rejected {
		l.Refusals[f.Refusal]++
	}
	if f.Overbooked {
		l.Overbooks++
	}
	if f.Decided != nil {
		l.took = append(l.took, *f.Decided)
	}
	l.Planned = l.Planned.plus(f.bounded(f.Planned, span).Duration(), needs, l.Resource)
	l.Used = l.Used.plus(f.bounded(f.Used, span).Duration(), needs, l.Resource)
}

// Report returns what was counted so far.
func (c *Counter) Report() Report {
	r := Report{Span: c.span, Zone: c.zone, By: c.by, Total: c.total.done()}
	for _, l := range c.lines {
		r.Lines = append(r.Lines, l.done())
	}
	slices.SortFunc(r.Lines, func(a, b Line) int {
		if c.by == ByMonth {
			return cmp.Compare(a.Key, b.Key)
		}
		return cmp.Or(cmp.Compare(b.Planned.Time, a.Planned.Time), cmp.Compare(b.Requests, a.Requests), cmp.Compare(a.Key, b.Key))
	})
	return r
}

func (l Line) done() Line {
	took := slices.Sorted(slices.Values(l.took))
	l.Decisions, l.took = len(took), nil
	if n := len(took); n > 0 {
		l.Decision = took[(n-1)/2]
		if n%2 == 0 {
			l.Decision += (took[n/2] - l.Decision) / 2
		}
	}
	return l
}

// at returns the needs at one testbed.
func at(needs testbeds.Demand, testbed string) (list testbeds.Demand) {
	for _, n := range needs {
		if n.Testbed == testbed {
			list = append(list, n)
		}
	}
	return list
}

// keyOf writes a resource as a key: "wins-5g/iris/vcpu", "wins-5g/usrp-n210".
func keyOf(r testbeds.Resource) string {
	if r.Device != "" {
		return r.Testbed + "/" + r.Device
	}
	return r.Testbed + "/" + r.VIM + "/" + r.Quantity
}

// DimensionWords lists the dimensions for a sentence.
func DimensionWords() string {
	var list []string
	for _, d := range Dimensions {
		list = append(list, string(d))
	}
	return strings.Join(list, ", ")
}
