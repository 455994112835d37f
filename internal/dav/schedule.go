package dav

import (
	"context"
	"sync"
	"time"

	"berth/calendar"
)

// schedule keeps an index in step with the store. The sequence of the change log, which has no gaps and follows the order of commits of all
// processes, tells whether there is news.
//
// Readers query the store without a lock, so that one hanging query keeps no other reader waiting. Only one reader at a time reads
// everything: the others would do the same work.
type schedule struct {
	store Calendars
	clock func() time.Time
	texts int           // bytes of texts in memory
	whole chan struct{} // its holder may read everything

	mu    sync.Mutex
	index *calendar.Index
	built int                   // counts the builds of the index
	beds  []calendar.Collection // of the testbeds
}

func newSchedule(store Calendars, clock func() time.Time, texts int) *schedule {
	return &schedule{store: store, clock: clock, texts: texts, index: calendar.NewIndex(), whole: make(chan struct{}, 1)}
}

// read runs fn on the index as of now, and the collections of the testbeds. fn must only copy its data: all other readers wait meanwhile. accounts
// is the number of the changes of accounts as of now.
func (s *schedule) read(ctx context.Context, fn func(x *calendar.Index, beds []calendar.Collection)) (accounts int64, err error) {
	if accounts, err = s.refresh(ctx); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	fn(s.index, s.beds)
	return accounts, nil
}

func (s *schedule) known() (sequence int64, built int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.index.Sequence(), s.built
}

// refresh brings the index up to the state of the database.
func (s *schedule) refresh(ctx context.Context) (accounts int64, err error) {
	for {
		since, built := s.known()
		if built > 0 && since > 0 {
			c, err := s.store.Calendar(ctx, since)
			if err != nil {
				return 0, err
			}
			// Everything must be read anew if the database was replaced by another one or by a backup, or if removals that this
			// index has not seen are forgotten already.
			if c.Sequence >= since && c.Pruned <= since {
				s.apply(c, built)
				return c.Accounts, nil
			}
		}
		if accounts, done, err := s.build(ctx, built); done || err != nil {
			return accounts, err
		}
	}
}

// apply applies changes, unless another reader has already applied them or built the index anew.
func (s *schedule) apply(c calendar.Changes, built int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.built == built && c.Sequence > s.index.Sequence() {
		s.index.Apply(c)
		s.beds = calendar.TestbedCollections(c.Facility)
	}
}

// build makes an index of everything, unless another reader has done so meanwhile.
func (s *schedule) build(ctx context.Context, built int) (accounts int64, done bool, err error) {
	select {
	case s.whole <- struct{}{}:
		defer func() { <-s.whole }()
	case <-ctx.Done():
		return 0, false, ctx.Err()
	}
	if _, now := s.known(); now != built {
		return 0, false, nil
	}
	index := calendar.NewIndexWithin(s.texts, s.clock())
	c, err := s.store.LoadCalendar(ctx, index.Put)
	if err != nil {
		return 0, false, err
	}
	index.Apply(c)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.index, s.beds = index, calendar.TestbedCollections(c.Facility)
	s.built++
	return c.Accounts, true, nil
}
