package tickets

import (
	"context"
	"errors"
	"fmt"

	"berth/scheduler"
	"berth/scheduler/account"
)

// errBusy says that another process is working on a ticket; the delivery is tried again.
var errBusy = errors.New("another process is working on this ticket")

// lockedTicket is a ticket reserved for this process, with its kept state.
type lockedTicket struct {
	*Service
	saved scheduler.TicketState
	state syncState
	first bool   // no state was kept yet
	own   string // the id of the ticket's subject
}

// locked reserves a ticket while fn runs, so that writes to one ticket come one after the other, from whichever process.
func (s *Service) locked(ctx context.Context, key string, x subject, fn func(t *lockedTicket) error) error {
	now := s.clock()
	saved, mine, err := s.store.LockTicket(ctx, key, x.key(), now, now.Add(s.Lease()))
	if err != nil {
		return err
	}
	if !mine {
		return errBusy
	}
	t := &lockedTicket{Service: s, saved: saved, own: x.id()}
	if t.state, t.first, err = readState(saved.State); err == nil {
		err = fn(t)
	}
	return errors.Join(err, s.store.UnlockTicket(context.WithoutCancel(ctx), saved))
}

// save stores the state of the ticket.
func (t *lockedTicket) save(ctx context.Context) error {
	t.saved.State = t.state.String()
	return t.store.SaveTicket(ctx, t.saved)
}

// note writes a remark on the ticket, once.
func (t *lockedTicket) note(ctx context.Context, request, text, what string) error {
	return t.requests.NoteOnTicket(ctx, account.System, request, text, scheduler.Creation{Key: fmt.Sprintf("ticket %s %s", t.saved.Key, what), Fingerprint: "note"})
}
