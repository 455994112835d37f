package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"berth/scheduler/account"
	"berth/scheduler/trace"
	"berth/testbeds"
	"berth/testbeds/plain"
)

// Facility reads the facility and its revision. It returns CodeForbidden without the scope to read.
func (s *Service) Facility(ctx context.Context, a account.Actor) (testbeds.Facility, int64, error) {
	var f testbeds.Facility
	var revision int64
	err := s.catalogued(ctx, a, func(tx Reader, n int64) (err error) {
		revision = n
		f, err = tx.Facility(ctx)
		return err
	})
	return f, revision, err
}

// Testbed is one testbed, and the revision of the facility. It returns CodeForbidden without the scope to read, and CodeNotFound.
func (s *Service) Testbed(ctx context.Context, a account.Actor, id string) (testbeds.Testbed, int64, error) {
	var t testbeds.Testbed
	var revision int64
	err := s.catalogued(ctx, a, func(tx Reader, n int64) (err error) {
		revision = n
		t, err = tx.Testbed(ctx, id)
		return err
	})
	return t, revision, err
}

// Catalogue reads the catalogue and its revision, which it shares with the facility. It returns CodeForbidden without the scope to read.
func (s *Service) Catalogue(ctx context.Context, a account.Actor) (testbeds.Catalogue, int64, error) {
	var c testbeds.Catalogue
	var revision int64
	err := s.catalogued(ctx, a, func(tx Reader, n int64) (err error) {
		revision = n
		c, err = tx.Catalogue(ctx)
		return err
	})
	return c, revision, err
}

func (s *Service) catalogued(ctx context.Context, a account.Actor, read func(tx Reader, revision int64) error) error {
	if err := Require(a, account.ScopeRead, account.Roles...); err != nil {
		return err
	}
	return s.store.View(ctx, func(tx Reader) error {
		revision, err := tx.FacilityRevision(ctx)
		if err != nil {
			return err
		}
		return read(tx, revision)
	})
}

// alteration changes facility and catalogue in place.
type alteration func(f *testbeds.Facility, c *testbeds.Catalogue) error

// PutFacility replaces the whole facility. It returns the codes of a change (CodeForbidden, CodeInvalid, CodeConflict and CodePrecondition).
func (s *Service) PutFacility(ctx context.Context, a account.Actor, f testbeds.Facility, o ChangeOptions) (FacilityChange, error) {
	if err := Require(a, account.ScopeAdmin, account.RoleAdministrator); err != nil {
		return FacilityChange{}, err
	}
	return s.alter(ctx, a, o, byHand(func(now *testbeds.Facility, _ *testbeds.Catalogue) error { *now = f; return nil }))
}

// PutCatalogue replaces the whole catalogue. Requests keep their components; those that can no longer be deployed are named. It returns the codes of
// a change (CodeForbidden, CodeInvalid, CodeConflict and CodePrecondition).
func (s *Service) PutCatalogue(ctx context.Context, a account.Actor, c testbeds.Catalogue, o ChangeOptions) (FacilityChange, error) {
	if err := Require(a, account.ScopeAdmin, account.RoleAdministrator); err != nil {
		return FacilityChange{}, err
	}
	return s.alter(ctx, a, o, func(_ *testbeds.Facility, now *testbeds.Catalogue) error { *now = c; return nil })
}

// mayChange refuses an actor who is neither a provider of the testbed nor an administrator.
func mayChange(a account.Actor, testbed string) error {
	if a.Can(account.ScopeWrite) && a.Provides(testbed) {
		return nil
	}
	return Require(a, account.ScopeAdmin, account.RoleAdministrator)
}

