package capacity

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/testbeds"
)

// TestConflictsSayHowMuchIsShort asks for devices from 20 until 28 o'clock, that is until 4 o'clock of the next day.
func TestConflictsSayHowMuchIsShort(t *testing.T) {
	t.Parallel()
	const all, early, late = ", 2026-03-27 20:00:00Z – 2026-03-28 04:00:00Z; taken by ", ", 2026-03-27 20:00:00Z – 2026-03-27 21:00:00Z; taken by ", ", 2026-03-28 02:00:00Z – 2026-03-28 04:00:00Z; taken by "
	var crowd []taking
	for range 22 {
		crowd = append(crowd, taking{devices("camera", 1).Experiment, hoursFrom(20, 8)})
	}
	cameras := func(n int64, from, length int) taking {
		return taking{devices("camera", n).Experiment, hoursFrom(from, length)}
	}
	radios := func(from, length int, n int64, units ...string) taking {
		return taking{devices("radio", n, units...).Experiment, hoursFrom(from, length)}
	}
	tests := []struct {
		name  string
		ask   withDevices
		taken []taking
		want  []string
	}{
		{name: "as many as are free", ask: devices("camera", 2), taken: []taking{cameras(4, 20, 8)}},
		{name: "one more", ask: devices("camera", 3), taken: []taking{cameras(4, 20, 8)}, want: []string{"x camera: short by 1 (3 needed, 2 free)" + all + "#1"}},
		{name: "neighbours", ask: devices("camera", 6), taken: []taking{cameras(6, 10, 10), cameras(6, 28, 2)}},
		{name: "twice, clipped to the slot", ask: devices("camera", 2), taken: []taking{cameras(5, 18, 3), cameras(6, 26, 4)}, want: []string{
			"x camera: short by 1 (2 needed, 1 free)" + early + "#1",
			"x camera: short by 2 (2 needed, none free)" + late + "#2",
		}},
		{name: "the least in the whole of an interval", ask: devices("camera", 4), taken: []taking{cameras(3, 20, 8), cameras(2, 22, 1)}, want: []string{
			"x camera: short by 3 (4 needed, 1 free)" + all + "#1, #2",
		}},
		{name: "more booked than there is", ask: devices("camera", 1), taken: []taking{cameras(4, 19, 9), cameras(5, 18, 10)}, want: []string{
			"x camera: short by 4 (1 needed, overbooked by 3)" + all + "#2, #1",
		}},
		{name: "more takers than are listed", ask: devices("camera", 1), taken: crowd, want: []string{
			"x camera: short by 17 (1 needed, overbooked by 16)" + all + "#1, #2, #3, #4, #5, #6, #7, #8, #9, #10, #11, #12, #13, #14, #15, #16, #17, #18, #19, #20, 2 other experiments",
		}},
		{name: "a unit that somebody has", ask: devices("radio", 2, "r1"), taken: []taking{radios(18, 3, 1, "r1")}, want: []string{
			"x radio: r1 is not free" + early + "#1",
		}},
		{name: "a unit that somebody has where all are taken", ask: devices("radio", 1, "r1"), taken: []taking{radios(20, 8, 1, "r1"), radios(20, 8, 3, "r2")}, want: []string{
			"x radio: r1 is not free" + all + "#1 (r1), #2",
		}},
		{name: "a unit that somebody has where too few are free", ask: devices("radio", 2, "r1"), taken: []taking{radios(20, 8, 1, "r1"), radios(20, 8, 2)}, want: []string{
			"x radio: short by 1 (2 needed, 1 free), r1 is not free" + all + "#1 (r1), #2",
		}},
		{name: "free by number, and no unit is free throughout", ask: devices("radio", 1), taken: []taking{radios(20, 4, 1, "r1"), radios(24, 4, 1, "r2"), radios(20, 8, 2)}, want: []string{
			"x radio: short by 1 (1 needed, none free)" + all + "#1, #3, #2",
		}},
		{name: "two are free by number, and one of them throughout", ask: devices("radio", 2), taken: []taking{radios(20, 4, 1, "r1"), radios(24, 4, 1, "r2"), radios(20, 8, 1)}, want: []string{
			"x radio: short by 1 (2 needed, 1 free)" + all + "#1, #3, #2",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{costHall("x")}}, nil)
			for i, b := range tt.taken {
				booked(f, int64(i+1), b.Experiment, b.Slot)
			}
			v := f.Check(tt.ask.Experiment, hoursFrom(20, 8))
			var got []string
			for _, c := range v.Conflicts {
				got = append(got, c.String())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || v.Fits != (tt.want == nil) || v.Truncated {
				t.Errorf("fits: %t, truncated: %t, conflicts (-want +got):\n%s", v.Fits, v.Truncated, diff)
			}
		})
	}
}

func TestFiftyConflictsAreListed(t *testing.T) {
	t.Parallel()
	for _, n := range []int{50, 51} {
		f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{costHall("x")}}, nil)
		for i := range n {
			booked(f, int64(i+1), devices("camera", 6).Experiment, testbeds.NewSlot(hour(1+i), 30*time.Minute))
		}
		if v := f.Check(devices("camera", 1).Experiment, hoursFrom(1, 60)); v.Fits || len(v.Conflicts) != 50 || v.Truncated != (n > 50) {
			t.Errorf("of %d conflicts %d are listed, truncated: %t", n, len(v.Conflicts), v.Truncated)
		}
	}
}

// TestContendersWantTheSame: contenders want some of the same resource at the same time; nothing else makes a request under review a
// contender.
func TestContendersWantTheSame(t *testing.T) {
	t.Parallel()
	asked := hoursFrom(20, 8)
	ask := withDevices{placed(1, []string{"x/a"}, "x/a")}.and("camera", 1).Experiment
	taker := func(amount int64, s testbeds.Slot) []testbeds.Taker {
		return []testbeds.Taker{{Kind: testbeds.TakerBooking, Booking: 1, Request: 9, Strength: testbeds.Pending, Amount: amount, Interval: s}}
	}
	for name, tt := range map[string]struct {
		pending testbeds.Experiment
		slot    testbeds.Slot
		want    []testbeds.Taker
	}{
		"the same VIM":                    {placed(2, nil, "x/a"), hoursFrom(27, 2), taker(2, hoursFrom(27, 2))},
		"the same device":                 {devices("camera", 3).Experiment, hoursFrom(10, 11), taker(3, hoursFrom(10, 11))},
		"both, and it is named once":      {withDevices{placed(2, nil, "x/a")}.and("camera", 3).Experiment, asked, taker(2, asked)},
		"another VIM":                     {placed(8, nil, "x/b"), asked, nil},
		"another device":                  {devices("radio", 4).Experiment, asked, nil},
		"until the slot starts":           {devices("camera", 6).Experiment, hoursFrom(10, 10), nil},
		"from when the slot ends":         {devices("camera", 6).Experiment, hoursFrom(28, 1), nil},
		"a request that asks for nothing": {devices("camera", 0).Experiment, asked, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := build(t, testbeds.Facility{Testbeds: []testbeds.Testbed{costHall("x")}}, nil)
			f.Put(testbeds.Booking{ID: 1, Request: 9, Strength: testbeds.Pending, Slot: tt.slot, Claims: f.Claims(tt.pending.Demand(), tt.slot)})
			v := f.Check(ask, asked)
			if diff := cmp.Diff(tt.want, v.Contenders); diff != "" || !v.Fits {
				t.Errorf("fits: %t, contenders (-want +got):\n%s", v.Fits, diff)
			}
		})
	}
}
