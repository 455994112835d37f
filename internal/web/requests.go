package web

import (
	"berth/testbeds/wallclock"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
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

// requestPage shows one request.
type requestPage struct {
	R         scheduler.View
	Zones     []*time.Location // of its testbeds
	Path      []pathStep
	Conflicts []string
	Lost      []string         // what a granted request no longer has
	Ways      []wayOut         // to what works, where it does not fit
	WayBy     scheduler.Action // the step that takes them
	Take      bool             // a mentor can take it over
	Moves     string           // what the reader may do by a move
	Feedback  []scheduler.Feedback
	History   []scheduler.Entry
	Mentors   []string
	Can       map[string]bool
	Provides  []scheduler.Approval // for the reader's decision
	Once      string
	Told      string // whether the ticket is up to date
}

// ticketChannel is the channel of deliveries to tickets.
const ticketChannel = "ticket"

// pathStep is a status on the path of a request.
type pathStep struct {
	Label string
	State string // past, here, ahead
}

func (s *site) request(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	ctx, id := r.Context(), r.PathValue("number")
	v, err := s.service.Get(ctx, who, id)
	if err != nil {
		return err
	}
	f, _, err := s.service.Facility(ctx, who)
	if err != nil {
		return err
	}
	p := requestPage{R: v, Zones: phrases.Zones(v.Request, f), Path: path(v.Status), Can: map[string]bool{}, Once: fresh()}
	for _, a := range v.Actions {
		p.Can[string(a)] = true
	}
	p.Take = p.Can[string(scheduler.ActionAssign)] && who.Is(account.RoleMentor) && v.Mentor != who.Username
	if p.Moves = "Move, extend or shorten"; v.Status != scheduler.UnderReview && !scheduler.MayOverride(who, scheduler.ActionMove, v.Request) {
		p.Moves = "Shorten"
	}
	if err := s.shortages(ctx, who, &p); err != nil {
		return err
	}
	feedback, err := s.service.Feedback(ctx, who, v.ID, "", 500)
	if err != nil {
		return err
	}
	history, err := s.service.History(ctx, who, v.ID, "", 500)
	if err != nil {
		return err
	}
	p.Feedback, p.History = feedback.Items, history.Items
	slices.Reverse(p.History)
	if p.Can[string(scheduler.ActionAssign)] {
		if p.Mentors, err = s.people.Mentors(ctx, who); err != nil {
			return err
		}
	}
	if p.Can[string(scheduler.ActionApprove)] {
		p.Provides = v.Decidable(who)
	}
	if v.Ticket != nil {
		waits, err := s.o.Deliveries.Pending(ctx, ticketChannel, v.ID)
		if err != nil {
			return err
		}
		if p.Told = "up to date"; waits {
			p.Told = "an update is waiting"
		}
	}
	s.show(w, r, http.StatusOK, "request.html", fmt.Sprintf("#%d %s", v.Number, v.Name), who, p)
	return nil
}

// shortages says what a request lacks, be it under review or granted, and what would work.
func (s *site) shortages(ctx context.Context, who account.Actor, p *requestPage) error {
	v := p.R
	if v.Fit.Fits || v.Status.Over() || v.Status.Ended() {
		return nil
	}
	lines := s.readerOf(who).conflicts(v.Fit)
	switch p.WayBy = scheduler.ActionMove; {
	case v.Status != scheduler.UnderReview:
		p.Lost = lines
	case p.Can[string(scheduler.ActionSchedule)]:
		p.Conflicts, p.WayBy = lines, scheduler.ActionSchedule
	default:
		p.Conflicts = lines
	}
	list, err := s.waysFor(ctx, who, v)
	if err != nil {
		return err
	}
	p.Ways = waysOut(p.WayBy, who, v.Request, list)
	return nil
}

func (s *site) remark(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	text := strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n")
	said, err := s.saidLast(r.Context(), who, r.PathValue("number"))
	if err != nil {
		return err
	}
	if said != "" && said == strings.TrimSpace(text) { // the form was sent once more, from the page before
		return done(w, r, "/requests/"+url.PathEscape(r.PathValue("number")), "said")
	}
	if _, err := s.service.AddFeedback(r.Context(), who, r.PathValue("number"), text, once(r.PostForm)); err != nil {
		return err
	}
	return done(w, r, "/requests/"+url.PathEscape(r.PathValue("number")), "said")
}

// saidLast returns the newest remark in a request's thread, if it is the reader's own.
func (s *site) saidLast(ctx context.Context, who account.Actor, id string) (string, error) {
	thread, err := s.service.Feedback(ctx, who, id, "", 500)
	if err != nil || len(thread.Items) == 0 || thread.Next != "" {
		return "", err
	}
	last := thread.Items[len(thread.Items)-1]
	if last.Author != who.Username {
		return "", nil
	}
	return strings.TrimSpace(last.Text), nil
}
