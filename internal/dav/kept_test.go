package dav_test

import (
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"berth/internal/dav"
	"berth/scheduler"
	"berth/scheduler/account"
)

// TestKeptAnswersAreThoseOfNow reads everything as everybody, in turns with changes of what there is and of who may see what, and compares each
// answer with that of a server that has kept nothing.
func TestKeptAnswersAreThoseOfNow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i := range 20 { // more than a piece
		h.submit("eva", "north/a", 1, hours(float64(24+5*i), 4))
		h.submit("erik", "south/b", 1, hours(float64(24+5*i), 3))
	}
	last := h.submit("eva", "north/a", 1, hours(22, 1))
	put := func(name string, role account.Role, testbeds ...string) func() {
		return func() {
			p, err := h.svc.Person(h.ctx, account.System, name)
			h.must(nil, err)
			p.Roles, p.Testbeds = []account.Role{role}, testbeds
			h.must(h.svc.PutPerson(h.ctx, account.System, p))
		}
	}
	feeds := map[string]string{}
	for _, who := range []string{"eva", "erik", "paddy", "oskar"} {
		feeds[who] = h.feed(who, "deployments")
	}
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"at first", func() {}},
		{"again", func() {}},
		{"after a change", func() { last = h.schedule(last) }},
		{"after a provider lost a testbed", put("paddy", account.RoleProvider, "south")},
		{"after an experimenter became an operator", put("erik", account.RoleOperator)},
		{"after an operator became an experimenter", put("erik", account.RoleExperimenter)},
		{"after a cancellation", func() { h.must(h.svc.Cancel(h.ctx, h.as("eva"), last.ID, scheduler.Step{})) }},
		{"after a provider got it back", put("paddy", account.RoleProvider, "north")},
	} {
		step.do()
		for _, who := range []string{"eva", "erik", "paddy", "oskar"} {
			for name, ask := range map[string]func(*house, ...string) reply{
				"list": func(h *house, headers ...string) reply {
					return h.send(who, "PROPFIND", home(who, "deployments"), `<propfind xmlns="DAV:"><prop><getetag/><getcontentlength/></prop></propfind>`, append(headers, "Depth", "1")...)
				},
				"sync": func(h *house, headers ...string) reply {
					return h.send(who, "REPORT", home(who, "deployments"), `<D:sync-collection xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:sync-token/><D:prop><C:calendar-data/></D:prop></D:sync-collection>`, headers...)
				},
				"query": func(h *house, headers ...string) reply {
					return h.send(who, "REPORT", home(who, "testbed-north"), all, headers...)
				},
				"some": func(h *house, headers ...string) reply {
					return h.send(who, "REPORT", home(who, "deployments"), `<D:sync-collection xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:sync-token/><D:limit><D:nresults>3</D:nresults></D:limit><D:prop><D:getcontentlength/><C:calendar-data/></D:prop></D:sync-collection>`, headers...)
				},
				"parts": func(h *house, headers ...string) reply {
					return h.send(who, "REPORT", home(who, "deployments"), `<D:sync-collection xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:sync-token/><D:prop><C:calendar-data><C:comp name="VCALENDAR"><C:comp name="VEVENT"><C:prop name="SUMMARY"/></C:comp></C:comp></C:calendar-data></D:prop></D:sync-collection>`, headers...)
				},
				"a word": func(h *house, headers ...string) reply {
					return h.send(who, "REPORT", home(who, "deployments"), `<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:prop-filter name="SUMMARY"><C:text-match>o</C:text-match></C:prop-filter></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`, headers...)
				},
				"by address": func(h *house, headers ...string) reply {
					list := h.shown(who, "deployments")
					var hrefs strings.Builder
					for _, href := range slices.Sorted(maps.Keys(list)) {
						hrefs.WriteString("<D:href>" + href + "</D:href>")
					}
					return h.send(who, "REPORT", home(who, "deployments"), `<C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop>`+hrefs.String()+`</C:calendar-multiget>`, headers...)
				},
				"file": func(h *house, headers ...string) reply {
					return h.send(who, "GET", home(who, "deployments"), "", headers...)
				},
				"feed": func(h *house, headers ...string) reply {
					return h.send("", "GET", feeds[who], "", headers...)
				},
			} {
				status := http.StatusMultiStatus
				if name == "file" || name == "feed" {
					status = http.StatusOK
				}
				for _, encoding := range []string{"identity", "gzip"} {
					// A server for each answer, or it would keep something from one to the next; and it keeps no texts.
					fresh := *h
					fresh.h = dav.New(h.svc.Service, h.auth, h.store, dav.Options{Log: slog.New(slog.DiscardHandler), Clock: h.clock, URL: "https://berth.example", Texts: -1})
					got, want := ask(h, "Accept-Encoding", encoding).want(t, status), ask(&fresh, "Accept-Encoding", encoding)
					if got.body != want.body || got.header.Get("ETag") != want.header.Get("ETag") || got.header.Get("Content-Encoding") != want.header.Get("Content-Encoding") {
						t.Errorf("%s, %s, %s: %s reads\n%s\nwant\n%s", step.name, name, encoding, who, got.body, want.body)
					}
				}
			}
		}
	}
}
