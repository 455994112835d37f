package scheduler_test

import (
	"testing"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// fromCalendar closes the radio hall in a slot, as a calendar of its staff does.
func (h *house) fromCalendar(slot testbeds.Slot, how testbeds.Replacing) scheduler.FacilityChange {
	h.Helper()
	reader := account.System
	reader.Via = "calendar upkeep"
	change, err := h.TakeClosures(h.t.Context(), reader, "radio", "upkeep", []testbeds.Closure{{ID: "cal-1", Summary: "painters", Devices: []string{"usrp"}, Replace: how,
		Start: testbeds.LocalTime{Time: slot.Start}, Duration: testbeds.Period{Clock: slot.Duration()}}}, scheduler.ChangeOptions{Force: true, Reason: "calendar upkeep: painters"})
	if err != nil {
		h.Fatalf("closures of a calendar: %v", err)
	}
	return change
}

func TestWhatBecomesOfWhomAClosureHits(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		testbed, closure testbeds.Replacing
		moved            bool
		offers           int
	}{
		"nothing is said":               {"", "", false, 3},
		"asked":                         {testbeds.ReplaceAsked, "", false, 3},
		"told":                          {testbeds.ReplaceTold, "", true, 0},
		"never":                         {testbeds.ReplaceNever, "", false, 0},
		"the closure says told":         {testbeds.ReplaceNever, testbeds.ReplaceTold, true, 0},
		"the closure says asked":        {testbeds.ReplaceTold, testbeds.ReplaceAsked, false, 3},
		"the closure says never":        {testbeds.ReplaceTold, testbeds.ReplaceNever, false, 0},
		"the closure says it by itself": {"", testbeds.ReplaceTold, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			f := facility()
			f.Testbeds[0].Replace = test.testbed
			h.put(f)
			r := h.scheduled("marathon", hours(24, 4))
			change := h.fromCalendar(hours(24, 4), test.closure)
			v := h.get(r.ID)
			if moved := !v.Slot.Equal(r.Slot); moved != test.moved || moved != (change.Broken[0].Moved != nil) || moved == (len(v.Flags) > 0) {
				t.Errorf("moved %v: %+v, %+v", moved, change.Broken, v.Request)
			}
			if n := len(h.offers(r.ID)); n != test.offers || change.Broken[0].Offered != n {
				t.Errorf("%d offers: %+v", n, change.Broken)
			}
			if last := h.history(r.ID); test.moved && (last[len(last)-1].Action != scheduler.ActionMove || last[len(last)-1].Via != "calendar upkeep" || last[len(last)-1].Reason != "calendar upkeep: painters") {
				t.Errorf("history ends with %+v", last[len(last)-1])
			}
			h.clean()
		})
	}
}

// TestACalendarSpeaksForItsTestbedAlone although Berth, which reads it, may change every testbed.
func TestACalendarSpeaksForItsTestbedAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	f := facility()
	f.Testbeds[0].Replace, f.Testbeds[1].Approval = testbeds.ReplaceTold, testbeds.ApprovalRequired
	h.put(f)
	in := wants("marathon", hours(24, 4))
	in.NSD = ""
	in.Components = []testbeds.Component{{Member: "1", VNF: "radio_vnf"}, {Member: "2", VNF: "video_vnf"}}
	in.Placement = testbeds.Placement{"1": "radio/iris", "2": "cloud/big"}
	in.Devices = []testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: 4}}
	r := h.submittedBy("maeve", in)
	h.approve(r)
	r = h.ok(h.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
	change := h.fromCalendar(hours(24, 4), "")
	if v := h.get(r.ID); !v.Slot.Equal(r.Slot) || len(h.offers(r.ID)) != 3 || change.Broken[0].Moved != nil {
		t.Errorf("the cloud was not asked: %+v", v.Request)
	}
	h.clean()
}

