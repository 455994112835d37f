package series_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"berth/scheduler/series"
	"berth/testbeds"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func plan(t testing.TB, zone, start, duration, rule string, except ...string) series.Plan {
	t.Helper()
	p := series.Plan{Zone: zone, Rule: rule}
	read := func(text string) (l testbeds.LocalTime) {
		if err := l.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		return l
	}
	if start != "" {
		p.Start = read(start)
	}
	if duration != "" {
		if err := p.Duration.UnmarshalText([]byte(duration)); err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range except {
		p.Except = append(p.Except, read(x))
	}
	return p
}

// said writes occurrences as UTC.
func said(list []series.Occurrence) (out []string) {
	for _, o := range list {
		out = append(out, o.Slot.Start.Format("01-02T15:04")+"+"+o.Slot.Duration().String())
	}
	return out
}

func TestExpand(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, zone, start, duration, rule string
		except                            []string
		want                              []string
	}{
		{"six Tuesdays in Dublin over the change to summer time", "Europe/Dublin", "2026-03-10T09:00", "PT4H", "FREQ=WEEKLY;COUNT=6", nil,
			[]string{"03-10T09:00+4h0m0s", "03-17T09:00+4h0m0s", "03-24T09:00+4h0m0s", "03-31T08:00+4h0m0s", "04-07T08:00+4h0m0s", "04-14T08:00+4h0m0s"}},
		{"over the change to winter time in Madrid", "Europe/Madrid", "2026-10-20T09:00", "PT4H", "FREQ=WEEKLY;COUNT=2", nil,
			[]string{"10-20T07:00+4h0m0s", "10-27T08:00+4h0m0s"}},
		{"a day left out counts all the same", "Europe/Dublin", "2026-03-10T09:00", "PT4H", "FREQ=WEEKLY;COUNT=4", []string{"2026-03-17"},
			[]string{"03-10T09:00+4h0m0s", "03-24T09:00+4h0m0s", "03-31T08:00+4h0m0s"}},
		{"a night that has no half past one", "Europe/Dublin", "2026-03-28T01:30", "PT2H", "FREQ=DAILY;COUNT=3", nil,
			[]string{"03-28T01:30+2h0m0s", "03-29T01:30+2h0m0s", "03-30T00:30+2h0m0s"}}, // on the 29th clocks show 02:30
		{"a night that has half past two twice", "Europe/Madrid", "2026-10-24T02:30", "PT1H", "FREQ=DAILY;COUNT=3", nil,
			[]string{"10-24T00:30+1h0m0s", "10-25T00:30+1h0m0s", "10-26T01:30+1h0m0s"}},
		{"whole days end at the same time on the wall", "Europe/Madrid", "2026-03-28T12:00", "P1D", "FREQ=DAILY;INTERVAL=2;COUNT=2", nil,
			[]string{"03-28T11:00+23h0m0s", "03-30T10:00+24h0m0s"}},
		{"the fifth Tuesday of months that have one", "Europe/Dublin", "2026-03-31T09:00", "PT1H", "FREQ=MONTHLY;BYDAY=5TU;COUNT=3", nil,
			[]string{"03-31T08:00+1h0m0s", "06-30T08:00+1h0m0s", "09-29T08:00+1h0m0s"}},
		{"until a day, which counts", "Europe/Dublin", "2026-03-03T09:00", "PT1H", "FREQ=WEEKLY;UNTIL=20260317", nil,
			[]string{"03-03T09:00+1h0m0s", "03-10T09:00+1h0m0s", "03-17T09:00+1h0m0s"}},
		{"until the hour before", "Europe/Dublin", "2026-03-03T09:00", "PT1H", "FREQ=WEEKLY;UNTIL=20260317T085959", nil,
			[]string{"03-03T09:00+1h0m0s", "03-10T09:00+1h0m0s"}},
		{"longer than its step, it overlaps itself", "UTC", "2026-03-03T09:00", "PT30H", "FREQ=DAILY;COUNT=2", nil,
			[]string{"03-03T09:00+30h0m0s", "03-04T09:00+30h0m0s"}},
		{"two days a week", "Europe/Dublin", "2026-03-03T09:00", "PT1H", "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=3", nil,
			[]string{"03-03T09:00+1h0m0s", "03-05T09:00+1h0m0s", "03-10T09:00+1h0m0s"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			list, err := plan(t, tt.zone, tt.start, tt.duration, tt.rule, tt.except...).Expand()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, said(list)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			for i, o := range list {
				if o.Place != i+1 {
					t.Errorf("occurrence %d has place %d", i, o.Place)
				}
			}
		})
	}
}

