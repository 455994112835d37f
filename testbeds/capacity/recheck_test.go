package capacity

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/testbeds"
)

// holder makes a firm booking of an experiment on x, as it was granted: with the buffers of a hall that has none.
func holder(t *testing.T, id int64, e testbeds.Experiment, s testbeds.Slot) testbeds.Booking {
	had := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{costHall("x")}}, nil)
	return testbeds.Booking{ID: id, Request: id, Strength: testbeds.Firm, Slot: s, Claims: had.Claims(e.Demand(), s)}
}

// TestHolds changes the facility, or adds bookings beside a booking of units, cameras and vCPUs from 20 until 28 o'clock.
func TestHolds(t *testing.T) {
	t.Parallel()
	slot := hoursFrom(20, 8)
	mine := withDevices{placed(8, []string{"x/a"}, "x/a")}.and("radio", 2, "r1", "r2").and("camera", 3).Experiment
	tests := []struct {
		name   string
		change func(b *testbeds.Testbed)
		beside []taking
		slot   testbeds.Slot
		want   bool
	}{
		{name: "all of it is there", slot: slot, want: true},
		{name: "just as much is left", beside: []taking{{devices("camera", 3).and("radio", 2, "r3", "r4").Experiment, slot}}, slot: slot, want: true},
		{name: "a camera is missing", beside: []taking{{devices("camera", 4).Experiment, hoursFrom(27, 3)}}, slot: slot},
		{name: "a camera is missing afterwards", beside: []taking{{devices("camera", 4).Experiment, hoursFrom(28, 3)}}, slot: slot, want: true},
		{name: "somebody has a unit", beside: []taking{{devices("radio", 1, "r2").Experiment, hoursFrom(18, 3)}}, slot: slot},
		{name: "a unit has gone", change: func(b *testbeds.Testbed) { b.Devices[0].Units[1] = "r9" }, slot: slot},
		{name: "the device has gone", change: func(b *testbeds.Testbed) { b.Devices = b.Devices[1:] }, slot: slot},
		{name: "the quantity has gone", change: func(b *testbeds.Testbed) { b.VIMs[0].Capacity = testbeds.Quantities{"memory_mb": 1} }, slot: slot},
		{name: "a vCPU has gone", change: func(b *testbeds.Testbed) { b.VIMs[0].Capacity["vcpu"] = 7 }, slot: slot},
		{name: "it began before the horizon", slot: testbeds.Slot{Start: testHorizon.Start.Add(-time.Hour), End: testHorizon.Start.Add(time.Hour)}, want: true},
		{name: "it ended when the horizon begins", change: func(b *testbeds.Testbed) { b.VIMs[0].Capacity["vcpu"] = 7 }, slot: testbeds.Slot{Start: testHorizon.Start.Add(-time.Hour), End: testHorizon.Start}, want: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bed := costHall("x")
			if tt.change != nil {
				tt.change(&bed)
			}
			f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{bed}}, nil)
			for i, b := range tt.beside {
				booked(f, int64(i+2), b.Experiment, b.Slot)
			}
			if got := f.Holds(holder(t, 1, mine, tt.slot)); got != tt.want {
				t.Errorf("it has all that it claims: %t, want %t", got, tt.want)
			}
		})
	}
	gone := build(t, testbeds.Facility{}, nil)
	b := holder(t, 1, mine, slot)
	for i := range b.Claims {
		b.Claims[i].Amount, b.Claims[i].Units = 0, nil
	}
	if !gone.Holds(b) {
		t.Error("nothing is missing of nothing")
	}
}

func TestNamedBookings(t *testing.T) {
	t.Parallel()
	f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{costHall("x")}}, nil)
	for name, tt := range map[string]struct {
		e    testbeds.Experiment
		want bool
	}{
		"radios, which have names":   {devices("radio", 1).Experiment, true},
		"cameras, which have none":   {devices("camera", 1).Experiment, false},
		"vCPUs":                      {placed(1, nil, "x/a"), false},
		"a radio beside something":   {withDevices{placed(1, nil, "x/a")}.and("camera", 1).and("radio", 1).Experiment, true},
		"a device that is not there": {devices("laser", 1).Experiment, false},
	} {
		if got := f.Named(testbeds.Booking{Claims: f.Claims(tt.e.Demand(), hoursFrom(20, 8))}); got != tt.want {
			t.Errorf("%s: %t, want %t", name, got, tt.want)
		}
	}
}

