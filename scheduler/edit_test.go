package scheduler_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// TestAnEditChangesWhatItNames and nothing else: each field alone, of hydra from nine to one with three radios. An edit of the texts keeps the
// approval of the testbed; an edit of the demand does not.
func TestAnEditChangesWhatItNames(t *testing.T) {
	t.Parallel()
	type asked struct {
		Name, Description, NSD string
		Slot                   testbeds.Slot
		Window                 *testbeds.Slot
		Shortest               testbeds.Period
		Members                []string
		Placement              testbeds.Placement
		Devices                []testbeds.DeviceNeed
		Approved               bool
	}
	radios := func(n int64) []testbeds.DeviceNeed {
		return []testbeds.DeviceNeed{{Testbed: "radio", Device: "usrp", Count: n}}
	}
	window := hours(12, 24)
	own := []testbeds.Component{{Member: "mine", Size: testbeds.Quantities{"vcpu": 2}, Onboarded: []string{"cloud/big"}}}
	for name, tt := range map[string]struct {
		edit scheduler.Edit
		want func(*asked)
	}{
		"name":           {scheduler.Edit{Name: new("other")}, func(a *asked) { a.Name = "other" }},
		"description":    {scheduler.Edit{Description: new("other")}, func(a *asked) { a.Description = "other" }},
		"slot":           {scheduler.Edit{Slot: new(hours(30, 4))}, func(a *asked) { a.Slot, a.Approved = hours(30, 4), false }},
		"a shorter slot": {scheduler.Edit{Slot: new(hours(24, 3))}, func(a *asked) { a.Slot = hours(24, 3) }},
		"window":         {scheduler.Edit{Window: &window}, func(a *asked) { a.Window = &window }},
		"shortest":       {scheduler.Edit{MinDuration: &testbeds.Period{Clock: time.Hour}}, func(a *asked) { a.Shortest = testbeds.Period{Clock: time.Hour} }},
		"the same NSD":   {scheduler.Edit{NSD: new("hydra")}, func(*asked) {}},
		"another NSD":    {scheduler.Edit{NSD: new("c2gran")}, func(a *asked) { a.NSD, a.Devices = "c2gran", radios(2) }},
		"one elsewhere": {scheduler.Edit{NSD: new("video")}, func(a *asked) {
			a.NSD, a.Devices, a.Placement, a.Approved = "video", nil, testbeds.Placement{"1": "cloud/big"}, false
		}},
		"components": {scheduler.Edit{Components: &own, Placement: &testbeds.Placement{"all": "cloud/big"}}, func(a *asked) {
			a.NSD, a.Members, a.Placement = "", []string{"mine"}, testbeds.Placement{"mine": "cloud/big"}
		}},
		"placement":         {scheduler.Edit{Placement: &testbeds.Placement{"1": "cloud/big"}, Anyway: true}, func(a *asked) { a.Placement = testbeds.Placement{"1": "cloud/big"} }},
		"fewer devices":     {scheduler.Edit{Devices: new(radios(1))}, func(a *asked) { a.Devices = radios(1) }},
		"more devices":      {scheduler.Edit{Devices: new(radios(4))}, func(a *asked) { a.Devices, a.Approved = radios(4), false }},
		"no devices":        {scheduler.Edit{Devices: &[]testbeds.DeviceNeed{}}, func(a *asked) { a.Devices = []testbeds.DeviceNeed{} }},
		"nothing but again": {scheduler.Edit{}, func(*asked) {}},
	} {
		h := newHouse(t)
		r := h.submitted("hydra", hours(24, 4))
		h.approve(r)
		before := h.get(r.ID).Request
		state := func(r scheduler.Request) asked {
			a := asked{Name: r.Name, Description: r.Description, NSD: r.NSD, Slot: r.Slot, Window: r.Window, Shortest: r.MinDuration, Placement: maps.Clone(r.Placement), Devices: r.Devices}
			for _, c := range r.Components {
				a.Members = append(a.Members, c.Member)
			}
			i := slices.IndexFunc(r.Approvals, func(x scheduler.Approval) bool { return x.Testbed == "radio" })
			a.Approved = i >= 0 && r.Approvals[i].Decision == scheduler.Approved
			return a
		}
		want := state(before)
		tt.want(&want)
		out, err := h.Edit(t.Context(), as("maeve"), r.ID, tt.edit)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, state(h.get(r.ID).Request)); diff != "" || out.Request.Revision != before.Revision+1 {
			t.Errorf("%s, revision %d (-want +got):\n%s", name, out.Request.Revision, diff)
		}
		h.clean()
	}
}

