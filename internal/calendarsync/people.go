package calendarsync

import (
	"context"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// mayTend refuses an actor who is neither a provider of the testbed nor an administrator.
func mayTend(a account.Actor, testbed string) error {
	if a.Can(account.ScopeWrite) && a.Provides(testbed) {
		return nil
	}
	return scheduler.Require(a, account.ScopeAdmin, account.RoleAdministrator)
}

// grace is how long after its time a reading may come before the calendar counts as stale.
const grace = 2 * time.Minute

// State shows the calendar: all of it to the testbed's providers and administrators, to others only how fresh it is.
func (s *Sync) State(ctx context.Context, a account.Actor, f testbeds.Facility) (scheduler.TestbedCalendar, error) {
	p, err := s.Progress(ctx)
	if err != nil {
		return scheduler.TestbedCalendar{}, err
	}
	c := scheduler.TestbedCalendar{Name: s.o.Name, Testbed: s.o.Testbed, Writes: s.o.Write, Events: p.Events, Stale: p.Read.IsZero() || s.now().Sub(p.Read) > 2*s.o.Poll+grace}
	if !p.Read.IsZero() {
		c.Read = &p.Read
	}
	t, _ := f.Testbed(s.o.Testbed)
	for _, x := range t.Closures {
		if s.mine(x) {
			c.Closures++
		}
	}
	if a.Is(account.RoleAdministrator) || a.Provides(s.o.Testbed) {
		c.Site, c.Failure, c.Remedy, c.Notes, c.More, c.Held = s.o.Site, p.Failure, p.Remedy, p.Notes, p.More, p.Held
	}
	return c, nil
}

// Preview reads the calendar now, and says what that would change and whom it would hit, with a doubtful loss believed. It returns CodeForbidden, and
// CodeUnavailable where the calendar does not answer.
func (s *Sync) Preview(ctx context.Context, a account.Actor) (scheduler.FacilityChange, error) {
	if err := mayTend(a, s.o.Testbed); err != nil {
		return scheduler.FacilityChange{}, err
	}
	if s.o.Write {
		return scheduler.FacilityChange{}, scheduler.Errorf(scheduler.CodeConflict, "Berth writes into the calendar %s, and reads nothing there", s.o.Name)
	}
	if !s.mu.TryLock() {
		return scheduler.FacilityChange{}, scheduler.Errorf(scheduler.CodeUnavailable, "the calendar is being read; try again in a moment")
	}
	defer s.mu.Unlock()
	plan, err := s.plan(ctx, "")
	if err == nil && plan.doubtful {
		plan, err = s.plan(ctx, fingerprint(plan.gone))
	}
	if text, remedy, _ := explain(err); text != "" {
		return scheduler.FacilityChange{}, scheduler.Errorf(scheduler.CodeUnavailable, "the calendar %s: %s; %s", s.o.Name, text, remedy)
	}
	if err != nil {
		return scheduler.FacilityChange{}, err
	}
	return s.take(ctx, plan, true)
}

// Confirm lets the calendar be believed although most of its events are gone. It returns CodeForbidden, and CodeConflict where nothing waits for it.
func (s *Sync) Confirm(ctx context.Context, a account.Actor) error {
	if err := mayTend(a, s.o.Testbed); err != nil {
		return err
	}
	return s.alter(ctx, func(p *Progress) error {
		if p.Held == nil {
			return scheduler.Errorf(scheduler.CodeConflict, "nothing of the calendar %s waits to be confirmed", s.o.Name)
		}
		p.Believed, p.Confirmed, p.Next = p.Doubt, a.Username, s.now()
		return nil
	})
}

// TryNow lets the next round come at once. It returns CodeForbidden.
func (s *Sync) TryNow(ctx context.Context, a account.Actor) error {
	if err := mayTend(a, s.o.Testbed); err != nil {
		return err
	}
	return s.alter(ctx, func(p *Progress) error {
		p.Next = s.now()
		return nil
	})
}
