package scheduler

import (
	"context"
	"strings"

	"berth/scheduler/account"
	"berth/testbeds"
)

// Joint is what would become of one of several requests that are granted together.
type Joint struct {
	View
	Err error // why it would not be granted: an *Error; nil if it would be
}

// Together previews the granting of several requests one after the other, in this order: each is checked as if those before it had their slots. A
// request that the actor may not know is left out. It returns CodeForbidden without the scope to read, and CodeInvalid for too many.
func (s *Service) Together(ctx context.Context, a account.Actor, ids []string) (list []Joint, err error) {
	if err := Require(a, account.ScopeRead, account.Roles...); err != nil {
		return nil, err
	}
	if len(ids) > maxInbox {
		return nil, Errorf(CodeInvalid, "at most %d requests can be granted at once", maxInbox)
	}
	err = s.snapshot(ctx, func(tx Reader, w snapshot) error {
		list = nil
		w.fed = w.fed.Without() // a fork, on which those that are granted are laid
		for _, id := range ids {
			r, err := s.find(ctx, tx, a, id)
			if CodeOf(err) == CodeNotFound {
				continue
			}
			if err != nil {
				return err
			}
			v, err := s.view(ctx, tx, w, a, r)
			if err != nil {
				return err
			}
			j := Joint{v, s.grantable(a, r, v)}
			if j.Err == nil {
				w.fed.Put(testbeds.Booking{ID: r.Booking, Request: r.Number, Strength: testbeds.Firm, Slot: r.Slot, Claims: w.fed.Claims(r.Demand, r.Slot)})
			}
			list = append(list, j)
		}
		return nil
	})
	return list, err
}

// grantable says why a request cannot be granted as it stands.
func (s *Service) grantable(a account.Actor, r Request, v View) error {
	now := s.now()
	if err := permit(a, ActionSchedule, r, now); err != nil {
		return err
	}
	switch missing := unapproved(r.Approvals); {
	case r.Slot.Start.Before(now):
		return Errorf(CodeConflict, "the slot of request #%d has begun already", r.Number)
	case len(missing) > 0:
		return Errorf(CodeConflict, "request #%d waits for the approval of %s", r.Number, strings.Join(missing, ", "))
	case !v.Fit.Fits:
		e := Errorf(CodeConflict, "request #%d does not fit", r.Number)
		e.Verdict = &v.Fit
		return e
	}
	return nil
}
