package scheduler

import (
	"context"
	"errors"
	"slices"

	"berth/scheduler/account"
	"berth/testbeds"
)

// Experimenters see that capacity is taken, when and how much, but not by whom, unless the testbed shows its bookings to everybody or they may see
// the request.

// finder is where testbeds are found by their ids: a federation, which has them indexed, or a facility.
type finder interface {
	Testbed(id string) (testbeds.Testbed, bool)
}

// mask hides from verdicts everything that the actor may not know. Each becomes a copy that shares no conflict and no taker with the original.
func (s *Service) mask(ctx context.Context, tx Reader, a account.Actor, f finder, verdicts ...*testbeds.Verdict) error {
	if knowsAll(a) {
		return nil
	}
	for _, v := range verdicts {
		if v != nil {
			*v = shownVerdict(*v)
			coverOverbooks(a, f, v)
		}
	}
	var numbers []int64
	takers(verdicts, func(t *testbeds.Taker, _ string) {
		if t.Request != 0 && !slices.Contains(numbers, t.Request) {
			numbers = append(numbers, t.Request)
		}
	})
	if len(numbers) == 0 {
		return nil
	}
	requests, err := tx.RequestsByNumber(ctx, numbers)
	if err != nil {
		return err
	}
	named := map[int64]Request{}
	for _, r := range requests {
		named[r.Number] = r
	}
	takers(verdicts, func(t *testbeds.Taker, testbed string) {
		if t.Kind == testbeds.TakerBooking && !shown(a, f, named[t.Request], testbed) {
			*t = busy(*t)
		}
	})
	return nil
}

// knowsAll reports whether the actor may know of every booking.
func knowsAll(a account.Actor) bool {
	return a.Is(account.RoleMentor) || a.Is(account.RoleOperator) || a.Is(account.RoleAdministrator)
}

// knowsOverbooks reports whether the actor may know that a testbed is overbooked, and by how much: those who decide, its providers, and everybody
// where the testbed shows its bookings.
func knowsOverbooks(a account.Actor, f finder, testbed string) bool {
	t, _ := f.Testbed(testbed)
	return knowsAll(a) || a.Provides(testbed) || t.Visibility == testbeds.VisibilityOpen
}

// coverOverbooks shows overbooked capacity as taken, and no more.
func coverOverbooks(a account.Actor, f finder, v *testbeds.Verdict) {
	for i, c := range v.Conflicts {
		if c.Free < 0 && !knowsOverbooks(a, f, c.Resource.Testbed) {
			v.Conflicts[i].Free, v.Conflicts[i].ShortBy = 0, c.Needed
		}
	}
}

// shown reports whether the actor may know that a request takes capacity of a testbed; without a testbed, of all testbeds that it touches.
func shown(a account.Actor, f finder, r Request, testbed string) bool {
	if r.ID == "" {
		return false
	}
	if sees(a, r) {
		return true
	}
	ids := []string{testbed}
	if testbed == "" {
		ids = r.Demand.Testbeds()
	}
	return !slices.ContainsFunc(ids, func(id string) bool {
		t, _ := f.Testbed(id)
		return t.Visibility != testbeds.VisibilityOpen
	})
}

// takers visits every taker of the verdicts, with the testbed of a conflict.
func takers(verdicts []*testbeds.Verdict, visit func(t *testbeds.Taker, testbed string)) {
	for _, v := range verdicts {
		if v == nil {
			continue
		}
		for i := range v.Conflicts {
			c := &v.Conflicts[i]
			for j := range c.TakenBy {
				visit(&c.TakenBy[j], c.Resource.Testbed)
			}
		}
		for i := range v.Contenders {
			visit(&v.Contenders[i], "")
		}
	}
}

// masked hides from the verdict of an error everything that the actor may not know.
func (s *Service) masked(ctx context.Context, a account.Actor, err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Verdict == nil {
		return err
	}
	copied := *e
	verdict := *e.Verdict
	copied.Verdict = &verdict
	viewErr := s.snapshot(ctx, func(tx Reader, w snapshot) error { return s.mask(ctx, tx, a, w.fed, &verdict) })
	if viewErr != nil {
		return viewErr
	}
	return &copied
}

// maskOutcome hides from an outcome everything that the actor may not know, and fills in the links that the actor may have. It reads in the
// transaction of the outcome, after the ledger has caught up.
func (s *Service) maskOutcome(ctx context.Context, tx Reader, a account.Actor, out *Outcome) error {
	var f finder
	_ = s.ledger.read(func(w snapshot) error {
		f = w.fed // its facility never changes, whatever happens to its bookings
		return nil
	})
	if err := s.show(ctx, tx, a, f, &out.Request); err != nil {
		return err
	}
	if out.Created != nil {
		out.Created = new(*out.Created)
		if err := s.show(ctx, tx, a, f, out.Created); err != nil {
			return err
		}
	}
	if a.Is(account.RoleExperimenter) && !a.Is(account.RoleMentor) && !a.Is(account.RoleAdministrator) {
		out.Displaced = nil
	}
	return s.mask(ctx, tx, a, f, &out.Fit)
}

// show prepares a request for the actor: it masks fields and takers of overbooks that are not for them, and adds the links of offers that they may
// accept.
func (s *Service) show(ctx context.Context, tx Reader, a account.Actor, f finder, r *Request) error {
	if !knowsAll(a) {
		*r = r.shown()
	}
	r.Overbooked = slices.Clone(r.Overbooked)
	for i := range r.Overbooked {
		v := testbeds.Verdict{Conflicts: r.Overbooked[i].Conflicts}
		if err := s.mask(ctx, tx, a, f, &v); err != nil {
			return err
		}
		r.Overbooked[i].Conflicts = v.Conflicts
	}
	open := func(o Offer) bool { return o.State == OfferOpen && o.until().After(s.now()) }
	if !slices.ContainsFunc(r.Offers, open) || !may(a, ActionAcceptOffer, *r) {
		return nil
	}
	key, err := tx.Secret(ctx)
	if err != nil {
		return err
	}
	r.Offers = slices.Clone(r.Offers)
	for i, o := range r.Offers {
		if open(o) {
			r.Offers[i].Link = sign(key, r.ID, o)
		}
	}
	return nil
}
