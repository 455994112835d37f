package scheduler

import (
	"errors"
	"slices"
	"sync"
	"time"
)

// Most decisions know in advance which testbeds they touch, and lock them without reading anything first: one transaction instead of two. What they
// know may be outdated. The transaction notices that, and then the decision begins anew and looks first.

// errLook says that a decision must look before it locks.
var errLook = errors.New("look first")

// footprints remembers the testbeds that requests touched when this process last wrote or read them for a step.
type footprints struct {
	mu sync.Mutex
	of map[string]footprint // by the requests' UUIDs
}

// footprint is what a step with a request locks: the testbeds that it touches, and what of it the policy may count.
type footprint struct {
	testbeds []string
	counted  Request // the fields by which it is counted, alone
}

// maxFootprints bounds what is remembered: when it is reached all of it goes.
const maxFootprints = 10_000

func (f *footprints) note(r Request) {
	touched := footprint{Touched(r), Request{Experimenter: r.Experimenter, NSD: r.NSD, Name: r.Name, Organisation: r.Organisation, Judged: r.Judged}}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.of == nil || len(f.of) >= maxFootprints {
		f.of = map[string]footprint{}
	}
	f.of[r.ID] = touched
}

func (f *footprints) get(id string) (x footprint, known bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	x, known = f.of[id]
	x.testbeds = slices.Clone(x.testbeds)
	return x, known
}

// near reports whether a state can be reached by following the bookings: anything else takes longer, and locks nobody out where it is done before.
func (l *ledger) near(at State, now time.Time) bool {
	w := l.now.Load()
	return w != nil && at.Facility <= w.facility && !w.day.Before(now.Truncate(day))
}

// expected refuses a state in which a decision that did not look should have done so: something is due first, or the ledger is far behind.
func (s *Service) expected(at State, now time.Time) error {
	if at.due(now) || !s.ledger.near(at, now) {
		return errLook
	}
	return nil
}

// guess lists the testbeds that an ask touches on the federation as this process knows it; ok is false where the ask has faults there.
func (s *Service) guess(in Ask) (lock []string, ok bool) {
	err := s.ledger.read(func(w snapshot) error {
		if w.fed == nil {
			return errLook
		}
		wish, err := s.checkAsk(in, w, s.now())
		lock = wish.experiment.Demand().Testbeds()
		return err
	})
	return lock, err == nil
}
