package capacity

import (
	"berth/testbeds"
	"slices"
	"strings"
	"testing"
	"time"
)

// The tests of this file are named after defects that were found in other reservation systems.

// radioHall makes a testbed with two VIMs of eight vCPUs and four named radios.
func radioHall(id, zone string) testbeds.Testbed {
	return testbeds.Testbed{ID: id, Name: id, Timezone: zone, Features: []string{"sdr"},
		VIMs:    []testbeds.VIM{{ID: "a", Capacity: testbeds.Quantities{"vcpu": 8}}, {ID: "b", Capacity: testbeds.Quantities{"vcpu": 8}}},
		Devices: []testbeds.Device{{ID: "radio", Count: 4, Units: []string{"r1", "r2", "r3", "r4"}}}}
}

func experiment(vcpu int64, where string, radios int64) testbeds.Experiment {
	e := testbeds.Experiment{Placement: testbeds.Placement{}}
	if vcpu > 0 {
		e.Components = []testbeds.Component{{Member: "1", VNF: "vnf", Size: testbeds.Quantities{"vcpu": vcpu}, Onboarded: []string{"x/a", "x/b"}}}
		e.Placement["1"] = where
	}
	if radios > 0 {
		testbed, _, _ := strings.Cut(where, "/")
		e.Devices = []testbeds.DeviceNeed{{Testbed: testbed, Device: "radio", Count: radios}}
	}
	return e
}

// booked puts a firm booking of an experiment into a federation.
func booked(f *Federation, id int64, e testbeds.Experiment, s testbeds.Slot) {
	f.Put(testbeds.Booking{ID: id, Request: id, Strength: testbeds.Firm, Slot: s, Claims: f.Claims(e.Demand(), s)})
}

func hour(n int) time.Time { return testStart.Add(time.Duration(n) * time.Hour) }

func hoursFrom(n, length int) testbeds.Slot {
	return testbeds.NewSlot(hour(n), time.Duration(length)*time.Hour)
}

// A system that packs each hour anew offers a window in which a component would move from one place to another.
func TestDefect1PlacementStaysTheSameForTheWholeSlot(t *testing.T) {
	t.Parallel()
	f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{radioHall("x", "UTC")}}, nil)
	booked(f, 1, experiment(8, "x/a", 0), hoursFrom(10, 1)) // a is busy in the first hour
	booked(f, 2, experiment(8, "x/b", 0), hoursFrom(11, 1)) // b in the second
	ask := experiment(8, "x/a", 0)
	for _, where := range []string{"x/a", "x/b"} {
		ask.Placement["1"] = where
		if v := f.Check(ask, hoursFrom(10, 2)); v.Fits {
			t.Errorf("two hours on %s are said to fit", where)
		}
	}
	found := f.Suggest(Search{Experiment: ask, Slot: hoursFrom(10, 2), Limit: 20})
	for _, a := range found {
		if a.Slot.Equal(hoursFrom(10, 2)) {
			t.Errorf("the two hours are offered as %+v", a)
		}
	}
	if len(found) == 0 {
		t.Error("nothing is offered")
	}
}

// A system that ignores the start of an existing reservation refuses today because of next week.
func TestDefect2BookingNextWeekDoesNotBlockToday(t *testing.T) {
	t.Parallel()
	f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{radioHall("x", "UTC")}}, nil)
	booked(f, 1, experiment(8, "x/a", 4), hoursFrom(100, 10))
	if v := f.Check(experiment(8, "x/a", 4), hoursFrom(1, 10)); !v.Fits {
		t.Errorf("today is refused: %v", v.Conflicts)
	}
	if v := f.Check(experiment(1, "x/a", 0), hoursFrom(105, 1)); v.Fits {
		t.Error("what is taken then is said to be free")
	}
}

// A system that counts everything that overlaps the slot anywhere, or outside of it, refuses experiments that fit.
func TestDefect3MaximumIsClippedToTheSlot(t *testing.T) {
	t.Parallel()
	f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{radioHall("x", "UTC")}}, nil)
	booked(f, 1, experiment(0, "x/a", 2), hoursFrom(10, 2)) // one after the other: never more than two at once
	booked(f, 2, experiment(0, "x/a", 2), hoursFrom(12, 2))
	booked(f, 3, experiment(0, "x/a", 2), hoursFrom(14, 2))
	booked(f, 4, experiment(0, "x/a", 2), hoursFrom(15, 5)) // the peak of four lies after the slot
	if v := f.Check(experiment(0, "x/a", 2), hoursFrom(10, 5)); !v.Fits {
		t.Errorf("two of four are refused: %v", v.Conflicts)
	}
	if v := f.Check(experiment(0, "x/a", 1), hoursFrom(15, 1)); v.Fits || v.Conflicts[0].Free != 0 {
		t.Errorf("at the peak: %+v", v)
	}
}