// PutTestbed changes or adds a testbed. Its providers may change everything except its list of providers and its approval policy. It returns the
// codes of a change (CodeForbidden, CodeInvalid, CodeConflict and CodePrecondition).
func (s *Service) PutTestbed(ctx context.Context, a account.Actor, t testbeds.Testbed, o ChangeOptions) (FacilityChange, error) {
	if err := mayChange(a, t.ID); err != nil {
		return FacilityChange{}, err
	}
	if err := Require(a, account.ScopeAdmin, account.RoleProvider, account.RoleAdministrator); err != nil {
		return FacilityChange{}, err // closures are part of a provider's daily work, the rest is not
	}
	return s.alter(ctx, a, o, byHand(func(f *testbeds.Facility, _ *testbeds.Catalogue) error {
		i := slices.IndexFunc(f.Testbeds, func(x testbeds.Testbed) bool { return x.ID == t.ID })
		if !a.Is(account.RoleAdministrator) && (i < 0 || !slices.Equal(f.Testbeds[i].Providers, t.Providers) || f.Testbeds[i].Approval != t.Approval) {
			return Errorf(CodeForbidden, "only an administrator may change the providers and the approval of a testbed")
		}
		if i < 0 {
			f.Testbeds = append(slices.Clone(f.Testbeds), t)
			return nil
		}
		f.Testbeds = slices.Clone(f.Testbeds)
		f.Testbeds[i] = t
		return nil
	}))
}

// DeleteTestbed takes a testbed out of the facility. It returns CodeNotFound without such a testbed, and those of a change (CodeForbidden,
// CodeInvalid, CodeConflict and CodePrecondition).
func (s *Service) DeleteTestbed(ctx context.Context, a account.Actor, id string, o ChangeOptions) (FacilityChange, error) {
	if err := Require(a, account.ScopeAdmin, account.RoleAdministrator); err != nil {
		return FacilityChange{}, err
	}
	return s.alter(ctx, a, o, func(f *testbeds.Facility, _ *testbeds.Catalogue) error {
		i, err := indexOf(*f, id)
		if err == nil {
			f.Testbeds = slices.Delete(slices.Clone(f.Testbeds), i, i+1)
		}
		return err
	})
}

func indexOf(f testbeds.Facility, id string) (int, error) {
	i := slices.IndexFunc(f.Testbeds, func(x testbeds.Testbed) bool { return x.ID == id })
	if i < 0 {
		return 0, Errorf(CodeNotFound, "there is no testbed %q", clip(id))
	}
	return i, nil
}

// AddClosure adds a closure to a testbed and gives it an id. It returns CodeNotFound without such a testbed, and those of a change
// (CodeForbidden, CodeInvalid, CodeConflict and CodePrecondition).
func (s *Service) AddClosure(ctx context.Context, a account.Actor, testbed string, c testbeds.Closure, o ChangeOptions, once Creation) (testbeds.Closure, FacilityChange, error) {
	if err := mayChange(a, testbed); err != nil {
		return c, FacilityChange{}, err
	}
	if c.Source != "" {
		return c, FacilityChange{}, Invalid(testbeds.Faults{{Field: "source", Rule: "is given by the calendar that a closure comes from, and cannot be set by hand"}})
	}
	c.ID = "c-" + s.o.NewID()
	change, err := s.alterOnce(ctx, a, o, once, c.ID, func(f *testbeds.Facility, _ *testbeds.Catalogue) error {
		i, err := indexOf(*f, testbed)
		if err != nil {
			return err
		}
		f.Testbeds = slices.Clone(f.Testbeds)
		f.Testbeds[i].Closures = append(slices.Clone(f.Testbeds[i].Closures), c)
		return nil
	}, func(f testbeds.Facility, id string) {
		c.ID = id // even if it was removed since
		if i, err := indexOf(f, testbed); err == nil {
			for _, x := range f.Testbeds[i].Closures {
				if x.ID == id {
					c = x
				}
			}
		}
	})
	return c, change, err
}

