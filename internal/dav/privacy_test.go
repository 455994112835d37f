package dav_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// TestWhoSeesWhat reads three requests as every user: eva's on a testbed that hides its bookings and on one that shows them to everyone;
// and a cancelled one.
func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hidden, open := h.schedule(h.submit("eva", "north/a", 1, hours(100, 2))), h.submit("eva", "south/b", 1, hours(100, 2))
	withdrawn := h.submit("eva", "north/a", 1, hours(110, 2))
	h.send("eva", "DELETE", h.href("eva", "mine", withdrawn), "").want(t, http.StatusNoContent)
	tests := []struct {
		who         string
		collections string // the existing ones
		sees        [3]string
	}{
		{"eva", "deployments mine testbed-north testbed-south", [3]string{"full", "full", "full"}},
		{"erik", "deployments mine testbed-north testbed-south", [3]string{"busy", "full", "nothing"}},
		{"paddy", "deployments testbed-north testbed-south", [3]string{"full", "full", "full"}},
		{"monika", "operations deployments mine decisions testbed-north testbed-south", [3]string{"full", "full", "full"}},
		{"oskar", "operations deployments testbed-north testbed-south", [3]string{"full", "full", "full"}},
		{"adele", "operations deployments mine decisions testbed-north testbed-south", [3]string{"full", "full", "full"}},
	}
	for _, tt := range tests {
		t.Run(tt.who, func(t *testing.T) {
			var have []string
			for _, r := range h.send(tt.who, "PROPFIND", "/dav/calendars/"+tt.who+"/", `<propfind xmlns="DAV:"><prop><displayname/></prop></propfind>`, "Depth", "1").parts(t).Responses {
				have = append(have, strings.TrimSuffix(strings.TrimPrefix(r.Href, "/dav/calendars/"+tt.who+"/"), "/"))
			}
			have = slices.DeleteFunc(have, func(s string) bool { return s == "" })
			if diff := cmp.Diff(strings.Fields(tt.collections), have); diff != "" {
				t.Errorf("collections (-want +got):\n%s", diff)
			}
			for i, id := range []string{hidden.ID, open.ID, withdrawn.ID} {
				for _, collection := range []string{"deployments", []string{"testbed-north", "testbed-south", "testbed-north"}[i]} {
					text := h.shown(tt.who, collection)[h.hrefOf(tt.who, collection, id)]
					got := "full"
					switch {
					case text == "":
						got = "nothing"
					case !strings.Contains(text, "Experiment"):
						got = "busy"
						for _, secret := range []string{"eva", "Mentor", "requests/", "Components", id, "CREATED"} {
							if strings.Contains(text, secret) {
								t.Errorf("%q is in what everybody sees:\n%s", secret, text)
							}
						}
					}
					if got != tt.sees[i] {
						t.Errorf("request %d in %s is seen %s, want %s", i, collection, got, tt.sees[i])
					}
					status := map[string]int{"nothing": http.StatusNotFound}[got]
					if status == 0 {
						status = http.StatusOK
					}
					h.send(tt.who, "GET", h.hrefOf(tt.who, collection, id), "").want(t, status)
				}
			}
		})
	}
}

// ids matches everything in an answer that could name a booking: parts of addresses, UIDs, entity tags, and equally telling
// numbers.
var ids = regexp.MustCompile(`[a-z2-7]{40,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|[0-9a-f]{16,}|X-BERTH[^\r]*|CREATED[^\r]*`)

