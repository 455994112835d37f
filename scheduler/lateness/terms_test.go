package lateness_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"berth/scheduler/lateness"
	"berth/testbeds"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func minutes(n int) testbeds.Period { return testbeds.Period{Clock: time.Duration(n) * time.Minute} }

func bed(grace, release, ahead, from int) testbeds.Testbed {
	l := &testbeds.Lateness{ReleaseAfter: minutes(release), AskAhead: minutes(ahead), AskFrom: minutes(from)}
	if grace >= 0 {
		l.Grace = new(minutes(grace))
	}
	return testbeds.Testbed{Lateness: l}
}

func TestTermsOfSeveralTestbeds(t *testing.T) {
	t.Parallel()
	slot := testbeds.NewSlot(noon, 2*time.Hour)
	for name, tt := range map[string]struct {
		beds []testbeds.Testbed
		want lateness.Terms
	}{
		"none":                       {nil, lateness.Terms{Grace: minutes(30)}},
		"one that says nothing":      {[]testbeds.Testbed{{}}, lateness.Terms{Grace: minutes(30)}},
		"no grace":                   {[]testbeds.Testbed{bed(0, 0, 0, 0)}, lateness.Terms{}},
		"a grace left out":           {[]testbeds.Testbed{bed(-1, 60, 0, 0)}, lateness.Terms{Grace: minutes(30), ReleaseAfter: minutes(60)}},
		"people are told the sooner": {[]testbeds.Testbed{bed(40, 0, 0, 0), bed(20, 0, 0, 0), {}}, lateness.Terms{Grace: minutes(20)}},
		"released the later":         {[]testbeds.Testbed{bed(5, 60, 0, 0), bed(5, 90, 0, 0), bed(5, 30, 0, 0)}, lateness.Terms{Grace: minutes(5), ReleaseAfter: minutes(90)}},
		"one does not release":       {[]testbeds.Testbed{bed(5, 60, 0, 0), {}, bed(5, 60, 0, 0)}, lateness.Terms{Grace: minutes(5)}},
		"asked the earlier":          {[]testbeds.Testbed{bed(5, 0, 60, 0), bed(5, 0, 600, 0), {}}, lateness.Terms{Grace: minutes(5), AskAhead: minutes(600)}},
		"long enough to be asked":    {[]testbeds.Testbed{bed(5, 0, 60, 120)}, lateness.Terms{Grace: minutes(5), AskAhead: minutes(60)}},
		"too short to be asked":      {[]testbeds.Testbed{bed(5, 0, 60, 121)}, lateness.Terms{Grace: minutes(5)}},
	} {
		if diff := cmp.Diff(tt.want, lateness.Of(tt.beds, slot)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestInstants(t *testing.T) {
	t.Parallel()
	at := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
	for name, tt := range map[string]struct {
		grace, release, length int
		unreported, released   int // minutes after noon; 0: never released
	}{
		"never released":            {30, 0, 240, 30, 0},
		"a quarter of the slot":     {30, 360, 240, 30, 60},
		"sooner than a quarter":     {30, 45, 240, 30, 45},
		"not before people know":    {30, 10, 240, 30, 30},
		"at once":                   {0, 10, 240, 0, 10},
		"nothing would be left":     {60, 60, 60, 60, 0},
		"a minute would be left":    {59, 60, 60, 59, 59},
		"people know after its end": {90, 10, 60, 90, 0},
	} {
		terms, slot := lateness.Terms{Grace: minutes(tt.grace), ReleaseAfter: minutes(tt.release), AskAhead: minutes(60)}, testbeds.NewSlot(noon, time.Duration(tt.length)*time.Minute)
		if got := terms.Unreported(slot); !got.Equal(at(tt.unreported)) {
			t.Errorf("%s: unreported at %s", name, got)
		}
		got, ever := terms.Released(slot)
		if ever != (tt.released > 0) || ever && !got.Equal(at(tt.released)) {
			t.Errorf("%s: released at %s, %t", name, got, ever)
		}
		if got, ever := terms.Asked(slot); !ever || !got.Equal(at(-60)) {
			t.Errorf("%s: asked at %s, %t", name, got, ever)
		}
		if got := lateness.Closed(slot); !got.Equal(slot.End.Add(7 * 24 * time.Hour)) {
			t.Errorf("%s: closed at %s", name, got)
		}
	}
	if _, ever := lateness.Stock().Asked(testbeds.NewSlot(noon, time.Hour)); ever {
		t.Error("asked where nobody wants that")
	}
}

// TestTheOrderOfInstants: nothing is given back before people are told, nor after the slot, and it is closed last.
func TestTheOrderOfInstants(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := func(name string, most int) int { return rapid.IntRange(0, most).Draw(rt, name) }
		var beds []testbeds.Testbed
		for range n("testbeds", 3) {
			beds = append(beds, bed(n("grace", 300)-1, n("release", 300), n("ahead", 300), n("from", 300)))
		}
		slot := testbeds.NewSlot(noon, time.Duration(1+n("length", 20_000))*time.Second)
		terms := lateness.Of(beds, slot)
		told, closed := terms.Unreported(slot), lateness.Closed(slot)
		if told.Before(slot.Start) || !closed.After(told) {
			rt.Fatalf("%s: told at %s, closed at %s", slot, told, closed)
		}
		at, ever := terms.Released(slot)
		if ever && (at.Before(told) || !at.After(slot.Start) || !at.Before(slot.End) || !at.Equal(at.Truncate(time.Second))) {
			rt.Fatalf("%s: told at %s, released at %s", slot, told, at)
		}
	})
}
