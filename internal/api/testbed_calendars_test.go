package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// fakeCalendars is one calendar of the hall.
type fakeCalendars struct{ done []string }

func (f *fakeCalendars) may(a account.Actor) error {
	if a.Provides("hall") || a.Is(account.RoleAdministrator) {
		return nil
	}
	return scheduler.Errorf(scheduler.CodeForbidden, "not yours")
}

func (f *fakeCalendars) List(_ context.Context, a account.Actor, testbed string) ([]scheduler.TestbedCalendar, error) {
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	c := scheduler.TestbedCalendar{Name: "lab", Testbed: "hall", Read: &at, Stale: true, Closures: 3}
	if f.may(a) == nil {
		c.Held = &scheduler.HeldCalendar{Since: at, Gone: 3, Of: 3, Events: []string{"Paint"}}
	}
	if testbed == "" || testbed == "hall" {
		return []scheduler.TestbedCalendar{c}, nil
	}
	return nil, nil
}

func (f *fakeCalendars) Preview(_ context.Context, a account.Actor, name string) (scheduler.FacilityChange, error) {
	return scheduler.FacilityChange{Differences: []testbeds.Difference{{Kind: "removed", Field: "testbeds[hall].closures[cal-1]"}}, Broken: []scheduler.BrokenBooking{}, DryRun: true}, f.may(a)
}

func (f *fakeCalendars) note(a account.Actor, what string) error {
	if err := f.may(a); err != nil {
		return err
	}
	f.done = append(f.done, what)
	return nil
}

func (f *fakeCalendars) Confirm(_ context.Context, a account.Actor, name string) error {
	return f.note(a, "confirm "+name)
}
func (f *fakeCalendars) TryNow(_ context.Context, a account.Actor, name string) error {
	return f.note(a, "read "+name)
}
func (f *fakeCalendars) Forget(_ context.Context, a account.Actor, name string) (scheduler.FacilityChange, error) {
	return scheduler.FacilityChange{}, f.note(a, "forget "+name)
}

func TestTestbedCalendars(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	f := &fakeCalendars{}
	h.api.o.TestbedCalendars = f
	everybody := h.expect(h.send("maeve", "GET", "/testbed-calendars", nil), 200)
	if s := string(everybody.body); !strings.Contains(s, `"stale":true`) || strings.Contains(s, "held") {
		t.Errorf("%s", s)
	}
	if s := string(h.expect(h.send("paddy", "GET", "/testbed-calendars?testbed=hall", nil), 200).body); !strings.Contains(s, `"gone":3`) {
		t.Errorf("%s", s)
	}
	if s := string(h.expect(h.send("paddy", "GET", "/testbed-calendars?testbed=other", nil), 200).body); !strings.Contains(s, `"items":[]`) {
		t.Errorf("%s", s)
	}
	for _, c := range []struct {
		method, path string
		want         int
	}{{"POST", "/preview", 200}, {"POST", "/confirm", 202}, {"POST", "/read", 202}, {"DELETE", "", 200}} {
		for _, who := range []string{"maeve", "monika", "oskar"} {
			h.expect(h.send(who, c.method, "/testbed-calendars/lab"+c.path, nil), http.StatusForbidden)
		}
		h.expect(h.send("paddy", c.method, "/testbed-calendars/lab"+c.path, nil), c.want)
	}
	if want := []string{"confirm lab", "read lab", "forget lab"}; !slices.Equal(f.done, want) {
		t.Errorf("%v, want %v", f.done, want)
	}
}