// TestNothingFollowsAMaskedBookingAcrossTestbeds gives one request to two testbeds, and reads it as a user who may know only that they are
// busy: in three calendars, by every way of reading. No id may occur in two of them or be the request's, and the ids of one must find
// nothing in another.
func TestNothingFollowsAMaskedBookingAcrossTestbeds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	f := facility()
	f.Testbeds[1].Visibility = f.Testbeds[0].Visibility
	f.Testbeds[0].Closures = nil // closures are no bookings
	h.must(h.svc.PutFacility(h.ctx, account.System, f, scheduler.ChangeOptions{}))
	h.must(nil, h.store.RefreshCalendar(h.ctx, h.clock()))
	size := testbeds.Quantities{"vcpu": 1}
	out, err := h.svc.Submit(h.ctx, h.as("eva"), scheduler.Submission{Name: "Experiment", Mentor: "monika", Anyway: true, Ask: scheduler.Ask{
		Components: []testbeds.Component{{Member: "1", Size: size, Onboarded: []string{"north/a"}}, {Member: "2", Size: size, Onboarded: []string{"south/b"}}},
		Placement:  testbeds.Placement{"1": "north/a", "2": "south/b"}, Slot: hours(24, 4)}})
	h.must(nil, err)
	r := out.Request
	whole := func(collection string) string {
		var b strings.Builder
		read := func(res reply) { b.WriteString(res.body) }
		at := home("erik", collection)
		read(h.send("erik", "REPORT", at, all))
		read(h.send("erik", "REPORT", at, strings.Replace(syncBody("", 0), "<D:getetag/>", `<D:getetag/><C:calendar-data xmlns:C="urn:ietf:params:xml:ns:caldav"/>`, 1)))
		read(h.send("erik", "PROPFIND", at, `<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>`, "Depth", "1"))
		read(h.send("erik", "GET", at, ""))
		read(h.send("erik", "GET", h.href("erik", collection, r), "").want(t, http.StatusOK))
		read(h.send("", "GET", h.feed("erik", collection), ""))
		return b.String()
	}
	seen := map[string]string{}
	for _, collection := range []string{"deployments", "testbed-north", "testbed-south"} {
		text := whole(collection)
		if strings.Count(text, "Busy: ") != 5 || strings.Contains(text, r.ID) {
			t.Errorf("in %s is read\n%s", collection, text)
		}
		found := ids.FindAllString(text, -1)
		if len(found) < 10 {
			t.Fatalf("only %q could name anything in\n%s", found, text)
		}
		for _, id := range found {
			if where := seen[id]; where != "" && where != collection {
				t.Errorf("%q is in %s and in %s", id, where, collection)
			}
			seen[id] = collection
		}
		h.send("erik", "GET", home("erik", collection)+r.ID+".ics", "").want(t, http.StatusNotFound)
		byUID := inEvent(`<C:prop-filter name="UID"><C:text-match>` + r.ID + `</C:text-match></C:prop-filter>`)
		if m := h.send("erik", "REPORT", home("erik", collection), queryBody(byUID)).parts(t); len(m.Responses) != 0 {
			t.Errorf("in %s it is found by its own UID: %+v", collection, m)
		}
		if m := h.send("erik", "REPORT", home("erik", collection), multigetBody(home("erik", collection)+r.ID+".ics")).parts(t); len(m.found()) != 0 {
			t.Errorf("in %s it is read by its own name: %+v", collection, m)
		}
	}
	// Nor does its end.
	m := map[string]*mirror{}
	for _, collection := range []string{"testbed-north", "testbed-south"} {
		m[collection] = h.synced("erik", collection)
	}
	h.must(h.svc.Cancel(h.ctx, h.as("eva"), r.ID, scheduler.Step{}))
	h.now.Store(20 * 24 * 3600)
	h.must(nil, h.store.AgeCalendar(h.ctx, h.clock()))
	for collection, client := range m {
		res := h.send("erik", "REPORT", home("erik", collection), syncBody(client.token, 0))
		if strings.Contains(res.body, r.ID) || !strings.Contains(res.body, h.href("erik", collection, r)) {
			t.Errorf("of its end %s says %s", collection, res.body)
		}
	}
}

// TestUIDsOfMaskedBookingsCanBeAskedFor finds a masked booking by its masked UID, and the user's own by its own.
func TestUIDsOfMaskedBookingsCanBeAskedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	masked, own := h.submit("eva", "north/a", 1, hours(24, 4)), h.submit("erik", "north/a", 1, hours(48, 4))
	known := map[string]string{masked.ID: "masked", own.ID: "own"}
	for name, r := range map[string]scheduler.Request{"masked": masked, "own": own} {
		uid, _, _ := strings.Cut(strings.SplitAfter(h.event("erik", "deployments", r), "\r\nUID:")[1], "\r\n")
		if got := h.names("erik", "deployments", inEvent(`<C:prop-filter name="UID"><C:text-match>`+uid+`</C:text-match></C:prop-filter>`), known); !slices.Equal(got, []string{name}) {
			t.Errorf("by the UID %s is found %v, want %s", uid, got, name)
		}
		if (uid == r.ID+"@berth") != (name == "own") {
			t.Errorf("the %s one has the UID %s", name, uid)
		}
	}
}
