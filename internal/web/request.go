package web

import (
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
	"berth/testbeds"
)

// requestPage shows one request.
type requestPage struct {
	R         scheduler.View
	Names     names
	Zones     []*time.Location // of its testbeds
	Chip      string
	Life      []stage
	Stands    standing
	Conflicts []string
	Lost      []string         // what a granted request no longer has
	Ways      []wayOut         // to what works, where it does not fit
	WayBy     scheduler.Action // the step that takes them
	Where     []deployedAt
	Around    string   // setup and teardown
	Room      []string // how far its slot could grow
	SVG       template.HTML
	Relocates bool // the reader may move a granted request anywhere, on the page for decisions
	Feedback  []scheduler.Feedback
	History   []told
	Mentors   []string
	Can       map[string]bool
	Later     map[string]later
	Take      bool                 // a mentor can take it over
	Again     template.URL         // to ask for the same once more; empty for readers who cannot
	Edit      editForm             // of a request under review
	Provides  []scheduler.Approval // for the reader's decision
	Primary   string               // the action that is the reader's next
	Once      string
	Link      string // the page's own address
	OSM       string // the name of its deployment, for operators
	Told      string // whether the ticket is up to date
	Did       string // what the reader has just done
}

// Started reports whether the start was reported.
func (p requestPage) Started() bool { return p.R.Actual != nil && p.R.Actual.Start != nil }

// later is a step that waits.
type later struct {
	Why  string
	From time.Time
}

// ticketChannel is the channel of deliveries to tickets.
const ticketChannel = "ticket"

// longestThread bounds the remarks and the history on the page.
const longestThread = 500

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
	p := requestPage{R: v, Zones: phrases.Zones(v.Request, f), Once: fresh(), Chip: chips[v.Status], Around: around(v.Request),
		Link: fmt.Sprintf("%s/requests/%d", s.o.Base, v.Number)}
	p.may(who, s.o.Clock())
	feedback, err := s.service.Feedback(ctx, who, v.ID, "", longestThread)
	if err != nil {
		return err
	}
	history, err := s.service.History(ctx, who, v.ID, "", longestThread)
	if err != nil {
		return err
	}
	if p.Can[string(scheduler.ActionAssign)] {
		if p.Mentors, err = s.people.Mentors(ctx, who); err != nil {
			return err
		}
		if account.MayMentor(who.Roles) && !slices.Contains(p.Mentors, who.Username) {
			p.Mentors = append(p.Mentors, who.Username) // an administrator who takes it over
		}
	}
	if p.Names, err = s.named(ctx, who, f, append(peopleOf(v.Request, feedback.Items, history.Items), p.Mentors...)...); err != nil {
		return err
	}
	if err := s.shortages(ctx, who, &p); err != nil {
		return err
	}
	x := s.readerOf(who)
	if r.URL.Query().Get("note") == "decided" {
		p.Did = x.confirmed(who, v.Request, history.Items, p.Names)
	}
	p.Room = x.room(v.Request, p.Names)
	p.Feedback, p.History = feedback.Items, x.history(history.Items, p.Names)
	p.Life, p.Stands = x.lifeline(v.Request, history.Items, p.Names), x.stands(&p, who, history.Items)
	p.Where = deployedWhere(v.Request, p.Names)
	if p.Can[string(scheduler.ActionEdit)] {
		if p.Edit, err = s.editOf(ctx, who, v.Request, f); err != nil {
			return err
		}
	}
	if p.SVG, err = s.aroundSlot(ctx, who, v.Request, f); err != nil {
		return err
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

// may notes which steps the reader can take, now and later, and which one is their next.
func (p *requestPage) may(who account.Actor, now time.Time) {
	v := p.R
	p.Can, p.Later = map[string]bool{}, map[string]later{}
	for _, a := range v.Actions {
		p.Can[string(a)] = v.MayNow(who, a, now)
	}
	for _, l := range v.NotYet(who, now) {
		p.Later[string(l.Action)] = later{l.Why, l.From}
	}
	p.Take = p.Can[string(scheduler.ActionAssign)] && who.Is(account.RoleMentor) && v.Mentor != who.Username
	p.Relocates = v.Status.Granted() && p.Can[string(scheduler.ActionMove)] && scheduler.MayOverride(who, scheduler.ActionMove, v.Request)
	if p.Can[string(scheduler.ActionApprove)] {
		p.Provides = v.Decidable(who)
	}
	if c, ok := again(v.Request); ok && (who.Is(account.RoleExperimenter) || who.Is(account.RoleMentor) || who.Is(account.RoleAdministrator)) && (c.NSD != "" || len(c.Own) > 0) {
		p.Again = template.URL(fmt.Sprintf("/new?again=%d", v.Number))
	}
	if who.Is(account.RoleOperator) || who.Is(account.RoleAdministrator) {
		p.OSM = fmt.Sprintf("berth-%d", v.Number)
	}
	p.Primary = p.next(who)
}

// next names the reader's next step; empty where they have none.
func (p *requestPage) next(who account.Actor) string {
	v := p.R
	for _, a := range p.Provides {
		if a.Open() && who.Provides(a.Testbed) {
			return string(scheduler.ActionApprove)
		}
	}
	for _, a := range []scheduler.Action{scheduler.ActionSchedule, scheduler.ActionStart, scheduler.ActionComplete} {
		if p.Can[string(a)] {
			return string(a)
		}
	}
	switch {
	case p.Take && v.Status == scheduler.UnderReview:
		return string(scheduler.ActionAssign)
	case p.Can[string(scheduler.ActionAcceptOffer)] && openOffers(v.Request) > 0:
		return string(scheduler.ActionAcceptOffer)
	case v.Status.Over():
		return "again"
	}
	return ""
}

// aroundSlot draws the request's testbeds around its slot: a day or two, or all of a longer one.
func (s *site) aroundSlot(ctx context.Context, who account.Actor, r scheduler.Request, f testbeds.Facility) (template.HTML, error) {
	zone := s.readerOf(who).zone
	start, end := r.Slot.Start.In(zone), r.Slot.End.In(zone)
	v := window{Span: "range", Zone: zone, Slot: testbeds.Slot{
		Start: time.Date(start.Year(), start.Month(), start.Day()-1, 12, 0, 0, 0, zone),
		End:   time.Date(end.Year(), end.Month(), end.Day()+1, 12, 0, 0, 0, zone)}}
	concerned := r.Demand.Testbeds()
	f.Testbeds = slices.DeleteFunc(slices.Clone(f.Testbeds), func(t testbeds.Testbed) bool { return !slices.Contains(concerned, t.ID) })
	if len(f.Testbeds) == 0 || v.Slot.Duration() > longestRange {
		return "", nil
	}
	return s.drawn(ctx, who, v, f, nil)
}

// shortages says what a request lacks, be it under review or granted, and what would work.
func (s *site) shortages(ctx context.Context, who account.Actor, p *requestPage) error {
	v := p.R
	if v.Fit.Fits || v.Status.Over() || v.Status.Ended() {
		return nil
	}
	lines := p.Names.conflicts(s.readerOf(who), v.Fit)
	switch p.WayBy = scheduler.ActionMove; {
	case v.Status != scheduler.UnderReview:
		p.Lost = lines
	case p.Can[string(scheduler.ActionSchedule)]:
		p.Conflicts, p.WayBy = lines, scheduler.ActionSchedule
	default:
		p.Conflicts = lines
	}
	if v.Status == scheduler.UnderReview && !p.Can[string(p.WayBy)] {
		p.WayBy = "" // somebody else chooses another slot
		return nil
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
