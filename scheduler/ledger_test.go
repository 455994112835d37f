package scheduler

import (
	"context"
	"errors"
	"testing"
	"time"

	"berth/testbeds"
)

// rows is a store at one moment, as a transaction reads it.
type rows struct {
	Reader
	facility int64
	sequence int64
	bookings []testbeds.Booking
	changes  []BookingChange // since any sequence
	read     *int            // how often all bookings were read
}

func (s rows) State(context.Context) (State, error) {
	return State{Facility: s.facility, Sequence: s.sequence}, nil
}

func (s rows) Facility(context.Context) (testbeds.Facility, error) {
	return testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "hall", Timezone: "UTC", Devices: []testbeds.Device{{ID: "usrp", Count: s.facility}}}}}, nil
}

func (s rows) Catalogue(context.Context) (testbeds.Catalogue, error) {
	return testbeds.Catalogue{}, nil
}

func (s rows) Bookings(_ context.Context, _ time.Time, yield func(testbeds.Booking) error) error {
	*s.read++
	for _, b := range s.bookings {
		if err := yield(b); err != nil {
			return err
		}
	}
	return nil
}

func (s rows) BookingsSince(_ context.Context, sequence int64) (list []BookingChange, err error) {
	for _, c := range s.changes {
		if c.Sequence > sequence {
			list = append(list, c)
		}
	}
	return list, nil
}

// TestALedgerOnlyGoesForward shows a ledger one rows after another. It begins at facility 4 and change 10, with one radio taken.
func TestALedgerOnlyGoesForward(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	slot := testbeds.NewSlot(now.Add(day), time.Hour)
	radio := testbeds.Resource{Testbed: "hall", Device: "usrp"}
	taking := func(id, n int64) testbeds.Booking {
		return testbeds.Booking{ID: id, Request: id, Strength: testbeds.Firm, Slot: slot,
			Claims: []testbeds.Claim{{Need: testbeds.Need{Resource: radio, Amount: n}, From: slot.Start, To: slot.End}}}
	}
	more := []BookingChange{{Booking: taking(2, 1), Sequence: 11}}
	for name, tt := range map[string]struct {
		facility, sequence int64
		later              time.Duration
		bookings           []testbeds.Booking
		changes            []BookingChange
		free               int64 // of as many radios as the facility's revision
		reads              int   // of all bookings
	}{
		"the same":                                {4, 10, 0, nil, nil, 3, 0},
		"a change":                                {4, 11, 0, nil, more, 2, 0},
		"a release":                               {4, 11, 0, nil, []BookingChange{{Booking: taking(1, 1), Released: true, Sequence: 11}}, 4, 0},
		"a stale rows":                            {4, 9, 0, nil, more, 3, 0},
		"a stale rows of an older facility":       {3, 9, 0, nil, more, 3, 0},
		"an older facility alone":                 {3, 10, 0, nil, nil, 3, 0},
		"a newer facility":                        {5, 11, 0, []testbeds.Booking{taking(1, 1), taking(2, 1)}, more, 3, 0},
		"a newer facility, without a change":      {5, 10, 0, []testbeds.Booking{taking(1, 1)}, nil, 4, 0},
		"the next day":                            {4, 10, day, []testbeds.Booking{taking(1, 1)}, nil, 3, 0},
		"the next day, and a change":              {4, 11, day, []testbeds.Booking{taking(1, 1), taking(2, 1)}, more, 2, 0},
		"the next day in a stale rows":            {4, 9, day, nil, nil, 3, 0},
		"the next day in a stale rows's facility": {3, 9, day, nil, nil, 3, 0},
		"the day before":                          {4, 10, -day, nil, nil, 3, 0},
		"the day before, and a change":            {4, 11, -day, nil, more, 2, 0},
	} {
		l, reads := &ledger{horizon: 730 * day}, 0
		catchUp := func(s rows, now time.Time) {
			s.read = &reads
			if _, err := l.catchUp(t.Context(), s, now); err != nil {
				t.Fatal(name, err)
			}
		}
		catchUp(rows{facility: 4, sequence: 10, bookings: []testbeds.Booking{taking(1, 1)}}, now)
		if reads != 1 {
			t.Fatalf("%s: everything is read %d times at first", name, reads)
		}
		reads = 0
		catchUp(rows{facility: tt.facility, sequence: tt.sequence, bookings: tt.bookings, changes: tt.changes}, now.Add(tt.later))
		_ = l.read(func(w snapshot) error {
			series, _ := w.fed.Availability("hall", slot)
			if free := series[0].Steps[0].Free; free != tt.free {
				t.Errorf("%s: %d are free, want %d", name, free, tt.free)
			}
			return nil
		})
		if reads != tt.reads {
			t.Errorf("%s: everything is read %d times, want %d", name, reads, tt.reads)
		}
	}
}

