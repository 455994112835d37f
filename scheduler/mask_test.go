package scheduler_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// takersOf returns everything that takes or wants capacity in a verdict.
func takersOf(v testbeds.Verdict) (list []testbeds.Taker) {
	for _, c := range v.Conflicts {
		list = append(list, c.TakenBy...)
	}
	return append(list, v.Contenders...)
}

// TestWhoHasTheCapacityIsMaskedOnEveryWay asks for the capacity of maeve's running request, on every way on which a verdict comes out. hector may
// know that it is taken, when and how much; the mentor, the operator and the provider of the testbed may know by whom, and which units.
func TestWhoHasTheCapacityIsMaskedOnEveryWay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	taken := h.running("hydra", hours(24, 4))
	if len(taken.Units) == 0 {
		t.Fatal("nothing is masked of who has no units")
	}
	unit := taken.Units[0].Units[0]
	h.submitted("c2gran", hours(25, 3)) // maeve's, and only a contender
	need := []testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: 3, Units: []string{unit}}}
	ask := scheduler.Ask{Devices: need, Slot: hours(25, 2)}
	in := scheduler.Submission{Name: "in the way", Mentor: "monika", Ask: ask, Anyway: true}
	own := h.ok(h.Submit(t.Context(), as("hector"), in))
	h.approve(own)
	ask.Request = own.ID // what is his own he knows
	ctx := t.Context()

	ways := map[string]func(a account.Actor) (testbeds.Verdict, error){
		"check": func(a account.Actor) (testbeds.Verdict, error) { return h.Check(ctx, a, ask) },
		"suggest": func(a account.Actor) (testbeds.Verdict, error) {
			_, v, err := h.Suggest(ctx, a, ask)
			return v, err
		},
		"get": func(a account.Actor) (testbeds.Verdict, error) {
			v, err := h.Get(ctx, a, own.ID)
			return v.Fit, err
		},
		"history": func(a account.Actor) (testbeds.Verdict, error) {
			page, err := h.History(ctx, a, own.ID, "", 1)
			return *page.Items[0].Verdict, err
		},
		"the outcome of a step": func(a account.Actor) (testbeds.Verdict, error) {
			if a.Username != "hector" && a.Username != "monika" { // they may not take it
				return h.Check(ctx, a, ask)
			}
			out, err := h.Edit(ctx, a, own.ID, scheduler.Edit{Name: new("so"), DryRun: true})
			return out.Fit, err
		},
		"a refusal": func(a account.Actor) (testbeds.Verdict, error) {
			if a.Username != "hector" && a.Username != "monika" {
				return h.Check(ctx, a, ask)
			}
			_, err := h.Edit(ctx, a, own.ID, scheduler.Edit{Devices: &need, DryRun: true})
			return *h.refused(scheduler.CodeConflict, err).Verdict, nil
		},
	}
	for way, verdict := range ways {
		for _, name := range []string{"hector", "monika", "paddy", "oskar"} {
			v, err := verdict(as(name))
			if err != nil {
				t.Fatalf("%s by %s: %v", way, name, err)
			}
			takers := takersOf(v)
			if len(v.Contenders) == 0 || len(v.Conflicts) == 0 {
				t.Fatalf("%s by %s: conflicts %v, contenders %v", way, name, v.Conflicts, v.Contenders)
			}
			units := 0
			for _, taker := range takers {
				units += len(taker.Units)
				masked := taker.Request == 0 && taker.Booking == 0 && taker.Units == nil && taker.Summary == "busy"
				if masked != (name == "hector") {
					t.Errorf("%s shows %s the taker %+v", way, name, taker)
				}
				if taker.Amount == 0 || taker.Strength == "" || taker.Kind != testbeds.TakerBooking || taker.Interval.IsZero() {
					t.Errorf("%s tells %s too little: %+v", way, name, taker)
				}
			}
			if (units == 0) != (name == "hector") {
				t.Errorf("%s names %d units to %s", way, units, name)
			}
		}
	}
}

