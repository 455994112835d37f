package dav_test

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	iosAsk = `<?xml version="1.0" encoding="UTF-8"?><A:propfind xmlns:A="DAV:"><A:prop><A:current-user-principal/><A:principal-URL/><A:resourcetype/></A:prop></A:propfind>`

	iosPrincipal = `<A:propfind xmlns:A="DAV:" xmlns:B="urn:ietf:params:xml:ns:caldav" xmlns:C="http://calendarserver.org/ns/"><A:prop><B:calendar-home-set/>` +
		`<B:calendar-user-address-set/><A:current-user-principal/><A:displayname/><C:dropbox-home-URL/><C:email-address-set/><B:max-attendees-per-instance/>` +
		`<C:notification-URL/><A:principal-collection-set/><A:principal-URL/><A:resource-id/><B:schedule-inbox-URL/><B:schedule-outbox-URL/><A:supported-report-set/></A:prop></A:propfind>`

	iosHome = `<A:propfind xmlns:A="DAV:" xmlns:CS="http://calendarserver.org/ns/" xmlns:ICAL="http://apple.com/ns/ical/" xmlns:CAL="urn:ietf:params:xml:ns:caldav" xmlns:ME="http://me.com/_namespace/"><A:prop>` +
		`<A:add-member/><CS:allowed-sharing-modes/><ICAL:autoprovisioned/><ME:bulk-requests/><CAL:calendar-alarm/><ICAL:calendar-color/><CAL:calendar-description/>` +
		`<CAL:calendar-free-busy-set/><ICAL:calendar-order/><CAL:calendar-timezone/><A:current-user-privilege-set/><CAL:default-alarm-vevent-date/>` +
		`<CAL:default-alarm-vevent-datetime/><A:displayname/><CS:getctag/><CS:invite/><ICAL:language-code/><ICAL:location-code/><A:owner/><CS:pre-publish-url/>` +
		`<CS:publish-url/><CS:push-transports/><CS:pushkey/><A:quota-available-bytes/><A:quota-used-bytes/><ICAL:refreshrate/><A:resource-id/><A:resourcetype/>` +
		`<CAL:schedule-calendar-transp/><CAL:schedule-default-calendar-URL/><CS:source/><CS:subscribed-strip-alarms/><CS:subscribed-strip-attachments/>` +
		`<CS:subscribed-strip-todos/><CAL:supported-calendar-component-set/><CAL:supported-calendar-component-sets/><A:supported-report-set/><A:sync-token/></A:prop></A:propfind>`

	thunderbirdTyped = `<D:propfind xmlns:D="DAV:" xmlns:CS="http://calendarserver.org/ns/" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="http://apple.com/ns/ical/"><D:prop>` +
		`<D:resourcetype/><D:owner/><D:displayname/><D:current-user-principal/><D:current-user-privilege-set/><A:calendar-color/><C:calendar-home-set/></D:prop></D:propfind>`
	thunderbirdHome = `<D:propfind xmlns:D="DAV:" xmlns:A="http://apple.com/ns/ical/"><D:prop><D:resourcetype/><D:displayname/><D:current-user-privilege-set/><A:calendar-color/></D:prop></D:propfind>`
	thunderbirdOpen = `<D:propfind xmlns:D="DAV:" xmlns:CS="http://calendarserver.org/ns/" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:resourcetype/><D:owner/>` +
		`<D:current-user-principal/><D:current-user-privilege-set/><D:supported-report-set/><C:supported-calendar-component-set/><CS:getctag/></D:prop></D:propfind>`
	thunderbirdSync  = `<sync-collection xmlns="DAV:"><sync-token/><sync-level>1</sync-level><prop><getcontenttype/><getetag/></prop></sync-collection>`
	thunderbirdPlain = `<D:propfind xmlns:D="DAV:"><D:prop><D:getcontenttype/><D:resourcetype/><D:getetag/></D:prop></D:propfind>`

	davx5Find = `<propfind xmlns="DAV:" xmlns:CAL="urn:ietf:params:xml:ns:caldav" xmlns:ICAL="http://apple.com/ns/ical/"><prop><resourcetype/><displayname/><current-user-principal/>` +
		`<current-user-privilege-set/><CAL:calendar-home-set/><CAL:supported-calendar-component-set/><ICAL:calendar-color/><CAL:calendar-description/><CAL:calendar-timezone/></prop></propfind>`
	davx5Principal = `<propfind xmlns="DAV:" xmlns:CAL="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"><prop><displayname/><group-membership/><resourcetype/>` +
		`<CAL:calendar-home-set/><CS:calendar-proxy-read-for/><CS:calendar-proxy-write-for/></prop></propfind>`
	davx5Open  = `<propfind xmlns="DAV:" xmlns:CS="http://calendarserver.org/ns/" xmlns:CAL="urn:ietf:params:xml:ns:caldav"><prop><supported-report-set/><sync-token/><CS:getctag/><CAL:max-resource-size/></prop></propfind>`
	davx5Query = `<CAL:calendar-query xmlns="DAV:" xmlns:CAL="urn:ietf:params:xml:ns:caldav"><prop><getetag/></prop><CAL:filter><CAL:comp-filter name="VCALENDAR">` +
		`<CAL:comp-filter name="VEVENT"><CAL:time-range start="20260824T000000Z"/></CAL:comp-filter></CAL:comp-filter></CAL:filter></CAL:calendar-query>`

	edsFind = `<propfind xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><resourcetype/><current-user-principal/><principal-URL/><C:calendar-home-set/><C:calendar-user-address-set/></prop></propfind>`
	edsHome = `<propfind xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/" xmlns:IC="http://apple.com/ns/ical/"><prop><resourcetype/><CS:source/>` +
		`<C:supported-calendar-component-set/><displayname/><getetag/><CS:getctag/><IC:calendar-color/><IC:calendar-order/><C:calendar-description/></prop></propfind>`
	edsSync  = `<sync-collection xmlns="DAV:"><sync-token/><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>`
	edsQuery = `<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data><C:comp name="VCALENDAR"><C:comp name="VEVENT">` +
		`<C:prop name="UID"/></C:comp></C:comp></C:calendar-data></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter></C:calendar-query>`
)

