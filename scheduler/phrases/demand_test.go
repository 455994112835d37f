package phrases_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/phrases"
	"berth/testbeds"
)

func TestDemandIsSaidPlaceByPlace(t *testing.T) {
	t.Parallel()
	component := func(member, vnf string) testbeds.Component {
		return testbeds.Component{Member: member, VNF: vnf, Size: testbeds.Quantities{"vcpu": 4, "memory_mb": 1024}}
	}
	r := scheduler.Request{
		Components: []testbeds.Component{component("1", "ue"), component("2", "core"), component("3", ""), component("4", "ue")},
		Placement:  testbeds.Placement{"1": "hall/iris", "2": "cloud/big", "4": "hall/iris"},
		Devices:    []testbeds.DeviceNeed{{Testbed: "hall", Device: "usrp", Count: 2}},
		Units:      []scheduler.AssignedUnits{{Testbed: "hall", Device: "usrp", Units: []string{"u1", "u2"}}},
	}
	want := []string{"hall iris: 8 vCPU, 2 GB memory for 2 × ue", "cloud big: 4 vCPU, 1 GB memory for core", "not placed: 4 vCPU, 1 GB memory for component 3", "hall: 2 × usrp (u1, u2)"}
	if diff := cmp.Diff(want, phrases.Demand(r)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	hall := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "hall", Devices: []testbeds.Device{{ID: "usrp", Count: 4}}}}}
	if got := phrases.Needs(r, hall); got[3] != "hall: 2 of 4 usrp (u1, u2)" {
		t.Errorf("of those that there are: %q", got)
	}
	if got := phrases.Demand(scheduler.Request{}); len(got) != 0 {
		t.Errorf("nothing is %q", got)
	}
}

// TestConflictsNameNobody: for a request under review that does not fit, five conflicts in full and the number of the others; never who has the
// capacity.
func TestConflictsNameNobody(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	line := func(n int) string {
		return fmt.Sprintf("hall d%d: short by 3 (4 needed, 1 free), Mon 2 Mar, 07:00–08:00", n)
	}
	zone, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	reader := phrases.Reader{Zone: zone, Now: start}
	view := func(status scheduler.Status, fits bool, conflicts int) (v scheduler.View) {
		v.Status, v.Fit.Fits, v.Fit.Problems = status, fits, []testbeds.Problem{{Message: "no such image"}}
		for n := range conflicts {
			v.Fit.Conflicts = append(v.Fit.Conflicts, testbeds.Conflict{Resource: testbeds.Resource{Testbed: "hall", Device: fmt.Sprint("d", n)},
				Interval: testbeds.NewSlot(start, time.Hour), Needed: 4, Free: 1, ShortBy: 3, TakenBy: []testbeds.Taker{{Kind: testbeds.TakerBooking, Request: 99}}, More: 7})
		}
		return v
	}
	for name, tt := range map[string]struct {
		view scheduler.View
		want []string
	}{
		"fits":      {view(scheduler.UnderReview, true, 1), nil},
		"scheduled": {view(scheduler.Scheduled, false, 1), nil},
		"problems":  {view(scheduler.UnderReview, false, 0), []string{"no such image"}},
		"five":      {view(scheduler.UnderReview, false, 5), []string{line(0), line(1), line(2), line(3), line(4), "no such image"}},
		"seven":     {view(scheduler.UnderReview, false, 7), []string{line(0), line(1), line(2), line(3), line(4), "and 2 more conflicts", "no such image"}},
	} {
		if diff := cmp.Diff(tt.want, reader.Conflicts(tt.view)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for actor, want := range map[string]string{"": "Berth", "berth": "Berth", "monika": "monika"} {
		if got := phrases.Who(scheduler.Event{Actor: actor}); got != want {
			t.Errorf("%q did it, and it is said of %q", actor, got)
		}
	}
}
