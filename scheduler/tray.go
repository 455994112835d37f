package scheduler

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// tray holds what somebody may have to act on: the requests that are not settled or come up soon, and the latest changes. It is kept in memory in
// step with the change log, so that the counts on every page cost one read of the log's last number. A tray never changes: news make the next one.
type tray struct {
	sequence int64
	until    time.Time             // scheduled requests that begin before it are here
	open     map[int64]*Request    // by number; shared between trays
	recent   []*Event              // of requests, the oldest first
	about    map[string]*concerned // the requests of recent as they are now, by id

	sorting sync.Once
	sorted  piles

	following sync.Once
	lasting   overruns
}

const (
	// agendaAhead is how far ahead the tray holds what operators have to do.
	agendaAhead = 8 * day
	// longestSetup is how long before its slot a request may begin to be set up and still be found in time.
	longestSetup = 14 * day
	// maxRecent bounds the changes that the tray remembers, and so the news of everybody.
	maxRecent = 5000
	// maxBehind is how many changes the tray follows; after more of them it is filled anew.
	maxBehind = 1000
)

// unsettled reports whether somebody may have to act on the request: it belongs in a tray that holds what begins before until.
func (r Request) unsettled(until time.Time) bool {
	switch {
	case r.Status == UnderReview, r.Status.Begun():
		return true
	case r.Status == Scheduled:
		return r.PendingMove != nil || len(r.Flags) > 0 || r.Slot.Start.Before(until)
	}
	return slices.ContainsFunc(r.Offers, func(o Offer) bool { return o.State == OfferOpen })
}

// trays keeps the present tray.
type trays struct{ now atomic.Pointer[tray] }

// keep replaces the tray by one that knows more.
func (t *trays) keep(next *tray) {
	for {
		was := t.now.Load()
		if was != nil && (was.sequence > next.sequence || was.sequence == next.sequence && !was.until.Before(next.until)) {
			return
		}
		if t.now.CompareAndSwap(was, next) {
			return
		}
	}
}

// tray returns what is in the tray at the state of tx, for agendas that end at until.
func (s *Service) tray(ctx context.Context, tx Reader, until time.Time) (*tray, error) {
	at, err := tx.State(ctx)
	if err != nil {
		return nil, err
	}
	now := s.now()
	if least := now.Add(agendaAhead); until.Before(least) {
		until = least
	}
	was := s.trays.now.Load()
	if was != nil && was.sequence >= at.Sequence && !was.until.Before(until.Add(longestSetup)) {
		return was, nil
	}
	var next *tray
	if was == nil || was.until.Before(until.Add(longestSetup)) || at.Sequence-was.sequence > maxBehind {
		next, err = fillTray(ctx, tx, at.Sequence, until.Add(longestSetup+day))
	} else {
		next, err = was.followed(ctx, tx, at.Sequence)
	}
	if err == nil {
		s.trays.keep(next)
	}
	return next, err
}

// fillTray reads a tray from the store.
func fillTray(ctx context.Context, tx Reader, sequence int64, until time.Time) (*tray, error) {
	t := &tray{sequence: sequence, until: until, open: map[int64]*Request{}, about: map[string]*concerned{}}
	open, err := tx.Unsettled(ctx, until)
	if err != nil {
		return nil, err
	}
	for i, r := range open {
		if r.unsettled(until) {
			t.open[r.Number] = &open[i]
		}
	}
	return t, t.learn(ctx, tx, max(0, sequence-maxRecent))
}

// followed returns the tray after the changes up to a sequence.
func (t *tray) followed(ctx context.Context, tx Reader, sequence int64) (*tray, error) {
	next := &tray{sequence: sequence, until: t.until, open: maps.Clone(t.open), recent: slices.Clip(slices.Clone(t.recent)), about: maps.Clone(t.about)}
	changed, err := tx.RequestsSince(ctx, t.sequence)
	if err != nil {
		return nil, err
	}
	for i, r := range changed {
		delete(next.open, r.Number)
		if r.unsettled(next.until) {
			next.open[r.Number] = &changed[i]
		}
		if _, known := next.about[r.ID]; known {
			next.about[r.ID] = &concerned{r.Name, partyOf(r)}
		}
	}
	return next, next.learn(ctx, tx, t.sequence)
}

// learn adds the changes of requests after a sequence, and forgets the oldest.
func (t *tray) learn(ctx context.Context, tx Reader, after int64) error {
	events, err := tx.Events(ctx, after, maxRecent)
	if err != nil {
		return err
	}
	var unknown []int64
	for i, e := range events {
		if e.Request == "" || e.Sequence > t.sequence {
			continue
		}
		t.recent = append(t.recent, &events[i])
		if _, known := t.about[e.Request]; !known {
			unknown = append(unknown, e.Number)
		}
	}
	requests, err := tx.RequestsByNumber(ctx, unknown)
	if err != nil {
		return err
	}
	for _, r := range requests {
		t.about[r.ID] = &concerned{r.Name, partyOf(r)}
	}
	if gone := len(t.recent) - maxRecent; gone > 0 {
		t.recent = t.recent[gone:]
		if len(t.about) > 2*maxRecent {
			t.forget()
		}
	}
	return nil
}

// forget drops the requests of changes that are no longer remembered.
func (t *tray) forget() {
	about := map[string]*concerned{}
	for _, e := range t.recent {
		if r := t.about[e.Request]; r != nil {
			about[e.Request] = r
		}
	}
	t.about = about
}

// concerned says of a request whom it concerns, and what it is called.
type concerned struct {
	name  string
	party party
}

// piles are what of a tray is counted on every page.
type piles struct {
	undecided []*Request  // under review, with a move that waits, or unreported
	lacking   []*Request  // with an offer, a flag or a question
	duties    []time.Time // of operators, in order
}

// piles sorts the tray, once.
func (t *tray) piles() piles {
	t.sorting.Do(func() {
		for _, r := range t.open {
			if r.Status == UnderReview || r.PendingMove != nil || r.Absent() {
				t.sorted.undecided = append(t.sorted.undecided, r)
			}
			if len(r.Offers) > 0 || len(r.Flags) > 0 || r.Needed != nil {
				t.sorted.lacking = append(t.sorted.lacking, r)
			}
			if r.Status == Scheduled {
				t.sorted.duties = append(t.sorted.duties, r.begins())
			}
			if r.Status.Granted() && r.Released == nil {
				t.sorted.duties = append(t.sorted.duties, r.Slot.End)
			}
		}
		slices.SortFunc(t.sorted.duties, time.Time.Compare)
	})
	return t.sorted
}

// due counts the duties that are due by an instant.
func (p piles) due(now time.Time) int {
	n, _ := slices.BinarySearchFunc(p.duties, now, func(at, now time.Time) int {
		if at.After(now) {
			return 1
		}
		return -1
	})
	return n
}
