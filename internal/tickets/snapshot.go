package tickets

import (
	"context"
	"slices"
	"time"
)

// look remembers how a ticket is. What of it people decide for themselves is judged before it is replaced.
func (t *lockedTicket) look(b Ticket, experimenter string) {
	summary := t.m.Known.Summary
	if t.ownSummary(b) {
		summary = b.Summary
	}
	if t.m.Known.InCC || hasName(b.CC, experimenter) {
		t.m.joined(experimenter)
	}
	t.m.Known, t.m.Changed = lookOf(b, experimenter), b.Changed
	t.m.Known.Summary = summary
}

// ownSummary reports whether the summary of a ticket is one that Berth wrote: one that people wrote stays theirs.
func (t *lockedTicket) ownSummary(b Ticket) bool {
	same := func(l look) bool { return l.Summary != "" && l.Summary == b.Summary }
	return t.m.expected(same) || t.m.overtaken(same)
}

// meet remembers a ticket that was not known yet. Who has left CC by then has done so for good, and only what Berth opened has Berth's summary.
func (t *lockedTicket) meet(ctx context.Context, b Ticket, experimenter string, comments []Comment) error {
	t.look(b, experimenter)
	if t.own(b.Creator) {
		t.m.Known.Summary = b.Summary
		if left, err := t.left(ctx, b, experimenter); err != nil {
			return err
		} else if left {
			t.m.joined(experimenter)
		}
	}
	t.m.read(comments)
	t.first = false
	return t.keep(ctx)
}

// left reports whether somebody was taken out of CC.
func (t *lockedTicket) left(ctx context.Context, b Ticket, login string) (bool, error) {
	if login == "" || hasName(b.CC, login) {
		return false, nil
	}
	edits, err := t.tracker.Edits(ctx, b.Key, time.Time{})
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(edits, func(e Edit) bool { return hasName(e.LeftCC, login) }), nil
}
