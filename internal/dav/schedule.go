package dav

import (
	"context"
	"sync"

	"berth/calendar"
	"berth/testbeds"
)

// schedule keeps an index in step with the store. The sequence of the change log says whether there is anything new; it has no gaps
// and follows the order of commits, whichever process made them.
type schedule struct {
	store Calendars

	mu       sync.Mutex
	index    *calendar.Index
	facility testbeds.Facility
}

func newSchedule(store Calendars) *schedule {
	return &schedule{store: store, index: calendar.NewIndex()}
}

// read runs fn on the index as the database is now. fn takes from it what it needs and lets go: nobody else reads meanwhile.
func (s *schedule) read(ctx context.Context, fn func(x *calendar.Index, f testbeds.Facility)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	since := s.index.Sequence()
	c, err := s.store.Calendar(ctx, since)
	if err != nil {
		return err
	}
	// It has to be read anew where it is another database than before, into which a backup was put back, or where removals that this index
	// has not seen are forgotten already.
	if c.Sequence < since || since > 0 && c.Pruned > since {
		s.index = calendar.NewIndex()
		if c, err = s.store.Calendar(ctx, 0); err != nil {
			return err
		}
		since = 0
	}
	if c.Sequence > since || since == 0 {
		s.index.Apply(c)
		s.facility = c.Facility
	}
	fn(s.index, s.facility)
	return nil
}
