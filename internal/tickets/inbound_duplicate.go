package tickets

import (
	"context"
	"fmt"

	"berth/scheduler"
)

// followDuplicate links the subject to the other ticket if a user resolved its own as a duplicate, and the other one has no request yet. If
// it cannot follow, it says so, and the ticket is put back.
func (t *lockedTicket) followDuplicate(ctx context.Context, x subject, b Ticket, login, key string) error {
	other, err := t.tracker.Ticket(ctx, b.DuplicateOf)
	var why string
	switch {
	case err != nil && t.tracker.Fault(err).Unseen:
		why = fmt.Sprintf("Berth cannot see %s %s", t.about.Ticket, b.DuplicateOf)
	case err != nil:
		return err
	case !other.Owned:
		why = fmt.Sprintf("%s %s is not among the tickets of requests (%s)", t.about.Ticket, other.Key, t.about.Where)
	case !other.Open:
		why = fmt.Sprintf("%s %s is closed", t.about.Ticket, other.Key)
	default:
		request, known, err := t.requestOf(ctx, other)
		if err != nil {
			return err
		}
		if known && request != x.key() {
			why = fmt.Sprintf("%s %s is the ticket of another request", t.about.Ticket, other.Key)
		}
	}
	if why != "" {
		text := fmt.Sprintf("%s marked this ticket as a duplicate, and it cannot be followed:\n- %s\n\nThe ticket is put back. To end the request, cancel it (%s).",
			shown(login), why, t.settings.Statuses[scheduler.Cancelled])
		return t.note(ctx, x.View.ID, text, key)
	}
	if err := t.link(ctx, x, other.Key); err != nil {
		return err
	}
	text := fmt.Sprintf("This is the ticket of %s from now on: %s marked %s %s as its duplicate.", x.said(), shown(login), t.about.Ticket, b.Key)
	return t.note(ctx, x.View.ID, text, key)
}
