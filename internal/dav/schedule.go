package dav

import (
	"context"
	"sync"

	"berth/calendar"
	"berth/testbeds"
)

// schedule keeps an index in step with the store. The sequence of the change log says whether there is anything new; it has no gaps
// and follows the order of commits, whichever process made them.
//
// Who reads asks the store without a lock, so that one whose question hangs keeps nobody else waiting. Only reading everything is done by one
// at a time: the others would do the same.
type schedule struct {
	store Calendars
	whole chan struct{} // who holds it may read everything

	mu       sync.Mutex
	index    *calendar.Index
	built    int // how often the index was built
	facility testbeds.Facility
}

func newSchedule(store Calendars) *schedule {
	return &schedule{store: store, index: calendar.NewIndex(), whole: make(chan struct{}, 1)}
}

// read runs fn on the index as the database is now. fn takes from it what it needs and lets go: nobody else reads meanwhile.
func (s *schedule) read(ctx context.Context, fn func(x *calendar.Index, f testbeds.Facility)) error {
	if err := s.refresh(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	fn(s.index, s.facility)
	return nil
}

func (s *schedule) known() (sequence int64, built int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.index.Sequence(), s.built
}

// refresh brings the index to what the database says now.
func (s *schedule) refresh(ctx context.Context) error {
	for {
		since, built := s.known()
		if built > 0 && since > 0 {
			c, err := s.store.Calendar(ctx, since)
			if err != nil {
				return err
			}
			// It has to be read anew where it is another database than before, into which a backup was put back, or where removals that this
			// index has not seen are forgotten already.
			if c.Sequence >= since && c.Pruned <= since {
				s.apply(c, built)
				return nil
			}
		}
		if done, err := s.build(ctx, built); done || err != nil {
			return err
		}
	}
}

// apply takes changes in, unless somebody else has brought the index there or further, or has built it anew.
func (s *schedule) apply(c calendar.Changes, built int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.built == built && c.Sequence > s.index.Sequence() {
		s.index.Apply(c)
		s.facility = c.Facility
	}
}

// build makes an index of everything there is, unless somebody else has done so meanwhile.
func (s *schedule) build(ctx context.Context, built int) (done bool, err error) {
	select {
	case s.whole <- struct{}{}:
		defer func() { <-s.whole }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if _, now := s.known(); now != built {
		return false, nil
	}
	c, err := s.store.Calendar(ctx, 0)
	if err != nil {
		return false, err
	}
	index := calendar.NewIndex()
	index.Apply(c)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.index, s.facility = index, c.Facility
	s.built++
	return true, nil
}
