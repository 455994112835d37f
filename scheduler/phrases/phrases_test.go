package phrases_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds"
)

func TestTimesAreSaidInEveryZoneThatMatters(t *testing.T) {
	t.Parallel()
	f := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "a", Timezone: "Europe/Madrid"}, {ID: "b", Timezone: "UTC"}, {ID: "c", Timezone: "Europe/Madrid"}, {ID: "d", Timezone: "Europe/Athens"}}}
	var r scheduler.Request
	for _, id := range []string{"a", "b", "c", "d"} {
		r.Demand = append(r.Demand, testbeds.Need{Resource: testbeds.Resource{Testbed: id, VIM: "v"}, Amount: 1})
	}
	slot := testbeds.Slot{Start: time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), End: time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC)} // Madrid's and Athens' clocks go back at 01:00
	want := []string{"Sun 25 Oct, 00:30–01:30 UTC", "Sun 25 Oct, 02:30 CEST–02:30 CET Madrid time", "Sun 25 Oct, 03:30 EEST–03:30 EET Athens time"}
	if diff := cmp.Diff(want, phrases.Public(r, f, slot.Start).Slots(slot, phrases.Zones(r, f))); diff != "" {
		t.Error(diff)
	}
}

func TestEveryActionAndStatusHasWords(t *testing.T) {
	t.Parallel()
	for _, a := range []scheduler.Action{scheduler.ActionSubmit, scheduler.ActionSchedule, scheduler.ActionDisplace, scheduler.ActionOfferEnds, "something_new"} {
		if w := phrases.Did(a); w == "" || w == string(a) {
			t.Errorf("%s: %q", a, w)
		}
	}
	if got := phrases.Status(scheduler.UnderReview); got != "under review" {
		t.Error(got)
	}
	if got := phrases.Who(scheduler.Event{Actor: account.System.Username}); got != "Berth" {
		t.Error(got)
	}
}
