package tickets

import (
	"context"
)

// followDuplicate links the subject to the other ticket if a user resolved its own as a duplicate, and the other one has no request yet. If
// it cannot follow, it says so, and the ticket is put back.
func (t *lockedTicket) followDuplicate(ctx context.Context, x subject, b Ticket, login, key string) error {
	other, err := t.tracker.Ticket(ctx, b.DuplicateOf)
	var fault duplicateFault
	switch {
	case err != nil && t.tracker.Fault(err).Unseen:
		fault = duplicateUnseen
	case err != nil:
		return err
	case !other.Owned:
		fault = duplicateElsewhere
	case !other.Open:
		fault = duplicateClosed
	default:
		request, known, err := t.requestOf(ctx, other)
		if err != nil {
			return err
		}
		if known && request != x.key() {
			fault = duplicateTaken
		}
	}
	if fault != duplicateNone {
		return t.note(ctx, x.View.ID, t.text().noteDuplicate(login, t.text().whyDuplicate(fault, b.DuplicateOf)), key)
	}
	if err := t.link(ctx, x, other.Key); err != nil {
		return err
	}
	return t.note(ctx, x.View.ID, t.text().noteFollowed(x, login, b.Key), key)
}