// TestDiscovery replays the calls of clients when an account is added and a calendar is opened for the first time, and compares the
// answers with golden files (go test ./internal/dav -run Discovery -update).
func TestDiscovery(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.submit("eva", "north/a", 4, hours(24, 4))
	apple := []string{"Brief", "t", "Prefer", "return=minimal"}
	mine := home("eva", "mine")
	for _, tt := range []struct {
		name, method, path, depth, body string
		headers                         []string
	}{
		{"ios-1-well-known", "PROPFIND", "/.well-known/caldav", "0", iosAsk, apple},
		{"ios-2-root", "PROPFIND", "/dav/", "0", iosAsk, apple},
		{"ios-3-options", "OPTIONS", "/dav/principals/eva/", "", "", nil},
		{"ios-4-principal", "PROPFIND", "/dav/principals/eva/", "0", iosPrincipal, apple},
		{"ios-5-home", "PROPFIND", "/dav/calendars/eva/", "1", iosHome, apple},
		{"ios-6-home-in-full", "PROPFIND", "/dav/calendars/eva/", "1", iosHome, nil},
		{"thunderbird-1-root", "PROPFIND", "/", "0", thunderbirdTyped, nil},
		{"thunderbird-2-home", "PROPFIND", "/dav/calendars/eva/", "1", thunderbirdHome, nil},
		{"thunderbird-3-calendar", "PROPFIND", mine, "0", thunderbirdOpen, nil},
		{"thunderbird-4-options", "OPTIONS", "/dav/calendars/eva/", "", "", nil},
		{"thunderbird-5-sync", "REPORT", mine, "1", thunderbirdSync, nil},
		{"thunderbird-6-without-sync", "PROPFIND", mine, "1", thunderbirdPlain, nil},
		{"davx5-1-find", "PROPFIND", "/dav/", "0", davx5Find, nil},
		{"davx5-2-options", "OPTIONS", "/dav/principals/eva/", "", "", nil},
		{"davx5-3-principal", "PROPFIND", "/dav/principals/eva/", "0", davx5Principal, nil},
		{"davx5-4-calendar", "PROPFIND", mine, "0", davx5Open, nil},
		{"davx5-5-query", "REPORT", mine, "1", davx5Query, nil},
		{"eds-1-find", "PROPFIND", "/dav/", "0", edsFind, nil},
		{"eds-2-home", "PROPFIND", "/dav/calendars/eva/", "1", edsHome, nil},
		{"eds-3-options", "OPTIONS", mine, "", "", nil},
		{"eds-4-sync", "REPORT", mine, "0", edsSync, nil},
		{"eds-5-query", "REPORT", mine, "0", edsQuery, nil},
		{"goa-options", "OPTIONS", "/", "", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			headers := append([]string{"Content-Type", "application/xml; charset=utf-8"}, tt.headers...)
			if tt.depth != "" {
				headers = append(headers, "Depth", tt.depth)
			}
			golden(t, tt.name, h.send("eva", tt.method, tt.path, tt.body, headers...))
		})
	}
}