// TestALedgerReachesFarEnough: ninety days back from today, and a day further ahead than can be booked.
func TestALedgerReachesFarEnough(t *testing.T) {
	t.Parallel()
	l, reads := &ledger{horizon: 10 * day}, 0
	if _, err := l.catchUp(t.Context(), rows{facility: 4, sequence: 1, read: &reads}, time.Date(2026, 3, 2, 6, 30, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	_ = l.read(func(w snapshot) error {
		today := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
		if h := w.fed.Horizon(); !h.Start.Equal(today.AddDate(0, 0, -90)) || !h.End.Equal(today.AddDate(0, 0, 11)) {
			t.Errorf("from %s to %s", h.Start, h.End)
		}
		return nil
	})
}

// TestALedgerTakesWhatItsProcessCommitted, unless something that came before is missing: then nothing, and it reads both.
func TestALedgerTakesWhatItsProcessCommitted(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	slot := testbeds.NewSlot(now.Add(day), time.Hour)
	taking := func(id, n int64) testbeds.Booking {
		return testbeds.Booking{ID: id, Request: id, Strength: testbeds.Firm, Slot: slot, Claims: []testbeds.Claim{{
			Need: testbeds.Need{Resource: testbeds.Resource{Testbed: "hall", Device: "usrp"}, Amount: n}, From: slot.Start, To: slot.End}}}
	}
	one, two := BookingChange{Booking: taking(2, 1), Sequence: 11}, BookingChange{Booking: taking(3, 2), Sequence: 13}
	gone := BookingChange{Booking: testbeds.Booking{ID: 1}, Released: true, Sequence: 11}
	for name, tt := range map[string]struct {
		commits  []Committed
		sequence int64
		free     int64 // of nine
	}{
		"the next":         {[]Committed{{10, 11, []BookingChange{one}}}, 11, 7},
		"two in order":     {[]Committed{{10, 11, []BookingChange{one}}, {11, 13, []BookingChange{two}}}, 13, 5},
		"a later one":      {[]Committed{{11, 13, []BookingChange{two}}}, 10, 8},
		"two out of order": {[]Committed{{11, 13, []BookingChange{two}}, {10, 11, []BookingChange{one}}}, 11, 7},
		"an earlier one":   {[]Committed{{9, 10, []BookingChange{one}}}, 10, 8},
		"a release":        {[]Committed{{10, 11, []BookingChange{gone}}}, 11, 9},
	} {
		l, reads := &ledger{horizon: 730 * day}, 0
		l.take(Committed{0, 1, []BookingChange{one}}) // it has not begun
		if _, err := l.catchUp(t.Context(), rows{facility: 9, sequence: 10, bookings: []testbeds.Booking{taking(1, 1)}, read: &reads}, now); err != nil {
			t.Fatal(err)
		}
		for _, c := range tt.commits {
			l.take(c)
		}
		free := func() (n int64) {
			_ = l.read(func(w snapshot) error {
				series, _ := w.fed.Availability("hall", slot)
				n = series[0].Steps[0].Free
				return nil
			})
			return n
		}
		if got := free(); got != tt.free || l.now.Load().sequence != tt.sequence {
			t.Errorf("%s: %d are free at change %d, want %d at %d", name, got, l.now.Load().sequence, tt.free, tt.sequence)
		}
		if _, err := l.catchUp(t.Context(), rows{facility: 9, sequence: 13, changes: []BookingChange{one, two}, read: &reads}, now); err != nil {
			t.Fatal(err)
		}
		want := int64(5)
		if name == "a release" {
			want = 7 // change 11 is not read again
		}
		if got := free(); got != want {
			t.Errorf("%s: %d are free in the end, want %d", name, got, want)
		}
	}
}

// shared is a transaction of a decision, which others may have begun.
type shared struct {
	Tx
	rows    rows
	earlier []BookingChange
}

func (s shared) Earlier() []BookingChange                                { return s.earlier }
func (s shared) State(ctx context.Context) (State, error)                { return s.rows.State(ctx) }
func (s shared) Facility(ctx context.Context) (testbeds.Facility, error) { return s.rows.Facility(ctx) }
func (s shared) Catalogue(ctx context.Context) (testbeds.Catalogue, error) {
	return s.rows.Catalogue(ctx)
}
func (s shared) Bookings(ctx context.Context, after time.Time, yield func(testbeds.Booking) error) error {
	return s.rows.Bookings(ctx, after, yield)
}
func (s shared) BookingsSince(ctx context.Context, sequence int64) ([]BookingChange, error) {
	return s.rows.BookingsSince(ctx, sequence)
}

// TestALedgerTakesNothingFromASharedTransaction: what an earlier decision of the same transaction has written is not committed, so a ledger that would have
// to read asks for a transaction of its own. One that has all it needs goes on.
func TestALedgerTakesNothingFromASharedTransaction(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	earlier := []BookingChange{{Booking: testbeds.Booking{ID: 7}}}
	for name, tt := range map[string]struct {
		fresh              bool // nothing is known
		facility, sequence int64
		later              time.Duration
		earlier            []BookingChange
		want               error
	}{
		"nothing is new":                {false, 4, 10, 0, earlier, nil},
		"it is further already":         {false, 3, 9, 0, earlier, nil},
		"a day begins":                  {false, 4, 10, day, earlier, nil},
		"bookings":                      {false, 4, 11, 0, earlier, ErrApart},
		"a facility":                    {false, 5, 10, 0, earlier, ErrApart},
		"everything":                    {true, 4, 10, 0, earlier, ErrApart},
		"bookings, in one of its own":   {false, 4, 11, 0, nil, nil},
		"a facility, in one of its own": {false, 5, 10, 0, nil, nil},
		"everything, in one of its own": {true, 4, 10, 0, nil, nil},
	} {
		l, reads := &ledger{horizon: 730 * day}, 0
		if !tt.fresh {
			if _, err := l.catchUp(t.Context(), rows{facility: 4, sequence: 10, read: &reads}, now); err != nil {
				t.Fatal(err)
			}
		}
		before := l.now.Load()
		_, err := l.catchUp(t.Context(), shared{rows: rows{facility: tt.facility, sequence: tt.sequence, read: &reads}, earlier: tt.earlier}, now.Add(tt.later))
		if !errors.Is(err, tt.want) || err != nil && l.now.Load() != before {
			t.Errorf("%s: %v, want %v, and the world as it was", name, err, tt.want)
		}
	}
}

// TestWhatIsBookedWhileALedgerBuilds is in what was built, however it came: a decision that commits while a facility is refitted, or while a day begins.
func TestWhatIsBookedWhileALedgerBuilds(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	slot := testbeds.NewSlot(now.Add(day), time.Hour)
	taking := func(id, n int64) testbeds.Booking {
		return testbeds.Booking{ID: id, Request: id, Strength: testbeds.Firm, Slot: slot, Claims: []testbeds.Claim{{
			Need: testbeds.Need{Resource: testbeds.Resource{Testbed: "hall", Device: "usrp"}, Amount: n}, From: slot.Start, To: slot.End}}}
	}
	l, reads := &ledger{horizon: 730 * day}, 0
	if _, err := l.catchUp(t.Context(), rows{facility: 9, sequence: 10, bookings: []testbeds.Booking{taking(1, 1)}, read: &reads}, now); err != nil {
		t.Fatal(err)
	}
	seen := func() (free int64) {
		_ = l.read(func(w snapshot) error {
			series, _ := w.fed.Availability("hall", slot)
			free = series[0].Steps[0].Free
			return nil
		})
		return free
	}
	during := building{rows: rows{facility: 10, sequence: 10, read: &reads}, then: func() {
		l.take(Committed{10, 11, []BookingChange{{Booking: taking(2, 2), Sequence: 11}}})
		if got := seen(); got != 6 {
			t.Errorf("while it builds %d are free, want 6", got)
		}
		if err := l.dawn(now.Truncate(day).Add(day)); err != nil {
			t.Error(err)
		}
		l.take(Committed{11, 12, []BookingChange{{Booking: testbeds.Booking{ID: 1}, Released: true, Sequence: 12}}})
	}}
	if _, err := l.catchUp(t.Context(), during, now); err != nil {
		t.Fatal(err)
	}
	w := l.now.Load()
	if got := seen(); got != 8 || w.facility != 10 || w.sequence != 12 || !w.day.Equal(now.Truncate(day).Add(day)) {
		t.Errorf("of ten %d are free, at facility %d, change %d, on %s; want 8 at 10, 12, the day after", got, w.facility, w.sequence, w.day)
	}
	if h := w.fed.Horizon(); !h.Equal(l.ahead(w.day, 0)) {
		t.Errorf("it reaches over %s, want %s", h, l.ahead(w.day, 0))
	}
	if reads != 1 {
		t.Errorf("everything was read %d times, want once", reads)
	}
}

// building is a store in which others go on while the facility is read.
type building struct {
	rows
	then func()
}

func (b building) Facility(ctx context.Context) (testbeds.Facility, error) {
	b.then()
	return b.rows.Facility(ctx)
}
