package report

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"berth/testbeds"
)

// naive counts a report second by second, or rather step by step of a grid on which all the facts lie.
func naive(facts []Fact, span testbeds.Slot, zone *time.Location, step time.Duration, key func(f Fact, n testbeds.Need, t time.Time) string) (planned, used map[string]int64) {
	planned, used = map[string]int64{}, map[string]int64{}
	in := func(s testbeds.Slot, t time.Time) bool { return !t.Before(s.Start) && t.Before(s.End) }
	for t := span.Start; t.Before(span.End); t = t.Add(step) {
		for _, f := range facts {
			near := testbeds.Slot{Start: f.Slot.Start.Add(-Reach), End: f.Slot.End.Add(Reach)}
			for _, n := range f.Needs {
				taken := n.Amount * int64(step/time.Second)
				if in(f.Planned, t) && in(near, t) {
					planned[key(f, n, t)] += taken
				}
				if in(f.Used, t) && in(near, t) {
					used[key(f, n, t)] += taken
				}
			}
		}
	}
	return planned, used
}

// TestReportsAgreeWithCountingStepByStep for random facts and spans, over a change of the clocks.
func TestReportsAgreeWithCountingStepByStep(t *testing.T) {
	t.Parallel()
	const step = 6 * time.Hour
	zone, err := time.LoadLocation("Europe/Dublin")
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Date(2026, 9, 20, 23, 0, 0, 0, time.UTC) // Irish midnight before the change; the grid meets midnight on both sides of it
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) testbeds.Slot {
			from := rapid.IntRange(-200, 300).Draw(t, name+" from")
			return testbeds.NewSlot(begin.Add(time.Duration(from)*step/6), time.Duration(rapid.IntRange(0, 400).Draw(t, name+" length"))*step/6)
		}
		var facts []Fact
		for i := range rapid.IntRange(0, 6).Draw(t, "facts") {
			f := Fact{Slot: draw("slot"), Planned: draw("planned"), Used: draw("used"), Experimenter: fmt.Sprint("p", i%2), Fate: Completed}
			f.Needs = rapid.SampledFrom([]testbeds.Demand{nil, {cpu}, {other, cpu, usrp}, {usrp}}).Draw(t, "needs")
			facts = append(facts, f)
		}
		span := draw("span")
		if !span.Start.Before(span.End) {
			return
		}
		lines := map[Dimension]func(f Fact, n testbeds.Need, t time.Time) string{
			ByResource:     func(_ Fact, n testbeds.Need, _ time.Time) string { return keyOf(n.Resource) },
			ByMonth:        func(_ Fact, n testbeds.Need, t time.Time) string { return kind(n) + t.In(zone).Format("2006-01") },
			ByExperimenter: func(f Fact, n testbeds.Need, _ time.Time) string { return kind(n) + f.Experimenter },
			ByTestbed:      func(_ Fact, n testbeds.Need, _ time.Time) string { return kind(n) + n.Testbed },
		}
		for by, key := range lines {
			planned, used := naive(facts, span, zone, step/6, key)
			c := New(span, zone, by)
			for _, f := range facts {
				c.Add(f)
			}
			for _, l := range c.Report().Lines {
				compare := func(key string, planned, used, gotPlanned, gotUsed int64) {
					if planned != gotPlanned || used != gotUsed {
						t.Fatalf("by %s, %s: planned %d, used %d; step by step %d and %d", by, key, gotPlanned, gotUsed, planned, used)
					}
				}
				if by == ByResource {
					compare(l.Key, planned[l.Key], used[l.Key], l.Planned.Units, l.Used.Units)
					delete(planned, l.Key)
					delete(used, l.Key)
					continue
				}
				compare("vcpu "+l.Key, planned["vcpu "+l.Key], used["vcpu "+l.Key], l.Planned.VCPU, l.Used.VCPU)
				compare("device "+l.Key, planned["device "+l.Key], used["device "+l.Key], l.Planned.Devices, l.Used.Devices)
				for _, k := range []string{"vcpu ", "device "} {
					delete(planned, k+l.Key)
					delete(used, k+l.Key)
				}
			}
			if len(planned)+len(used) > 0 {
				t.Fatalf("by %s, nothing of %v and %v", by, planned, used)
			}
		}
	})
}

func kind(n testbeds.Need) string {
	if n.Device != "" {
		return "device "
	}
	return n.Quantity + " "
}
