package capacity

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/testbeds"
)

// costHall has three VIMs and two kinds of devices; a member takes a whole VIM.
func costHall(id string) testbeds.Testbed {
	b := radioHall(id, "UTC")
	b.VIMs = append(b.VIMs, testbeds.VIM{ID: "c", Capacity: testbeds.Quantities{"vcpu": 8}})
	b.Devices = append(b.Devices, testbeds.Device{ID: "camera", Count: 6})
	return b
}

// placed has a member of so many vCPUs at each place, and may run on all the places of on.
func placed(vcpu int64, on []string, places ...string) testbeds.Experiment {
	e := testbeds.Experiment{Placement: testbeds.Placement{}}
	for i, where := range places {
		m := fmt.Sprint(i + 1)
		e.Components = append(e.Components, testbeds.Component{Member: m, VNF: "vnf", Size: testbeds.Quantities{"vcpu": vcpu}, Onboarded: on})
		e.Placement[m] = where
	}
	return e
}

// withDevices is an experiment to which devices of x can be added.
type withDevices struct{ testbeds.Experiment }

func (e withDevices) and(device string, count int64, units ...string) withDevices {
	e.Devices = append(e.Devices, testbeds.DeviceNeed{Testbed: "x", Device: device, Count: count, Units: units})
	return e
}

// devices asks for some devices of x, without members.
func devices(device string, count int64, units ...string) withDevices {
	return withDevices{}.and(device, count, units...)
}

// offers lists the cost and the changes of each alternative.
func offers(found []testbeds.Alternative) []string {
	var lines []string
	for _, a := range found {
		var texts []string
		for _, c := range a.Changes {
			texts = append(texts, c.Text)
		}
		lines = append(lines, fmt.Sprintf("%g: %s", a.Cost, strings.Join(texts, "; ")))
	}
	return lines
}

// taking is a booking of a user's, with its time.
type taking struct {
	testbeds.Experiment
	testbeds.Slot
}

func costs(t *testing.T, asked testbeds.Slot, taken []taking, q Search) []string {
	t.Helper()
	f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{costHall("x"), costHall("y")}}, nil)
	for i, b := range taken {
		booked(f, int64(i+1), b.Experiment, b.Slot)
	}
	q.Slot, q.Limit = asked, 50
	if f.Fits(q.Experiment, asked) {
		t.Fatal("it fits as asked")
	}
	return offers(f.Suggest(q))
}

