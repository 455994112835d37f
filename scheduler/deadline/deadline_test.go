package deadline_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"berth/scheduler/deadline"
	"berth/testbeds"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func hours(n float64) time.Time { return noon.Add(time.Duration(n * float64(time.Hour))) }

func period(n float64) testbeds.Period {
	return testbeds.Period{Clock: time.Duration(n * float64(time.Hour))}
}

func TestDeadlines(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		rule   *testbeds.Deadlines
		begins float64 // hours after it was asked for
		at     float64 // 0: none
	}{
		"no rule":                          {nil, 48, 0},
		"a rule that says nothing":         {&testbeds.Deadlines{}, 48, 48},
		"within":                           {&testbeds.Deadlines{Within: period(8)}, 48, 8},
		"within more than there is":        {&testbeds.Deadlines{Within: period(80)}, 48, 48},
		"with notice":                      {&testbeds.Deadlines{Notice: period(24)}, 48, 24},
		"the sooner of both":               {&testbeds.Deadlines{Within: period(30), Notice: period(24)}, 48, 24},
		"a second of time":                 {&testbeds.Deadlines{Notice: period(47)}, 47 + 1.0/3600, 1.0 / 3600},
		"asked when the notice begins":     {&testbeds.Deadlines{Notice: period(48)}, 48, 24},
		"asked within the notice":          {&testbeds.Deadlines{Notice: period(72)}, 48, 24},
		"asked within it, and little time": {&testbeds.Deadlines{Notice: period(72), Within: period(1)}, 48, 1},
		"asked when it begins":             {&testbeds.Deadlines{Within: period(1)}, 0, 0},
		"asked after it began":             {&testbeds.Deadlines{Within: period(1)}, -1, 0},
	} {
		got, ok := deadline.Of(tt.rule, noon, hours(tt.begins))
		if ok != (tt.at > 0) || ok && !got.At.Equal(hours(tt.at)) {
			t.Errorf("%s: %s, %t", name, got.At, ok)
		}
	}
}

func TestStages(t *testing.T) {
	t.Parallel()
	d, _ := deadline.Of(&testbeds.Deadlines{Within: period(8), Default: testbeds.DefaultRefused}, noon, hours(48))
	if d.Default != testbeds.DefaultRefused {
		t.Errorf("default %q", d.Default)
	}
	second := 1.0 / 3600
	for at, want := range map[float64]deadline.Stage{0: deadline.Open, 4 - second: deadline.Open, 4: deadline.Reminded, 6 - second: deadline.Reminded, 6: deadline.Escalated,
		8 - second: deadline.Escalated, 8: deadline.Passed, 100: deadline.Passed} {
		if got := d.Reached(hours(at)); got != want {
			t.Errorf("after %g hours: %q, want %q", at, got, want)
		}
	}
	d.Stage = deadline.Escalated
	if got := d.Reached(hours(1)); got != deadline.Escalated {
		t.Errorf("it went back to %q", got)
	}
	if at, ok := d.Next(); !ok || !at.Equal(hours(8)) {
		t.Errorf("next %s, %t", at, ok)
	}
	if d.Stage = deadline.Passed; d.Reached(hours(0)) != deadline.Passed {
		t.Error("it went back")
	}
	if _, ok := d.Next(); ok {
		t.Error("something comes after it has passed")
	}
}

// TestStagesComeInTheirOrder: each stage is reached at the instant at which the one before it says, and never later than the deadline.
func TestStagesComeInTheirOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		p := &testbeds.Deadlines{Within: testbeds.Period{Clock: time.Duration(rapid.IntRange(0, 9999).Draw(rt, "within")) * time.Second},
			Notice: testbeds.Period{Clock: time.Duration(rapid.IntRange(0, 9999).Draw(rt, "notice")) * time.Second}}
		begins := noon.Add(time.Duration(rapid.IntRange(-10, 9999).Draw(rt, "begins")) * time.Second)
		d, ok := deadline.Of(p, noon, begins)
		if !ok {
			return
		}
		if !d.At.After(noon) || d.At.After(begins) {
			rt.Fatalf("asked at %s for %s: until %s", noon, begins, d.At)
		}
		last := noon
		for range 4 {
			at, ok := d.Next()
			if !ok {
				break
			}
			if at.Before(last) || at.After(d.At) || d.Reached(at) == d.Stage {
				rt.Fatalf("%q ends at %s, after %s, of %s", d.Stage, at, last, d.At)
			}
			last, d.Stage = at, d.Reached(at)
		}
		if d.Stage != deadline.Passed {
			rt.Fatalf("it ends in %q", d.Stage)
		}
	})
}
