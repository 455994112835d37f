package scheduler_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/testbeds"
)

func usrps(n int64) *[]testbeds.DeviceNeed {
	if n == 0 {
		return &[]testbeds.DeviceNeed{}
	}
	return &[]testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: n}}
}

// A granted request can be moved to other devices: fewer of them ask nobody and keep its units, more of them ask the testbed again.
func TestAGrantedRequestMovesToOtherDevices(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		in      scheduler.Move
		devices []testbeds.DeviceNeed
		waits   bool
		text    string // in its history
	}{
		{"fewer", scheduler.Move{Devices: usrps(1)}, *usrps(1), false, "with 1 × usrp at radio"},
		{"none", scheduler.Move{Devices: usrps(0)}, *usrps(0), false, "without devices"},
		{"as many", scheduler.Move{Devices: usrps(3)}, *usrps(3), false, "with 3 × usrp at radio"},
		{"more", scheduler.Move{Devices: usrps(4)}, *usrps(4), true, "with 4 × usrp at radio, once it is approved by radio"},
		{"fewer, later", scheduler.Move{Slot: new(hours(30, 4)), Devices: usrps(2)}, *usrps(2), true, "with 2 × usrp at radio, once"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			r := h.scheduled("hydra", hours(24, 4))
			dry := tt.in
			dry.DryRun = true
			if got := h.ok(h.Move(t.Context(), as("monika"), r.ID, dry)); (got.PendingMove != nil) != tt.waits {
				t.Errorf("before it is done: %+v", got)
			}
			if diff := cmp.Diff(r.Devices, h.get(r.ID).Devices); diff != "" {
				t.Errorf("a dry run changed the devices (-want +got):\n%s", diff)
			}
			r = h.ok(h.Move(t.Context(), as("monika"), r.ID, tt.in))
			if tt.waits {
				if r.PendingMove == nil || r.Devices[0].Count != 3 {
					t.Fatalf("it keeps what it has until radio approves: %+v", r)
				}
				r = h.approving(r, scheduler.Approved)
			}
			if diff := cmp.Diff(tt.devices, r.Devices); diff != "" || r.PendingMove != nil {
				t.Errorf("pending %v, devices (-want +got):\n%s", r.PendingMove, diff)
			}
			said := false
			for _, e := range h.history(r.ID) {
				said = said || strings.Contains(e.Text, tt.text)
			}
			if !said {
				t.Errorf("its history does not say %q", tt.text)
			}
			claims := int64(0)
			for _, c := range h.booking(r).Claims {
				if c.Resource.Device == "usrp" {
					claims += c.Amount
				}
			}
			if want := sum(tt.devices); claims != want {
				t.Errorf("it has %d USRPs, want %d", claims, want)
			}
			h.clean()
		})
	}
}

func sum(list []testbeds.DeviceNeed) (n int64) {
	for _, d := range list {
		n += d.Count
	}
	return n
}

func TestWhoMovesToOtherDevices(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4))
	_, err := h.Move(t.Context(), as("maeve"), r.ID, scheduler.Move{Slot: new(hours(24, 3)), Devices: usrps(1)})
	h.refused(scheduler.CodeForbidden, err) // its experimenter shortens it, and no more
	_, err = h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Devices: usrps(5)})
	if e := h.refused(scheduler.CodeConflict, err); len(e.Alternatives) == 0 {
		t.Error("a refusal has no way out")
	}
	r = h.ok(h.at(24).Start(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
	_, err = h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Devices: usrps(1)})
	if e := h.refused(scheduler.CodeInvalid, err); len(e.Fields) != 1 || e.Fields[0].Field != "devices" {
		t.Errorf("a running one: %+v", e.Fields)
	}
	under := h.submitted("c2gran", hours(48, 4))
	if got := h.ok(h.Move(t.Context(), as("maeve"), under.ID, scheduler.Move{Devices: usrps(1)})); got.Devices[0].Count != 1 || !got.Slot.Equal(hours(48, 4)) {
		t.Errorf("under review: %+v", got)
	}
}

// Units that were approved by their names are not units of any kind: fewer of them stay approved where they keep those names, or take those that were left
// open, and ask the testbed again where they give up more names than units.
func TestFewerDevicesOfThoseApprovedByName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		count int64
		units []string
		waits bool
	}{
		{"both names", 2, []string{"u2", "u4"}, false},
		{"a name and the open one", 2, []string{"u2"}, false},
		{"the open one alone", 1, nil, false},
		{"two of any", 2, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			named := []testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: 3, Units: []string{"u2", "u4"}}}
			slot := hours(24, 4)
			r := h.submittedBy("maeve", scheduler.Submission{Name: "named", Mentor: "monika", Ask: scheduler.Ask{NSD: "hydra", Devices: named, Slot: slot}})
			r = h.approving(r, scheduler.Approved)
			r = h.ok(h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
			fewer := []testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: tt.count, Units: tt.units}}
			if r = h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Devices: &fewer})); (r.PendingMove != nil) != tt.waits {
				t.Errorf("pending %+v", r.PendingMove)
			}
		})
	}
}

// A testbed that has taken its approval back is asked again before more than it refused is granted: any unit is more than one by its name.
func TestWhatIsRefusedAfterTheGrantDoesNotGrow(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		units []string
		waits bool
	}{
		{"the same unit", []string{"u2"}, false},
		{"any unit", nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			one := func(units []string) []testbeds.DeviceNeed {
				return []testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: 1, Units: units}}
			}
			in := wants("hydra", hours(24, 4))
			in.Devices = one([]string{"u2"})
			r := h.ok(h.Submit(t.Context(), as("maeve"), in))
			h.approve(r)
			h.ok(h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
			h.approving(r, scheduler.Refused)
			got := h.ok(h.Move(t.Context(), as("monika"), r.ID, scheduler.Move{Slot: new(hours(24, 3)), Devices: new(one(tt.units))}))
			if (got.PendingMove != nil) != tt.waits {
				t.Errorf("pending: %+v", got.PendingMove)
			}
			h.clean()
		})
	}
}
