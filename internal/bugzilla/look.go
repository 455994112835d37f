package bugzilla

import (
	"context"
	"strings"
	"time"
)

// look remembers how a ticket is. What of it people decide for themselves is judged before it is replaced.
func (h *hold) look(b Bug, experimenter string) {
	summary := h.m.Known.Summary
	if h.ownSummary(b) {
		summary = b.Summary
	}
	if h.m.Known.InCC || hasName(b.CC, experimenter) {
		h.m.joined(experimenter)
	}
	h.m.Known, h.m.Changed = lookOf(b, experimenter), b.Changed
	h.m.Known.Summary = summary
}

// ownSummary reports whether the summary of a ticket is one that Berth wrote: one that people wrote stays theirs.
func (h *hold) ownSummary(b Bug) bool {
	same := func(l look) bool { return l.Summary != "" && l.Summary == b.Summary }
	return h.m.expected(same) || h.m.overtaken(same)
}

// meet remembers a ticket that was not known yet. Who has left CC by then has done so for good, and only what Berth opened has Berth's summary.
func (h *hold) meet(ctx context.Context, b Bug, experimenter string, comments []Comment) error {
	h.look(b, experimenter)
	if h.t.own(b.Creator) {
		h.m.Known.Summary = b.Summary
		if left, err := h.left(ctx, b, experimenter); err != nil {
			return err
		} else if left {
			h.m.joined(experimenter)
		}
	}
	h.m.read(comments)
	h.first = false
	return h.keep(ctx)
}

// left reports whether somebody was taken out of CC.
func (h *hold) left(ctx context.Context, b Bug, login string) (bool, error) {
	if login == "" || hasName(b.CC, login) {
		return false, nil
	}
	entries, err := h.t.client.History(ctx, b.ID, time.Time{})
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		for _, c := range e.Changes {
			if c.Field == "cc" && hasName(strings.FieldsFunc(c.Removed, func(r rune) bool { return r == ',' || r == ' ' }), login) {
				return true, nil
			}
		}
	}
	return false, nil
}
