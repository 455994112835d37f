package dav_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWhoSeesWhat looks at three requests through everybody's eyes: eva's on a testbed that shows its bookings to nobody, and on one that
// shows them to everybody; and one that was cancelled.
func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hidden, open := h.schedule(h.submit("eva", "north/a", 1, hours(100, 2))), h.submit("eva", "south/b", 1, hours(100, 2))
	withdrawn := h.submit("eva", "north/a", 1, hours(110, 2))
	h.send("eva", "DELETE", hrefOf("eva", "mine", withdrawn), "").want(t, http.StatusNoContent)
	tests := []struct {
		who         string
		collections string // those that there are
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
					text := h.shown(tt.who, collection)[home(tt.who, collection)+id+".ics"]
					got := "full"
					switch {
					case text == "":
						got = "nothing"
					case !strings.Contains(text, "Experiment"):
						got = "busy"
						for _, secret := range []string{"eva", "Mentor", "requests/", "Components"} {
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
					h.send(tt.who, "GET", home(tt.who, collection)+id+".ics", "").want(t, status)
				}
			}
		})
	}
}
