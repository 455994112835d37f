package foreign_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"berth/calendar/foreign"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

func ics(lines ...string) []byte {
	return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VCALENDAR\r\n")
}

func event(lines ...string) []byte {
	return ics(append(append([]string{"BEGIN:VEVENT", "UID:u"}, lines...), "END:VEVENT")...)
}

var (
	dublin = zone("Europe/Dublin")
	year   = testbeds.Slot{Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}
)

func zone(name string) *time.Location {
	z, err := wallclock.Zone(name)
	if err != nil {
		panic(err)
	}
	return z
}

// expanded reads a calendar and writes out all times in Dublin, with the faults.
func expanded(t interface {
	Helper()
	Fatal(...any)
}, text []byte, span testbeds.Slot) (all []string) {
	t.Helper()
	c, err := foreign.Read(text)
	if err != nil {
		return []string{"error: " + err.Error()}
	}
	list, faults, err := c.Occasions(dublin, span, 10_000, nil)
	if err != nil {
		return []string{"error: " + err.Error()}
	}
	keys := map[string]bool{}
	for _, o := range list {
		if keys[o.UID+o.Key] {
			t.Fatal("the key", o.Key, "comes twice")
		}
		keys[o.UID+o.Key] = true
		slots, err := o.Closure.Occurrences(dublin, span)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range slots {
			all = append(all, s.Start.Format("0102T1504")+"-"+s.End.Format("0102T1504")+strings.TrimSuffix(" "+o.Closure.Summary, " Closed"))
		}
	}
	slices.Sort(all)
	for _, f := range faults {
		all = append(all, fmt.Sprintf("fault %v: %s", f.Lost, f.Text))
	}
	return all
}

const custom = "BEGIN:VTIMEZONE\r\nTZID:Ours\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\n" +
	"BEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE"

func TestWhenEventsTakeTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text []byte
		want []string
	}{
		"UTC":               {event("DTSTART:20260701T090000Z", "DTEND:20260701T100000Z", "SUMMARY:Paint\\, twice"), []string{"0701T0900-0701T1000 Paint, twice"}},
		"floating":          {event("DTSTART:20260701T090000", "DTEND:20260701T100000"), []string{"0701T0800-0701T0900"}},
		"a zone":            {event("DTSTART;TZID=Europe/Athens:20260701T090000", "DTEND;TZID=Europe/Athens:20260701T100000"), []string{"0701T0600-0701T0700"}},
		"a Windows zone":    {event(`DTSTART;TZID="GTB Standard Time":20260701T090000`, `DTEND;TZID="GTB Standard Time":20260701T100000`), []string{"0701T0600-0701T0700"}},
		"two zones":         {event("DTSTART;TZID=Europe/Athens:20260701T090000", "DTEND:20260701T100000Z"), []string{"0701T0600-0701T1000"}},
		"a day":             {event("DTSTART;VALUE=DATE:20260701", "SUMMARY:x"), []string{"0630T2300-0701T2300 x"}},
		"days":              {event("DTSTART;VALUE=DATE:20260328", "DTEND;VALUE=DATE:20260330"), []string{"0328T0000-0329T2300"}},
		"a duration":        {event("DTSTART:20260701T090000Z", "DURATION:PT90M"), []string{"0701T0900-0701T1030"}},
		"a nominal day":     {event("DTSTART;TZID=Europe/Dublin:20260328T120000", "DURATION:P1D"), []string{"0328T1200-0329T1100"}},
		"no end":            {event("DTSTART:20260701T090000Z"), []string{"fault false: it has no end, and so no length"}},
		"an end at once":    {event("DTSTART:20260701T090000Z", "DTEND:20260701T090000Z"), []string{"fault false: it has no end, and so no length"}},
		"an end before":     {event("DTSTART:20260701T090000Z", "DTEND:20260701T080000Z"), []string{"fault true: it ends before it begins"}},
		"no start":          {event("DTEND:20260701T080000Z"), []string{"fault true: it has no DTSTART"}},
		"no time":           {event("DTSTART:soon", "DTEND:20260701T080000Z"), []string{`fault true: DTSTART "soon" is neither a date nor a time`}},
		"an unknown zone":   {event("DTSTART;TZID=Moon:20260701T090000", "DURATION:PT1H"), []string{"0701T0800-0701T0900", "fault false: nobody knows its time zone Moon: it is taken as the testbed's"}},
		"a zone of its own": {ics(custom, "BEGIN:VEVENT", "UID:u", "DTSTART;TZID=Ours:20260701T090000", "DURATION:PT1H", "END:VEVENT"), []string{"0701T0700-0701T0800"}},
		"in its winter":     {ics(custom, "BEGIN:VEVENT", "UID:u", "DTSTART;TZID=Ours:20261225T090000", "DURATION:PT1H", "END:VEVENT"), []string{"1225T0800-1225T0900"}},
		"cancelled":         {event("DTSTART:20260701T090000Z", "DURATION:PT1H", "STATUS:cancelled"), nil},
		"shown as free":     {event("DTSTART:20260701T090000Z", "DURATION:PT1H", "TRANSP:TRANSPARENT"), nil},
		"tentative":         {event("DTSTART:20260701T090000Z", "DURATION:PT1H", "STATUS:TENTATIVE"), []string{"0701T0900-0701T1000"}},
		"an alarm":          {event("DTSTART:20260701T090000Z", "DURATION:PT1H", "BEGIN:VALARM", "DURATION:PT5M", "SUMMARY:beep", "END:VALARM"), []string{"0701T0900-0701T1000"}},
		"weekly": {event("DTSTART;TZID=Europe/Dublin:20260323T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3;"),
			[]string{"0323T0900-0323T1000", "0330T0800-0330T0900", "0406T0800-0406T0900"}},
		"weekly elsewhere, whose clocks change on another day": {event("DTSTART;TZID=America/New_York:20260302T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2"),
			[]string{"0302T1400-0302T1500", "0309T1300-0309T1400"}},
		"with exceptions": {event("DTSTART;TZID=Europe/Dublin:20260601T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=5", "EXDATE;TZID=Europe/Dublin:20260602T090000,20260603T100000", "EXDATE:20260604T080000Z", "EXDATE;VALUE=DATE:20260605"),
			[]string{"0601T0800-0601T0900", "0603T0800-0603T0900"}},
		"with a time moved and one cancelled": {ics("BEGIN:VEVENT", "UID:u", "DTSTART;TZID=Europe/Dublin:20260601T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", "END:VEVENT",
			"BEGIN:VEVENT", "UID:u", "RECURRENCE-ID;TZID=Europe/Dublin:20260602T090000", "DTSTART:20260610T120000Z", "DURATION:PT2H", "SUMMARY:later", "END:VEVENT",
			"BEGIN:VEVENT", "UID:u", "RECURRENCE-ID;TZID=Europe/Dublin:20260603T090000", "DTSTART:20260603T080000Z", "DURATION:PT1H", "STATUS:CANCELLED", "END:VEVENT"),
			[]string{"0601T0800-0601T0900", "0610T1200-0610T1400 later"}},
		"one time alone": {event("RECURRENCE-ID:20260602T090000Z", "DTSTART:20260610T120000Z", "DURATION:PT2H"), []string{"0610T1200-0610T1400"}},
		"more dates": {event("DTSTART:20260601T090000Z", "DURATION:PT1H", "RDATE:20260603T090000Z,20260605T090000Z", "RDATE;VALUE=PERIOD:20260607T090000Z/PT3H", "EXDATE:20260605T090000Z"),
			[]string{"0601T0900-0601T1000", "0603T0900-0603T1000", "0607T0900-0607T1200"}},
		"the last Sunday of October":           {event("DTSTART;TZID=Europe/Dublin:20251026T060000", "DURATION:PT1H", "RRULE:freq=yearly;bymonth=10;byday=-1su"), []string{"1025T0600-1025T0700"}},
		"a start that is none of a rule":       {event("DTSTART;TZID=Europe/Dublin:20260601T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20260603"), []string{"0601T0800-0601T0900", "0602T0800-0602T0900"}},
		"a rule that is over":                  {event("DTSTART:20240601T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3"), nil},
		"every second":                         {event("DTSTART:20260601T090000Z", "DURATION:PT1H", "RRULE:FREQ=SECONDLY"), []string{"0601T0900-0601T1000", `fault true: it recurs in a way that is not understood: FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY, not "SECONDLY"`}},
		"a huge count":                         {event("DTSTART:20260601T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=999999999"), []string{"0601T0900-0601T1000", `fault true: it recurs in a way that is not understood: COUNT must be a whole number from 1 to 1000, not "999999999"`}},
		"of a time that comes twice the first": {event("DTSTART:20261025T003000Z", "DTEND:20261025T020000Z"), []string{"1025T0030-1025T0200"}},
		"the second, so begins with the first": {event("DTSTART:20261025T013000Z", "DTEND:20261025T020000Z"), []string{"1025T0030-1025T0200"}},
		"years":                                {event("DTSTART:20250101T000000Z", "DTEND:20300101T000000Z"), []string{"0101T0000-0101T0000"}},
		"folded, with a long property beside":  {event("DESCRIPTION:"+strings.Repeat("x", 1<<20)+"\r\n "+strings.Repeat("y", 1<<20), "DTSTART:2026070\r\n 1T090000Z", "DURATION:PT1H"), []string{"0701T0900-0701T1000"}},
		"a newer part":                         {ics("BEGIN:VEVENT", "UID:u", "SEQUENCE:2", "DTSTART:20260701T090000Z", "DURATION:PT1H", "END:VEVENT", "BEGIN:VEVENT", "UID:u", "SEQUENCE:1", "DTSTART:20260702T090000Z", "DURATION:PT1H", "END:VEVENT"), []string{"0701T0900-0701T1000"}},
		"a bad event beside a good one":        {ics("BEGIN:VEVENT", "UID:a", "DTSTART;TZID=Europe/Athens", "END:VEVENT", "BEGIN:VEVENT", "UID:b", "DTSTART:20260702T090000Z", "DURATION:PT1H", "END:VEVENT"), []string{"0702T0900-0702T1000", "fault true: its DTSTART is malformed or too long", "fault true: it has no DTSTART"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, expanded(t, c.text, year)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// hostile are texts that others have been brought down with.
func hostile() map[string][]byte {
	flood := func(n int, line string) string { return strings.Repeat(line, n) }
	return map[string][]byte{
		"nothing":                nil,
		"HTML":                   []byte("<!DOCTYPE html><html><body>Sign in</body></html>"),
		"a nest":                 []byte("BEGIN:VCALENDAR\r\n" + flood(3_000_000, "BEGIN:A\r\n")),
		"cut off":                ics("BEGIN:VEVENT", "UID:u")[:60],
		"cut off in an event":    []byte("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260701T090000Z"),
		"cut off after one":      []byte("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20260701T090000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\n"),
		"an end too many":        ics("END:VEVENT"),
		"crossed":                ics("BEGIN:VEVENT", "BEGIN:VALARM", "END:VEVENT", "END:VALARM"),
		"too many events":        ics(flood(foreign.MaxEvents+1, "BEGIN:VEVENT\r\nEND:VEVENT\r\n")),
		"too large":              append(ics(), make([]byte, foreign.MaxBytes)...),
		"NULs":                   make([]byte, 1000),
		"a zone with many rules": ics("BEGIN:VTIMEZONE", flood(1000, "BEGIN:STANDARD\r\nEND:STANDARD\r\n"), "END:VTIMEZONE"),
	}
}

func TestHostileCalendarsAreRefused(t *testing.T) {
	t.Parallel()
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begun := time.Now()
			if _, err := foreign.Read(text); err == nil {
				t.Error("taken")
			} else if len(err.Error()) > 200 {
				t.Errorf("a long error: %v", err)
			}
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestHostileEventsTakeNoTime: whatever an event is made of, it is read within a moment, and the good one beside it counts.
func TestHostileEventsTakeNoTime(t *testing.T) {
	t.Parallel()
	dates := strings.TrimSuffix(strings.Repeat("20260101T000000Z,", 100_000), ",")
	for name, lines := range map[string][]string{
		"a line of 10 MB":      {"DTSTART:" + strings.Repeat("9", 10<<20), "DURATION:PT1H"},
		"a parameter of 10 MB": {"DTSTART;X=" + strings.Repeat("a", 10<<20) + ":20260101T000000Z"},
		"a summary with NULs":  {"SUMMARY:a\x00b\u202e", "DTSTART:20270101T000000Z", "DURATION:PT1H"},
		"dates":                {"DTSTART:20260101T000000Z", "DURATION:PT1H", "RDATE:" + dates},
		"exceptions":           {"DTSTART:20260101T000000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY", "EXDATE:" + dates},
		"never":                {"DTSTART:20260101T000000Z", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31"},
		"loops":                {"DTSTART:20260101T000000Z", "DURATION:PT1H", "RRULE:FREQ=MINUTELY;INTERVAL=1440;BYHOUR=5"},
		"panics":               {"DTSTART:20260101T000000Z", "DURATION:PT1H", "RRULE:FREQ=YEARLY;BYEASTER=400"},
		"rules":                {"DTSTART:20260101T000000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY", "RRULE:FREQ=DAILY"},
		"a long length":        {"DTSTART:20260101T000000Z", "DURATION:P99999D", "RRULE:FREQ=DAILY"},
		"an age":               {"DTSTART:00010101T000000Z", "DTEND:99991231T000000Z"},
		"a text after a quote": {`DTSTART;TZID="a"b:20260101T000000Z`},
		"no value":             {"DTSTART", "RRULE:", "EXDATE:,,,,", "DURATION:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begun := time.Now()
			text := ics("BEGIN:VEVENT", "UID:good", "SUMMARY:good", "DTSTART:20260702T090000Z", "DURATION:PT1H", "END:VEVENT", "BEGIN:VEVENT", "UID:bad", strings.Join(lines, "\r\n"), "END:VEVENT")
			if got := expanded(t, text, year); !slices.Contains(got, "0702T0900-0702T1000 good") {
				t.Errorf("%.300v", got)
			}
			if took := time.Since(begun); took > 3*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func TestTooManyTimesAreRefused(t *testing.T) {
	t.Parallel()
	c, err := foreign.Read(event("DTSTART;TZID=Asia/Tokyo:20260101T000000", "DURATION:PT1H", "RRULE:FREQ=DAILY"))
	if err != nil {
		t.Fatal(err)
	}
	if list, _, err := c.Occasions(dublin, year, 366, nil); err != nil || len(list) < 365 {
		t.Errorf("%d, %v", len(list), err)
	}
	if _, _, err := c.Occasions(dublin, year, 364, nil); err == nil {
		t.Error("taken")
	}
}

func TestOnesOwnEventsArePassedOver(t *testing.T) {
	t.Parallel()
	c, err := foreign.Read(ics("BEGIN:VEVENT", "UID:a", "X-BERTH-INSTANCE:me", "DTSTART:20260702T090000Z", "DURATION:PT1H", "END:VEVENT", "BEGIN:VEVENT", "UID:b", "DTSTART:20260702T090000Z", "DURATION:PT1H", "CATEGORIES:Lab,Big\\, red", "END:VEVENT"))
	if err != nil {
		t.Fatal(err)
	}
	own := func(_, mark string) bool { return mark == "me" }
	list, _, err := c.Occasions(dublin, year, 10, own)
	if err != nil || len(list) != 1 || list[0].UID != "b" || !slices.Equal(list[0].Categories, []string{"Lab", "Big, red"}) || !slices.Equal(c.UIDs(own), []string{"b"}) {
		t.Errorf("%+v, %v", list, err)
	}
}

// TestZonesThatACalendarDescribes: a VTIMEZONE written out of a zone, transition by transition, is that zone.
func TestZonesThatACalendarDescribes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := zone(rapid.SampledFrom([]string{"Europe/Dublin", "Africa/Casablanca", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Tehran", "Africa/Cairo", "Asia/Tokyo"}).Draw(t, "zone"))
		lines := []string{"BEGIN:VTIMEZONE", "TZID:Ours"}
		offset := func(s int) string {
			sign := "+"
			if s < 0 {
				sign, s = "-", -s
			}
			return fmt.Sprintf("%s%02d%02d", sign, s/3600, s/60%60)
		}
		instant := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
		_, before := instant.In(at).Zone()
		lines = append(lines, "BEGIN:STANDARD", "DTSTART:20000101T000000", "TZOFFSETFROM:"+offset(before), "TZOFFSETTO:"+offset(before), "END:STANDARD")
		for instant.Before(year.End) {
			_, end := instant.In(at).ZoneBounds()
			if end.IsZero() {
				break
			}
			_, before := end.Add(-time.Second).In(at).Zone()
			_, after := end.In(at).Zone()
			lines = append(lines, "BEGIN:DAYLIGHT", "DTSTART:"+end.UTC().Add(time.Duration(before)*time.Second).Format("20060102T150405"), "TZOFFSETFROM:"+offset(before), "TZOFFSETTO:"+offset(after), "END:DAYLIGHT")
			instant = end
		}
		wall := year.Start.Add(time.Duration(rapid.IntRange(24, 364*24).Draw(t, "hour")) * time.Hour)
		text := ics(strings.Join(append(lines, "END:VTIMEZONE"), "\r\n"), "BEGIN:VEVENT", "UID:u", "DTSTART;TZID=Ours:"+wall.Format("20060102T150405"), "DURATION:PT1H", "END:VEVENT")
		start := wallclock.Instant(wall, at)
		// In Dublin's own repeated hour a closure begins early.
		shown := wallclock.Instant(wallclock.Floating(start.In(dublin)), dublin)
		want := []string{shown.UTC().Format("0102T1504") + "-" + start.Add(time.Hour).UTC().Format("0102T1504")}
		if diff := cmp.Diff(want, expanded(t, text, year)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", at, diff)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add(ics(custom, "BEGIN:VEVENT", "UID:u", "DTSTART;TZID=Ours:20260701T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=MO", "EXDATE:20260701T090000Z", "END:VEVENT"))
	f.Add(event(`DTSTART;TZID="a":20260701T090000`, "RECURRENCE-ID:20260701", "RDATE:20260101/P1D"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := foreign.Read(text)
		if err != nil {
			return
		}
		list, _, err := c.Occasions(dublin, year, 1000, nil)
		if err != nil {
			return
		}
		bed := testbeds.Testbed{ID: "t", Name: "T", Timezone: "Europe/Dublin"}
		for _, o := range list {
			bed.Closures = append(bed.Closures, o.Closure)
		}
		if len(bed.Closures) > 500 {
			bed.Closures = bed.Closures[:500]
		}
		if faults := (testbeds.Facility{Testbeds: []testbeds.Testbed{bed}}).Validate(); len(faults) > 0 {
			t.Errorf("closures that the facility refuses: %v", faults)
		}
	})
}
