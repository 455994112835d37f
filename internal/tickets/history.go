package tickets

import (
	"context"
	"slices"
	"strings"
	"time"
)

// changer finds out who last changed a field, and when. The history merges one person's changes within a second, so it names the person,
// never the value. With others, Berth's own changes do not count.
func (t *lockedTicket) changer(ctx context.Context, others bool, field Field) (login string, at time.Time, err error) {
	since := t.state.Changed.Add(-overlap)
	for _, from := range []time.Time{since, {}} {
		edits, err := t.tracker.Edits(ctx, t.saved.Key, from)
		if err != nil {
			return "", at, err
		}
		for _, e := range slices.Backward(edits) {
			if slices.Contains(e.Fields, field) && !(others && t.isOwn(e.By)) {
				return e.By, e.At, nil
			}
		}
	}
	return "", at, nil
}

// cameLate reports whether a value without a known author came with a write of Berth's own that was given up. at and login belong to its
// last change in the history, where such a write may stand before changes that were made after it had begun.
func (t *lockedTicket) cameLate(same func(snapshot) bool, login string, at time.Time) bool {
	if !t.state.overtaken(same) || !t.isOwn(login) && at.After(t.state.Changed) {
		return false
	}
	t.state.Mend = true
	return true
}

// hasComment reports whether a comment of a ticket holds a token.
func (s *Service) hasComment(ctx context.Context, key, token string) (bool, error) {
	list, err := s.tracker.Comments(ctx, key, time.Time{})
	return said(list, token), err
}

func said(comments []Comment, token string) bool {
	return slices.ContainsFunc(comments, func(c Comment) bool { return strings.Contains(c.Text, token) })
}
