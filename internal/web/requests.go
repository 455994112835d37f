package web

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"slices"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// requestsPage shows a list of requests.
type requestsPage struct {
	Views    []link
	View     string
	Statuses []scheduler.Status
	Testbeds []testbeds.Testbed
	Status   string
	Testbed  string
	Text     string
	Filtered bool
	Did      string
	Waiters  []waitRow
	Items    []entry // on which the reader may act
	Several  []several
	Past     []entry // newest first
	Next     template.URL
	Agenda   agenda
}

// viewLabels names the lists on the page.
var viewLabels = map[string]string{"to decide": "To decide", "to operate": "Operations", "mine": "My requests", "waiting": "Waitlist", "all": "All requests"}

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
	return append(list, "waiting", "all")
}

// tabs lists the views of a user, with what waits in each.
func tabs(who account.Actor, here string, w scheduler.Waiting) (list []link) {
	counts := map[string]int{"to decide": w.Decisions, "to operate": w.Duties, "mine": w.Own}
	for _, v := range listViews(who) {
		list = append(list, link{Label: viewLabels[v], URL: "/requests?" + url.Values{"view": {v}}.Encode(), Here: v == here, Count: counts[v]})
	}
	return list
}

func (s *site) requests(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	ctx, q := r.Context(), r.URL.Query()
	f, _, err := s.service.Facility(ctx, who)
	if err != nil {
		return err
	}
	p := requestsPage{View: q.Get("view"), Status: q.Get("status"), Testbed: q.Get("testbed"), Text: q.Get("text"), Statuses: scheduler.Statuses, Testbeds: f.Testbeds, Did: s.did(ctx, who, q)}
	p.Filtered = p.Status != "" || p.Testbed != "" || p.Text != ""
	if views := listViews(who); !slices.Contains(views, p.View) {
		p.View = views[0]
	}
	p.Views = tabs(who, p.View, s.waiting(r, who))
	switch {
	case p.View == "to decide":
		p.Items, p.Several, err = s.inbox(ctx, who)
	case p.View == "waiting":
		err = s.waitlist(ctx, who, q, &p)
	case p.View == "to operate":
		p.Agenda, err = s.agenda(ctx, who)
	case p.View == "mine" && !p.Filtered && q.Get("cursor") == "":
		err = s.mine(ctx, who, q, &p)
	default:
		err = s.listed(ctx, who, q, scheduler.RequestFilter{}, &p)
	}
	if err != nil {
		return err
	}
	s.show(w, r, http.StatusOK, "requests.html", "Requests", who, p)
	return nil
}

// mine lists one's own requests: those that are not over by their slots, then the others, newest first.
func (s *site) mine(ctx context.Context, who account.Actor, q url.Values, p *requestsPage) error {
	list, err := s.service.Own(ctx, who)
	if err != nil {
		return err
	}
	n, err := s.namesIn(ctx, who, list)
	if err != nil {
		return err
	}
	x := s.readerOf(who)
	for _, v := range list {
		p.Items = append(p.Items, x.own(v, n))
	}
	return s.listed(ctx, who, q, scheduler.RequestFilter{Status: scheduler.Over}, p)
}

// onePage is how many requests a list shows at once.
const onePage = 50

// listed reads a page of a list, newest first.
func (s *site) listed(ctx context.Context, who account.Actor, q url.Values, filter scheduler.RequestFilter, p *requestsPage) error {
	filter.Text, filter.Testbed, filter.Limit = p.Text, p.Testbed, onePage
	if p.Status != "" {
		filter.Status = []scheduler.Status{scheduler.Status(p.Status)}
	}
	cursor := q.Get("cursor")
	if p.View == "mine" {
		filter.Experimenter = who.Username
		if cursor != "" && !p.Filtered { // the first page had those that are not over
			filter.Status = scheduler.Over
		}
	}
	page, err := s.service.List(ctx, who, filter, cursor)
	if err != nil {
		return err
	}
	var views []scheduler.View
	for _, r := range page.Items {
		views = append(views, scheduler.View{Request: r})
	}
	n, err := s.namesIn(ctx, who, views)
	if err != nil {
		return err
	}
	x, now := s.readerOf(who), s.o.Clock()
	for _, v := range views {
		r := v.Request
		if p.View == "mine" && r.Offered(now) && len(filter.Status) > 1 {
			continue // it stands above, with its offer
		}
		e := x.row(v, n)
		e.Chip = statusChip(r)
		if r.Status.Granted() {
			e.Soon = x.begins(r)
		}
		p.Past = append(p.Past, e)
	}
	if page.Next != "" {
		next := url.Values{"view": {p.View}, "cursor": {page.Next}}
		for name, value := range map[string]string{"status": p.Status, "testbed": p.Testbed, "text": p.Text} {
			if value != "" {
				next.Set(name, value)
			}
		}
		p.Next = template.URL("/requests?" + next.Encode())
	}
	return nil
}
