package story

import (
	"slices"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// snapshot is the content of the store at a moment.
type snapshot struct {
	now       time.Time
	facility  testbeds.Facility
	catalogue testbeds.Catalogue
	requests  []scheduler.Request // in the order of their numbers
	bookings  map[int64]testbeds.Booking
	order     []int64 // of the bookings
	sequence  int64   // of the change log
}

// look reads everything, and the events since the last time.
func (m *machine) look() snapshot {
	s := snapshot{now: m.clock, bookings: map[int64]testbeds.Booking{}}
	m.must(m.store.View(m.ctx(), func(tx scheduler.Reader) (err error) {
		if s.facility, err = tx.Facility(m.ctx()); err != nil {
			return err
		}
		if s.catalogue, err = tx.Catalogue(m.ctx()); err != nil {
			return err
		}
		if s.requests, err = tx.Requests(m.ctx(), scheduler.RequestFilter{}); err != nil {
			return err
		}
		err = tx.Bookings(m.ctx(), morning.Add(-day), func(b testbeds.Booking) error {
			s.bookings[b.ID] = b
			s.order = append(s.order, b.ID)
			return nil
		})
		if err != nil {
			return err
		}
		events, err := tx.Events(m.ctx(), int64(len(m.events)), 100_000)
		m.events = append(m.events, events...)
		s.sequence = int64(len(m.events))
		return err
	}))
	slices.Reverse(s.requests)
	return s
}

func (s snapshot) request(id string) (scheduler.Request, bool) {
	for _, r := range s.requests {
		if r.ID == id {
			return r, true
		}
	}
	return scheduler.Request{}, false
}

func (s snapshot) numbered(n int64) scheduler.Request {
	for _, r := range s.requests {
		if r.Number == n {
			return r
		}
	}
	return scheduler.Request{}
}

// blocking lists the bookings that take capacity.
func (s snapshot) blocking() []testbeds.Booking {
	var list []testbeds.Booking
	for _, id := range s.order {
		if b := s.bookings[id]; blocks(b) {
			list = append(list, b)
		}
	}
	return list
}

func blocks(b testbeds.Booking) bool {
	return b.Strength == testbeds.Firm || b.Strength == testbeds.Held
}

// granted reports whether a request has its slot: it is scheduled, or runs.
func granted(r scheduler.Request) bool { return r.Status == scheduler.Scheduled || running(r) }

func running(r scheduler.Request) bool {
	return r.Status == scheduler.Instantiating || r.Status == scheduler.Running || r.Status == scheduler.Terminating
}

// span returns all the time that a booking occupies.
func span(b testbeds.Booking) testbeds.Slot {
	if len(b.Claims) == 0 {
		return b.Slot
	}
	whole := testbeds.Slot{Start: b.Claims[0].From, End: b.Claims[0].To}
	for _, c := range b.Claims {
		if c.From.Before(whole.Start) {
			whole.Start = c.From
		}
		if c.To.After(whole.End) {
			whole.End = c.To
		}
	}
	return whole
}

func during(c testbeds.Claim) testbeds.Slot { return testbeds.Slot{Start: c.From, End: c.To} }

// overlap returns the time that two slots share, from an instant on; it is empty if it ends before it begins.
func overlap(a, b testbeds.Slot, from time.Time) testbeds.Slot {
	for _, t := range []time.Time{a.Start, b.Start} {
		if t.After(from) {
			from = t
		}
	}
	to := a.End
	if b.End.Before(to) {
		to = b.End
	}
	return testbeds.Slot{Start: from, End: to}
}

func empty(s testbeds.Slot) bool { return !s.Start.Before(s.End) }
