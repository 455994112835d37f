package scheduler

import (
	"context"
	"fmt"
	"strings"

	"berth/testbeds"
)

// SetTicket says which ticket follows a request. The same ticket again changes nothing. It returns the codes of a step (CodeNotFound,
// CodeForbidden, CodeConflict and CodePrecondition).
func (s *Service) SetTicket(ctx context.Context, a Actor, id string, t Ticket) error {
	_, err := s.decide(ctx, command{actor: a, action: ActionTicket, id: id, take: func(ctx context.Context, d *decision) error {
		r := d.request
		d.outcome.Request = r
		if r.Ticket != nil && *r.Ticket == t {
			return nil
		}
		r.Ticket = &t
		return d.keep(ctx, r, note{text: fmt.Sprintf("ticket %d", t.ID)})
	}})
	return err
}

// NoteOnTicket says something about a request's ticket: why it was put back, where it went. It changes nothing of the request; the ticket, which
// hears of it, is brought in line again. The same creation key says it once. It returns CodeInvalid for a key that was used with another input,
// and those of a step (CodeNotFound, CodeForbidden, CodeConflict and CodePrecondition).
func (s *Service) NoteOnTicket(ctx context.Context, a Actor, id, text string, c Creation) error {
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

// Ways are the alternatives of a request as things are now: none where it fits, and none where nothing would work. It returns CodeNotFound where
// the actor may not know the request, and CodeForbidden without the scope to read.
func (s *Service) Ways(ctx context.Context, a Actor, id string) ([]testbeds.Alternative, error) {
	v, err := s.Get(ctx, a, id)
	if err != nil || v.Fit.Fits {
		return nil, err
	}
	q := asked(v.Request)
	q.Request = v.ID
	found, _, err := s.Suggest(ctx, a, q)
	if CodeOf(err) == CodeInvalid { // its slot is over, or what it was made of is gone
		return nil, nil
	}
	return found, err
}

// PersonByMail finds who has an address of mail, in any spelling; found is false where nobody has it, or more than one. It returns CodeForbidden
// to all but administrators.
func (s *Service) PersonByMail(ctx context.Context, a Actor, mail string) (p Person, found bool, err error) {
	if err := a.require(ScopeRead, RoleAdministrator); err != nil {
		return p, false, err
	}
	err = s.store.View(ctx, func(tx Reader) error {
		p, found = Person{}, false
		n := 0
		for after := ""; ; {
			list, err := tx.People(ctx, after, maxPage)
			if err != nil || len(list) == 0 {
				found = n == 1
				return err
			}
			for _, x := range list {
				after = x.Username
				if x.Email != "" && strings.EqualFold(x.Email, mail) && !x.Disabled {
					p, n = x, n+1
				}
			}
		}
	})
	return p, found, err
}
