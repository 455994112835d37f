package tickets

import (
	"context"
	"errors"
	"fmt"

	"berth/scheduler"
)

// errBusy says that somebody else is at work on a ticket; it is tried again.
var errBusy = errors.New("somebody else is at work on this ticket")

// lockedTicket is a ticket that is worked on, and what is remembered of it.
type lockedTicket struct {
	*Service
	kept  scheduler.TicketState
	m     memory
	first bool // nothing was remembered yet
}

// take takes a ticket for as long as fn runs: writes to one ticket are one after the other, whoever makes them.
func (s *Service) take(ctx context.Context, key string, request string, fn func(t *lockedTicket) error) error {
	now := s.clock()
	kept, mine, err := s.memory.LockTicket(ctx, key, request, now, now.Add(s.Lease()))
	if err != nil {
		return err
	}
	if !mine {
		return errBusy
	}
	t := &lockedTicket{Service: s, kept: kept}
	if t.m, t.first, err = remembered(kept.State); err == nil {
		err = fn(t)
	}
	return errors.Join(err, s.memory.UnlockTicket(context.WithoutCancel(ctx), kept))
}

// keep remembers what is known of the ticket by now.
func (t *lockedTicket) keep(ctx context.Context) error {
	t.kept.State = t.m.String()
	return t.memory.SaveTicket(ctx, t.kept)
}

// note says something on the ticket, once.
func (t *lockedTicket) note(ctx context.Context, request, text, what string) error {
	return t.requests.NoteOnTicket(ctx, scheduler.System, request, text, scheduler.Creation{Key: fmt.Sprintf("ticket %s %s", t.kept.Key, what), Fingerprint: "note"})
}
