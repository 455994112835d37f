package api

import (
	"context"
	"net/http"

	"berth/scheduler"
	"berth/scheduler/account"
)

// TestbedCalendars shows the calendars outside that are tied to testbeds, and takes what people decide about them.
type TestbedCalendars interface {
	List(ctx context.Context, a account.Actor, testbed string) ([]scheduler.TestbedCalendar, error)
	Preview(ctx context.Context, a account.Actor, name string) (scheduler.FacilityChange, error)
	Confirm(ctx context.Context, a account.Actor, name string) error
	TryNow(ctx context.Context, a account.Actor, name string) error
	Forget(ctx context.Context, a account.Actor, name string) (scheduler.FacilityChange, error)
}

func (a *api) testbedCalendarRoutes() {
	type which struct {
		Testbed string `query:"testbed" maxLength:"64" doc:"of this testbed alone"`
	}
	add(a, operation{id: "list-testbed-calendars", method: "GET", path: "/testbed-calendars", tag: "facility", summary: "List the calendars outside that close testbeds, or into which bookings are written",
		more: "What went wrong, what was not understood and what waits for a person is for providers and administrators."},
		func(ctx context.Context, actor account.Actor, in *which) (*body[scheduler.Page[scheduler.TestbedCalendar]], error) {
			found, err := a.o.TestbedCalendars.List(ctx, actor, in.Testbed)
			return answer(items(found)), err
		})
	type Named struct {
		Name string `path:"calendar" maxLength:"40"`
	}
	add(a, operation{id: "preview-testbed-calendar", method: "POST", path: "/testbed-calendars/{calendar}/preview", tag: "facility",
		summary: "Read a calendar now, and say what that would change and whom it would hit", more: "Nothing is changed. A loss of most events is taken as if it were confirmed."},
		func(ctx context.Context, actor account.Actor, in *Named) (*body[scheduler.FacilityChange], error) {
			change, err := a.o.TestbedCalendars.Preview(ctx, actor, in.Name)
			return answer(change), err
		})
	add(a, operation{id: "confirm-testbed-calendar", method: "POST", path: "/testbed-calendars/{calendar}/confirm", tag: "facility", status: http.StatusAccepted,
		summary: "Let a calendar be believed although most of its events are gone"},
		func(ctx context.Context, actor account.Actor, in *Named) (*struct{}, error) {
			return nil, a.o.TestbedCalendars.Confirm(ctx, actor, in.Name)
		})
	add(a, operation{id: "read-testbed-calendar", method: "POST", path: "/testbed-calendars/{calendar}/read", tag: "facility", status: http.StatusAccepted,
		summary: "Read or write a calendar at once"},
		func(ctx context.Context, actor account.Actor, in *Named) (*struct{}, error) {
			return nil, a.o.TestbedCalendars.TryNow(ctx, actor, in.Name)
		})
	add(a, operation{id: "forget-testbed-calendar", method: "DELETE", path: "/testbed-calendars/{calendar}", tag: "facility",
		summary: "Remove the closures of a calendar that is no longer in the settings"},
		func(ctx context.Context, actor account.Actor, in *Named) (*body[scheduler.FacilityChange], error) {
			change, err := a.o.TestbedCalendars.Forget(ctx, actor, in.Name)
			return answer(change), err
		})
}
