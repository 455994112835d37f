package tickets

import (
	"context"

	"berth/scheduler"
	"berth/scheduler/account"
)

// ensureTicket returns the ticket of a subject: its own, or a new one, whose description then tells the event. All occurrences of a series are linked to
// its ticket, those that came later as well.
func (s *Service) ensureTicket(ctx context.Context, x subject, e scheduler.Event) (key string, err error) {
	if key, known := x.ticket(); known {
		return key, s.link(ctx, x, key, e.Request)
	}
	r := x.Request
	n := NewTicket{Request: x.id(), Place: s.tracker.Place(x.standing()), Summary: x.summary(), URL: s.page(x), Deadline: x.day()}
	known, err := s.gatherBackground(ctx, x.View, scheduler.Event{})
	if err != nil {
		return "", err
	}
	said := s.text().description(x.View, known)
	if x.whole() {
		said = s.text().descriptionOfSeries(x, known)
	}
	for _, from := range known.kin {
		if from.Ticket != nil {
			n.Related = append(n.Related, from.Ticket.Key)
		}
	}
	token := x.token(e)
	if e.Action != scheduler.ActionSubmit && e.Action != scheduler.ActionTicketNote {
		token = mark(x.id(), 0) // the description does not tell the event: a comment will
	}
	key, err = s.create(ctx, r, n, said, token)
	if err != nil && s.tracker.Fault(err).NoAccount { // the account existed a moment ago
		key, err = s.create(ctx, r, n, said, token)
	}
	if err != nil {
		return "", err
	}
	return key, s.link(ctx, x, key, e.Request)
}

// create makes a ticket with all of the request's people who have an account.
func (s *Service) create(ctx context.Context, r scheduler.Request, n NewTicket, said, mark string) (key string, err error) {
	if n.CC, n.Assignee, err = s.accounts(ctx, r); err != nil {
		return "", err
	}
	n.Description = said + s.stranger(ctx, r, n.CC) + "\n\n" + mark
	return s.tracker.Create(ctx, n)
}

// accounts returns the logins of the people whom a new ticket concerns, as far as the tracker knows them. They are on the ticket from the
// start: adding or removing a person later costs one more mail.
func (s *Service) accounts(ctx context.Context, r scheduler.Request) (cc []string, assignee string, err error) {
	experimenter, err := s.account(ctx, r.Experimenter)
	if err != nil {
		return nil, "", err
	}
	if experimenter != "" {
		cc = []string{experimenter}
	}
	assignee, err = s.account(ctx, r.Mentor)
	return cc, assignee, err
}

// stranger says that an experimenter is not in CC for lack of an account.
func (s *Service) stranger(ctx context.Context, r scheduler.Request, cc []string) string {
	login := s.login(ctx, r.Experimenter)
	if len(cc) > 0 || login == "" {
		return ""
	}
	return "\n\n" + s.text().noCC(r, login)
}

// gatherBackground looks up the facts beyond the request itself for a description, or for the comment on an event.
func (s *Service) gatherBackground(ctx context.Context, v scheduler.View, e scheduler.Event) (x background, err error) {
	if x.zones, _, err = s.requests.Facility(ctx, account.System); err != nil {
		return x, err
	}
	if v.Status == scheduler.UnderReview && !v.Fit.Fits && e.Action != scheduler.ActionFeedback && e.Action != scheduler.ActionTicketNote {
		if x.ways, err = s.requests.Ways(ctx, account.System, v.ID); err != nil {
			return x, err
		}
	}
	var others []string
	switch e.Action {
	case "":
		others = []string{v.Origin}
	case scheduler.ActionAcceptOffer:
		for _, o := range v.Offers {
			if o.Accepted == v.ID {
				continue // it took the offer itself
			}
			others = append(others, o.Accepted)
		}
	}
	for _, id := range others {
		if id == "" {
			continue
		}
		other, err := s.requests.Get(ctx, account.System, id)
		if err != nil {
			return x, err
		}
		x.kin = append(x.kin, other)
	}
	return x, nil
}