// A system with closed intervals lets neighbours collide; one that adds 24 hours is wrong twice a year.
func TestDefect4BackToBackIsLegalAndDSTDaysAreRight(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone   string
		spring time.Time // midnight there of the day on which the clocks go forward
	}{
		{"Europe/Athens", time.Date(2026, 3, 28, 22, 0, 0, 0, time.UTC)},
		{"Europe/Dublin", time.Date(2026, 3, 29, 0, 0, 0, 0, time.UTC)},
	} {
		t.Run(c.zone, func(t *testing.T) {
			t.Parallel()
			bed := radioHall("x", c.zone)
			bed.VIMs[0].Closures = []testbeds.Closure{{Summary: "the day of the change", Start: testbeds.LocalTime{Time: time.Date(2026, 3, 29, 0, 0, 0, 0, time.UTC)}, Duration: testbeds.Period{Days: 1}}}
			f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{bed}}, nil)
			day := testbeds.Slot{Start: c.spring, End: c.spring.Add(23 * time.Hour)} // it has 23 hours
			e := experiment(8, "x/a", 0)
			for name, s := range map[string]testbeds.Slot{"up to midnight": {Start: day.Start.Add(-2 * time.Hour), End: day.Start}, "from the next midnight": {Start: day.End, End: day.End.Add(2 * time.Hour)}} {
				if v := f.Check(e, s); !v.Fits {
					t.Errorf("%s: %v", name, v.Conflicts)
				}
			}
			for name, s := range map[string]testbeds.Slot{"its first second": testbeds.NewSlot(day.Start, time.Second), "its last second": testbeds.NewSlot(day.End.Add(-time.Second), time.Second)} {
				if v := f.Check(e, s); v.Fits || v.Conflicts[0].TakenBy[0].Summary != "the day of the change" {
					t.Errorf("%s: %+v", name, v)
				}
			}
			booked(f, 1, e, testbeds.NewSlot(day.End, time.Hour))
			if v := f.Check(e, testbeds.NewSlot(day.End.Add(time.Hour), time.Hour)); !v.Fits {
				t.Errorf("right behind another booking: %v", v.Conflicts)
			}
		})
	}
}

func TestNamedUnitsAreGivenLateAndNeverTwice(t *testing.T) {
	t.Parallel()
	f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{radioHall("x", "UTC")}}, nil)
	pinned := experiment(0, "x/a", 1)
	pinned.Devices[0].Units = []string{"r1"}
	booked(f, 1, pinned, hoursFrom(20, 5))
	if v := f.Check(pinned, hoursFrom(22, 1)); v.Fits || !slices.Equal(v.Conflicts[0].TakenBy[0].Units, []string{"r1"}) {
		t.Errorf("r1 is wanted twice: %+v", v)
	}
	booked(f, 2, experiment(0, "x/a", 3), hoursFrom(10, 15)) // needs the three others throughout
	b, _ := f.Booking(2)
	claims, ok := f.AssignUnits(b)
	if !ok || !slices.Equal(claims[0].Units, []string{"r2", "r3", "r4"}) {
		t.Errorf("assigned %v, %t", claims, ok)
	}
	if b.Claims[0].Units != nil {
		t.Error("choosing units changed the booking itself")
	}
	r1 := experiment(0, "x/a", 1)
	r1.Devices[0].Units = []string{"r1"}
	if v := f.Check(r1, hoursFrom(10, 5)); !v.Fits {
		t.Errorf("r1 is free before: %v", v.Conflicts)
	}
	r1.Devices[0].Units = []string{"r9"}
	if v := f.Check(r1, hoursFrom(10, 5)); v.Fits || v.Problems[0].Rule != testbeds.RuleUnknownUnit {
		t.Errorf("there is no r9: %+v", v)
	}
}

