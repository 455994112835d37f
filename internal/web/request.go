package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
)

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
