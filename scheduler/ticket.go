package scheduler

import (
	"context"
	"fmt"

	"berth/scheduler/account"
	"berth/testbeds"
)

// SetTicket names the ticket that follows a request. The same ticket again changes nothing. It returns the codes of a step (CodeNotFound,
// CodeForbidden, CodeConflict and CodePrecondition).
func (s *Service) SetTicket(ctx context.Context, a account.Actor, id string, t Ticket) error {
	_, err := s.decide(ctx, command{actor: a, action: ActionTicket, id: id, take: func(ctx context.Context, d *decision) error {
		r := d.request
		d.outcome.Request = r
		if r.Ticket != nil && *r.Ticket == t {
			return nil
		}
		r.Ticket = &t
		return d.keep(ctx, r, note{text: fmt.Sprintf("ticket %s", t.Key)})
	}})
	return err
}

// NoteOnTicket records a note about a request's ticket: why it was put back, where it went. It changes nothing of the request; the ticket is told,
// and brought in line again. The same creation key records it once. It returns CodeInvalid for a key that was used with another input, and those of a
// step (CodeNotFound, CodeForbidden, CodeConflict and CodePrecondition).
func (s *Service) NoteOnTicket(ctx context.Context, a account.Actor, id, text string, c Creation) error {
	_, err := s.decide(ctx, command{actor: a, action: ActionTicketNote, id: id, take: func(ctx context.Context, d *decision) error {
		d.outcome.Request = d.request
		if before, err := d.replayed(ctx, c); err != nil || before != "" {
			return err
		}
		if err := d.record(ctx, d.request.Status, d.request, note{text: text}); err != nil {
			return err
		}
		return d.remember(ctx, c, d.request.ID)
	}})
	return err
}

// Ways lists the alternatives of a request as things are now: none where it fits, and none where nothing would work. It returns CodeNotFound where
// the actor may not know the request, and CodeForbidden without the scope to read.
func (s *Service) Ways(ctx context.Context, a account.Actor, id string) ([]testbeds.Alternative, error) {
	v, err := s.Get(ctx, a, id)
	if err != nil || v.Fit.Fits {
		return nil, err
	}
	q := asked(v.Request)
	q.Request = v.ID
	found, _, err := s.Suggest(ctx, a, q)
	if CodeOf(err) == CodeInvalid { // its slot is over, or something that it uses is gone
		return nil, nil
	}
	return found, err
}