func TestSetupAndTeardownOccupyBesideTheSlot(t *testing.T) {
	t.Parallel()
	bed := radioHall("x", "UTC")
	bed.VIMs[1].Setup, bed.VIMs[1].Teardown = &testbeds.Period{Clock: 12 * time.Hour}, &testbeds.Period{Clock: 12 * time.Hour} // it travels
	f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{bed}}, nil)
	booked(f, 1, experiment(8, "x/b", 0), hoursFrom(30, 4))
	for name, c := range map[string]struct {
		at   int
		fits bool
	}{"on the way there": {20, false}, "on the way back": {36, false}, "half a day and half a day later": {34 + 24, true}} {
		if v := f.Check(experiment(1, "x/b", 0), hoursFrom(c.at, 1)); v.Fits != c.fits {
			t.Errorf("%s: %+v", name, v)
		}
	}
	if v := f.Check(experiment(8, "x/a", 0), hoursFrom(20, 1)); !v.Fits {
		t.Errorf("the other VIM stays where it is: %v", v.Conflicts)
	}
}

func TestStaticLimitsAreToldApartFromBusyTimes(t *testing.T) {
	t.Parallel()
	bed := radioHall("x", "UTC")
	bed.VIMs[0].Hosts = []testbeds.Host{{Count: 2, Size: testbeds.Quantities{"vcpu": 4}}}
	f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{bed}}, nil)
	for name, c := range map[string]struct {
		change func(*testbeds.Experiment)
		rule   testbeds.Rule
	}{
		"larger than the largest host": {func(e *testbeds.Experiment) { e.Components[0].Size = testbeds.Quantities{"vcpu": 5} }, testbeds.RuleLargestHost},
		"not onboarded":                {func(e *testbeds.Experiment) { e.Components[0].Onboarded = nil }, testbeds.RuleNotOnboarded},
		"a missing feature":            {func(e *testbeds.Experiment) { e.Components[0].Requires = []string{"edge"} }, testbeds.RuleMissingFeature},
		"placed nowhere":               {func(e *testbeds.Experiment) { e.Placement = nil }, testbeds.RuleNotPlaced},
		"an unknown VIM":               {func(e *testbeds.Experiment) { e.Placement = testbeds.Placement{"1": "x/z"} }, testbeds.RuleUnknownVIM},
		"an unknown testbed":           {func(e *testbeds.Experiment) { e.Placement = testbeds.Placement{"1": "y/a"} }, testbeds.RuleUnknownTestbed},
		"an unknown quantity":          {func(e *testbeds.Experiment) { e.Components[0].Size = testbeds.Quantities{"gpus": 1} }, testbeds.RuleUnknownQuantity},
		"more radios than there are":   {func(e *testbeds.Experiment) { e.Devices[0].Count = 5 }, testbeds.RuleCapacity},
		"an unknown device":            {func(e *testbeds.Experiment) { e.Devices[0].Device = "laser" }, testbeds.RuleUnknownDevice},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := experiment(2, "x/a", 2)
			c.change(&e)
			v := f.Check(e, hoursFrom(1, 1))
			if v.Fits || !slices.ContainsFunc(v.Problems, func(p testbeds.Problem) bool { return p.Rule == c.rule }) || v.Longest != nil {
				t.Errorf("verdict %+v, want the rule %s", v, c.rule)
			}
		})
	}
	late := testbeds.Slot{Start: testHorizon.End.Add(-time.Hour), End: testHorizon.End.Add(time.Hour)}
	if v := f.Check(experiment(2, "x/a", 0), late); v.Fits || v.Problems[0].Rule != testbeds.RuleHorizon {
		t.Errorf("beyond the horizon: %+v", v)
	}
}

func TestContendersAreNamedAlsoWhereItFits(t *testing.T) {
	t.Parallel()
	f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{radioHall("x", "UTC")}}, nil)
	s := hoursFrom(5, 5)
	e := experiment(8, "x/a", 4)
	f.Put(testbeds.Booking{ID: 7, Request: 70, Strength: testbeds.Pending, Slot: s, Claims: f.Claims(e.Demand(), s)})
	v := f.Check(e, hoursFrom(6, 1))
	if !v.Fits || len(v.Contenders) != 1 || v.Contenders[0].Request != 70 {
		t.Errorf("verdict %+v", v)
	}
}
