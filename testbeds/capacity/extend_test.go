package capacity

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"berth/testbeds"
)

// granted draws a world with one booking that fits in it, and returns the world without it.
func granted(t *rapid.T) (w world, e testbeds.Experiment, b testbeds.Booking) {
	w = drawWorld(t)
	fed := build(t, w.facility, w.bookings)
	e = drawExperiment(t, w.facility)
	slot := drawSlot(t, 12)
	if len(e.Demand()) == 0 || !fed.Fits(e, slot) {
		t.Skip("does not fit")
	}
	return w, e, testbeds.Booking{ID: 1000, Request: 1000, Strength: testbeds.Firm, Slot: slot, Claims: fed.Claims(e.Demand(), slot)}
}

// roomOf finds by steps of a quarter of an hour how far a booking can be prolonged, and how much earlier it could begin.
func (w world) roomOf(fed *Federation, e testbeds.Experiment, b testbeds.Booking, first, limit time.Time) (start, end time.Time) {
	start, end = b.Slot.Start, b.Slot.End
	for s := b.Slot; s.End.Before(limit); {
		if s.End = s.End.Add(quarter); !w.fits(fed, e, s) {
			break
		}
		end = s.End
	}
	for s := b.Slot; s.Start.After(first); {
		if s.Start = s.Start.Add(-quarter); !w.fits(fed, e, s) {
			break
		}
		start = s.Start
	}
	return start, end
}

func TestARoomToGrowIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, e, b := granted(t)
		fed := build(t, w.facility, w.bookings)
		first := testStart.Add(time.Duration(drawInt(t, "now", 0, 4*24)) * quarter)
		limit := b.Slot.End.Add(time.Duration(drawInt(t, "at most", 0, 4*60)) * quarter)
		start, end := w.roomOf(fed, e, b, first, limit)
		if got := fed.Until(b, b.Slot.Start, limit); !got.Equal(end) {
			t.Fatalf("%v can be prolonged until %v, want %v", b.Slot, got, end)
		}
		if got := fed.Since(e, b.Slot, first); !got.Equal(start) {
			t.Fatalf("%v could begin at %v, want %v", b.Slot, got, start)
		}
		if !fed.Recheck(e, b.Until(end), b.Slot.Start).Fits {
			t.Fatalf("Recheck refuses what can be prolonged until %v", end)
		}
		if end.Before(limit) && fed.Recheck(e, b.Until(end.Add(time.Second)), b.Slot.Start).Fits {
			t.Fatalf("Recheck allows a second beyond %v", end)
		}
	})
}

// TestRoomToGrowBesideNamedUnits prolongs a booking that has r1, whatever other units are free.
func TestRoomToGrowBesideNamedUnits(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		beside    []taking
		units     []string
		since     time.Time
		end, from time.Time
	}{
		"nothing is in the way":       {units: []string{"r1"}, end: hour(60), from: hour(8)},
		"its unit is taken":           {units: []string{"r1"}, beside: []taking{{pinned(1, "r1"), hoursFrom(30, 2)}}, end: hour(30), from: hour(8)},
		"another unit is taken":       {units: []string{"r1"}, beside: []taking{{pinned(1, "r2"), hoursFrom(30, 2)}}, end: hour(60), from: hour(8)},
		"its unit was taken before":   {units: []string{"r1"}, beside: []taking{{pinned(1, "r1"), hoursFrom(12, 3)}}, end: hour(60), from: hour(15)},
		"any unit, and all are taken": {beside: []taking{{pinned(4), hoursFrom(30, 2)}, {pinned(4), hoursFrom(12, 2)}}, end: hour(30), from: hour(14)},
		"it is short already":         {units: []string{"r1"}, beside: []taking{{pinned(1, "r1"), hoursFrom(21, 2)}}, end: hour(24), from: hour(20)},
		"what it has is not asked":    {units: []string{"r1"}, since: hour(24), beside: []taking{{pinned(1, "r1"), hoursFrom(21, 2)}, {pinned(1, "r1"), hoursFrom(40, 2)}}, end: hour(40), from: hour(20)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := hall(t, nil)
			for i, b := range tt.beside {
				booked(f, int64(i+2), b.Experiment, b.Slot)
			}
			e := pinned(1, tt.units...)
			slot := hoursFrom(20, 4)
			b := testbeds.Booking{ID: 1, Request: 1, Strength: testbeds.Firm, Slot: slot, Claims: f.Claims(e.Demand(), slot)}
			since := slot.Start
			if !tt.since.IsZero() {
				since = tt.since
			}
			if got := f.Until(b, since, hour(60)); !got.Equal(tt.end) {
				t.Errorf("until %v, want %v", got, tt.end)
			}
			if got := f.Since(e, slot, hour(8)); !got.Equal(tt.from) {
				t.Errorf("since %v, want %v", got, tt.from)
			}
		})
	}
}

// TestNoRoomBeyondTheHorizon prolongs with a teardown that has to lie in the horizon, too.
func TestNoRoomBeyondTheHorizon(t *testing.T) {
	t.Parallel()
	f := hall(t, func(d *testbeds.Device) { d.Teardown = &testbeds.Period{Clock: time.Hour} })
	e, slot := pinned(1, "r1"), hoursFrom(20, 4)
	b := testbeds.Booking{ID: 1, Request: 1, Strength: testbeds.Firm, Slot: slot, Claims: f.Claims(e.Demand(), slot)}
	last := testHorizon.End.Add(-time.Hour)
	if got := f.Until(b, slot.Start, last.Add(24*time.Hour)); !got.Equal(last) {
		t.Errorf("until %v, want %v", got, last)
	}
	if v := f.Recheck(e, b.Until(last), slot.Start); !v.Fits {
		t.Errorf("Recheck refuses it: %+v", v)
	}
	if got := f.Until(b, slot.Start, hour(22)); !got.Equal(slot.End) {
		t.Errorf("a limit before its end: until %v, want its end", got)
	}
	if got := f.Since(e, slot, testStart.Add(-48*time.Hour)); !got.Equal(testStart) {
		t.Errorf("since %v, want the beginning of the horizon", got)
	}
	if got := f.Since(e, slot, slot.Start); !got.Equal(slot.Start) {
		t.Errorf("since %v, want its start", got)
	}
	if got := f.Since(pinned(9), slot, testStart); !got.Equal(slot.Start) {
		t.Errorf("more than there is: since %v, want its start", got)
	}
}

var roomToGrow = benchmark{1, func(w *benchWorld) func(int) {
	n := len(w.load.Bookings)
	return func(i int) {
		b, _ := w.fed.Booking(int64(i*7919%n + 1))
		without := w.fed.Without(b.ID)
		without.Until(b, b.Slot.Start, w.fed.Horizon().End)
	}
}}

func BenchmarkRoomToGrow(b *testing.B) { eachSize(b, roomToGrow) }
