package tickets

import (
	"context"
	"errors"
	"fmt"

	"berth/scheduler"
	"berth/scheduler/account"
)

// errBusy says that somebody else is at work on a ticket; it is tried again.
var errBusy = errors.New("somebody else is at work on this ticket")

// lockedTicket is a ticket that nobody else works on for now, with what is remembered of it.
type lockedTicket struct {
	*Service
	saved scheduler.TicketState
	state syncState
	first bool // nothing was remembered yet
}

// locked holds a ticket for as long as fn runs: writes to one ticket come one after the other, whoever makes them.
func (s *Service) locked(ctx context.Context, key, request string, fn func(t *lockedTicket) error) error {
	now := s.clock()
	saved, mine, err := s.store.LockTicket(ctx, key, request, now, now.Add(s.Lease()))
	if err != nil {
		return err
	}
	if !mine {
		return errBusy
	}
	t := &lockedTicket{Service: s, saved: saved}
	if t.state, t.first, err = readState(saved.State); err == nil {
		err = fn(t)
	}
	return errors.Join(err, s.store.UnlockTicket(context.WithoutCancel(ctx), saved))
}

// save remembers what is known of the ticket by now.
func (t *lockedTicket) save(ctx context.Context) error {
	t.saved.State = t.state.String()
	return t.store.SaveTicket(ctx, t.saved)
}

// note says something on the ticket, once.
func (t *lockedTicket) note(ctx context.Context, request, text, what string) error {
	return t.requests.NoteOnTicket(ctx, account.System, request, text, scheduler.Creation{Key: fmt.Sprintf("ticket %s %s", t.saved.Key, what), Fingerprint: "note"})
}
