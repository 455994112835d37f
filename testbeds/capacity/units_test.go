package capacity

import (
	"berth/testbeds"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// pinned makes an experiment with n radios of testbed x, some of them by name.
func pinned(n int64, units ...string) testbeds.Experiment {
	e := experiment(0, "x/a", n)
	e.Devices[0].Units = units
	return e
}

func hall(t interface{ Fatal(...any) }, change func(*testbeds.Device)) *Federation {
	bed := radioHall("x", "UTC")
	if change != nil {
		change(&bed.Devices[0])
	}
	return build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{bed}}, nil)
}

func TestLongestWithAPinnedUnitKeepsRoomForTeardown(t *testing.T) {
	t.Parallel()
	f := hall(t, func(d *testbeds.Device) { d.Teardown = &testbeds.Period{Clock: time.Hour} })
	booked(f, 1, pinned(1, "r1"), hoursFrom(20, 5))
	v := f.Check(pinned(1, "r1"), hoursFrom(15, 8))
	if v.Fits || v.Longest == nil || !v.Longest.Equal(hoursFrom(15, 4)) {
		t.Errorf("longest %v of %+v, want until one hour before r1 is taken", v.Longest, v)
	}
}

func TestNearestShiftBesideAPinnedUnit(t *testing.T) {
	t.Parallel()
	f := hall(t, func(d *testbeds.Device) {
		d.Setup, d.Teardown = &testbeds.Period{Clock: 30 * time.Minute}, &testbeds.Period{Clock: time.Hour}
	})
	booked(f, 1, pinned(1, "r1"), hoursFrom(20, 5)) // holds r1 from 19:30 until 26:00
	for _, length := range []int{1, 3} {
		found := f.Suggest(Search{Experiment: pinned(1, "r1"), Slot: hoursFrom(22, length), Limit: 10})
		var starts []time.Time
		for _, a := range found {
			if len(a.Changes) == 1 && a.Changes[0].Kind == testbeds.ChangeShift {
				starts = append(starts, a.Slot.Start)
			}
		}
		before, after := hour(20).Add(-90*time.Minute).Add(-time.Duration(length)*time.Hour), hour(26).Add(30*time.Minute)
		if !slices.ContainsFunc(starts, before.Equal) || !slices.ContainsFunc(starts, after.Equal) {
			t.Errorf("length %d: shifts to %v, want %v and %v among them", length, starts, before, after)
		}
	}
}

func TestClosedUnitsAreNotGiven(t *testing.T) {
	t.Parallel()
	f := hall(t, func(d *testbeds.Device) {
		c := closed("repair", 10, 4)
		c.Units = []string{"r2"}
		d.Closures = []testbeds.Closure{c}
	})
	v := f.Check(pinned(1, "r2"), hoursFrom(12, 4))
	if v.Fits || len(v.Conflicts) != 1 || !v.Conflicts[0].Interval.Equal(hoursFrom(12, 2)) {
		t.Fatalf("verdict %+v", v)
	}
	if by := v.Conflicts[0].TakenBy[0]; by.Kind != testbeds.TakerClosure || by.Summary != "repair" || !slices.Equal(by.Units, []string{"r2"}) {
		t.Errorf("taken by %+v", by)
	}
	booked(f, 1, experiment(0, "x/a", 3), hoursFrom(12, 1))
	b, _ := f.Booking(1)
	if claims, ok := f.AssignUnits(b); !ok || !slices.Equal(claims[0].Units, []string{"r1", "r3", "r4"}) {
		t.Errorf("assigned %v, %t", claims, ok)
	}
}

func TestTakersSayWhichUnitsTheyHave(t *testing.T) {
	t.Parallel()
	f := hall(t, nil)
	booked(f, 1, pinned(2, "r3", "r4"), hoursFrom(10, 4))
	v := f.Check(experiment(0, "x/a", 4), hoursFrom(11, 1))
	if v.Fits || !slices.Equal(v.Conflicts[0].TakenBy[0].Units, []string{"r3", "r4"}) {
		t.Errorf("verdict %+v", v)
	}
}

