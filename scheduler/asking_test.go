package scheduler_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/testbeds"
)

// TestAComponentIsTheVNFThatItNames except for a size of its own; everything else in it is ignored.
func TestAComponentIsTheVNFThatItNames(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, tt := range map[string]struct {
		component testbeds.Component
		want      testbeds.Component
		field     string // that is refused
	}{
		"as it is":           {testbeds.Component{Member: "a", VNF: "video_vnf"}, testbeds.Component{Member: "a", VNF: "video_vnf", Size: testbeds.Quantities{"vcpu": 8}, Onboarded: []string{"cloud/big", "cloud/small"}}, ""},
		"of another size":    {testbeds.Component{Member: "a", VNF: "video_vnf", Size: testbeds.Quantities{"vcpu": 3}}, testbeds.Component{Member: "a", VNF: "video_vnf", Size: testbeds.Quantities{"vcpu": 3}, Onboarded: []string{"cloud/big", "cloud/small"}}, ""},
		"said to be at once": {testbeds.Component{Member: "a", VNF: "video_vnf", Onboarded: []string{"moon/iris"}}, testbeds.Component{Member: "a", VNF: "video_vnf", Size: testbeds.Quantities{"vcpu": 8}, Onboarded: []string{"cloud/big", "cloud/small"}}, ""},
		"one's own":          {testbeds.Component{Member: "a", Size: testbeds.Quantities{"vcpu": 3}, Onboarded: []string{"cloud/big"}}, testbeds.Component{Member: "a", Size: testbeds.Quantities{"vcpu": 3}, Onboarded: []string{"cloud/big"}}, ""},
		"one's own, nowhere": {testbeds.Component{Member: "a", Size: testbeds.Quantities{"vcpu": 3}, Onboarded: []string{"cloud/big", "moon/iris"}}, testbeds.Component{}, "components[0].onboarded[1]"},
		"called all":         {testbeds.Component{Member: "all", Size: testbeds.Quantities{"vcpu": 3}}, testbeds.Component{}, "components[0].member"},
	} {
		in := scheduler.Submission{Name: "x", Anyway: true, Ask: scheduler.Ask{Components: []testbeds.Component{tt.component}, Placement: testbeds.Placement{"all": "cloud/big"}, Slot: hours(24, 1)}}
		out, err := h.Submit(t.Context(), as("maeve"), in)
		if tt.field != "" {
			if e := h.refused(scheduler.CodeInvalid, err); len(e.Fields) != 1 || e.Fields[0].Field != tt.field {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if diff := cmp.Diff([]testbeds.Component{tt.want}, h.ok(out, err).Components); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestADeviceIsAskedForOnce: the same device of the same testbed, not its name elsewhere, nor another device.
func TestADeviceIsAskedForOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	f := facility()
	f.Testbeds[0].Devices = append(f.Testbeds[0].Devices, testbeds.Device{ID: "laser", Count: 1})
	f.Testbeds[2].Devices = []testbeds.Device{{ID: "usrp", Count: 1}}
	h.put(f)
	need := func(testbed, device string) testbeds.DeviceNeed {
		return testbeds.DeviceNeed{Testbed: testbed, Device: device, Count: 1}
	}
	for _, tt := range []struct {
		second testbeds.DeviceNeed
		taken  bool
	}{{need("radio", "usrp"), false}, {need("radio", "laser"), true}, {need("spare", "usrp"), true}} {
		ask := scheduler.Ask{Devices: []testbeds.DeviceNeed{need("radio", "usrp"), tt.second}, Slot: hours(24, 1)}
		v, err := h.Check(t.Context(), as("maeve"), ask)
		if tt.taken && (err != nil || !v.Fits) || !tt.taken && scheduler.CodeOf(err) != scheduler.CodeInvalid {
			t.Errorf("with %+v: %+v, %v", tt.second, v, err)
		}
	}
}

func TestLimitsOfAsking(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	year := testbeds.NewSlot(morning, 366*24*time.Hour)
	longer := testbeds.Slot{Start: year.Start, End: year.End.Add(time.Second)}
	for span, want := range map[testbeds.Slot]string{year: "", longer: "at most 366 days", {Start: morning, End: morning}: "after from",
		{Start: morning.AddDate(0, 0, -89), End: morning}: "", {Start: morning.AddDate(0, 0, -91), End: morning}: "must lie within"} {
		if _, err := h.Availability(t.Context(), as("maeve"), "radio", span); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("free from %s: %v, want %q", span, err, want)
		}
	}
	_, err := h.Availability(t.Context(), as("maeve"), "moon", year)
	h.refused(scheduler.CodeNotFound, err)

	h.scheduled("marathon", hours(24, 4))
	for limit, most := range map[int]int{-1: -1, 0: 5, 1: 1, 2: 2, 50: 50, 51: -1} {
		list, _, err := h.Suggest(t.Context(), as("hector"), scheduler.Ask{NSD: "hydra", Slot: hours(24, 4), Limit: limit})
		if (err != nil) != (most < 0) || len(list) > max(most, 0) || err == nil && len(list) == 0 {
			t.Errorf("a limit of %d gives %d, %v", limit, len(list), err)
		}
		free := scheduler.Ask{NSD: "hydra", Window: new(hours(0, 48)), Duration: testbeds.Period{Clock: 4 * time.Hour}, Limit: limit}
		list, v, err := h.Suggest(t.Context(), as("hector"), free)
		if (err != nil) != (most < 0) || len(list) > max(most, 0) || err == nil && (!v.Fits || !list[0].Slot.Equal(testbeds.NewSlot(morning.Add(5*time.Minute), 4*time.Hour))) {
			t.Errorf("a limit of %d, without a slot: %+v, %v", limit, list, err)
		}
	}
	for second, want := range map[int]int{0: 5, 1: 6, 59: 6} { // the soonest start is five minutes ahead, and a whole minute
		h.clock = morning.Add(time.Duration(second) * time.Second)
		list, _, err := h.Suggest(t.Context(), as("hector"), scheduler.Ask{NSD: "hydra", Duration: testbeds.Period{Clock: time.Hour}, Limit: 1})
		if err != nil || len(list) != 1 || !list[0].Slot.Start.Equal(morning.Add(time.Duration(want)*time.Minute)) {
			t.Errorf("at second %d: %+v, %v", second, list, err)
		}
	}
}

// TestAChangeNamesSoManyThatItConcerns and counts the others; those of a testbed are in the order of their numbers.
func TestAChangeNamesSoManyThatItConcerns(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i := range 103 {
		h.submitted("video", hours(24+float64(i), 1))
	}
	f := facility()
	f.Testbeds[1].Timezone, f.Testbeds[1].Visibility = "Europe/Athens", testbeds.VisibilityOpen // two lines for each request
	out, err := h.PutFacility(t.Context(), as("adele"), f, scheduler.ChangeOptions{DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range out.Affected {
		text := []string{"cloud: its closures and openings now follow the time zone Europe/Athens", "cloud: everybody sees who has booked it"}[i%2]
		if a.Number != int64(i/2+1) || a.Text != text {
			t.Fatalf("line %d is %+v", i, a)
		}
	}
	if len(out.Affected) != 200 || out.MoreAffected != 6 {
		t.Errorf("%d are named, and %d more", len(out.Affected), out.MoreAffected)
	}
}
