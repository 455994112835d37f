package timeline

import (
	"math"
	"testing"
	"time"

	"berth/testbeds"
)

func TestWhatIsScarceComesFirstAndWhatIsIdleIsFolded(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	lane := func(id string, free ...int64) Lane {
		l := Lane{ID: id, Title: id}
		for _, n := range free {
			l.Bands = append(l.Bands, Band{Steps: []testbeds.Step{{At: from.Add(-time.Hour), Free: 8, Total: 8}, {At: from.Add(12 * time.Hour), Free: n, Total: 8}}})
		}
		return l
	}
	shut, booked, before, open := lane("shut", 8), lane("booked", 8), lane("before", 8), lane("open", 8)
	shut.Closures = []Closure{{Slot: slot(from, 3, 1)}}
	booked.Bars = []Bar{{Slot: slot(from, 23, 5), State: Pending}}
	before.Bars = []Bar{{Slot: slot(from, -2, 2)}}
	open.Open = true
	partly := lane("partly", 8)
	partly.Bands[0].Closures = []Closure{{Slot: slot(from, 3, 1), Part: true}}
	c := Chart{From: from, To: from.Add(24 * time.Hour), Lanes: []Lane{lane("idle", 8, 8), lane("half", 4), shut, before, lane("scarce", 8, 1), booked, lane("over", 7, -1), open, partly}}
	c.Rank()
	names := func(list []Lane) (s string) {
		for _, l := range list {
			s += l.ID + " "
		}
		return s
	}
	if got, want := names(c.Lanes), "over scarce half booked shut open "; got != want {
		t.Errorf("lanes %s, want %s", got, want)
	}
	if got, want := names(c.Quiet), "idle before partly "; got != want {
		t.Errorf("quiet %s, want %s", got, want)
	}
	if mean, over := lane("x", 4, 6).Pressure(slot(from, 0, 24)); math.Abs(mean-.25) > 1e-9 || over {
		t.Errorf("half of it for half of the time is %g, %t", mean, over)
	}
}

func TestPressureIsThatOfTheScarcest(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_790_000_000, 0)
	step := func(hours float64, free, total int64) testbeds.Step {
		return testbeds.Step{At: slot(at, hours, 0).Start, Free: free, Total: total}
	}
	bands := []Band{
		{Steps: []testbeds.Step{step(-1, 8, 8), step(2, 3, 8), step(4, 0, 0), step(6, -1, 8)}},
		{Steps: []testbeds.Step{step(1, 1, 4), step(3, 4, 4), step(5, 0, 0)}},
	}
	want := []struct {
		hours        float64
		step, band   int
		closed, over bool
	}{{0, idle, 0, false, false}, {1, tight, 1, false, false}, {2, tight, 1, false, false}, {3, half, 0, false, false}, {4, idle, 1, false, false}, {5, idle, -1, true, false}, {6, full, 0, false, true}}
	got := pressures(bands, at.Unix(), at.Add(7*time.Hour).Unix())
	if len(got) != len(want) {
		t.Fatalf("%d intervals: %+v", len(got), got)
	}
	for i, w := range want {
		g := got[i]
		if g.from != slot(at, w.hours, 0).Start.Unix() || g.step() != w.step || g.band != w.band || g.closed != w.closed || g.over != w.over {
			t.Errorf("after %g h: %+v, step %d, want %+v", w.hours, g, g.step(), w)
		}
	}
	s := scale{at.Unix(), at.Add(7 * time.Hour).Unix(), 0, 7}
	strip := s.strip(got)
	if len(strip) != 6 || strip[1].x0 != 1 || strip[1].x1 != 3 || strip[1].to != got[2].to {
		t.Errorf("the strip is %+v", strip)
	}
	if s.right = 3; len(s.strip(got)) != 2 { // a cell has the scarcest of what it touches
		t.Errorf("on three pixels the strip is %+v", s.strip(got))
	}
}

func TestStepsOfPressure(t *testing.T) {
	t.Parallel()
	for free, want := range map[int64]int{100: idle, 99: light, 51: light, 50: half, 26: half, 25: tight, 1: tight, 0: full, -1: full} {
		if got := (pressure{share: share(testbeds.Step{Free: free, Total: 100}), over: free < 0}).step(); got != want {
			t.Errorf("%d of 100 free is step %d, want %d", free, got, want)
		}
	}
}