// TestAWantedUnitIsTakenBesideAShortage: a shortage of units at one time does not hide that a wanted one is taken at another.
func TestAWantedUnitIsTakenBesideAShortage(t *testing.T) {
	t.Parallel()
	f := hall(t, nil)
	booked(f, 1, experiment(0, "x/a", 4), hoursFrom(10, 2))
	booked(f, 2, pinned(1, "r2"), hoursFrom(14, 4))
	for _, tt := range []struct {
		slot  testbeds.Slot
		unit  string
		taken []testbeds.Slot
	}{
		{hoursFrom(9, 7), "r2", []testbeds.Slot{hoursFrom(10, 2), hoursFrom(14, 2)}},
		{hoursFrom(9, 5), "r2", []testbeds.Slot{hoursFrom(10, 2)}}, // ends as the unit's booking begins
		{hoursFrom(11, 9), "r2", []testbeds.Slot{hoursFrom(11, 1), hoursFrom(14, 4)}},
		{hoursFrom(9, 7), "r1", []testbeds.Slot{hoursFrom(10, 2)}},
	} {
		var taken []testbeds.Slot
		for _, c := range f.Check(pinned(1, tt.unit), tt.slot).Conflicts {
			taken = append(taken, c.Interval)
		}
		slices.SortFunc(taken, func(a, b testbeds.Slot) int { return a.Start.Compare(b.Start) })
		if !slices.EqualFunc(taken, tt.taken, testbeds.Slot.Equal) {
			t.Errorf("%s in %v is missing in %v, want %v", tt.unit, tt.slot, taken, tt.taken)
		}
	}
}

// TestOverbookingDoesNotCloseTheDevice: a booking that fits beside overbooked ones is still granted.
func TestOverbookingDoesNotCloseTheDevice(t *testing.T) {
	t.Parallel()
	f := hall(t, nil)
	booked(f, 1, pinned(1, "r1"), hoursFrom(8, 3))
	booked(f, 2, experiment(0, "x/a", 3), hoursFrom(10, 10))
	f.Put(testbeds.Booking{ID: 3, Request: 3, Strength: testbeds.Firm, Overbooked: true, Slot: hoursFrom(10, 2), Claims: f.Claims(experiment(0, "x/a", 2).Demand(), hoursFrom(10, 2))})
	if v := f.Check(experiment(0, "x/a", 1), hoursFrom(14, 2)); !v.Fits {
		t.Errorf("one of four is free: %v", v.Conflicts)
	}
	if v := f.Check(experiment(0, "x/a", 1), hoursFrom(11, 2)); v.Fits {
		t.Error("five are booked then")
	}
	b, _ := f.Booking(2)
	if claims, ok := f.AssignUnits(b); !ok || len(claims[0].Units) != 3 || slices.Contains(claims[0].Units, "r1") {
		t.Errorf("assigned %v, %t", claims, ok)
	}
}

// TestUnitsAreGivenBestFit: a unit that is needed soon goes to a claim that ends before that, so that long claims find one for all their
// time.
func TestUnitsAreGivenBestFit(t *testing.T) {
	t.Parallel()
	f := hall(t, func(d *testbeds.Device) { d.Count, d.Units = 2, []string{"r1", "r2"} })
	booked(f, 1, pinned(1, "r1"), hoursFrom(20, 2))
	booked(f, 2, experiment(0, "x/a", 1), hoursFrom(10, 5)) // needs r1
	long := experiment(0, "x/a", 1)
	if v := f.Check(long, hoursFrom(12, 20)); !v.Fits {
		t.Errorf("r2 is free: %v", v.Conflicts)
	}
	b, _ := f.Booking(2)
	if claims, ok := f.AssignUnits(b); !ok || !slices.Equal(claims[0].Units, []string{"r1"}) {
		t.Errorf("assigned %v, %t", claims, ok)
	}
}

