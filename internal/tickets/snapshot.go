package tickets

import (
	"context"
	"slices"
	"time"
)

// takeSnapshot stores the state of a ticket, after a look at the parts that users decide for themselves.
func (t *lockedTicket) takeSnapshot(b Ticket, experimenter string) {
	summary := t.state.Known.Summary
	if t.ownSummary(b) {
		summary = b.Summary
	}
	if t.state.Known.InCC || hasName(b.CC, experimenter) {
		t.state.joined(experimenter)
	}
	t.state.Known, t.state.Changed = snapshotOf(b, experimenter), b.Changed
	t.state.Known.Summary = summary
}

// ownSummary reports whether Berth wrote the summary of a ticket: a user's summary stays.
func (t *lockedTicket) ownSummary(b Ticket) bool {
	same := func(l snapshot) bool { return l.Summary != "" && l.Summary == b.Summary }
	return t.state.expected(same) || t.state.overtaken(same)
}

// firstSeen starts the state of an unknown ticket. A person who left CC before has left for good, and only tickets that Berth opened have
// Berth's summary.
func (t *lockedTicket) firstSeen(ctx context.Context, b Ticket, experimenter string, comments []Comment) error {
	t.takeSnapshot(b, experimenter)
	if t.isOwn(b.Creator) {
		t.state.Known.Summary = b.Summary
		if left, err := t.hasLeft(ctx, b, experimenter); err != nil {
			return err
		} else if left {
			t.state.joined(experimenter)
		}
	}
	t.state.read(comments)
	t.first = false
	return t.save(ctx)
}

// hasLeft reports whether a login was taken out of CC.
func (t *lockedTicket) hasLeft(ctx context.Context, b Ticket, login string) (bool, error) {
	if login == "" || hasName(b.CC, login) {
		return false, nil
	}
	edits, err := t.tracker.Edits(ctx, b.Key, time.Time{})
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(edits, func(e Edit) bool { return hasName(e.LeftCC, login) }), nil
}
