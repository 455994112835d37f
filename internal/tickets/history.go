package tickets

import (
	"context"
	"slices"
	"time"
)

// changer is who last changed a field, and when. The history merges what one person changed within a second, so that it says
// who, and never what. With others it is the last one that was not Berth.
func (t *lockedTicket) changer(ctx context.Context, others bool, field Field) (login string, at time.Time, err error) {
	since := t.m.Changed.Add(-overlap)
	for _, from := range []time.Time{since, {}} {
		edits, err := t.tracker.Edits(ctx, t.kept.Key, from)
		if err != nil {
			return "", at, err
		}
		for _, e := range slices.Backward(edits) {
			if slices.Contains(e.Fields, field) && !(others && t.own(e.By)) {
				return e.By, e.At, nil
			}
		}
	}
	return "", at, nil
}

// late reports whether a value that nobody is known to have set came with a write of Berth's own that was given up. at and login are those
// of the last change of it in the history, where such a write may stand before changes that were made after it had begun.
func (t *lockedTicket) late(same func(look) bool, login string, at time.Time) bool {
	if !t.m.overtaken(same) || !t.own(login) && at.After(t.m.Changed) {
		return false
	}
	t.m.Mend = true
	return true
}