// drawRadios draws a device with named units, and admits pinned and anonymous bookings one after the other.
func drawRadios(t *rapid.T) *Federation {
	names := []string{"r1", "r2", "r3"}[:drawInt(t, "units", 1, 3)]
	f := hall(t, func(d *testbeds.Device) {
		d.Count, d.Units = int64(len(names)), names
		d.Setup, d.Teardown = &testbeds.Period{Clock: time.Duration(drawInt(t, "setup", 0, 1)) * time.Hour}, &testbeds.Period{Clock: time.Duration(drawInt(t, "teardown", 0, 1)) * time.Hour}
		for range drawInt(t, "closures", 0, 2) {
			c := closed("closed", drawInt(t, "closed from", 0, 40), drawInt(t, "closed for", 1, 8))
			c.Units = []string{rapid.SampledFrom(names).Draw(t, "closed unit")}
			d.Closures = append(d.Closures, c)
		}
	})
	for i := range drawInt(t, "bookings", 0, 9) {
		e, s := drawRadioAsk(t, names), drawHours(t)
		if f.Fits(e, s) {
			booked(f, int64(i+1), e, s)
		}
	}
	return f
}

func drawHours(t *rapid.T) testbeds.Slot {
	return hoursFrom(drawInt(t, "from", 2, 40), drawInt(t, "hours", 1, 12))
}

func drawRadioAsk(t *rapid.T, names []string) testbeds.Experiment {
	n := drawInt(t, "radios", 1, len(names))
	pins := rapid.Permutation(names).Draw(t, "pins")[:drawInt(t, "number of pins", 0, n)]
	return pinned(int64(n), slices.Clone(pins)...)
}

// choice reports whether every claim can have units for its whole time, by trying all combinations.
func choice(f *Federation, claims []testbeds.Claim) bool {
	d := f.facility.Testbeds[0].Devices[0]
	type use struct {
		unit string
		at   testbeds.Slot
	}
	var used []use
	free := func(u string, s testbeds.Slot) bool {
		return !slices.ContainsFunc(used, func(o use) bool { return o.unit == u && o.at.Overlaps(s) })
	}
	for _, c := range d.Closures {
		used = append(used, use{c.Units[0], testbeds.NewSlot(c.Start.Time, c.Duration.Clock)})
	}
	type job struct {
		at   testbeds.Slot
		unit string // empty where any will do
	}
	var jobs []job
	for _, c := range claims {
		for i := range int(c.Amount) {
			j := job{at: testbeds.Slot{Start: c.From, End: c.To}}
			if i < len(c.Units) {
				j.unit = c.Units[i]
			}
			jobs = append(jobs, j)
		}
	}
	var try func(i int) bool
	try = func(i int) bool {
		if i == len(jobs) {
			return true
		}
		for _, u := range d.Units {
			if jobs[i].unit != "" && jobs[i].unit != u || !free(u, jobs[i].at) {
				continue
			}
			used = append(used, use{u, jobs[i].at})
			if try(i + 1) {
				return true
			}
			used = used[:len(used)-1]
		}
		return false
	}
	slices.SortStableFunc(jobs, func(a, b job) int {
		if (a.unit == "") != (b.unit == "") {
			if a.unit != "" {
				return -1
			}
			return 1
		}
		return a.at.Start.Compare(b.at.Start)
	})
	return try(0)
}

// unitsFit computes the slow answer to whether an experiment fits beside the bookings.
func unitsFit(f *Federation, e testbeds.Experiment, s testbeds.Slot) bool {
	claims := f.Claims(e.Demand(), s)
	if claims[0].From.Before(testHorizon.Start) || claims[0].To.After(testHorizon.End) {
		return false
	}
	for id := range int64(10) {
		if b, ok := f.Booking(id); ok {
			claims = append(claims, b.Claims...)
		}
	}
	return choice(f, claims)
}

func TestNamedUnitsAgreeWithTryingAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := drawRadios(t)
		e, s := drawRadioAsk(t, f.facility.Testbeds[0].Devices[0].Units), drawHours(t)
		v := f.Check(e, s)
		if want := unitsFit(f, e, s); v.Fits != want || f.Fits(e, s) != want {
			t.Fatalf("Check(%v, %v) = %+v, trying all says %t", e.Devices, s, v, want)
		}
		var longest testbeds.Slot
		for n := 1; n <= int(s.Duration()/time.Hour) && unitsFit(f, e, testbeds.NewSlot(s.Start, time.Duration(n)*time.Hour)); n++ {
			longest = testbeds.NewSlot(s.Start, time.Duration(n)*time.Hour)
		}
		got, ok := f.Longest(e, s.Start, s.End)
		if ok != !longest.IsZero() || ok && !got.Equal(longest) {
			t.Fatalf("Longest = %v, %t; want %v", got, ok, longest)
		}
	})
}

