package tickets

import (
	"context"
	"fmt"

	"berth/scheduler"
)

// ticket is the bug of a request: the one that it has, or a new one, whose description then is what is to be said of the event.
func (s *Service) ticket(ctx context.Context, v scheduler.View, e scheduler.Event) (key string, err error) {
	r := v.Request
	if r.Ticket != nil {
		return r.Ticket.Key, nil
	}
	n := NewTicket{Request: r.ID, Place: s.tracker.Place(r), Summary: summary(r), URL: s.page(r), Deadline: day(r)}
	x, err := s.beside(ctx, v, scheduler.Event{})
	if err != nil {
		return "", err
	}
	for _, from := range x.kin {
		if from.Ticket != nil {
			n.Related = append(n.Related, from.Ticket.Key)
		}
	}
	mark := token(e)
	if e.Action != scheduler.ActionSubmit && e.Action != scheduler.ActionTicketNote {
		mark = fmt.Sprintf("[berth:%s/0]", r.ID) // the description does not say what happened: a comment is going to
	}
	key, err = s.create(ctx, r, n, s.text().description(v, x), mark)
	if err != nil && s.tracker.Fault(err).NoAccount { // who had one a moment ago
		key, err = s.create(ctx, r, n, s.text().description(v, x), mark)
	}
	if err != nil {
		return "", err
	}
	return key, s.link(ctx, r.ID, key)
}

// create makes a ticket with those people in it who have an account.
func (s *Service) create(ctx context.Context, r scheduler.Request, n NewTicket, said, mark string) (key string, err error) {
	if n.CC, n.Assignee, err = s.people(ctx, r); err != nil {
		return "", err
	}
	n.Description = said + s.stranger(ctx, r, n.CC) + "\n\n" + mark
	return s.tracker.Create(ctx, n)
}

// people are those whom a new ticket concerns, as far as the tracker knows them. They are in it from the beginning: whoever is put into it later, or
// has to make room, is sent a mail more.
func (s *Service) people(ctx context.Context, r scheduler.Request) (cc []string, assignee string, err error) {
	experimenter, err := s.assignable(ctx, r.Experimenter)
	if err != nil {
		return nil, "", err
	}
	if experimenter != "" {
		cc = []string{experimenter}
	}
	assignee, err = s.assignable(ctx, r.Mentor)
	return cc, assignee, err
}

// stranger is what is said of an experimenter who is not in CC for want of an account.
func (s *Service) stranger(ctx context.Context, r scheduler.Request, cc []string) string {
	login := s.login(ctx, r.Experimenter)
	if len(cc) > 0 || login == "" {
		return ""
	}
	return fmt.Sprintf("\n\n%s has no account in %s (%s) and could not be put into CC.", r.Experimenter, s.about.Name, login)
}

// beside gathers what is said of a request beyond itself: in the description of its ticket, or of an event.
func (s *Service) beside(ctx context.Context, v scheduler.View, e scheduler.Event) (x beside, err error) {
	if x.zones, _, err = s.requests.Facility(ctx, scheduler.System); err != nil {
		return x, err
	}
	if v.Status == scheduler.UnderReview && !v.Fit.Fits && e.Action != scheduler.ActionFeedback && e.Action != scheduler.ActionTicketNote {
		if x.ways, err = s.requests.Ways(ctx, scheduler.System, v.ID); err != nil {
			return x, err
		}
	}
	var others []string
	switch e.Action {
	case "":
		others = []string{v.Origin}
	case scheduler.ActionAcceptOffer:
		for _, o := range v.Offers {
			others = append(others, o.Accepted)
		}
	}
	for _, id := range others {
		if id == "" {
			continue
		}
		other, err := s.requests.Get(ctx, scheduler.System, id)
		if err != nil {
			return x, err
		}
		x.kin = append(x.kin, other)
	}
	return x, nil
}