func TestFaultsOfPlans(t *testing.T) {
	t.Parallel()
	const zone, start, length = "Europe/Dublin", "2026-03-03T09:00", "PT4H"
	tests := []struct {
		name string
		plan series.Plan
		want []string
	}{
		{"all at once", plan(t, "Nowhere", "", "", ""), []string{"timezone", "start", "duration", "rrule"}},
		{"without an end", plan(t, zone, start, length, "FREQ=WEEKLY"), []string{"rrule: must say where the series ends"}},
		{"once only", plan(t, zone, start, length, "FREQ=WEEKLY;COUNT=1"), []string{"rrule: a series has at least two occurrences, this one has 1"}},
		{"once only, without the day left out", plan(t, zone, start, length, "FREQ=WEEKLY;COUNT=2", "2026-03-10"), []string{"this one has 1"}},
		{"one too many", plan(t, zone, start, length, "FREQ=DAILY;COUNT=101"), []string{"rrule: a series has at most 100 occurrences, this one has 101"}},
		{"far too many", plan(t, zone, start, length, "FREQ=DAILY;UNTIL=20991231"), []string{"this one has 1098"}},
		{"longer than a year", plan(t, zone, start, "P367D", "FREQ=YEARLY;COUNT=2"), []string{"duration: an occurrence lasts at most 366 days"}},
		{"no rule at all", plan(t, zone, start, length, "every Tuesday"), []string{"rrule: "}},
		{"until before the start", plan(t, zone, start, length, "FREQ=WEEKLY;UNTIL=20260101"), []string{"rrule: UNTIL lies before the start"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := tt.plan.Expand()
			bad, ok := errors.AsType[testbeds.Faults](err)
			if !ok || len(bad) != len(tt.want) {
				t.Fatalf("got %v, want %d faults", err, len(tt.want))
			}
			for i, want := range tt.want {
				if !strings.Contains(bad[i].String(), want) {
					t.Errorf("got %q, want %q", bad[i], want)
				}
			}
		})
	}
	if list, err := plan(t, zone, start, length, "FREQ=DAILY;COUNT=100").Expand(); err != nil || len(list) != 100 {
		t.Errorf("the longest series has %d occurrences, %v", len(list), err)
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	tuesdays := plan(t, "Europe/Dublin", "2026-03-24T09:00", "PT4H", "FREQ=WEEKLY;COUNT=3") // the clocks change before the second
	nights := plan(t, "Europe/Dublin", "2026-03-28T01:30", "PT1H", "FREQ=DAILY;COUNT=3")
	wholeDays := plan(t, "Europe/Madrid", "2026-03-27T12:00", "P1D", "FREQ=DAILY;INTERVAL=2;COUNT=2")
	elsewhere := testbeds.NewSlot(time.Date(2026, 4, 2, 10, 0, 0, 0, time.UTC), time.Hour)
	tests := []struct {
		name   string
		plan   series.Plan
		change series.Change
		want   []string
		says   string
	}{
		{"nothing", tuesdays, series.Change{}, []string{"03-24T09:00+4h0m0s", "03-31T08:00+4h0m0s", "04-07T08:00+4h0m0s"}, ""},
		{"an hour later, on the wall", tuesdays, series.Change{Shift: 60}, []string{"03-24T10:00+4h0m0s", "03-31T09:00+4h0m0s", "04-07T09:00+4h0m0s"}, "all 1 hour later, 10:00–14:00"},
		{"five days later, over the change of the clocks", tuesdays, series.Change{Shift: 5 * 24 * 60}, []string{"03-29T08:00+4h0m0s", "04-05T08:00+4h0m0s", "04-12T08:00+4h0m0s"},
			"all 5 days later, the first on a Sunday instead of a Tuesday"},
		{"without one", tuesdays, series.Change{Skip: []int{2}}, []string{"03-24T09:00+4h0m0s", "04-07T08:00+4h0m0s"}, "without number 2"},
		{"one elsewhere, the others earlier", tuesdays, series.Change{Shift: -30, Moves: []series.Move{{Place: 2, Slot: elsewhere}}},
			[]string{"03-24T08:30+4h0m0s", "04-02T10:00+1h0m0s", "04-07T07:30+4h0m0s"}, "all 30 minutes earlier, 08:30–12:30; number 2 on Thu 2 Apr 2026, 11:00–12:00"},
		{"out of the hour that one night does not have", nights, series.Change{Shift: 60}, []string{"03-28T02:30+1h0m0s", "03-29T01:30+1h0m0s", "03-30T01:30+1h0m0s"}, "all 1 hour later, 02:30–03:30"},
		{"whole days keep the wall clock of their ends", wholeDays, series.Change{Shift: 24 * 60}, []string{"03-28T11:00+23h0m0s", "03-30T10:00+24h0m0s"},
			"all 1 day later, the first on a Saturday instead of a Friday"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			list, err := tt.plan.Expand()
			if err != nil {
				t.Fatal(err)
			}
			got, err := tt.plan.Apply(list, tt.change)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, said(got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if words := tt.plan.Words(list, tt.change); words != tt.says {
				t.Errorf("said as %q, want %q", words, tt.says)
			}
		})
	}
}

func TestFaultsOfChanges(t *testing.T) {
	t.Parallel()
	p := plan(t, "UTC", "2026-03-24T09:00", "PT4H", "FREQ=WEEKLY;COUNT=2")
	list, err := p.Expand()
	if err != nil {
		t.Fatal(err)
	}
	slot := list[0].Slot
	for field, c := range map[string]series.Change{
		"change.shift_minutes":     {Shift: series.MaxShift + 1},
		"change.skip[1]":           {Skip: []int{1, 1}},
		"change.skip[0]":           {Skip: []int{3}},
		"change.skip":              {Skip: []int{1, 2}},
		"change.moves[0].place":    {Moves: []series.Move{{Place: 0, Slot: slot}}},
		"change.moves[1].place":    {Moves: []series.Move{{Place: 1, Slot: slot}, {Place: 1, Slot: slot}}},
		"change.moves[0].slot.end": {Moves: []series.Move{{Place: 1}}},
	} {
		_, err := p.Apply(list, c)
		if bad, ok := errors.AsType[testbeds.Faults](err); !ok || len(bad) != 1 || bad[0].Field != field {
			t.Errorf("%s: got %v", field, err)
		}
	}
}

// In any zone, the occurrences of a plan show the time of its start on the wall, except where the clocks skip it; and a shift there and back leads to
// where it began.
func TestWallClock(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := series.Plan{Zone: rapid.SampledFrom([]string{"Europe/Dublin", "Europe/Madrid", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"}).Draw(t, "zone"),
			Rule: rapid.SampledFrom([]string{"FREQ=WEEKLY;COUNT=60", "FREQ=DAILY;COUNT=100", "FREQ=DAILY;INTERVAL=5;COUNT=80"}).Draw(t, "rule")}
		p.Start.Time = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 365*96).Draw(t, "start")) * 15 * time.Minute)
		p.Duration = testbeds.Period{Clock: time.Duration(rapid.IntRange(1, 30).Draw(t, "hours")) * time.Hour}
		list, err := p.Expand()
		if err != nil {
			t.Fatal(err)
		}
		zone := p.Location()
		usual := func(s time.Time) bool { return s.In(zone).Format("15:04") == p.Start.Format("15:04") }
		odd := 0
		for i, o := range list {
			if !usual(o.Slot.Start) {
				odd++
			}
			if o.Slot.Duration() != p.Duration.Clock || i > 0 && !list[i-1].Slot.Start.Before(o.Slot.Start) {
				t.Fatalf("occurrence %d is %v, after %v", i, o.Slot, list[max(0, i-1)].Slot)
			}
		}
		if odd > 1 {
			t.Fatalf("%d occurrences are not at %s", odd, p.Start)
		}
		minutes := 15 * rapid.IntRange(-2000, 2000).Draw(t, "shift")
		there, err := p.Apply(list, series.Change{Shift: minutes})
		if err != nil {
			t.Fatal(err)
		}
		shifted := p
		shifted.Start.Time = p.Start.Add(time.Duration(minutes) * time.Minute)
		back, err := shifted.Apply(there, series.Change{Shift: -minutes})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(list, back); diff != "" {
			t.Fatalf("there and back by %d minutes (-want +got)\n%s", minutes, diff)
		}
	})
}

func TestPlansAreSaid(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]series.Plan{
		"every Tuesday, 09:00–13:00 (Europe/Dublin)":              plan(t, "Europe/Dublin", "2026-03-10T09:00", "PT4H", "FREQ=WEEKLY;COUNT=6"),
		"every day, 22:00–06:00 of the next day (UTC)":            plan(t, "UTC", "2026-03-10T22:00", "PT8H", "FREQ=DAILY;COUNT=6"),
		"every day, 20:00–24:00 (UTC)":                            plan(t, "UTC", "2026-03-10T20:00", "PT4H", "FREQ=DAILY;COUNT=6"),
		"every 2 weeks on Monday, 12:00–12:00 3 days later (UTC)": plan(t, "UTC", "2026-03-09T12:00", "P3D", "FREQ=WEEKLY;INTERVAL=2;COUNT=6"),
		"a series": {},
	} {
		if got := p.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
