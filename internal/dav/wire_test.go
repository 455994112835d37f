package dav_test

import (
	"net/http"
	"strings"
	"testing"

	"berth/calendar"
)

func TestDiscoveryWithASlash(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, path := range []string{"/.well-known/caldav", "/.well-known/caldav/"} {
		if res := h.send("", "PROPFIND", path, "").want(t, http.StatusMovedPermanently); res.header.Get("Location") != "/dav/" {
			t.Errorf("%s leads to %s", path, res.header.Get("Location"))
		}
	}
	h.send("", "PROPFIND", "/.well-known/caldav/x", "").want(t, http.StatusUnauthorized)
}

// TestEntityTagsOfWrites tries tags that a proxy weakened, lists, and tags of removed objects.
func TestEntityTagsOfWrites(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submit("eva", "north/a", 4, hours(24, 4))
	from := 30.0
	for _, tt := range []struct {
		name, method, path string
		headers            func(tag string) []string
		status             int
	}{
		{"strong", "PUT", h.href("eva", "mine", r), func(tag string) []string { return []string{"If-Match", tag} }, 204},
		{"weak", "PUT", h.href("eva", "mine", r), func(tag string) []string { return []string{"If-Match", "W/" + tag} }, 204},
		{"one of a list", "PUT", h.href("eva", "mine", r), func(tag string) []string { return []string{"If-Match", `"x", W/` + tag} }, 204},
		{"another", "PUT", h.href("eva", "mine", r), func(string) []string { return []string{"If-Match", `W/"x"`} }, 412},
		{"any", "PUT", h.href("eva", "mine", r), func(string) []string { return []string{"If-Match", "*"} }, 403}, // any version will do
		{"none of it", "PUT", h.href("eva", "mine", r), func(tag string) []string { return []string{"If-None-Match", "W/" + tag} }, 412},
		{"of what is gone", "PUT", home("eva", "mine") + "gone.ics", func(tag string) []string { return []string{"If-Match", tag} }, 412},
		{"any of what is gone", "PUT", home("eva", "mine") + "gone.ics", func(string) []string { return []string{"If-Match", "*"} }, 412},
		{"of what is gone, to delete it", "DELETE", home("eva", "mine") + "gone.ics", func(tag string) []string { return []string{"If-Match", tag} }, 412},
		{"of what is gone, in a calendar that can be read only", "PUT", home("eva", "deployments") + "gone.ics", func(tag string) []string { return []string{"If-Match", tag} }, 403},
		{"weak, to delete it", "DELETE", h.href("eva", "mine", r), func(tag string) []string { return []string{"If-Match", "W/" + tag} }, 204},
	} {
		from++
		headers := append([]string{"Content-Type", "text/calendar"}, tt.headers(h.tag("eva", "mine", r))...)
		if res := h.send("eva", tt.method, tt.path, written(r.ID+"@berth", hours(from, 4)), headers...); res.status != tt.status {
			t.Errorf("%s: answered %d %s, want %d", tt.name, res.status, res.body, tt.status)
		}
	}
}

func TestAPropfindAsksForOneThing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for body, status := range map[string]int{
		"":                  207,
		"<allprop/>":        207,
		"<propname/>":       207,
		"<prop><x/></prop>": 207,
		"<allprop/><include><supported-report-set/></include>": 207,
		"<allprop/><propname/>":                                400,
		"<propname/><prop><x/></prop>":                         400,
		"<allprop/><prop><x/></prop>":                          400,
		"<prop><x/></prop><include><owner/></include>":         400,
		"<include><owner/></include>":                          400,
	} {
		if res := h.send("eva", "PROPFIND", home("eva", "mine"), `<propfind xmlns="DAV:">`+body+`</propfind>`, "Depth", "0"); res.status != status {
			t.Errorf("%s is answered %d, want %d", body, res.status, status)
		}
	}
}