// TestWhoHasItsCapacityAgainIsNotMarked: another request, which could be moved, makes room for one that could not.
func TestWhoHasItsCapacityAgainIsNotMarked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	f := facility()
	f.Testbeds[0].Replace, f.Testbeds[1].Approval = testbeds.ReplaceTold, testbeds.ApprovalRequired
	h.put(f)
	in := wants("c2gran", hours(24, 4))
	in.NSD = ""
	in.Components = []testbeds.Component{{Member: "1", VNF: "radio_vnf"}, {Member: "2", VNF: "video_vnf"}}
	in.Placement = testbeds.Placement{"1": "radio/iris", "2": "cloud/big"}
	in.Devices = []testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: 2}}
	stays := h.submittedBy("maeve", in)
	h.approve(stays)
	stays = h.ok(h.Schedule(t.Context(), as("monika"), stays.ID, scheduler.Schedule{}))
	goes := h.scheduled("c2gran", hours(24, 4))
	if _, _, err := h.AddClosure(t.Context(), as("paddy"), "radio", testbeds.Closure{Summary: "two are broken", Devices: []string{"usrp"}, Count: 2, Start: testbeds.LocalTime{Time: hours(24, 4).Start},
		Duration: testbeds.Period{Clock: 4 * time.Hour}}, scheduler.ChangeOptions{Force: true}, scheduler.Creation{}); err != nil {
		t.Fatal(err)
	}
	if v := h.get(goes.ID); v.Slot.Equal(goes.Slot) {
		t.Errorf("it was not moved: %+v", v.Request)
	}
	if v := h.get(stays.ID); !v.Slot.Equal(stays.Slot) || len(v.Flags)+len(h.offers(stays.ID)) > 0 || h.booking(stays).Overbooked || !v.Fit.Fits {
		t.Errorf("it lacks nothing: %+v", v.Request)
	}
	h.clean()
}

// TestMoreThanOneTransactionCaresFor are cared for in steps, each once.
func TestMoreThanOneTransactionCaresFor(t *testing.T) {
	t.Parallel()
	for _, how := range []testbeds.Replacing{testbeds.ReplaceTold, testbeds.ReplaceAsked} {
		h := newHouse(t)
		const many = 53
		var hit []scheduler.Request
		for i := range many {
			hit = append(hit, h.scheduled("marathon", hours(48+2*float64(i), 1)))
		}
		last := many - 1
		h.ok(h.Prioritise(t.Context(), as("monika"), hit[last].ID, scheduler.Prioritise{Priority: scheduler.PriorityHigh}))
		change := h.fromCalendar(hours(40, 48+2*many), how)
		cared := func() (n int) {
			for _, r := range hit {
				if v := h.get(r.ID); !v.Slot.Equal(r.Slot) || len(h.offers(r.ID)) > 0 {
					n++
				}
			}
			return n
		}
		later := 0
		for _, b := range change.Broken {
			if b.Later {
				later++
			}
		}
		if n := cared(); n != 50 || later != 3 || h.get(hit[last].ID).Slot.Equal(hit[last].Slot) == (how == testbeds.ReplaceTold) {
			t.Fatalf("%s: %d of %d at once, %d later", how, n, many, later)
		}
		h.due()
		if n := cared(); n != 50 {
			t.Errorf("%s: %d before it is time", how, n)
		}
		h.clock = h.clock.Add(2 * time.Second)
		h.due()
		if n := cared(); n != many {
			t.Errorf("%s: %d of %d in the end", how, n, many)
		}
		rows := len(h.history(hit[last-1].ID))
		h.due()
		if n := len(h.history(hit[last-1].ID)); n != rows {
			t.Errorf("%s: it was cared for twice", how)
		}
		h.clean()
	}
}

// TestWhatIsBackBeforeItsStepNeedsNone: the closure is lifted again.
func TestWhatIsBackBeforeItsStepNeedsNone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var hit []scheduler.Request
	for i := range 51 {
		hit = append(hit, h.scheduled("marathon", hours(48+2*float64(i), 1)))
	}
	h.fromCalendar(hours(40, 200), testbeds.ReplaceAsked)
	reader := account.System
	if _, err := h.TakeClosures(t.Context(), reader, "radio", "upkeep", nil, scheduler.ChangeOptions{Force: true}); err != nil {
		t.Fatal(err)
	}
	h.clock = h.clock.Add(time.Minute)
	h.due()
	for _, r := range hit {
		if v := h.get(r.ID); len(v.Flags)+len(h.offers(r.ID)) > 0 || v.Care != nil || !v.Fit.Fits {
			t.Errorf("%+v", v.Request)
		}
	}
	h.clean()
}