func TestTheNearestShiftWithNamedUnits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := drawRadios(t)
		e, s := drawRadioAsk(t, f.facility.Testbeds[0].Devices[0].Units), drawHours(t)
		if f.Fits(e, s) {
			return
		}
		want := time.Duration(-1)
		for n := 1; n < 130 && want < 0; n++ {
			by := time.Duration(n) * time.Hour
			if unitsFit(f, e, s.Shift(by)) || unitsFit(f, e, s.Shift(-by)) {
				want = by
			}
		}
		got := time.Duration(-1)
		for _, a := range f.Suggest(Search{Experiment: e, Slot: s, Limit: 50}) {
			alternative := testbeds.Experiment{Devices: a.Devices}
			if !f.Check(alternative, a.Slot).Fits {
				t.Fatalf("alternative %+v does not fit", a)
			}
			if got < 0 && len(a.Changes) == 1 && a.Changes[0].Kind == testbeds.ChangeShift {
				got = a.Slot.Start.Sub(s.Start).Abs()
			}
		}
		if got != want {
			t.Fatalf("the nearest shift is %v away, want %v", got, want)
		}
	})
}

// TestEveryBookingGetsItsUnits: units chosen for one booking after the other leave some for all of them, and none for two at once.
func TestEveryBookingGetsItsUnits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := drawRadios(t)
		var ids []int64
		for id := range int64(10) {
			if _, ok := f.Booking(id); ok {
				ids = append(ids, id)
			}
		}
		var all []testbeds.Booking
		for _, id := range rapid.Permutation(ids).Draw(t, "order") {
			b, _ := f.Booking(id)
			claims, ok := f.AssignUnits(b)
			if !ok || int64(len(claims[0].Units)) != claims[0].Amount {
				t.Fatalf("booking %d gets %v", id, claims)
			}
			for _, u := range b.Claims[0].Units {
				if !slices.Contains(claims[0].Units, u) {
					t.Fatalf("booking %d asked for %s and gets %v", id, u, claims[0].Units)
				}
			}
			b.Claims = claims
			f.Put(b)
			all = append(all, b)
		}
		over, err := Sweep(f.facility, testHorizon, all)
		if err != nil || len(over) > 0 {
			t.Fatalf("sweep: %v, %v", over, err)
		}
	})
}

// TestManyClaimsOnNamedUnitsAreAnsweredInTime gives units as they are in use, in the order of start: any other order makes each choice a
// new puzzle on a device that is nearly full, which the search may not solve in time.
func TestManyClaimsOnNamedUnitsAreAnsweredInTime(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	f := hall(t, func(d *testbeds.Device) {
		d.Count, d.Units = 16, nil
		for i := range 16 {
			d.Units = append(d.Units, fmt.Sprint("r", i))
		}
	})
	const asked = 600
	rng := 7
	for i := range asked { // one long chain of claims on a device that is nearly full, every tenth with a unit of its own
		rng = (rng*1103515245 + 12345) & 0x7fffffff
		e := experiment(0, "x/a", 1)
		if i%10 == 0 {
			e = pinned(1, fmt.Sprint("r", rng%16))
		}
		s := testbeds.NewSlot(testStart.Add(time.Duration(rng%6000)*time.Minute), time.Duration(30+rng%200)*time.Minute)
		if f.Fits(e, s) {
			booked(f, int64(i+1), e, s)
		}
	}
	var all []testbeds.Booking
	for i := range int64(asked) {
		if b, ok := f.Booking(i + 1); ok {
			all = append(all, b)
		}
	}
	slices.SortStableFunc(all, func(a, b testbeds.Booking) int { return a.Slot.Start.Compare(b.Slot.Start) })
	for i, b := range all {
		claims, ok := f.AssignUnits(b)
		if !ok {
			t.Fatalf("booking %d gets no unit", b.ID)
		}
		all[i].Claims = claims
		f.Put(all[i])
	}
	if over, err := Sweep(f.facility, testHorizon, all); err != nil || len(over) > 0 {
		t.Errorf("%d bookings, sweep: %v, %v", len(all), over, err)
	}
	if len(all) < 350 {
		t.Errorf("only %d bookings were let in", len(all))
	}
}
