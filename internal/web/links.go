package web

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds"
)

// Links resolves signed links. Their pages need no sign-in: having the link is enough.
type Links interface {
	OfferByLink(ctx context.Context, link string) (scheduler.Request, scheduler.Offer, error)
	AcceptByLink(ctx context.Context, link string) (scheduler.Outcome, error)
	ApprovalByLink(ctx context.Context, link string) (scheduler.LinkedApproval, error)
	ApproveByLink(ctx context.Context, link string, in scheduler.Approve) (scheduler.Outcome, error)
	NeededByLink(ctx context.Context, link string) (scheduler.Request, account.Person, error)
	ConfirmByLink(ctx context.Context, link string, in scheduler.Confirm) (scheduler.Outcome, error)
	Facility(ctx context.Context, actor account.Actor) (testbeds.Facility, int64, error)
	Names(ctx context.Context, actor account.Actor, usernames []string) (map[string]string, error)
}

// linkPage is a page behind a signed link, about a request. Who has the link may read what the page shows, so Berth itself reads the names.
type linkPage struct {
	Request  scheduler.Request
	Slot     testbeds.Slot // that it is about
	Offer    scheduler.Offer
	Approval scheduler.Approval
	As       string // the name of whom the link is for
	Names    names
	Zones    []*time.Location
	Where    []deployedAt
	Around   string
}

func (s *site) linkPage(ctx context.Context, r scheduler.Request) (p linkPage, err error) {
	f, _, err := s.links.Facility(ctx, account.System)
	if err != nil {
		return p, err
	}
	people, err := s.links.Names(ctx, account.System, []string{r.Experimenter, r.Mentor})
	if err != nil {
		return p, err
	}
	n := names{people, f}
	return linkPage{Request: r, Slot: r.Slot, Names: n, Zones: phrases.Zones(r, f), Where: deployedWhere(r, n), Around: around(r)}, nil
}

// ask shows the offer of a link. Nothing happens until the button is pressed: mail scanners open links.
func (s *site) ask(w http.ResponseWriter, r *http.Request) {
	request, offer, err := s.links.OfferByLink(r.Context(), r.PathValue("link"))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	p, err := s.linkPage(r.Context(), request)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	p.Offer, p.Slot = offer, offer.What.Slot
	s.show(w, r, http.StatusOK, "offer.html", "A slot is held for you", s.visitor(r), p)
}

func (s *site) accept(w http.ResponseWriter, r *http.Request) {
	link := r.PathValue("link")
	request, _, err := s.links.OfferByLink(r.Context(), link)
	var out scheduler.Outcome
	if err == nil {
		out, err = s.links.AcceptByLink(r.Context(), link)
	}
	if err != nil {
		s.refuseFor(w, r, request, err)
		return
	}
	p, err := s.linkPage(r.Context(), out.Became())
	if err != nil { // it is accepted, whatever the page can say about it
		p = linkPage{Request: out.Became(), Slot: out.Became().Slot}
	}
	s.show(w, r, http.StatusOK, "accepted.html", "The slot is yours to confirm", s.visitor(r), p)
}

// askApproval shows the decision that a link offers.
func (s *site) askApproval(w http.ResponseWriter, r *http.Request) {
	found, err := s.links.ApprovalByLink(r.Context(), r.PathValue("link"))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	p, err := s.linkPage(r.Context(), found.Request)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	p.Approval, p.As = found.Approval, cmp.Or(found.Person.Name, found.Person.Username)
	s.show(w, r, http.StatusOK, "approval.html", "A slot at "+p.Names.Bed(found.Approval.Testbed)+" waits for your approval", s.visitor(r), p)
}

func (s *site) approve(w http.ResponseWriter, r *http.Request) {
	link := r.PathValue("link")
	found, err := s.links.ApprovalByLink(r.Context(), link)
	if err == nil {
		in := scheduler.Approve{Decision: scheduler.Decision(r.PostFormValue("decision")), Reason: r.PostFormValue("reason")}
		if _, err = s.links.ApproveByLink(r.Context(), link, in); err == nil {
			p, err := s.linkPage(r.Context(), found.Request)
			if err != nil { // it is decided, whatever the page can say about it
				p = linkPage{Request: found.Request, Slot: found.Request.Slot}
			}
			p.Approval = found.Approval
			p.Approval.Decision = in.Decision
			s.show(w, r, http.StatusOK, "approved.html", sentenceCase(string(in.Decision))+" for "+p.Names.Bed(found.Approval.Testbed), s.visitor(r), p)
			return
		}
	}
	if scheduler.CodeOf(err) == scheduler.CodeInvalid { // the form comes back as it was typed
		status, f := s.explained(s.visitor(r), err)
		x := refusal{form: r.PostForm, message: "Nothing was sent. Please look at what is marked here.", faults: f.Fields}
		ask := post{origin: func(w http.ResponseWriter, r *http.Request, _ account.Actor) error { s.askApproval(w, r); return nil }}
		if s.comesBack(w, r, s.visitor(r), ask, status, x) {
			return
		}
	}
	s.refuse(w, r, err)
}

// askNeeded asks whether a slot is still needed.
func (s *site) askNeeded(w http.ResponseWriter, r *http.Request) {
	request, person, err := s.links.NeededByLink(r.Context(), r.PathValue("link"))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	p, err := s.linkPage(r.Context(), request)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	p.As = cmp.Or(person.Name, person.Username)
	s.show(w, r, http.StatusOK, "needed.html", "Do you still need this slot?", s.visitor(r), p)
}

func (s *site) answerNeeded(w http.ResponseWriter, r *http.Request) {
	var out scheduler.Outcome
	err := error(invalid("needed", "must be yes or no"))
	answer := r.PostFormValue("needed")
	if answer == "yes" || answer == "no" {
		out, err = s.links.ConfirmByLink(r.Context(), r.PathValue("link"), scheduler.Confirm{Needed: answer == "yes", Reason: r.PostFormValue("reason")})
	}
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	p, err := s.linkPage(r.Context(), out.Request)
	if err != nil { // it is answered, whatever the page can say about it
		p = linkPage{Request: out.Request, Slot: out.Request.Slot}
	}
	title := "The slot stays yours"
	if answer == "no" {
		title = "The slot is given back"
	}
	s.show(w, r, http.StatusOK, "answered.html", title, s.visitor(r), p)
}

// refuse explains why a link does not work.
func (s *site) refuse(w http.ResponseWriter, r *http.Request, err error) {
	s.refuseFor(w, r, scheduler.Request{}, err)
}

// refuseFor also leads to new requests for the slots that are free instead of the offered one.
func (s *site) refuseFor(w http.ResponseWriter, r *http.Request, about scheduler.Request, err error) {
	status, f := s.explained(s.visitor(r), err)
	if about.ID != "" {
		f.Ways = waysOut(scheduler.ActionAcceptOffer, account.Actor{Roles: []account.Role{account.RoleExperimenter}}, about, f.Alternatives)
	}
	if ours(err) {
		s.o.Log.ErrorContext(r.Context(), "signed link", "error", err)
	}
	s.show(w, r, status, "sorry.html", "This link does not work", s.visitor(r), f)
}

// visitor is somebody who has not signed in, as far as their browser tells.
func (s *site) visitor(r *http.Request) account.Actor { return account.Actor{Zone: guessed(r)} }
