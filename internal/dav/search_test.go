package dav

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestTheIndexAnswersForTasksAndUIDs searches among objects with unreadable texts: a search in the text finds nothing, so every result
// comes from the index. Searching a thousand texts takes a hundred thousand allocations.
func TestTheIndexAnswersForTasksAndUIDs(t *testing.T) {
	t.Parallel()
	store := filled(1000)
	for i := range store.changes.Objects {
		store.changes.Objects[i].Full = "unreadable"
	}
	h := New(nil, operator{}, store, Options{Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return benchStart }, URL: "https://berth.example"})
	ask := func(filter string) string {
		r := httptest.NewRequest("REPORT", "/dav/calendars/oskar/deployments/", strings.NewReader(`<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/></D:prop>`+
			`<C:filter><C:comp-filter name="VCALENDAR">`+filter+`</C:comp-filter></C:filter></C:calendar-query>`))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		b, err := io.ReadAll(w.Result().Body)
		if err != nil || w.Code != http.StatusMultiStatus {
			t.Fatalf("%s is answered %d, %v: %s", filter, w.Code, err, b)
		}
		return string(b)
	}
	event := func(within string) string { return `<C:comp-filter name="VEVENT">` + within + `</C:comp-filter>` }
	uid := func(attributes, text string) string {
		return event(`<C:prop-filter name="UID"><C:text-match ` + attributes + `>` + text + `</C:text-match></C:prop-filter>`)
	}
	const whole = "00000000-0000-4000-8000-000000000500@berth"
	for _, tt := range []struct {
		name, filter string
		want         int
	}{
		{"tasks", `<C:comp-filter name="VTODO"/>`, 0},
		{"tasks that are not done", `<C:comp-filter name="VTODO"><C:prop-filter name="COMPLETED"><C:is-not-defined/></C:prop-filter></C:comp-filter>`, 0},
		{"tasks beside events", event("") + `<C:comp-filter name="VTODO"/>`, 0},
		{"no tasks", `<C:comp-filter name="VTODO"><C:is-not-defined/></C:comp-filter>`, 1000},
		{"journals", `<C:comp-filter name="VJOURNAL"/>`, 0},
		{"alarms", event(`<C:comp-filter name="VALARM"/>`), 0},
		{"no alarms", event(`<C:comp-filter name="VALARM"><C:is-not-defined/></C:comp-filter>`), 1000},
		{"a whole UID", uid("", whole), 1},
		{"a whole UID in capitals", uid("", strings.ToUpper(whole)), 1},
		{"a whole UID, by octet", uid(`collation="i;octet"`, whole), 1},
		{"a whole UID in capitals, by octet", uid(`collation="i;octet"`, strings.ToUpper(whole)), 0},
		{"a UID that there is not", uid("", "00000000-0000-4000-8000-000000001500@berth"), 0},
		{"a part of UIDs", uid("", "8000-0000000005"), 100},
		{"all but one", uid(`negate-condition="yes"`, whole), 999},
		{"a UID, whichever", event(`<C:prop-filter name="UID"/>`), 1000},
		{"a UID at its time", strings.Replace(uid("", whole), `<C:prop-filter`, `<C:time-range start="20260121T200000Z" end="20260121T210000Z"/><C:prop-filter`, 1), 1},
		{"a UID at another time", strings.Replace(uid("", whole), `<C:prop-filter`, `<C:time-range start="20260221T200000Z"/><C:prop-filter`, 1), 0},
		{"no calendar", `<C:is-not-defined/>`, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if n := strings.Count(ask(tt.filter), "<D:response>"); n != tt.want {
				t.Errorf("%d objects are found, want %d", n, tt.want)
			}
		})
	}
}

// TestTasksAndUIDsAreFoundWithoutReading counts allocations: reading one text takes more than a hundred.
func TestTasksAndUIDsAreFoundWithoutReading(t *testing.T) { // allocations cannot be counted beside other tests
	h := New(nil, operator{}, filled(1000), Options{Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return benchStart }})
	for _, filter := range []string{`<C:comp-filter name="VTODO"/>`, `<C:comp-filter name="VEVENT"><C:prop-filter name="UID"><C:text-match>-000000000500@</C:text-match></C:prop-filter></C:comp-filter>`} {
		ask := func() {
			r := httptest.NewRequest("REPORT", "/dav/calendars/oskar/deployments/", strings.NewReader(`<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">`+
				`<C:filter><C:comp-filter name="VCALENDAR">`+filter+`</C:comp-filter></C:filter></C:calendar-query>`))
			h.ServeHTTP(&discard{header: http.Header{}}, r)
		}
		if n := testing.AllocsPerRun(1, ask); n > 5000 {
			t.Errorf("%s takes %v allocations", filter, n)
		}
	}
}
