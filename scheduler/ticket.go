package scheduler

import (
	"context"
	"fmt"
)

// SetTicket says which ticket follows a request. The same ticket again changes nothing.
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