// TestWhatKeepsABookingFromItsUnits examines one second of a booking of r1, r2 and a camera, from 20 until 28 o'clock.
func TestWhatKeepsABookingFromItsUnits(t *testing.T) {
	t.Parallel()
	radio, now := testbeds.Resource{Testbed: "x", Device: "radio"}, testbeds.NewSlot(hour(22), time.Second)
	wanted := func(needed int64, by testbeds.Taker) []string { // one unit is missed by its name, several by their number
		if needed > 1 {
			return nil
		}
		return by.Units
	}
	short := func(needed, free int64, by testbeds.Taker) []testbeds.Conflict {
		return []testbeds.Conflict{{Resource: radio, Interval: now, Needed: needed, Free: free, ShortBy: needed - free, Units: wanted(needed, by), TakenBy: []testbeds.Taker{by}}}
	}
	repair := func(n int64, units ...string) testbeds.Closure {
		c := closed("repair", 21, 2)
		c.Count, c.Units = n, units
		return c
	}
	away := func(n int64, units ...string) testbeds.Taker {
		return testbeds.Taker{Kind: testbeds.TakerClosure, Summary: "repair", Amount: n, Units: units, Interval: hoursFrom(21, 2)}
	}
	tests := []struct {
		name   string
		change func(d *testbeds.Device)
		beside []taking
		at     time.Time
		want   []testbeds.Conflict
	}{
		{name: "nothing", at: hour(22)},
		{name: "somebody has r2", beside: []taking{{devices("radio", 1, "r2").Experiment, hoursFrom(21, 3)}}, at: hour(22), want: short(1, 0,
			testbeds.Taker{Kind: testbeds.TakerBooking, Booking: 2, Request: 2, Strength: testbeds.Firm, Amount: 1, Units: []string{"r2"}, Interval: hoursFrom(21, 3)})},
		{name: "somebody had it until then", beside: []taking{{devices("radio", 1, "r2").Experiment, hoursFrom(21, 1)}}, at: hour(22)},
		{name: "somebody has it a second later", beside: []taking{{devices("radio", 1, "r2").Experiment, testbeds.NewSlot(hour(22).Add(time.Second), time.Hour)}}, at: hour(22)},
		{name: "r1 is closed", change: func(d *testbeds.Device) { d.Closures = []testbeds.Closure{repair(0, "r1")} }, at: hour(22), want: short(1, 0, away(1, "r1"))},
		{name: "two are left of four", change: func(d *testbeds.Device) { d.Closures = []testbeds.Closure{repair(2)} }, at: hour(22)},
		{name: "one is left of four", change: func(d *testbeds.Device) { d.Closures = []testbeds.Closure{repair(3)} }, at: hour(22), want: short(2, 1, away(3))},
		{name: "one is left from then on", change: func(d *testbeds.Device) { d.Closures = []testbeds.Closure{repair(3)} }, at: hour(21), want: []testbeds.Conflict{
			{Resource: radio, Interval: testbeds.NewSlot(hour(21), time.Second), Needed: 2, Free: 1, ShortBy: 1, TakenBy: []testbeds.Taker{away(3)}}}},
		{name: "one was left until then", change: func(d *testbeds.Device) { d.Closures = []testbeds.Closure{repair(3)} }, at: hour(23)},
		{name: "there is no r2", change: func(d *testbeds.Device) { d.Units[1] = "r9" }, at: hour(22), want: short(1, 0,
			testbeds.Taker{Kind: testbeds.TakerCapacityChange, Summary: "there is no unit r2", Amount: 1, Units: []string{"r2"}, Interval: now})},
		{name: "there is no r2, in the last second", change: func(d *testbeds.Device) { d.Units[1] = "r9" }, at: hour(28)},
		{name: "all of them have gone, and there are no names", change: func(d *testbeds.Device) { d.Count, d.Units = 0, nil }, at: hour(22)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bed := costHall("x")
			if tt.change != nil {
				tt.change(&bed.Devices[0])
			}
			f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{bed}}, nil)
			for i, b := range tt.beside {
				booked(f, int64(i+2), b.Experiment, b.Slot)
			}
			b := holder(t, 1, devices("camera", 1).and("radio", 2, "r1", "r2").Experiment, hoursFrom(20, 8))
			f.Put(b)
			if diff := cmp.Diff(tt.want, f.Conflicting(b, tt.at)); diff != "" {
				t.Errorf("conflicts (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRecheckAsksFromAnInstantOn has another booking in the way of all cameras from 20 until 22 o'clock.
func TestRecheckAsksFromAnInstantOn(t *testing.T) {
	t.Parallel()
	f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{costHall("x")}}, nil)
	ask := devices("camera", 1).Experiment
	booked(f, 2, devices("camera", 6).Experiment, hoursFrom(20, 2))
	for name, tt := range map[string]struct {
		slot  testbeds.Slot
		since time.Time
		fits  bool
	}{
		"from its start on":                     {hoursFrom(20, 8), time.Time{}, false},
		"from a second before they are free on": {hoursFrom(20, 8), hour(22).Add(-time.Second), false},
		"from when they are free":               {hoursFrom(20, 8), hour(22), true},
		"what is over":                          {hoursFrom(20, 1), hour(21), true},
		"its last second":                       {hoursFrom(20, 1), hour(21).Add(-time.Second), false},
		"up to the end of the horizon":          {testbeds.Slot{Start: hour(28), End: testHorizon.End}, time.Time{}, true},
		"a second longer":                       {testbeds.Slot{Start: hour(28), End: testHorizon.End.Add(time.Second)}, time.Time{}, false},
		"begun before the horizon":              {testbeds.Slot{Start: hour(-5), End: hour(5)}, time.Time{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if v := f.Recheck(ask, holder(t, 1, ask, tt.slot), tt.since); v.Fits != tt.fits {
				t.Errorf("verdict %+v", v)
			}
		})
	}
}
