package app_test

import (
	"fmt"
	"slices"
	"testing"

	"berth/calendar"
	"berth/internal/api"
	"berth/internal/bugzilla/tracker"
	"berth/internal/web"
	"berth/scheduler"
	"berth/scheduler/phrases"
)

// statusPlaces lists all places with something for each status; missing names the ones without.
var statusPlaces = []struct {
	name    string
	missing func(scheduler.Status) []string
}{
	{"the phrases (scheduler/phrases)", unless(phrases.KnowsStatus)},
	{"the STATUS of events (calendar)", unless(calendar.KnowsStatus)},
	{"the portal's words (internal/api)", unless(func(s scheduler.Status) bool { _, known := api.PortalStatus(s); return known })},
	{"the status map of tickets", unless(func(s scheduler.Status) bool { _, known := tracker.Stock()[s]; return known })},
	{"the pages (internal/web)", web.MissingStatus},
}

func unless(known func(scheduler.Status) bool) func(scheduler.Status) []string {
	return func(s scheduler.Status) []string {
		if known(s) {
			return nil
		}
		return []string{"no entry"}
	}
}

// TestEveryStatusIsKnownEverywhere helps a developer who adds a status: it names the places that lack it. The scheduler's own tests check
// the meaning of statuses to the rules.
func TestEveryStatusIsKnownEverywhere(t *testing.T) {
	t.Parallel()
	for _, s := range scheduler.Statuses {
		for _, p := range statusPlaces {
			if missing := p.missing(s); len(missing) > 0 {
				t.Errorf("%s has nothing for %s: %q", p.name, s, missing)
			}
		}
	}
	for _, p := range statusPlaces {
		if len(p.missing("NOT_A_STATUS")) == 0 {
			t.Errorf("%s claims to know every status", p.name)
		}
	}
}

// TestStatusesAreToldApart: each status has words of its own, so that no user takes it for another.
func TestStatusesAreToldApart(t *testing.T) {
	t.Parallel()
	var said []string
	for _, s := range scheduler.Statuses {
		word := phrases.Status(s)
		if word == "" || slices.Contains(said, word) {
			t.Errorf("%s is called %q, as another one, or nothing", s, word)
		}
		said = append(said, word)
		if word, _ := api.PortalStatus(s); word != fmt.Sprint(s) && s != scheduler.Cancelled { // which the portal would delete
			t.Errorf("%s is %q in the portal", s, word)
		}
	}
}
