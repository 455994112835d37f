package web

import (
	"context"
	"net/http"

	"berth/scheduler"
	"berth/scheduler/account"
)

// Links resolves signed links. Their pages need no sign-in: having the link is enough.
type Links interface {
	OfferByLink(ctx context.Context, link string) (scheduler.Request, scheduler.Offer, error)
	AcceptByLink(ctx context.Context, link string) (scheduler.Outcome, error)
	ApprovalByLink(ctx context.Context, link string) (scheduler.LinkedApproval, error)
	ApproveByLink(ctx context.Context, link string, in scheduler.Approve) (scheduler.Outcome, error)
}

// ask shows the offer of a link. Nothing happens until the button is pressed: mail scanners open links.
func (s *site) ask(w http.ResponseWriter, r *http.Request) {
	request, offer, err := s.links.OfferByLink(r.Context(), r.PathValue("link"))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "offer.html", "A slot is held for you", s.visitor(r), map[string]any{"Request": request, "Offer": offer})
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
	s.show(w, r, http.StatusOK, "accepted.html", "You have accepted the slot", s.visitor(r), out.Created)
}

// askApproval shows the decision that a link offers.
func (s *site) askApproval(w http.ResponseWriter, r *http.Request) {
	found, err := s.links.ApprovalByLink(r.Context(), r.PathValue("link"))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "approval.html", "A request for "+found.Approval.Testbed, s.visitor(r), found)
}

func (s *site) approve(w http.ResponseWriter, r *http.Request) {
	link := r.PathValue("link")
	found, err := s.links.ApprovalByLink(r.Context(), link)
	if err == nil {
		in := scheduler.Approve{Decision: scheduler.Decision(r.PostFormValue("decision")), Reason: r.PostFormValue("reason")}
		if _, err = s.links.ApproveByLink(r.Context(), link, in); err == nil {
			s.show(w, r, http.StatusOK, "approved.html", "Thank you", s.visitor(r),
				map[string]any{"Number": found.Request.Number, "Testbed": found.Approval.Testbed, "Decision": in.Decision})
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
