package terminal

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"berth/scheduler/series"
	"berth/testbeds"
)

func dublin(t testing.TB) Times {
	zone, err := time.LoadLocation("Europe/Dublin")
	if err != nil {
		t.Fatal(err)
	}
	return Times{zone, time.Date(2026, 11, 27, 10, 30, 0, 0, time.UTC)} // a Friday
}

func TestSlotsThatPeopleWrite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"fri 9-13", "2026-12-04T09:00Z/2026-12-04T13:00Z"}, // today's 9 is over
		{"fri 11-13", "2026-11-27T11:00Z/2026-11-27T13:00Z"},
		{"Fri 10:30 - 13:00", "2026-12-04T10:30Z/2026-12-04T13:00Z"}, // this moment is over too
		{"tomorrow 9-13", "2026-11-28T09:00Z/2026-11-28T13:00Z"},
		{"tomorrow 22:00–6", "2026-11-28T22:00Z/2026-11-29T06:00Z"},
		{"tomorrow 9:00 for 4h", "2026-11-28T09:00Z/2026-11-28T13:00Z"},
		{"today 0-24", "2026-11-27T00:00Z/2026-11-28T00:00Z"},
		{"14:00-15:30", "2026-11-27T14:00Z/2026-11-27T15:30Z"},
		{"now for 90m", "2026-11-27T10:30Z/2026-11-27T12:00Z"},
		{"in 2h for 1d 2h", "2026-11-27T12:30Z/2026-11-28T14:30Z"},
		{"12 jan 22:00 - 13 jan 2:00", "2027-01-12T22:00Z/2027-01-13T02:00Z"},
		{"Tue, 12 Jan 2027, 9:00 to 13:00", "2027-01-12T09:00Z/2027-01-12T13:00Z"},
		{"2027-07-12 9-13", "2027-07-12T08:00Z/2027-07-12T12:00Z"}, // in summer time
		{"28 mar 2027 0:30 - 2:30", "2027-03-28T00:30Z/2027-03-28T01:30Z"},
		{"mon - wed", "2026-11-30T00:00Z/2026-12-02T00:00Z"},
		{"2027-01-11T09:00Z/PT8H", "2027-01-11T09:00Z/2027-01-11T17:00Z"},
		{"2027-01-11T09:00:00+01:00/2027-01-11T12:00:00Z", "2027-01-11T08:00Z/2027-01-11T12:00Z"},
	} {
		s, err := dublin(t).Slot(c.text)
		if got := s.Start.UTC().Format("2006-01-02T15:04Z") + "/" + s.End.UTC().Format("2006-01-02T15:04Z"); err != nil || got != c.want {
			t.Errorf("%q: %s, %v, want %s", c.text, got, err, c.want)
		}
	}
	for _, bad := range []string{"", "fri", "fri 9", "fri 25-26", "31 feb 9-13", "mon 12 jan 2027 9-13", "9-13 fri", "tomorrow 9 for", "tomorrow 9 for 0h", "wed - mon 1 jan 2024", "fri 9-13-15",
		"2027-01-11T09:00Z/2027-01-11T08:00Z", "someday 9-13"} {
		if s, err := dublin(t).Slot(bad); err == nil {
			t.Errorf("%q: %v", bad, s)
		}
	}
}

func TestMoments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"now", "2026-11-27T10:30Z"}, {"in 3 days", "2026-11-30T10:30Z"}, {"12:00", "2026-11-27T12:00Z"}, {"tomorrow", "2026-11-28T00:00Z"}, {"fri", "2026-11-27T00:00Z"},
		{"sat 9", "2026-11-28T09:00Z"}, {"26 nov", "2027-11-26T00:00Z"}, {"27 nov", "2026-11-27T00:00Z"}, {"2027-06-01 12:00", "2027-06-01T11:00Z"},
	} {
		at, err := dublin(t).Moment(c.text)
		if got := at.UTC().Format("2006-01-02T15:04Z"); err != nil || got != c.want {
			t.Errorf("%q: %s, %v, want %s", c.text, got, err, c.want)
		}
	}
}

func TestLengths(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"4h": 4 * time.Hour, "90 min": 90 * time.Minute, "1d2h30m": 26*time.Hour + 30*time.Minute, "2 weeks": 14 * 24 * time.Hour, "PT4H": 4 * time.Hour} {
		if d, err := Length(text); err != nil || d != want {
			t.Errorf("%q: %v, %v", text, d, err)
		}
	}
	for _, bad := range []string{"", "0h", "4", "h", "-4h", "4h 4h"} {
		if d, err := Length(bad); err == nil {
			t.Errorf("%q: %v", bad, d)
		}
	}
}

// Whatever is typed is understood or refused, and a slot that is understood has a length.
func TestAnythingTyped(t *testing.T) {
	t.Parallel()
	words := rapid.SampledFrom([]string{"fri", "9", "-", "13", "9-13", "for", "4h", "jan", "12", "tomorrow", "/", "in", "PT4H", "24:00", "2027-01-11", "to", "now", "", "é", "-–"})
	rapid.Check(t, func(r *rapid.T) {
		text := ""
		for _, w := range rapid.SliceOfN(words, 0, 6).Draw(r, "words") {
			text += w + " "
		}
		if s, err := dublin(t).Slot(text); err == nil && !s.End.After(s.Start) {
			r.Fatalf("%q: %v", text, s)
		}
	})
}

func TestHowSomethingRepeats(t *testing.T) {
	t.Parallel()
	x := dublin(t)
	for text, want := range map[string]string{
		"weekly 6 times": "FREQ=WEEKLY;COUNT=6", "Daily  x3": "FREQ=DAILY;COUNT=3", "monthly, 12 times": "FREQ=MONTHLY;COUNT=12",
		"every week 2 times": "FREQ=WEEKLY;COUNT=2", "every 2 weeks 6 times": "FREQ=WEEKLY;INTERVAL=2;COUNT=6", "every other day 5x": "FREQ=DAILY;INTERVAL=2;COUNT=5",
		"every 1 week 6 times": "FREQ=WEEKLY;COUNT=6", "weekdays 10 times": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=10",
		"every tue and thu 8 times": "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=8", "weekly on Mondays, fridays 4 times": "FREQ=WEEKLY;BYDAY=MO,FR;COUNT=4",
		"weekly until 1 mar": "FREQ=WEEKLY;UNTIL=20270301T235959", "every tue until 2026-12-31": "FREQ=WEEKLY;BYDAY=TU;UNTIL=20261231T235959",
		"freq=weekly;count=6": "FREQ=WEEKLY;COUNT=6", "RRULE:FREQ=DAILY;COUNT=2": "FREQ=DAILY;COUNT=2",
	} {
		rule, err := x.Repeat(text)
		if err != nil || rule != want {
			t.Errorf("%q: %q, %v; want %q", text, rule, err, want)
			continue
		}
		plan := series.Plan{Zone: "Europe/Dublin", Start: testbeds.LocalTime{Time: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)}, Duration: testbeds.Period{Clock: time.Hour}, Rule: rule}
		if _, err := plan.Expand(); err != nil {
			t.Errorf("%q becomes %s, which a server refuses: %v", text, rule, err)
		}
	}
	for _, text := range []string{"", "weekly", "6 times", "every 0 weeks 3 times", "every someday 3 times", "weekly until someday", "yearly 3 times", "on 3 times"} {
		if rule, err := x.Repeat(text); err == nil {
			t.Errorf("%q: %s", text, rule)
		}
	}
}