// TestWhatAnotherTimeCosts has a single VIM on which the experiment can run, so that only its time can change.
func TestWhatAnotherTimeCosts(t *testing.T) {
	t.Parallel()
	ask, asked := placed(8, []string{"x/a"}, "x/a"), hoursFrom(20, 8)
	at := func(from, to time.Duration) testbeds.Slot {
		return testbeds.Slot{Start: testStart.Add(from), End: testStart.Add(to)}
	}
	const h, m, s = time.Hour, time.Minute, time.Second
	tests := []struct {
		name     string
		busy     testbeds.Slot
		window   testbeds.Slot
		shortest time.Duration
		want     []string
	}{
		{name: "earlier or later, or the part before", busy: at(26*h, 30*h), want: []string{
			"2: starts 2 h earlier",
			"4: ends 2 h earlier",
			"6: starts 6 h earlier",
			"10: starts 10 h earlier",
			"10: starts 10 h later",
			"14: starts 14 h later",
			"18: starts 18 h later",
		}},
		{name: "the part after", busy: at(16*h, 21*h), want: []string{
			"1: starts 1 h later",
			"2: starts 1 h later and ends as asked",
			"5: starts 5 h later",
			"9: starts 9 h later",
			"12: starts 12 h earlier",
			"16: starts 16 h earlier",
			"20: starts 20 h earlier",
		}},
		{name: "parts of an hour are rounded to a ten thousandth", busy: at(26*h+20*m, 40*h), window: at(12*h, 30*h), want: []string{
			"1.6667: starts 1 h 40 min earlier",
			"3.3333: ends 1 h 40 min earlier",
			"5.6667: starts 5 h 40 min earlier",
		}},
		{name: "a second", busy: at(28*h-s, 40*h), window: at(19*h, 28*h), want: []string{
			"0.0003: starts 1 s earlier",
			"0.0006: ends 1 s earlier",
		}},
		{name: "just as long as is of use", busy: at(24*h, 40*h), window: asked, want: []string{"8: ends 4 h earlier"}},
		{name: "a second too short to be of use", busy: at(24*h-s, 40*h), window: asked},
		{name: "short, and of use", busy: at(21*h, 40*h), window: asked, shortest: h, want: []string{"14: ends 7 h earlier"}},
		{name: "short by a second, and all of it is wanted", busy: at(28*h-s, 40*h), window: asked, shortest: 8 * h},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := costs(t, asked, []taking{{ask, tt.busy}}, Search{Experiment: ask, Window: tt.window, Shortest: tt.shortest})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("alternatives (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWhatAnotherWayCosts keeps the requested slot, so that only the way of running the experiment can change.
func TestWhatAnotherWayCosts(t *testing.T) {
	t.Parallel()
	asked := hoursFrom(20, 8)
	everywhere := []string{"x/a", "x/b", "x/c", "y/a", "y/b", "y/c"}
	on := func(vcpu int64, places ...string) (all []taking) {
		for _, where := range places {
			all = append(all, taking{placed(vcpu, everywhere, where), asked})
		}
		return all
	}
	oneStays := placed(4, []string{"x/a", "x/b"}, "x/a", "x/a")
	oneStays.Components[1].Onboarded = []string{"x/a"}
	have := func(e withDevices) []taking { return []taking{{e.Experiment, asked}} }
	tests := []struct {
		name  string
		ask   testbeds.Experiment
		taken []taking
		want  []string
	}{
		{name: "a device fewer", ask: devices("camera", 6).Experiment, taken: have(devices("camera", 1)), want: []string{
			"8: 6 × camera of y instead of camera of x",
			"12: 5 instead of 6 × camera of x",
		}},
		{name: "one device is left", ask: devices("camera", 6).Experiment, taken: have(devices("camera", 5)), want: []string{
			"8: 6 × camera of y instead of camera of x",
			"60: 1 instead of 6 × camera of x",
		}},
		{name: "no device is left", ask: devices("camera", 6).Experiment, taken: have(devices("camera", 6)), want: []string{
			"8: 6 × camera of y instead of camera of x",
		}},
		{name: "fewer of two devices", ask: devices("camera", 6).and("radio", 4).Experiment, taken: have(devices("camera", 1).and("radio", 2)), want: []string{
			"16: 6 × camera of y instead of camera of x; 4 × radio of y instead of radio of x",
			"36: 5 instead of 6 × camera of x; 2 instead of 4 × radio of x",
		}},
		{name: "fewer of one device, and just enough of the other", ask: devices("camera", 6).and("radio", 4).Experiment, taken: have(devices("camera", 1)), want: []string{
			"8: 6 × camera of y instead of camera of x",
			"12: 5 instead of 6 × camera of x",
			"16: 6 × camera of y instead of camera of x; 4 × radio of y instead of radio of x",
		}},
		{name: "fewer of one device, and none of the other", ask: devices("camera", 6).and("radio", 1).Experiment, taken: have(devices("camera", 1).and("radio", 4)), want: []string{
			"16: 6 × camera of y instead of camera of x; 1 × radio of y instead of radio of x",
		}},
		{name: "another VIM", ask: placed(8, []string{"x/a", "x/b"}, "x/a"), taken: on(8, "x/a"), want: []string{
			"3: member 1 (vnf) on x/b instead of x/a",
		}},
		{name: "another VIM for two", ask: placed(4, []string{"x/a", "x/b"}, "x/a", "x/a"), taken: on(8, "x/a"), want: []string{
			"6: member 1 (vnf) on x/b instead of x/a; member 2 (vnf) on x/b instead of x/a",
		}},
		{name: "another testbed", ask: placed(8, []string{"x/a", "y/b"}, "x/a"), taken: on(8, "x/a"), want: []string{
			"8: member 1 (vnf) on y/b instead of x/a",
		}},
		{name: "another testbed for two members and a device", ask: withDevices{placed(4, []string{"x/a", "y/b"}, "x/a", "x/a")}.and("camera", 2).Experiment, taken: on(8, "x/a"), want: []string{
			"16: member 1 (vnf) on y/b instead of x/a; member 2 (vnf) on y/b instead of x/a",
			"24: member 1 (vnf) on y/b instead of x/a; member 2 (vnf) on y/b instead of x/a; 2 × camera of y instead of camera of x",
		}},
		{name: "over two VIMs", ask: placed(4, []string{"x/a", "x/b"}, "x/a", "x/a"), taken: on(4, "x/a", "x/b"), want: []string{
			"5: member 2 (vnf) on x/b instead of x/a; spread over 2 VIMs instead of 1",
		}},
		{name: "over three VIMs", ask: placed(4, []string{"x/a", "x/b", "x/c"}, "x/a", "x/a", "x/a"), taken: on(4, "x/a", "x/b", "x/c"), want: []string{
			"10: member 2 (vnf) on x/b instead of x/a; member 3 (vnf) on x/c instead of x/a; spread over 3 VIMs instead of 1",
		}},
		{name: "over a VIM and another testbed", ask: placed(4, []string{"x/a", "y/b"}, "x/a", "x/a"), taken: on(4, "x/a", "y/b"), want: []string{
			"10: member 2 (vnf) on y/b instead of x/a; spread over 2 VIMs instead of 1",
		}},
		{name: "the nearer of two VIMs", ask: placed(4, []string{"x/a", "x/b", "y/b"}, "x/a", "x/a"), taken: on(4, "x/a", "x/b"), want: []string{
			"5: member 2 (vnf) on x/b instead of x/a; spread over 2 VIMs instead of 1",
			"16: member 1 (vnf) on y/b instead of x/a; member 2 (vnf) on y/b instead of x/a",
		}},
		{name: "the first gives way to the second, which can run nowhere else", ask: oneStays, taken: on(4, "x/a"), want: []string{
			"5: member 1 (vnf) on x/b instead of x/a; spread over 2 VIMs instead of 1",
		}},
		{name: "nothing of all that", ask: placed(8, []string{"x/a"}, "x/a"), taken: on(1, "x/a")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := costs(t, asked, tt.taken, Search{Experiment: tt.ask, Window: asked, Shortest: asked.Duration()})
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("alternatives (-want +got):\n%s", diff)
			}
		})
	}
}
