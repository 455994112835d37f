package calendar

import (
	"slices"
	"strings"
	"testing"
	"time"

	"berth/testbeds"
)

// week is the span that the closures of these tests are laid out over.
var week = testbeds.Slot{Start: at.AddDate(0, 0, -1), End: at.AddDate(0, 0, 6)}

func closedFrom(summary string) testbeds.Closure {
	return testbeds.Closure{Summary: summary, Start: testbeds.LocalTime{Time: at}, Duration: testbeds.Period{Clock: time.Hour}}
}

func laidOut(t *testing.T, change func(*testbeds.Testbed)) []Object {
	t.Helper()
	f := testbeds.Facility{Testbeds: hall().Testbeds[:1]}
	f.Testbeds[0].VIMs, f.Testbeds[0].Devices = slices.Clone(f.Testbeds[0].VIMs), slices.Clone(f.Testbeds[0].Devices)
	change(&f.Testbeds[0])
	list, err := Closures(f, week, nil, at)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestAClosureSaysWhatIsClosed(t *testing.T) {
	t.Parallel()
	of := func(change func(*testbeds.Closure)) func(*testbeds.Testbed) {
		return func(b *testbeds.Testbed) {
			c := closedFrom("repair")
			change(&c)
			b.Closures = []testbeds.Closure{c}
		}
	}
	for name, tt := range map[string]struct {
		change      func(*testbeds.Testbed)
		want        string
		transparent bool
	}{
		"all of it":       {of(func(*testbeds.Closure) {}), "Closed: Radio hall (repair)", false},
		"a VIM":           {of(func(c *testbeds.Closure) { c.VIMs = []string{"iris"} }), "Closed: Radio hall iris (repair)", true},
		"VIM and device":  {of(func(c *testbeds.Closure) { c.VIMs, c.Devices = []string{"iris"}, []string{"usrp"} }), `Closed: Radio hall iris\, usrp (repair)`, true},
		"a VIM's own":     {func(b *testbeds.Testbed) { b.VIMs[0].Closures = []testbeds.Closure{closedFrom("repair")} }, "Closed: Radio hall iris (repair)", true},
		"a device's own":  {func(b *testbeds.Testbed) { b.Devices[0].Closures = []testbeds.Closure{closedFrom("repair")} }, "Closed: Radio hall usrp (repair)", true},
		"some of a kind":  {of(func(c *testbeds.Closure) { c.Devices, c.Count = []string{"usrp"}, 1 }), "Closed: Radio hall 1 × usrp (repair)", true},
		"units":           {of(func(c *testbeds.Closure) { c.Devices, c.Units = []string{"usrp"}, []string{"u1", "u2"} }), `Closed: Radio hall usrp u1\, u2 (repair)`, true},
		"part of a VIM":   {of(func(c *testbeds.Closure) { c.VIMs, c.Capacity = []string{"iris"}, testbeds.Quantities{"vcpu": 8} }), "Closed: Radio hall part of iris (repair)", true},
		"without a name":  {func(b *testbeds.Testbed) { b.Name, b.Closures = "", []testbeds.Closure{closedFrom("repair")} }, "Closed: hall (repair)", false},
		"a day, each day": {of(func(c *testbeds.Closure) { c.RRule = "FREQ=DAILY" }), "Closed: Radio hall (repair)", false},
	} {
		list := laidOut(t, tt.change)
		if len(list) == 0 {
			t.Fatalf("%s: nothing is closed", name)
		}
		text := unfolded(list[0].Full)
		if !strings.Contains(text, "\r\nSUMMARY:"+tt.want+"\r\n") || list[0].Transparent != tt.transparent || !list[0].Open || list[0].Busy != "" {
			t.Errorf("%s: transparent %t, want %q in\n%s", name, list[0].Transparent, tt.want, text)
		}
		if want := `Tue 1 Dec 2026\, 09:00–10:00 Dublin time`; !strings.Contains(text, want) {
			t.Errorf("%s: want %q in\n%s", name, want, text)
		}
	}
}

// TestWhatMakesAClosureTheSameEvent: the id that it has, else all that it says; and when it occurs.
func TestWhatMakesAClosureTheSameEvent(t *testing.T) {
	t.Parallel()
	names := func(list ...testbeds.Closure) (names []string) {
		for _, o := range laidOut(t, func(b *testbeds.Testbed) { b.Closures = list }) {
			names = append(names, o.Name)
		}
		return names
	}
	plain, renamed, known, knownRenamed, knownOther := closedFrom("repair"), closedFrom("holiday"), closedFrom("repair"), closedFrom("holiday"), closedFrom("repair")
	known.ID, knownRenamed.ID, knownOther.ID = "c-1", "c-1", "c-2"
	first := names(plain)[0]
	if got := names(plain, plain, plain); !slices.Equal(got, []string{first, first + "-2", first + "-3"}) {
		t.Errorf("three that say the same are %v", got)
	}
	if first == names(renamed)[0] {
		t.Error("another text without an id is the same event")
	}
	if names(known)[0] != names(knownRenamed)[0] || names(known)[0] == names(knownOther)[0] || names(known)[0] == first {
		t.Error("it does not go by its id")
	}
	daily := closedFrom("repair")
	daily.RRule = "FREQ=DAILY"
	got := names(daily)
	if n := len(got); n != 6 || len(slices.Compact(slices.Sorted(slices.Values(got)))) != n {
		t.Errorf("every day from the first to the end of the week: %v", got)
	}
}