// volatile matches values that differ from run to run: ids of requests and databases, digests.
var volatile = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|&quot;[0-9a-f]{16}|"[0-9a-f]{16}"|sync:[0-9a-f]{12}|VERSION:[0-9a-f]{16}`)

func golden(t *testing.T, name string, r reply) {
	t.Helper()
	var b strings.Builder
	b.WriteString(http.StatusText(r.status) + "\n")
	for _, header := range []string{"Allow", "Content-Type", "DAV", "Location"} {
		if v := r.header.Get(header); v != "" {
			b.WriteString(header + ": " + v + "\n")
		}
	}
	b.WriteString("\n" + strings.NewReplacer("><D:response", ">\n<D:response", "><D:propstat", ">\n<D:propstat", "></D:multistatus", ">\n</D:multistatus").Replace(r.body))
	got := volatile.ReplaceAllString(b.String(), "…")
	file := filepath.Join("testdata", "discovery", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func TestNobodyIsTurnedAwayWithA403(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, path := range []string{"/dav/", "/dav/principals/eva/", "/dav/calendars/eva/", "/dav/calendars/eva/mine/", "/dav/nothing/", "/dav/calendars/erik/"} {
		for _, method := range []string{"OPTIONS", "PROPFIND", "REPORT", "GET", "PUT", "DELETE", "PROPPATCH", "MKCALENDAR"} {
			res := h.send("", method, path, "").want(t, http.StatusUnauthorized)
			if !strings.HasPrefix(res.header.Get("WWW-Authenticate"), "Basic realm=") {
				t.Errorf("%s %s is asked %q", method, path, res.header.Get("WWW-Authenticate"))
			}
		}
	}
	for _, path := range []string{"/dav/x", "/dav/principals/erik/", "/dav/calendars/erik/", "/dav/calendars/erik/mine/", "/dav/calendars/eva/operations/", "/dav/calendars/eva/testbed-none/",
		"/dav/calendars/eva/mine/none.ics", "/dav/calendars/eva/mine/none", "/dav/calendars/eva/mine/a/b"} {
		h.send("eva", "PROPFIND", path, "", "Depth", "0").want(t, http.StatusNotFound)
	}
	h.send("eva", "PROPFIND", "/dav/calendars/eva", "", "Depth", "0").want(t, http.StatusMultiStatus) // without the final slash
	if res := h.send("eva", "PROPFIND", "/dav/", "").want(t, http.StatusForbidden); !strings.Contains(res.body, "propfind-finite-depth") {
		t.Errorf("depth infinity is answered %s", res.body)
	}
	if res := h.send("eva", "REPORT", "/dav/principals/eva/", `<principal-property-search xmlns="DAV:"/>`).want(t, http.StatusForbidden); !strings.Contains(res.body, "supported-report") {
		t.Errorf("an unknown report is answered %s", res.body)
	}
}

func TestDisplayPropertiesArePerPerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const set = `<A:propertyupdate xmlns:A="DAV:" xmlns:I="http://apple.com/ns/ical/" xmlns:C="urn:ietf:params:xml:ns:caldav"><A:set><A:prop><A:displayname>Ops &lt;mine&gt;</A:displayname>` +
		`<I:calendar-color>#FF0000FF</I:calendar-color><I:calendar-order>7</I:calendar-order><C:default-alarm-vevent-date>BEGIN:VALARM</C:default-alarm-vevent-date>` +
		`<C:schedule-calendar-transp><C:transparent/></C:schedule-calendar-transp></A:prop></A:set></A:propertyupdate>`
	const ask = `<A:propfind xmlns:A="DAV:" xmlns:I="http://apple.com/ns/ical/"><A:prop><A:displayname/><I:calendar-color/><I:calendar-order/></A:prop></A:propfind>`
	res := h.send("oskar", "PROPPATCH", home("oskar", "operations"), set).want(t, http.StatusMultiStatus)
	if strings.Contains(res.body, "403") || !strings.Contains(res.body, "200 OK") {
		t.Errorf("answered %s", res.body)
	}
	res = h.send("oskar", "PROPFIND", home("oskar", "operations"), ask, "Depth", "0")
	for _, want := range []string{"<D:displayname>Ops &lt;mine&gt;</D:displayname>", "<A:calendar-color>#FF0000FF</A:calendar-color>", "<A:calendar-order>7</A:calendar-order>"} {
		if !strings.Contains(res.body, want) {
			t.Errorf("answered %s, want %s", res.body, want)
		}
	}
	if res := h.send("oskar", "PROPFIND", "/dav/calendars/oskar/", ask, "Depth", "1"); !strings.Contains(res.body, "Ops &lt;mine&gt;") {
		t.Errorf("the home says %s", res.body)
	}
	if res := h.send("adele", "PROPFIND", home("adele", "operations"), ask, "Depth", "0"); !strings.Contains(res.body, "<D:displayname>Operations</D:displayname>") {
		t.Errorf("others see %s", res.body)
	}
	const wrong = `<A:propertyupdate xmlns:A="DAV:"><A:set><A:prop><A:displayname>x</A:displayname><A:getetag>1</A:getetag></A:prop></A:set></A:propertyupdate>`
	res = h.send("oskar", "PROPPATCH", home("oskar", "operations"), wrong).want(t, http.StatusMultiStatus)
	if !strings.Contains(res.body, "cannot-modify-protected-property") || !strings.Contains(res.body, "424") {
		t.Errorf("answered %s", res.body)
	}
	const remove = `<A:propertyupdate xmlns:A="DAV:"><A:remove><A:prop><A:displayname/></A:prop></A:remove></A:propertyupdate>`
	h.send("oskar", "PROPPATCH", home("oskar", "operations"), remove).want(t, http.StatusMultiStatus)
	if res := h.send("oskar", "PROPFIND", home("oskar", "operations"), ask, "Depth", "0"); !strings.Contains(res.body, "<D:displayname>Operations</D:displayname>") {
		t.Errorf("after removal it says %s", res.body)
	}
	var many strings.Builder
	for i := range 60 {
		many.WriteString("<p" + strings.Repeat("x", i) + " xmlns='urn:x'>1</p" + strings.Repeat("x", i) + ">")
	}
	h.send("oskar", "PROPPATCH", home("oskar", "operations"), `<A:propertyupdate xmlns:A="DAV:"><A:set><A:prop>`+many.String()+`</A:prop></A:set></A:propertyupdate>`).want(t, http.StatusForbidden)
}
