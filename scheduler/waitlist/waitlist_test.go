package waitlist

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func TestTheOrder(t *testing.T) {
	t.Parallel()
	// In the order in which they come.
	list := []Place{
		{Rank: 0, Since: noon.Add(time.Hour), Number: 9},
		{Rank: 1, Since: noon, Number: 7},
		{Rank: 1, Since: noon, Number: 8},
		{Rank: 1, Since: noon.Add(time.Second), Number: 1},
		{Rank: 2, Since: noon.Add(-time.Hour), Number: 2},
	}
	for i, a := range list {
		if !a.After(Place{}) {
			t.Errorf("%v does not come after nobody", a)
		}
		for j, b := range list {
			if got, want := Compare(a, b) < 0, i < j; got != want {
				t.Errorf("%v before %v: %v, want %v", a, b, got, want)
			}
			if got, want := a.After(b), i > j; got != want {
				t.Errorf("%v after %v: %v, want %v", a, b, got, want)
			}
		}
	}
	if (Place{}).After(list[0]) {
		t.Error("nobody comes after somebody")
	}
}

func TestTheOrderIsTotal(t *testing.T) {
	t.Parallel()
	place := rapid.Custom(func(rt *rapid.T) Place {
		return Place{rapid.Int64Range(0, 2).Draw(rt, "rank"), noon.Add(time.Duration(rapid.IntRange(0, 2).Draw(rt, "since")) * time.Hour), rapid.Int64Range(1, 9).Draw(rt, "number")}
	})
	rapid.Check(t, func(rt *rapid.T) {
		list := rapid.SliceOfN(place, 2, 9).Draw(rt, "places")
		slices.SortFunc(list, Compare)
		for i := range list[1:] {
			if a, b := list[i], list[i+1]; Compare(a, b) > 0 || a != b && !b.After(a) {
				rt.Fatalf("%v, %v", a, b)
			}
		}
	})
}

func TestTheClaimWindow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		left, holds time.Duration // until the slot begins; 0: no offer
	}{
		{"far ahead: a day", 30 * 24 * time.Hour, 24 * time.Hour},
		{"exactly four days: a day", 96 * time.Hour, 24 * time.Hour},
		{"a second less: a quarter", 96*time.Hour - 4*time.Second, 24*time.Hour - time.Second},
		{"whole seconds", 4*time.Hour + 3*time.Second, time.Hour},
		{"four minutes: a minute", 4 * time.Minute, time.Minute},
		{"less: no offer", 4*time.Minute - time.Second, 0},
		{"it begins now", 0, 0},
		{"it has begun", -time.Hour, 0},
	} {
		until, ok := Claim(noon, noon.Add(c.left), Window)
		if ok != (c.holds > 0) || ok && until.Sub(noon) != c.holds {
			t.Errorf("%s: held for %v, %v", c.name, until.Sub(noon), ok)
		}
		if before := !noon.After(Latest(noon.Add(c.left))); before != ok {
			t.Errorf("%s: Latest says %v, Claim says %v", c.name, before, ok)
		}
	}
}

func TestAnOfferNeverHoldsMoreThanAQuarter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		left := time.Duration(rapid.IntRange(-100, 4_000_000).Draw(rt, "left")) * time.Second
		window := time.Duration(rapid.IntRange(60, 400_000).Draw(rt, "window")) * time.Second
		until, ok := Claim(noon, noon.Add(left), window)
		if held := until.Sub(noon); ok && (held > window || 4*held > left || held < Shortest || held%time.Second != 0) {
			rt.Fatalf("%v left: held for %v", left, held)
		}
	})
}