// TestATicketIsSetOnce and notes about it are recorded once: neither changes the calendar or notifies the ticket without news.
func TestATicketIsSetOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("hydra", hours(24, 4))
	revision := func() int64 { return h.get(r.ID).Revision }
	first := revision()
	for i, tt := range []struct {
		ticket scheduler.Ticket
		grown  int64
	}{{scheduler.Ticket{Key: "7", URL: "u"}, 1}, {scheduler.Ticket{Key: "7", URL: "u"}, 1}, {scheduler.Ticket{Key: "7", URL: "v"}, 2}, {scheduler.Ticket{Key: "8", URL: "v"}, 3}} {
		if err := h.SetTicket(t.Context(), account.System, r.ID, tt.ticket); err != nil {
			t.Fatal(err)
		}
		if got := h.get(r.ID); got.Revision != first+tt.grown || *got.Ticket != tt.ticket {
			t.Errorf("%d: revision %d, ticket %+v", i, got.Revision, got.Ticket)
		}
	}
	h.refused(scheduler.CodeForbidden, h.SetTicket(t.Context(), as("monika"), r.ID, scheduler.Ticket{Key: "9"}))
	before := revision()
	for _, note := range []struct{ text, key string }{{"moved", "a"}, {"moved", "a"}, {"gone", "b"}, {"no key", ""}, {"no key", ""}} {
		if err := h.NoteOnTicket(t.Context(), account.System, r.ID, note.text, scheduler.Creation{Key: note.key}); err != nil {
			t.Fatal(err)
		}
	}
	var notes []string
	for _, e := range h.history(r.ID) {
		if e.Action == scheduler.ActionTicketNote {
			notes = append(notes, e.Text)
		}
	}
	if !slices.Equal(notes, []string{"moved", "gone", "no key", "no key"}) || revision() != before {
		t.Errorf("%v, revision %d after %d", notes, revision(), before)
	}
}

// TestWaysAreThereWhereARequestDoesNotFit: for maeve's, which wants what marathon has.
func TestWaysAreThereWhereARequestDoesNotFit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	fits := h.submitted("hydra", hours(40, 4))
	unfit := h.submitted("hydra", hours(24, 4))
	h.scheduled("marathon", hours(24, 4))
	for _, tt := range []struct {
		id   string
		at   float64
		want bool
	}{{fits.ID, 0, false}, {unfit.ID, 0, true}, {unfit.ID, 30, false}} { // its slot is over: there is nothing to shift
		h.at(tt.at)
		list, err := h.Ways(t.Context(), as("maeve"), tt.id)
		if err != nil || (len(list) > 0) != tt.want {
			t.Errorf("at %g: %+v, %v", tt.at, list, err)
		}
		for _, w := range list {
			if v, err := h.Check(t.Context(), as("maeve"), scheduler.Ask{NSD: "hydra", Slot: w.Slot, Devices: w.Devices, Placement: w.Placement, Request: unfit.ID}); err != nil || !v.Fits {
				t.Errorf("%+v does not work: %+v, %v", w, v, err)
			}
		}
	}
}

func TestWhatAViewIncludes(t *testing.T) {
	t.Parallel()
	view := &scheduler.Visible{Experimenter: "maeve", Testbeds: []string{"radio"}}
	for _, tt := range []struct {
		view         *scheduler.Visible
		experimenter string
		testbeds     []string
		want         bool
	}{
		{nil, "hector", nil, true}, {view, "maeve", nil, true}, {view, "hector", []string{"cloud", "radio"}, true}, {view, "hector", []string{"cloud"}, false},
		{view, "", nil, false}, {&scheduler.Visible{}, "", nil, false}, {&scheduler.Visible{}, "maeve", []string{"radio"}, false},
	} {
		if got := tt.view.Includes(tt.experimenter, tt.testbeds); got != tt.want {
			t.Errorf("%+v includes %q at %v: %t", tt.view, tt.experimenter, tt.testbeds, got)
		}
	}
	for request, want := range map[string]bool{"6b1d": true, "": false} {
		if got := scheduler.OfRequests(scheduler.Event{Request: request}); got != want {
			t.Errorf("an event of %q is one of a request: %t", request, got)
		}
	}
}

// TestANoteInTheCalendarStaysUntilTheNextChange: steps for the ticket are no change.
func TestANoteInTheCalendarStaysUntilTheNextChange(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("hydra", hours(24, 4))
	h.scheduled("marathon", hours(40, 4))
	_, err := h.MoveInCalendar(t.Context(), as("maeve"), r.ID, hours(40, 4), 0)
	h.refused(scheduler.CodeConflict, err)
	for i, step := range []func() error{
		func() error { return h.SetTicket(t.Context(), account.System, r.ID, scheduler.Ticket{Key: "7"}) },
		func() error {
			return h.NoteOnTicket(t.Context(), account.System, r.ID, "moved", scheduler.Creation{})
		},
		func() error {
			_, err := h.Edit(t.Context(), as("maeve"), r.ID, scheduler.Edit{Name: new("other")})
			return err
		},
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
		if stays := h.get(r.ID).Remark != nil; stays != (i < 2) {
			t.Errorf("after step %d the note stays: %t", i, stays)
		}
	}
}
