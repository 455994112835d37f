package web

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

// calendarsPage shows the calendars of a testbed, or of all.
type calendarsPage struct {
	Testbed   string // empty: all
	Calendars []scheduler.TestbedCalendar
	From      string // the calendar whose reading is previewed
	Change    *changePreview
	More      int // lines of it beyond those shown
}

// mostLines bounds the lines of a preview.
const mostLines = 200

// Post returns where the forms lead.
func (p calendarsPage) Post() string {
	if p.Testbed == "" {
		return adminCalendarsPath
	}
	return testbedPath(p.Testbed) + "/calendars"
}

const adminCalendarsPath = "/admin/calendars"

// calendarsOf lists the calendars of a testbed; none where none is in the settings.
func (s *site) calendarsOf(ctx context.Context, who account.Actor, testbed string) ([]scheduler.TestbedCalendar, error) {
	if s.o.TestbedCalendars == nil {
		return nil, nil
	}
	return s.o.TestbedCalendars.List(ctx, who, testbed)
}

func (s *site) testbedCalendars(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	return s.showCalendars(w, r, who, calendarsPage{})
}

func (s *site) showCalendars(w http.ResponseWriter, r *http.Request, who account.Actor, p calendarsPage) (err error) {
	p.Testbed = r.PathValue("testbed")
	if s.o.TestbedCalendars == nil {
		return scheduler.Errorf(scheduler.CodeNotFound, "there is no calendar outside in the settings")
	}
	if !who.SpeaksFor(p.Testbed) {
		return scheduler.Errorf(scheduler.CodeForbidden, "the calendars of a testbed are for its providers and administrators")
	}
	if p.Calendars, err = s.o.TestbedCalendars.List(r.Context(), who, p.Testbed); err != nil {
		return err
	}
	heading := "Calendars of testbeds"
	if p.Testbed != "" {
		heading = "Calendars of " + p.Testbed
	}
	s.show(w, r, http.StatusOK, "calendars.html", heading, who, p)
	return nil
}

// changeCalendars previews, confirms, reads at once, and forgets.
func (s *site) changeCalendars(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if s.o.TestbedCalendars == nil {
		return scheduler.Errorf(scheduler.CodeNotFound, "there is no calendar outside in the settings")
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	ctx, name := r.Context(), r.PostForm.Get("calendar")
	var err error
	note := "saved"
	switch r.PostForm.Get("do") {
	case "preview":
		change, err := s.o.TestbedCalendars.Preview(ctx, who, name)
		if err != nil {
			return err
		}
		p := calendarsPage{From: name, Change: previewOf(change, "")}
		if n := len(p.Change.Lines) - mostLines; n > 0 { // a calendar may hold thousands of events
			p.Change.Lines, p.More = p.Change.Lines[:mostLines], n
		}
		return s.showCalendars(w, r, who, p)
	case "confirm":
		err, note = s.o.TestbedCalendars.Confirm(ctx, who, name), "calendar-confirmed"
	case "read":
		err, note = s.o.TestbedCalendars.TryNow(ctx, who, name), "calendar-read"
	case "forget":
		_, err = s.o.TestbedCalendars.Forget(ctx, who, name)
	default:
		return invalid("do", "is not a known action")
	}
	if err != nil {
		return err
	}
	return done(w, r, calendarsPage{Testbed: r.PathValue("testbed")}.Post(), note)
}