// ChangeClosure replaces the closure of a testbed that has the id of c. It returns CodeNotFound without such a testbed or closure, and those of a change
// (CodeForbidden, CodeInvalid, CodeConflict and CodePrecondition).
func (s *Service) ChangeClosure(ctx context.Context, a account.Actor, testbed string, c testbeds.Closure, o ChangeOptions) (FacilityChange, error) {
	return s.alterClosure(ctx, a, testbed, c.ID, o, func(list []testbeds.Closure, i int) []testbeds.Closure {
		list[i] = c
		return list
	})
}

// alterClosure changes the list of a testbed's closures at the place of one.
func (s *Service) alterClosure(ctx context.Context, a account.Actor, testbed, closure string, o ChangeOptions, change func(list []testbeds.Closure, i int) []testbeds.Closure) (FacilityChange, error) {
	if err := mayChange(a, testbed); err != nil {
		return FacilityChange{}, err
	}
	return s.alter(ctx, a, o, func(f *testbeds.Facility, _ *testbeds.Catalogue) error {
		i, err := indexOf(*f, testbed)
		if err != nil {
			return err
		}
		list := f.Testbeds[i].Closures
		at := slices.IndexFunc(list, func(c testbeds.Closure) bool { return c.ID != "" && c.ID == closure })
		if at < 0 {
			return Errorf(CodeNotFound, "testbed %s has no closure %q", testbed, clip(closure))
		}
		if err := mine(testbed, list[at]); err != nil {
			return err
		}
		f.Testbeds = slices.Clone(f.Testbeds)
		f.Testbeds[i].Closures = change(slices.Clone(list), at)
		return nil
	})
}

// DeleteClosure removes a closure from a testbed, by its id; one from a file has the id given there. It returns CodeNotFound without such a testbed
// or closure, and those of a change (CodeForbidden, CodeInvalid, CodeConflict and CodePrecondition).
func (s *Service) DeleteClosure(ctx context.Context, a account.Actor, testbed, closure string, o ChangeOptions) (FacilityChange, error) {
	return s.alterClosure(ctx, a, testbed, closure, o, func(list []testbeds.Closure, i int) []testbeds.Closure { return slices.Delete(list, i, i+1) })
}

func (s *Service) alter(ctx context.Context, a account.Actor, o ChangeOptions, change alteration) (FacilityChange, error) {
	return s.alterOnce(ctx, a, o, Creation{}, "", change, nil)
}

// alterOnce changes facility and catalogue with the facility locked, and the testbeds that the change reaches: decisions about others go on meanwhile.
// It refuses a change that leaves bookings without capacity unless it is forced; then it records those bookings as overbooked and flags their requests.
// made is the result kept for an idempotency key; before receives it when the key comes again.
func (s *Service) alterOnce(ctx context.Context, a account.Actor, o ChangeOptions, once Creation, made string, change alteration, before func(testbeds.Facility, string)) (FacilityChange, error) {
	var out FacilityChange
	lock, err := s.reached(ctx, change)
	if err != nil {
		return out, err
	}
	err = growing(lock, nil, func(lock []string) error {
		return s.store.Change(ctx, append(slices.Clone(lock), TheFacility), func(tx Tx) error {
			d := &decision{s: s, tx: tx, actor: a, action: ActionFacility, now: s.now(), locked: lock}
			out = FacilityChange{}
			if id, err := d.replayed(ctx, once); err != nil || id != "" {
				if err == nil {
					err = repeated(ctx, tx, id, before, &out)
				}
				return err
			}
			if _, err := s.ledger.catchUp(ctx, tx, d.now); err != nil {
				return err
			}
			tx.OnCommit(s.ledger.take)
			if err := d.alter(ctx, o, change, &out); err != nil {
				return err
			}
			if o.DryRun {
				return errDryRun
			}
			return d.remember(ctx, once, made)
		})
	})
	if errors.Is(err, errDryRun) {
		out.DryRun, err = true, nil
	}
	return out, err
}

