package calendar

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func object(lines ...string) []byte {
	return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VCALENDAR\r\n")
}

func event(lines ...string) []byte {
	return object(append(append([]string{"BEGIN:VEVENT", "UID:u@h", "DTSTAMP:20260101T000000Z"}, lines...), "END:VEVENT")...)
}

func read(b []byte) (Moved, error) {
	cal, err := Decode(b)
	if err != nil {
		return Moved{}, err
	}
	return ReadMoved(cal)
}

func TestReadMovedTakesTheTimesOnly(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	want := Moved{UID: "u@h", Start: at, End: at.Add(2 * time.Hour)}
	for name, in := range map[string][]byte{
		"UTC":                        event("DTSTART:20261201T090000Z", "DTEND:20261201T110000Z", "SUMMARY:mine now"),
		"a zone":                     event("DTSTART;TZID=Europe/Madrid:20261201T100000", "DTEND;TZID=Europe/Madrid:20261201T120000"),
		"Evolution's name of a zone": event("DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Madrid:20261201T100000", "DTEND;TZID=/freeassociation.sourceforge.net/Europe/Madrid:20261201T120000"),
		"a zone that says where it is": object("BEGIN:VTIMEZONE", "TZID:Mine", "X-LIC-LOCATION:Europe/Madrid", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0100",
			"TZOFFSETTO:+0100", "END:STANDARD", "END:VTIMEZONE", "BEGIN:VEVENT", "UID:u@h", "DTSTART;TZID=Mine:20261201T100000", "DTEND;TZID=Mine:20261201T120000", "END:VEVENT"),
		"a duration":             event("DTSTART:20261201T090000Z", "DURATION:PT2H"),
		"what it wrote itself":   []byte(WithAlarms(strings.Replace(render(Event{Name: "u", Start: want.Start, End: want.End, Status: Confirmed}), "UID:u@berth", "UID:u@h", 1), []time.Duration{time.Hour})),
		"an alarm and a comment": event("DTSTART:20261201T090000Z", "DTEND:20261201T110000Z", "COMMENT:x", "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT5M", "END:VALARM"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := read(in)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestReadMovedRefuses(t *testing.T) {
	t.Parallel()
	for name, in := range map[string][]byte{
		"nothing":                 nil,
		"two events":              object("BEGIN:VEVENT", "UID:a", "DTSTART:20261201T090000Z", "DTEND:20261201T100000Z", "END:VEVENT", "BEGIN:VEVENT", "UID:b", "DTSTART:20261201T090000Z", "DTEND:20261201T100000Z", "END:VEVENT"),
		"a task":                  object("BEGIN:VTODO", "UID:a", "END:VTODO"),
		"no UID":                  object("BEGIN:VEVENT", "DTSTART:20261201T090000Z", "DTEND:20261201T100000Z", "END:VEVENT"),
		"no end":                  event("DTSTART:20261201T090000Z"),
		"a repeated one":          event("DTSTART:20261201T090000Z", "DTEND:20261201T100000Z", "RRULE:FREQ=SECONDLY"),
		"a whole day":             event("DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261202"),
		"a time without a zone":   event("DTSTART:20261201T090000", "DTEND:20261201T100000"),
		"the server's zone":       event("DTSTART;TZID=Local:20261201T090000", "DTEND;TZID=Local:20261201T100000"),
		"a zone that is a file":   event("DTSTART;TZID=../../etc/passwd:20261201T090000", "DTEND:20261201T100000Z"),
		"a length below nothing":  event("DTSTART:20261201T090000Z", "DURATION:-PT1H"),
		"an unknown zone":         event("DTSTART;TZID=Nowhere/Land:20261201T090000", "DTEND:20261201T100000Z"),
		"a parameter with no end": event("DTSTART;TZID=Europe/Athens"),
		"text after a quote":      event(`X;A="b"c:d`),
		"a nest":                  []byte(strings.Repeat("BEGIN:A\r\n", 100_000)),
		"a long line":             event("DTSTART;X=" + strings.Repeat("a", 20_000) + ":20261201T090000Z"),
		"a long folded line":      event("DTSTART;X=" + strings.Repeat("a\r\n ", 20_000) + ":20261201T090000Z"),
		"a large object":          event("DESCRIPTION:" + strings.Repeat("a\r\nX-B:c\r\n", 10_000)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := read(in); err == nil {
				t.Errorf("taken as %+v", got)
			}
		})
	}
}

func FuzzReadMoved(f *testing.F) {
	f.Add(event("DTSTART:20261201T090000Z", "DTEND:20261201T110000Z"))
	f.Add(event(`X;A="b"c:d`))
	f.Fuzz(func(t *testing.T, in []byte) {
		m, err := read(in)
		if err == nil && (m.UID == "" || m.Start.IsZero() && m.End.IsZero()) {
			t.Errorf("took %+v", m)
		}
	})
}
