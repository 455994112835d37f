package testbeds_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"berth/testbeds"
)

// TestLimitsCanBeReached: each limit is allowed, and one step beyond it is a fault.
func TestLimitsCanBeReached(t *testing.T) {
	t.Parallel()
	clock := func(d time.Duration) testbeds.Period { return testbeds.Period{Clock: d} }
	const year = 366 * 24 * time.Hour
	tests := []struct {
		name  string
		set   func(b *testbeds.Testbed, over int)
		field string
	}{
		{"characters of a name", func(b *testbeds.Testbed, over int) { b.Name = strings.Repeat("ü", 200+over) }, "testbeds[0].name"},
		{"features", func(b *testbeds.Testbed, over int) {
			for i := range 98 + over {
				b.Features = append(b.Features, fmt.Sprint("f", i))
			}
		}, "testbeds[0].features"},
		{"an amount", func(b *testbeds.Testbed, over int) { b.VIMs[0].Capacity["vcpu"] = testbeds.MaxAmount + int64(over) }, "testbeds[0].vims[0].capacity.vcpu"},
		{"setup", func(b *testbeds.Testbed, over int) { b.Setup = clock(year + time.Duration(over)*time.Second) }, "testbeds[0].setup"},
		{"a device's own teardown", func(b *testbeds.Testbed, over int) { b.Devices[0].Teardown = &testbeds.Period{Days: 366 + over} }, "testbeds[0].devices[0].teardown"},
		{"a closure", func(b *testbeds.Testbed, over int) { b.Closures[0].Duration = testbeds.Period{Days: 366 + over} }, "testbeds[0].closures[0].duration"},
		{"the shortest closure", func(b *testbeds.Testbed, over int) {
			b.Closures[0].Duration = clock(time.Second - time.Duration(over)*time.Second)
		}, "testbeds[0].closures[0].duration"},
		{"a device as large as it has names", func(b *testbeds.Testbed, over int) { b.CapacityChanges[1].Count = 2 + int64(over) }, "testbeds[0].capacity_changes[1].count"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for over := range 2 {
				f := smallFacility()
				tt.set(&f.Testbeds[0], over)
				faults := f.Validate()
				if len(faults) != over || over == 1 && faults[0].Field != tt.field {
					t.Errorf("%d over: %v", over, faults)
				}
			}
		})
	}
}

func TestClosuresOfCalendarsAreCountedApart(t *testing.T) {
	t.Parallel()
	for over := range 2 {
		b := testbeds.Testbed{ID: "t", Name: "T", Timezone: "UTC"}
		for i := range 20_000 + over + 500 {
			c := testbeds.Closure{ID: fmt.Sprint("c", i), Summary: "closed", Start: localTime("2026-02-01"), Duration: testbeds.Period{Days: 1}}
			if i >= 500 {
				c.Source = "lab"
			}
			b.Closures = append(b.Closures, c)
		}
		faults := testbeds.Facility{Testbeds: []testbeds.Testbed{b}}.Validate()
		if len(faults) != over || over == 1 && faults[0].Field != "testbeds[0].closures" {
			t.Errorf("%d over: %v", over, faults)
		}
	}
}

func TestRecurringClosuresOfAFacility(t *testing.T) {
	t.Parallel()
	for over := range 2 {
		f := testbeds.Facility{}
		for i := range 10 {
			b := testbeds.Testbed{ID: fmt.Sprint("t", i), Name: "T", Timezone: "UTC"}
			for range 500 {
				b.Closures = append(b.Closures, testbeds.Closure{Summary: "closed", Start: localTime("2026-02-01"), Duration: testbeds.Period{Days: 1}, RRule: "FREQ=YEARLY"})
			}
			f.Testbeds = append(f.Testbeds, b)
		}
		if over == 1 {
			f.Testbeds = append(f.Testbeds, testbeds.Testbed{ID: "one-more", Name: "T", Timezone: "UTC", Closures: f.Testbeds[0].Closures[:1]})
		}
		if faults := f.Validate(); len(faults) != over || over == 1 && faults[0].Field != "testbeds" {
			t.Errorf("%d over: %v", over, faults)
		}
	}
}

func TestTheLongestPeriod(t *testing.T) {
	t.Parallel()
	p, err := testbeds.ParsePeriod("P3660D")
	if err != nil || p.Exact() != testbeds.MaxPeriod {
		t.Errorf("ten years of 366 days are %s, %v", p.Exact(), err)
	}
	if text := (testbeds.Period{Days: 1, Clock: 2 * time.Hour}).String(); text != "P1DT2H" {
		t.Errorf("a day and two hours are %s", text)
	}
	if err := p.UnmarshalText([]byte("PT1H")); err != nil || p != (testbeds.Period{Clock: time.Hour}) {
		t.Errorf("read %s, %v", p, err)
	}
	if err := p.UnmarshalText([]byte("1H")); err == nil || p != (testbeds.Period{Clock: time.Hour}) {
		t.Errorf("what is no period changed it to %s, %v", p, err)
	}
}

func TestOccurrencesOfAClosure(t *testing.T) {
	t.Parallel()
	day := testbeds.NewSlot(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), 48*time.Hour)
	c := testbeds.Closure{Start: localTime("2026-02-01T10:00"), Duration: testbeds.Period{Clock: time.Hour}, RRule: "FREQ=DAILY", ExDates: []testbeds.LocalTime{localTime("2026-02-01")}}
	if slots, err := c.Occurrences(time.UTC, day); err != nil || len(slots) != 1 || !slots[0].Equal(testbeds.NewSlot(day.Start.Add(34*time.Hour), time.Hour)) {
		t.Errorf("occurrences %v, %v", slots, err)
	}
	for name, spoil := range map[string]func(){"a rule that is none": func() { c.RRule = "DAILY" }, "no length": func() { c.RRule, c.Duration = "", testbeds.Period{} }} {
		spoil()
		if slots, err := c.Occurrences(time.UTC, day); err == nil {
			t.Errorf("%s: %v", name, slots)
		}
	}
}
