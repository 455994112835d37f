package web

import (
	"berth/testbeds/wallclock"
	"context"
	"html/template"
	"net/http"
	"net/url"
	"slices"

	"berth/scheduler"
	"berth/scheduler/account"
)

// requestsPage shows a list of requests.
type requestsPage struct {
	Views    []link
	View     string
	Statuses []scheduler.Status
	Status   string
	Text     string
	Items    []scheduler.Request
	Next     template.URL
	Agenda   *agenda
}

// agenda lists the operators' work.
type agenda struct{ Days []agendaDay }

type agendaDay struct {
	Title string
	Items []scheduler.Duty
}

// viewLabels names the lists on the page.
var viewLabels = map[string]string{"to decide": "To decide", "to operate": "Operations", "mine": "My requests", "all": "All requests"}

// listViews lists the views for a user, the most useful first.
func listViews(who account.Actor) (list []string) {
	if who.Is(account.RoleMentor) || who.Is(account.RoleProvider) {
		list = append(list, "to decide")
	}
	if who.Is(account.RoleOperator) || who.Is(account.RoleAdministrator) {
		list = append(list, "to operate")
	}
	if who.Is(account.RoleExperimenter) || len(list) == 0 {
		list = append(list, "mine")
	}
	return append(list, "all")
}

func (s *site) requests(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	q := r.URL.Query()
	p := requestsPage{View: q.Get("view"), Status: q.Get("status"), Text: q.Get("text"), Statuses: scheduler.Statuses}
	views := listViews(who)
	if !slices.Contains(views, p.View) {
		p.View = views[0]
	}
	for _, v := range views {
		p.Views = append(p.Views, link{Label: viewLabels[v], URL: "/requests?" + url.Values{"view": {v}}.Encode(), Here: v == p.View})
	}
	f := scheduler.RequestFilter{Text: p.Text, Limit: 50}
	if p.Status != "" {
		f.Status = []scheduler.Status{scheduler.Status(p.Status)}
	}
	switch p.View {
	case "mine":
		f.Experimenter = who.Username
	case "to decide":
		f.Status = []scheduler.Status{scheduler.UnderReview}
	case "to operate":
		var err error
		if p.Agenda, err = s.agenda(r.Context(), who); err != nil {
			return err
		}
		s.show(w, r, http.StatusOK, "requests.html", "Requests", who, p)
		return nil
	}
	page, err := s.service.List(r.Context(), who, f, q.Get("cursor"))
	if err != nil {
		return err
	}
	p.Items = page.Items
	if p.View == "to decide" {
		p.Items = slices.DeleteFunc(page.Items, func(x scheduler.Request) bool { return !x.WaitsFor(who) })
	}
	if page.Next != "" {
		q.Set("cursor", page.Next)
		q.Set("view", p.View)
		p.Next = template.URL("/requests?" + q.Encode())
	}
	s.show(w, r, http.StatusOK, "requests.html", "Requests", who, p)
	return nil
}

// agendaDays is the number of days that the agenda covers.
const agendaDays = 7

// agenda lists the operators' work of the days ahead, and overdue work.
func (s *site) agenda(ctx context.Context, who account.Actor) (*agenda, error) {
	now := s.o.Clock().UTC()
	until := now.AddDate(0, 0, agendaDays)
	duties, err := s.service.Duties(ctx, who, now, until)
	if err != nil {
		return nil, err
	}
	a, zone := &agenda{}, s.readerOf(who).zone
	for _, x := range duties {
		day := wallclock.Day(x.At, zone, now)
		if n := len(a.Days); n == 0 || a.Days[n-1].Title != day {
			a.Days = append(a.Days, agendaDay{Title: day})
		}
		last := &a.Days[len(a.Days)-1]
		last.Items = append(last.Items, x)
	}
	return a, nil
}
