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
	component := func(member, vnf string) testbeds.Component { return testbeds.Component{Member: member, VNF: vnf} }
	r := scheduler.Request{
		Components: []testbeds.Component{component("1", "ue"), component("2", "core"), component("3", ""), component("4", "ue")},
		Placement:  testbeds.Placement{"1": "hall/iris", "2": "cloud/big", "4": "hall/iris"},
		Devices:    []testbeds.DeviceNeed{{Testbed: "hall", Device: "usrp", Count: 2}},
	}
	want := []string{"On hall/iris: ue (1), ue (4)", "On cloud/big: core (2)", "On not placed: (3)", "Device: 2 × usrp at hall"}
	if diff := cmp.Diff(want, phrases.Demand(r)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
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
		return fmt.Sprintf("hall d%d: short by 3 (4 needed, 1 free) (2026-03-02 06:00:00Z – 2026-03-02 07:00:00Z)", n)
	}
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
		if diff := cmp.Diff(tt.want, phrases.Conflicts(tt.view)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for actor, want := range map[string]string{"": "Berth", "berth": "Berth", "monika": "monika"} {
		if got := phrases.Who(scheduler.Event{Actor: actor}); got != want {
			t.Errorf("%q did it, and it is said of %q", actor, got)
		}
	}
}
