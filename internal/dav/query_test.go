package dav_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
)

func queryBody(filter string) string {
	return `<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/></D:prop><C:filter>` + filter + `</C:filter></C:calendar-query>`
}

func inCalendar(filter string) string {
	return `<C:comp-filter name="VCALENDAR">` + filter + `</C:comp-filter>`
}

func inEvent(filter string) string {
	return inCalendar(`<C:comp-filter name="VEVENT">` + filter + `</C:comp-filter>`)
}

func between(from, to string) string {
	s := `<C:time-range`
	if from != "" {
		s += ` start="` + from + `"`
	}
	if to != "" {
		s += ` end="` + to + `"`
	}
	return s + `/>`
}

// names lists the names of the requests and closures that a filter finds.
func (h *house) names(who, collection, filter string, known map[string]string) []string {
	h.Helper()
	list, aliases := []string{}, h.aliases(who, collection)
	for _, r := range h.send(who, "REPORT", home(who, collection), queryBody(filter), "Depth", "1").parts(h).Responses {
		id := strings.TrimSuffix(r.Href[strings.LastIndex(r.Href, "/")+1:], ".ics")
		if aliases != nil {
			id, _ = aliases.Name(id)
		}
		name := known[id]
		if name == "" && strings.HasPrefix(id, "closure-") {
			name = "closure"
		}
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// TestTimeRanges holds the cases of RFC 4791 section 9.9 that can occur here, where every occurrence is an event of its own, in UTC, with
// a start and an end. DATE values, floating times, DURATION, RRULE, RDATE, EXDATE and overrides, which other servers handle, have no
// counterpart; a closure that repeats, at 06:00 in Athens, which is 04:00 UTC, stands for them.
func TestTimeRanges(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	known := map[string]string{}
	add := func(name string, from, length float64) {
		known[h.submit("eva", "south/b", 1, hours(from, length)).ID] = name
	}
	add("ten", 25, 2)          // 24 November, 10:00 to 12:00
	add("long", 14, 20)        // 23 November, 23:00, to 24 November, 19:00
	add("second", 27, 1./3600) // 12:00:00, one second
	add("far", 24*300, 1)      // 2027
	tests := []struct {
		name, from, to string
		want           []string
	}{
		{"exactly the event", "20261124T100000Z", "20261124T120000Z", []string{"long", "ten"}},
		{"within it", "20261124T103000Z", "20261124T110000Z", []string{"long", "ten"}},
		{"around it", "20261124T090000Z", "20261124T130000Z", []string{"long", "second", "ten"}},
		{"starts at the range's start, ends after it", "20261124T100000Z", "20261124T110000Z", []string{"long", "ten"}},
		{"starts before, ends at the range's end", "20261124T110000Z", "20261124T120000Z", []string{"long", "ten"}},
		{"ends at the range's start", "20261124T120000Z", "20261124T130000Z", []string{"long", "second"}},
		{"starts at the range's end", "20261124T093000Z", "20261124T100000Z", []string{"long"}},
		{"one second before its end", "20261124T115959Z", "20261124T120000Z", []string{"long", "ten"}},
		{"the short one alone", "20261124T120000Z", "20261124T120001Z", []string{"long", "second"}},
		{"after the short one", "20261124T120001Z", "20261124T120002Z", []string{"long"}},
		{"in a gap", "20261124T190000Z", "20261124T200000Z", []string{}},
		{"long ago", "20200101T000000Z", "20200102T000000Z", []string{}},
		{"from then on", "20261124T120000Z", "", []string{"closure", "closure", "closure", "far", "long", "second"}},
		{"from its end on", "20261124T190000Z", "", []string{"closure", "closure", "closure", "far"}},
		{"until its start", "", "20261124T100000Z", []string{"long"}},
		{"until just after its start", "", "20261124T100001Z", []string{"long", "ten"}},
		{"until long ago", "", "20200101T000000Z", []string{}},
		{"the first of what repeats", "20261128T000000Z", "20261129T000000Z", []string{"closure"}},
		{"a later one of what repeats", "20261205T030000Z", "20261205T050000Z", []string{"closure"}},
		{"a running one of what repeats", "20261205T050000Z", "20261205T053000Z", []string{"closure"}},
		{"what repeats, at its end", "20261205T060000Z", "20261205T070000Z", []string{}},
		{"what repeats, at its start", "20261205T030000Z", "20261205T040000Z", []string{}},
		{"after the last of what repeats", "20261213T000000Z", "20261220T000000Z", []string{}},
		{"without a zone", "20261124T110000", "20261124T120000", []string{"long", "ten"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := h.names("eva", "deployments", inEvent(between(tt.from, tt.to)), known)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			// The same in a filter that the index alone cannot answer.
			slow := h.names("eva", "deployments", inEvent(between(tt.from, tt.to)+`<C:prop-filter name="UID"/>`), known)
			if diff := cmp.Diff(got, slow); diff != "" {
				t.Errorf("with a filter on text (-want +got):\n%s", diff)
			}
		})
	}
	for _, from := range []string{"yesterday", "20261124", "20261124T1000Z", "2026-11-24T10:00:00Z"} {
		res := h.send("eva", "REPORT", home("eva", "deployments"), queryBody(inEvent(between(from, "")))).want(t, http.StatusForbidden)
		if !strings.Contains(res.body, "C:valid-filter") {
			t.Errorf("%s is answered %s", from, res.body)
		}
	}
	for _, bounds := range []string{between("", ""), between("20261124T100000Z", "20261124T100000Z"), between("20261124T110000Z", "20261124T100000Z")} {
		h.send("eva", "REPORT", home("eva", "deployments"), queryBody(inEvent(bounds))).want(t, http.StatusForbidden)
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.submit("eva", "south/b", 1, hours(25, 2))
	second := h.schedule(h.submit("eva", "north/a", 1, hours(200, 2)))
	known := map[string]string{first.ID: "first", second.ID: "second"}
	text := func(attributes, value string) string {
		return `<C:text-match ` + attributes + `>` + value + `</C:text-match>`
	}
	prop := func(name, filter string) string {
		return inEvent(`<C:prop-filter name="` + name + `">` + filter + `</C:prop-filter>`)
	}
	both := []string{"first", "second"}
	tests := []struct {
		name, filter string
		want         []string
	}{
		{"everything", `<C:comp-filter name="VCALENDAR"/>`, both},
		{"events", inEvent(""), both},
		{"tasks", inCalendar(`<C:comp-filter name="VTODO"/>`), []string{}},
		{"no tasks", inCalendar(`<C:comp-filter name="VTODO"><C:is-not-defined/></C:comp-filter>`), both},
		{"no events", inCalendar(`<C:comp-filter name="VEVENT"><C:is-not-defined/></C:comp-filter>`), []string{}},
		{"a UID", prop("UID", text("", first.ID)), []string{"first"}},
		{"a UID in capitals", prop("UID", text("", strings.ToUpper(first.ID))), []string{"first"}},
		{"a UID in capitals, by octet", prop("UID", text(`collation="i;octet"`, strings.ToUpper(first.ID))), []string{}},
		{"a status", prop("STATUS", text(`collation="i;octet"`, "CONFIRMED")), []string{"second"}},
		{"not a status", prop("STATUS", text(`negate-condition="yes"`, "confirmed")), []string{"first"}},
		{"a property that is there", prop("SUMMARY", ""), both},
		{"a property that is not", prop("ATTENDEE", ""), []string{}},
		{"without a property", prop("ATTENDEE", "<C:is-not-defined/>"), both},
		{"without one that is there", prop("SUMMARY", "<C:is-not-defined/>"), []string{}},
		{"escaped text as it is meant", prop("SUMMARY", text("", "experiment &amp; &lt;co&gt;")), both},
		{"a category with a comma", prop("CATEGORIES", text("", "Athens, north")), []string{"second"}},
		{"a parameter that is not there", prop("DTSTART", `<C:param-filter name="TZID"><C:is-not-defined/></C:param-filter>`), both},
		{"a parameter that would have to be", prop("DTSTART", `<C:param-filter name="TZID"/>`), []string{}},
		{"when it was changed", prop("LAST-MODIFIED", between("20261123T000000Z", "20261124T000000Z")), both},
		{"when it was not", prop("LAST-MODIFIED", between("20261124T000000Z", "")), []string{}},
		{"alarms that ring then", inEvent(`<C:comp-filter name="VALARM">` + between("20261124T000000Z", "20261125T000000Z") + `</C:comp-filter>`), []string{}},
		{"no alarms", inEvent(`<C:comp-filter name="VALARM"><C:is-not-defined/></C:comp-filter>`), both},
		{"two conditions", inEvent(`<C:prop-filter name="STATUS">` + text("", "TENTATIVE") + `</C:prop-filter><C:prop-filter name="UID">` + text("", second.ID) + `</C:prop-filter>`), []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, h.names("eva", "mine", tt.filter, known)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	for name, c := range map[string]struct{ filter, want string }{
		"none":                 {"", "C:valid-filter"},
		"two":                  {`<C:comp-filter name="VCALENDAR"/><C:comp-filter name="VCALENDAR"/>`, "C:valid-filter"},
		"for something else":   {`<C:comp-filter name="VEVENT"/>`, "C:valid-filter"},
		"without a name":       {`<C:comp-filter/>`, "C:valid-filter"},
		"of a kind of its own": {inEvent(`<x xmlns="urn:x"/>`), "C:supported-filter"},
		"another collation":    {prop("SUMMARY", text(`collation="i;basic"`, "x")), "C:supported-collation"},
	} {
		res := h.send("eva", "REPORT", home("eva", "mine"), queryBody(c.filter)).want(t, http.StatusForbidden)
		if !strings.Contains(res.body, c.want) {
			t.Errorf("%s: answered %s", name, res.body)
		}
	}
}

func TestAlarmsAreThereForWhoWantsThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.schedule(h.submit("eva", "north/a", 1, hours(200, 2)))
	value := "60,1440"
	before := h.shown("oskar", "operations")
	h.must(nil, h.store.SetCalendarProperties(h.ctx, "oskar", "operations", map[string]*string{"berth:alarms": &value}))
	after := h.shown("oskar", "operations")
	if len(before) != 2 || len(after) != 2 {
		t.Fatalf("%d and %d operations, want 2", len(before), len(after))
	}
	href := home("oskar", "operations") + r.ID + "-orchestrate.ics"
	if strings.Contains(before[href], "VALARM") || strings.Count(after[href], "BEGIN:VALARM\r\n") != 2 || !strings.Contains(after[href], "TRIGGER:-PT3600S") {
		t.Errorf("before\n%s\nafter\n%s", before[href], after[href])
	}
	if strings.Contains(h.shown("adele", "operations")[home("adele", "operations")+r.ID+"-orchestrate.ics"], "VALARM") {
		t.Error("somebody else has alarms")
	}
	rings := inEvent(`<C:comp-filter name="VALARM">` + between("20261201T150000Z", "20261201T150001Z") + `</C:comp-filter>`) // setup begins an hour later
	if n := len(h.send("oskar", "REPORT", home("oskar", "operations"), queryBody(rings)).parts(t).Responses); n != 1 {
		t.Errorf("%d alarms ring then, want one", n)
	}
}

func TestMultigetAnswersForEveryAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submit("eva", "north/a", 1, hours(24, 2))
	others := h.submit("erik", "north/a", 1, hours(30, 2))
	get := func(hrefs ...string) multistatus {
		var b strings.Builder
		for _, href := range hrefs {
			b.WriteString("<D:href>" + href + "</D:href>")
		}
		return h.send("eva", "REPORT", home("eva", "mine"), `<C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop>`+b.String()+`</C:calendar-multiget>`).parts(t)
	}
	there := h.href("eva", "mine", r)
	m := get(there, "https://berth.example"+there, strings.ReplaceAll(there, "-", "%2D"), h.href("eva", "mine", others), "/dav/calendars/eva/mine/none.ics", "nonsense &lt;", home("eva", "deployments")+r.ID+".ics")
	if len(m.Responses) != 7 {
		t.Fatalf("%d answers, want 7", len(m.Responses))
	}
	for i, response := range m.Responses {
		if found := response.Status == ""; found != (i < 3) {
			t.Errorf("%s: %s", response.Href, response.Status)
		}
	}
	if text := m.Responses[0].Propstats[0].Prop.Data; text != h.event("eva", "mine", r) {
		t.Errorf("the object differs from what GET has:\n%q\n%q", text, h.event("eva", "mine", r))
	}
}

func multigetBody(hrefs ...string) string {
	return `<C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/></D:prop><D:href>` + strings.Join(hrefs, "</D:href><D:href>") + `</D:href></C:calendar-multiget>`
}

// TestAMultigetNamesAsManyAsAClientLikes asks for all objects at once, like vdirsyncer, khal, calcurse and tsdav: bytes are bounded,
// numbers are not.
func TestAMultigetNamesAsManyAsAClientLikes(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("thousands of events take long")
	}
	h := newHouse(t)
	there := h.href("eva", "mine", h.submit("eva", "north/a", 1, hours(24, 2)))
	many := make([]string, 30_000)
	for i := range many {
		many[i] = fmt.Sprintf("/dav/calendars/eva/mine/00000000-0000-4000-8000-%012d.ics", i)
	}
	many[29_999] = there
	m := h.send("eva", "REPORT", home("eva", "mine"), multigetBody(many...)).parts(t)
	if len(m.Responses) != len(many) || len(m.found()) != 1 {
		t.Errorf("%d answers and %d objects, want %d and one", len(m.Responses), len(m.found()), len(many))
	}
	for name, tt := range map[string]struct {
		body   string
		status int
	}{
		"33 MiB":                       {multigetBody(strings.Repeat("x", 33<<20)), http.StatusRequestEntityTooLarge},
		"33 MiB of addresses":          {multigetBody(slices.Repeat([]string{there}, (33<<20)/len(there))...), http.StatusRequestEntityTooLarge},
		"a long address":               {multigetBody(strings.Repeat("x", 5000)), http.StatusBadRequest},
		"elements within an address":   {multigetBody(strings.Repeat("<a/>", 25_000)), http.StatusBadRequest},
		"addresses below an address":   {multigetBody(strings.Repeat("<D:href>", 100)), http.StatusBadRequest},
		"another report of that size":  {strings.Replace(multigetBody(many...), "calendar-multiget", "calendar-query", 1), http.StatusRequestEntityTooLarge},
		"many properties beside them":  {multigetBody(there + "</D:href>" + strings.Repeat("<a/>", 25_000) + "<D:href>"), http.StatusBadRequest},
		"a multiget where it is none":  {multigetBody(there), http.StatusForbidden},
		"addresses that are not ended": {strings.TrimSuffix(multigetBody(many...), "</C:calendar-multiget>"), http.StatusBadRequest},
	} {
		path := home("eva", "mine")
		if tt.status == http.StatusForbidden {
			path = "/dav/calendars/eva/"
		}
		if res := h.send("eva", "REPORT", path, tt.body); res.status != tt.status {
			t.Errorf("%s is answered %d %.200s, want %d", name, res.status, res.body, tt.status)
		}
	}
}

func TestFreeBusy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.schedule(h.submit("eva", "north/a", 1, hours(24, 2)))
	h.schedule(h.submit("erik", "north/a", 1, hours(25, 2)))
	h.submit("erik", "north/a", 1, hours(30, 2))
	h.must(h.svc.Cancel(h.ctx, h.as("erik"), h.submit("erik", "north/a", 1, hours(40, 2)).ID, scheduler.Step{}))
	ask := func(filter string) reply {
		return h.send("eva", "REPORT", home("eva", "testbed-north"), `<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav">`+filter+`</C:free-busy-query>`)
	}
	res := ask(between("20261124T093000Z", "20261129T000000Z")).want(t, http.StatusOK)
	var got []string
	for line := range strings.Lines(res.body) {
		if strings.HasPrefix(line, "FREEBUSY") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	want := []string{"FREEBUSY;FBTYPE=BUSY:20261124T093000Z/20261124T120000Z", "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261124T150000Z/20261124T170000Z",
		"FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20261128T040000Z/20261128T060000Z"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	ask("").want(t, http.StatusForbidden)
	ask(between("20261124T093000Z", "")).want(t, http.StatusForbidden)
	ask(between("19700101T000000Z", "20990101T000000Z")).want(t, http.StatusForbidden)
}