// TestAnOpenTestbedNamesItsBookings shows the same to everybody where the testbed wants it so.
func TestAnOpenTestbedNamesItsBookings(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.scheduled("hydra", hours(24, 4))
	wants := h.submitted("c2gran", hours(60, 4))
	for _, open := range []bool{false, true} {
		if open {
			f := facility()
			f.Testbeds[0].Visibility = testbeds.VisibilityOpen
			h.put(f)
		}
		v, err := h.Check(t.Context(), as("hector"), scheduler.Ask{NSD: "c2gran", Slot: hours(24, 4)})
		if err != nil || len(takersOf(v)) == 0 {
			t.Fatal(v, err)
		}
		for _, taker := range takersOf(v) {
			if (taker.Request == r.Number) != open {
				t.Errorf("open: %t, and taken by %+v", open, taker)
			}
		}
		v, err = h.Check(t.Context(), as("hector"), scheduler.Ask{NSD: "c2gran", Slot: hours(60, 4)})
		if err != nil || len(v.Contenders) != 1 || (v.Contenders[0].Request == wants.Number) != open {
			t.Errorf("open: %t, and wanted by %+v, %v", open, v.Contenders, err)
		}
		board, err := h.board(as("hector"), "radio", hours(0, 48))
		if err != nil || len(board) != 1 {
			t.Fatal(board, err)
		}
		if named := board[0].Number == r.Number && board[0].Request != nil && board[0].Request.Name == "hydra"; named != open || !open && board[0].Number != 0 {
			t.Errorf("open: %t, and the board shows %+v", open, board[0])
		}
	}
}

// TestAnOverbookIsForThoseConcerned pins who may see which part of an overbook: that there is one, and which request it hurts.
func TestAnOverbookIsForThoseConcerned(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.scheduled("hydra", hours(24, 4))
	in := wants("c2gran", hours(24, 4))
	in.Anyway = true
	over := h.ok(h.Submit(t.Context(), as("hector"), in))
	h.approve(over)
	h.ok(h.Schedule(t.Context(), as("monika"), over.ID, scheduler.Schedule{Override: byHand(scheduler.OverrideOverbook)}))

	type said struct {
		Number    int64 // of the request it hurts, in the record
		Free      int64 // in a check by another user: 4 less 3 less 2
		ShortBy   int64
		Least     int64 // of the availability
		Displayed bool  // as overbooked, on the board
	}
	for name, want := range map[string]said{
		"hector": {Number: 0, Free: 0, ShortBy: 1, Least: 0, Displayed: true}, // it is his own
		"monika": {Number: first.Number, Free: -1, ShortBy: 2, Least: -1, Displayed: true},
		"paddy":  {Number: first.Number, Free: -1, ShortBy: 2, Least: -1, Displayed: true},
		"maeve":  {Number: -1, Free: 0, ShortBy: 1, Least: 0, Displayed: false}, // it is not hers to read
	} {
		got := said{Number: -1}
		if v, err := h.Get(t.Context(), as(name), over.ID); err == nil {
			got.Number = v.Overbooked[0].Conflicts[0].TakenBy[0].Request
		} else {
			h.refused(scheduler.CodeNotFound, err)
		}
		v, err := h.Check(t.Context(), as(name), scheduler.Ask{Devices: []testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: 1}}, Slot: hours(24, 4)})
		if err != nil || len(v.Conflicts) != 1 {
			t.Fatal(name, v, err)
		}
		got.Free, got.ShortBy = v.Conflicts[0].Free, v.Conflicts[0].ShortBy
		series, err := h.Availability(t.Context(), as(name), "radio", hours(24, 4))
		if err != nil {
			t.Fatal(name, err)
		}
		for _, x := range series {
			if x.Resource.Device != "" {
				got.Least = slices.MinFunc(x.Steps, func(a, b testbeds.Step) int { return int(a.Free - b.Free) }).Free
			}
		}
		board, err := h.board(as(name), "radio", hours(0, 48))
		if err != nil || len(board) != 2 {
			t.Fatal(name, board, err)
		}
		got.Displayed = slices.ContainsFunc(board, func(p scheduler.Placed) bool { return p.Overbooked })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
