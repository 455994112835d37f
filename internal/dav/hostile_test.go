package dav_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestHostileBodies sends bodies that killed or stalled other servers: nests, long parameters, malformed lines. Every answer must blame
// the client; a panic would be a 500, an overflow the end of the test.
func TestHostileBodies(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submit("eva", "north/a", 1, hours(24, 2))
	event := func(line string) string {
		return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:" + r.ID + "@berth\r\n" + line + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	}
	mine, object := home("eva", "mine"), h.href("eva", "mine", r)
	tests := []struct{ name, method, path, body string }{
		{"two and a half million nested elements", "PROPFIND", mine, strings.Repeat("<a>", 2_500_000)},
		{"nested within the limit of bytes", "PROPFIND", mine, strings.Repeat("<a>", 80_000)},
		{"nested and well-formed", "REPORT", mine, strings.Repeat("<a>", 40) + strings.Repeat("</a>", 40)},
		{"many elements", "REPORT", mine, "<a>" + strings.Repeat("<b/>", 30_000) + "</a>"},
		{"many attributes", "REPORT", mine, "<a" + strings.Repeat(` b="c"`, 20_000) + "/>"},
		{"entities that grow", "PROPFIND", mine, `<!DOCTYPE a [<!ENTITY b "cccccccccc"><!ENTITY d "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&d;&d;&d;</a>`},
		{"an entity from a file", "PROPFIND", mine, `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><propfind xmlns="DAV:"><prop><x>&b;</x></prop></propfind>`},
		{"another encoding", "PROPFIND", mine, `<?xml version="1.0" encoding="utf-16"?><propfind xmlns="DAV:"/>`},
		{"two roots", "PROPFIND", mine, `<propfind xmlns="DAV:"><allprop/></propfind><propfind xmlns="DAV:"><allprop/></propfind>`},
		{"cut off", "REPORT", mine, `<calendar-query xmlns="urn:ietf:params:xml:ns:caldav"><filter>`},
		{"comp-filters nested", "REPORT", mine, queryBody(strings.Repeat(`<C:comp-filter name="VCALENDAR">`, 5000) + strings.Repeat(`</C:comp-filter>`, 5000))},
		{"nothing at all", "REPORT", mine, ""},
		{"control characters", "PROPFIND", mine, "<a>\x00\x01</a>"},
		{"invalid UTF-8", "PROPFIND", mine, "<a>\xff\xfe</a>"},
		{"three million BEGIN", "PUT", object, strings.Repeat("BEGIN:A\r\n", 3_000_000)},
		{"nested within the limit", "PUT", object, strings.Repeat("BEGIN:A\r\n", 7000)},
		{"a parameter without an end", "PUT", object, event("DTSTART;TZID=Europe/Athens")},
		{"text after a quote", "PUT", object, event(`X;A="b"c:d`)},
		{"a long parameter", "PUT", object, event("X;A=" + strings.Repeat("b", 60_000) + ":c")},
		{"a long folded parameter", "PUT", object, event("X;A=" + strings.Repeat("b\r\n ", 15_000) + ":c")},
		{"an endless rule", "PUT", object, event("DTSTART:20261124T090000Z\r\nDTEND:20261124T100000Z\r\nRRULE:FREQ=SECONDLY;INTERVAL=2;BYSECOND=1")},
		{"a time far off", "PUT", object, event("DTSTART:99991231T235959Z\r\nDTEND:99991231T235959Z")},
		{"a duration that overflows", "PUT", object, event("DTSTART:20261124T090000Z\r\nDURATION:P99999999999999999D")},
		{"an unknown zone", "PUT", object, event("DTSTART;TZID=../../etc/passwd:20261124T090000\r\nDTEND:20261124T100000Z")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			res := h.send("eva", tt.method, tt.path, tt.body, "Depth", "0", "Content-Type", map[bool]string{true: "text/calendar", false: "application/xml"}[tt.method == "PUT"])
			if res.status != http.StatusBadRequest && res.status != http.StatusForbidden && res.status != http.StatusRequestEntityTooLarge {
				t.Errorf("answered %d %.300s", res.status, res.body)
			}
		})
	}
}

func TestHostileNamesDoNotBreakTheAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, name := range []string{`<x xmlns="urn:&quot;&lt;y>"/>`, `<x xmlns="DAV:"/>`, `<d:x xmlns:d='a"b'/>`, `<calendar-data xmlns="urn:ietf:params:xml:ns:caldav"/>`, `<ελληνικά xmlns="urn:x"/>`} {
		body := `<D:propfind xmlns:D="DAV:"><D:prop>` + name + `<D:displayname/></D:prop></D:propfind>`
		for _, path := range []string{"/dav/", home("eva", "mine"), home("eva", "testbed-north")} {
			m := h.send("eva", "PROPFIND", path, body, "Depth", "0").parts(t)
			if len(m.Responses) != 1 || m.Responses[0].Propstats[0].Prop.Name == "" {
				t.Errorf("%s: %+v", name, m)
			}
		}
	}
}
