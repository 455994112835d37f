package capacity

import (
	"berth/testbeds"
	"slices"
	"testing"
)

// TestSuggestKnowsEveryKindOfAlternative makes the requested slot short in one way after the other.
func TestSuggestKnowsEveryKindOfAlternative(t *testing.T) {
	t.Parallel()
	members := func(n int) testbeds.Experiment {
		e := testbeds.Experiment{Placement: testbeds.Placement{}}
		for i := range n {
			m := string(rune('1' + i))
			e.Components = append(e.Components, testbeds.Component{Member: m, VNF: "vnf", Size: testbeds.Quantities{"vcpu": 4}, Onboarded: []string{"x/a", "x/b", "y/a"}})
			e.Placement[m] = "x/a"
		}
		return e
	}
	asked := hoursFrom(20, 8)
	for name, c := range map[string]struct {
		ask   testbeds.Experiment
		taken func(f *Federation)
		want  testbeds.ChangeKind
	}{
		"later or earlier": {ask: experiment(0, "x/a", 4), taken: func(f *Federation) { booked(f, 1, experiment(0, "x/a", 1), asked) }, want: testbeds.ChangeShift},
		"shorter":          {ask: experiment(0, "x/a", 4), taken: func(f *Federation) { booked(f, 1, experiment(0, "x/a", 4), hoursFrom(26, 90)) }, want: testbeds.ChangeShorten},
		"fewer devices":    {ask: experiment(0, "x/a", 4), taken: func(f *Federation) { booked(f, 1, experiment(0, "x/a", 1), asked) }, want: testbeds.ChangeDevices},
		"another VIM":      {ask: members(2), taken: func(f *Federation) { booked(f, 1, experiment(8, "x/a", 0), asked) }, want: testbeds.ChangeVIM},
		"another testbed": {ask: members(2), taken: func(f *Federation) {
			booked(f, 1, experiment(8, "x/a", 0), asked)
			booked(f, 2, experiment(8, "x/b", 0), asked)
		}, want: testbeds.ChangeTestbed},
		"devices of another testbed": {ask: experiment(0, "x/a", 4), taken: func(f *Federation) { booked(f, 1, experiment(0, "x/a", 4), asked) }, want: testbeds.ChangeTestbed},
		"split": {ask: members(2), taken: func(f *Federation) {
			booked(f, 1, experiment(4, "x/a", 0), asked)
			booked(f, 2, experiment(4, "x/b", 0), asked)
		}, want: testbeds.ChangeSplit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{radioHall("x", "UTC"), radioHall("y", "UTC")}}, nil)
			c.taken(f)
			if v := f.Check(c.ask, asked); v.Fits {
				t.Fatal("it fits as asked")
			}
			found := f.Suggest(Search{Experiment: c.ask, Slot: asked, Limit: 20})
			if !slices.ContainsFunc(found, func(a testbeds.Alternative) bool {
				return slices.ContainsFunc(a.Changes, func(ch testbeds.Change) bool { return ch.Kind == c.want && ch.Text != "" })
			}) {
				t.Errorf("no alternative is a %s: %+v", c.want, found)
			}
		})
	}
}