// TestWhatIsNotKeptIsSaidNotToBe sets storable properties, protected ones, and ones that would be lost.
func TestWhatIsNotKeptIsSaidNotToBe(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	patch := func(step, props string) string {
		return h.send("eva", "PROPPATCH", home("eva", "mine"), `<D:propertyupdate xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:`+step+`><D:prop>`+props+`</D:prop></D:`+step+`></D:propertyupdate>`).want(t, 207).body
	}
	shown := func() string {
		return h.send("eva", "PROPFIND", home("eva", "mine"), `<D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:schedule-calendar-transp/><C:calendar-timezone/><x xmlns="urn:x"/></D:prop></D:propfind>`, "Depth", "0", "Brief", "t").body
	}
	const opaque, transparent = "<C:schedule-calendar-transp><C:opaque/></C:schedule-calendar-transp>", "<C:schedule-calendar-transp><C:transparent/></C:schedule-calendar-transp>"
	for _, tt := range []struct {
		name, step, props string
		answer            []string // in the answer
		shown, lacking    string   // in the next PROPFIND
	}{
		{"a choice", "set", transparent, []string{"200 OK"}, transparent, opaque},
		{"a choice that there is not", "set", "<C:schedule-calendar-transp><C:x/></C:schedule-calendar-transp>", []string{"403 Forbidden", "responsedescription"}, transparent, ""},
		{"a choice as a text", "set", "<C:schedule-calendar-transp>opaque</C:schedule-calendar-transp>", []string{"403 Forbidden"}, transparent, ""},
		{"a text", "set", "<C:calendar-timezone>BEGIN:VCALENDAR</C:calendar-timezone>", []string{"200 OK"}, "BEGIN:VCALENDAR", ""},
		{"elements", "set", `<x xmlns="urn:x"><y/></x><C:calendar-timezone>other</C:calendar-timezone>`, []string{"403 Forbidden", "424 Failed"}, "BEGIN:VCALENDAR", "other"},
		{"a long text", "set", `<x xmlns="urn:x">` + strings.Repeat("y", 5000) + `</x>`, []string{"403 Forbidden"}, "", "yyy"},
		{"Berth's own", "set", `<D:sync-token>1</D:sync-token><x xmlns="urn:x"><y/></x>`, []string{"cannot-modify-protected-property", "Only texts"}, "", ""},
		{"the choice again", "remove", "<C:schedule-calendar-transp/>", []string{"200 OK"}, opaque, transparent},
		{"what there is not", "remove", `<x xmlns="urn:x"/>`, []string{"200 OK"}, "", ""},
	} {
		body := patch(tt.step, tt.props)
		for _, want := range tt.answer {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q: %s", tt.name, want, body)
			}
		}
		if now := shown(); !strings.Contains(now, tt.shown) || tt.lacking != "" && strings.Contains(now, tt.lacking) {
			t.Errorf("after %s it shows %s", tt.name, now)
		}
	}
}

// TestPartsOfEventsAreSent asks for the UIDs alone, like Evolution, and in every report.
func TestPartsOfEventsAreSent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submit("eva", "north/a", 4, hours(24, 4))
	data := `<D:prop><C:calendar-data><C:comp name="VCALENDAR"><C:prop name="VERSION"/><C:comp name="VEVENT"><C:prop name="uid"/><C:prop name="SUMMARY" novalue="yes"/></C:comp></C:comp></C:calendar-data></D:prop>`
	want := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:" + r.ID + "@berth\r\nSUMMARY:\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	for report, rest := range map[string]string{
		"C:calendar-query":    `<C:filter><C:comp-filter name="VCALENDAR"/></C:filter>`,
		"C:calendar-multiget": `<D:href>` + h.href("eva", "mine", r) + `</D:href>`,
		"D:sync-collection":   `<D:sync-token/><D:sync-level>1</D:sync-level>`,
	} {
		got := h.send("eva", "REPORT", home("eva", "mine"), `<`+report+` xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">`+data+rest+`</`+report+`>`).parts(t).found()
		if got[h.href("eva", "mine", r)] != want {
			t.Errorf("%s: %q, want %q", report, got, want)
		}
	}
}

func TestACalendarIsAFile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submit("eva", "north/a", 4, hours(24*500, 4)) // beyond the range of a feed
	file := h.send("eva", "GET", home("eva", "mine"), "").want(t, http.StatusOK)
	if !strings.Contains(file.body, "UID:"+r.ID) || file.header.Get("Content-Type") != "text/calendar; charset=utf-8" {
		t.Errorf("%v:\n%s", file.header, file.body)
	}
	if _, err := calendar.Decode([]byte(file.body)); err != nil {
		t.Errorf("it cannot be read: %v", err)
	}
	if head := h.send("eva", "HEAD", home("eva", "mine"), "").want(t, http.StatusOK); head.body != "" || head.header.Get("ETag") != file.header.Get("ETag") {
		t.Errorf("HEAD answers %v", head.header)
	}
	h.send("eva", "GET", home("eva", "mine"), "", "If-None-Match", file.header.Get("ETag")).want(t, http.StatusNotModified)
	h.submit("eva", "north/a", 4, hours(30, 4))
	if again := h.send("eva", "GET", home("eva", "mine"), "", "If-None-Match", file.header.Get("ETag")).want(t, http.StatusOK); strings.Count(again.body, "BEGIN:VEVENT") != 2 {
		t.Errorf("later it is\n%s", again.body)
	}
	if page := h.send("eva", "GET", home("eva", "mine"), "", "Accept", "text/html,*/*").want(t, http.StatusOK); !strings.Contains(page.body, "calendar client") {
		t.Errorf("a browser is answered %s", page.body)
	}
	if kind := h.send("eva", "PROPFIND", home("eva", "mine"), `<propfind xmlns="DAV:"><prop><getcontenttype/></prop></propfind>`, "Depth", "0").body; !strings.Contains(kind, ">text/calendar; charset=utf-8<") {
		t.Errorf("its type is %s", kind)
	}
	if body := h.send("erik", "GET", home("erik", "deployments"), "").want(t, http.StatusOK).body; strings.Contains(body, "Experiment") || strings.Count(body, "Busy") != 2 {
		t.Errorf("erik reads\n%s", body)
	}
}