// reached lists the testbeds that a change will reach, as things stand. The change itself reports what is wrong with it.
func (s *Service) reached(ctx context.Context, change alteration) (ids []string, err error) {
	err = s.store.View(ctx, func(tx Reader) error {
		if _, err := s.ledger.catchUp(ctx, tx, s.now()); err != nil {
			return err
		}
		return s.ledger.read(func(w snapshot) error {
			f, c := w.fed.Facility(), w.catalogue
			if change(&f, &c) == nil {
				ids = reachOf(w.fed.Facility(), f, w.catalogue, c).touched
			}
			return nil
		})
	})
	return ids, err
}

// repeated answers a repeated change: it passes the first result to before, and fills in the facility's present revision.
func repeated(ctx context.Context, tx Reader, id string, before func(testbeds.Facility, string), out *FacilityChange) error {
	f, err := tx.Facility(ctx)
	if err != nil {
		return err
	}
	before(f, id)
	out.Differences, out.Broken = []testbeds.Difference{}, []BrokenBooking{}
	out.Revision, err = tx.FacilityRevision(ctx)
	return err
}

func (d *decision) alter(ctx context.Context, o ChangeOptions, change alteration, out *FacilityChange) error {
	revision, err := d.tx.FacilityRevision(ctx)
	if err != nil {
		return err
	}
	if o.Revision != 0 && o.Revision != revision {
		return Errorf(CodePrecondition, "the facility was changed in between: it is at revision %d, not %d", revision, o.Revision)
	}
	f, c, r, err := d.altered(ctx, change, out)
	if err != nil {
		return err
	}
	out.Revision, out.Broken = revision, []BrokenBooking{}
	if len(out.Differences) == 0 {
		return nil
	}
	if err := d.covered(r.touched); err != nil {
		return err
	}
	m, err := d.impact(ctx, f, c, r)
	if err != nil {
		return err
	}
	m.report(d.s, out)
	if len(out.Broken) > 0 && !o.Force && !o.Replace && !o.DryRun {
		e := Errorf(CodeConflict, "the change would break %s; use force to make it anyway", plain.Count(len(out.Broken), "booking"))
		e.Broken = out.Broken
		return e
	}
	if err := d.tx.PutFacility(ctx, f); err != nil {
		return err
	}
	if err := d.tx.PutCatalogue(ctx, c); err != nil {
		return err
	}
	if out.Revision, err = d.tx.FacilityRevision(ctx); err != nil {
		return err
	}
	if err := d.settleImpact(ctx, o, m, out.Broken); err != nil {
		return err
	}
	who := d.actor.Username
	if d.actor.Via != "" {
		who += " (" + d.actor.Via + ")"
	}
	return d.tx.AddEvent(ctx, Event{At: d.now, Kind: EventFacility, Action: ActionFacility, Cause: trace.Of(ctx).String(),
		Text: fmt.Sprintf("%s made %s; broken: %s", who, plain.Count(len(out.Differences), "change"), plain.Count(len(out.Broken), "booking"))})
}

// altered returns the changed facility and catalogue, validated, with the differences and how far they reach.
func (d *decision) altered(ctx context.Context, change alteration, out *FacilityChange) (testbeds.Facility, testbeds.Catalogue, reach, error) {
	f, err := d.tx.Facility(ctx)
	if err != nil {
		return f, testbeds.Catalogue{}, reach{}, err
	}
	c, err := d.tx.Catalogue(ctx)
	if err != nil {
		return f, c, reach{}, err
	}
	g, e := f, c
	if err := change(&g, &e); err != nil {
		return f, c, reach{}, err
	}
	var bad faults
	for _, fault := range append(g.Validate(), e.Validate(g)...) {
		bad.add(fault.Field, "%s", fault.Rule)
	}
	out.Differences = append(append([]testbeds.Difference{}, f.Diff(g)...), c.Diff(e)...)
	if err := bad.err(); err != nil {
		return f, c, reach{}, err
	}
	out.Providers, err = d.letProviders(ctx, f, g)
	return g, e, reachOf(f, g, c, e), err
}
