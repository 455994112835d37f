package scheduler

import (
	"cmp"
	"context"
	"slices"
	"time"

	"berth/scheduler/account"
	"berth/testbeds"
)

// Waiting counts what waits for a person.
type Waiting struct {
	Decisions int // requests that need their approval, or their decision as a mentor
	Own       int // of their own requests: those with an offer to take, and those that lost their slot or something that they need
	Duties    int // that an operator should have done by now
	News      int // changes by others that concern them and that they have not seen; at most MaxNews
}

// Waiting counts what waits for the actor. It returns CodeForbidden without the scope to read.
func (s *Service) Waiting(ctx context.Context, a account.Actor) (w Waiting, err error) {
	err = s.inTray(ctx, a, time.Time{}, func(tx Reader, t *tray) error {
		w = Waiting{}
		now, p := s.now(), t.piles()
		for _, r := range p.undecided {
			if r.WaitsFor(a) {
				w.Decisions++
			}
		}
		for _, r := range p.lacking {
			if r.needsOwner(a, now) {
				w.Own++
			}
		}
		if a.Is(account.RoleOperator) {
			w.Duties = p.due(now)
		}
		seen, err := tx.Seen(ctx, a.Username)
		if err != nil {
			return err
		}
		w.News = t.unseen(a, seen, now)
		return nil
	})
	return w, err
}

// inTray runs fn on the tray, for an actor who may read.
func (s *Service) inTray(ctx context.Context, a account.Actor, until time.Time, fn func(tx Reader, t *tray) error) error {
	if err := Require(a, account.ScopeRead, account.Roles...); err != nil {
		return err
	}
	return s.store.View(ctx, func(tx Reader) error {
		t, err := s.tray(ctx, tx, until)
		if err != nil {
			return err
		}
		return fn(tx, t)
	})
}

// needsOwner reports whether the actor has to look at their own request: it has an offer to take, or it lost what it had.
func (r Request) needsOwner(a account.Actor, now time.Time) bool {
	if a.Username == "" || r.Experimenter != a.Username {
		return false
	}
	return r.Offered(now) || r.Lost() || r.AskedNow(now)
}

// AskedNow reports whether the experimenter was asked whether the slot is still needed, and has yet to answer.
func (r Request) AskedNow(now time.Time) bool {
	return r.Status == Scheduled && r.open(ActionConfirm, now)
}

// Lost reports whether the request lost its slot, an approval or something else that it needs, and is not over: a start that nobody reported is no
// loss.
func (r Request) Lost() bool {
	return r.Status.Live() && slices.ContainsFunc(r.Flags, func(f Flag) bool { return f.Kind != FlagUnreported })
}

// Offered reports whether an offer of the request can be taken.
func (r Request) Offered(now time.Time) bool {
	_, open := r.openOffer(now)
	return open && slices.Contains(Offerable, r.Status)
}

// Troubled reports whether the request is flagged, and is not over.
func (r Request) Troubled() bool { return r.Status.Live() && len(r.Flags) > 0 }

// overdue counts what operators should have done with the request by now.
func (r Request) overdue(now time.Time) (n int) {
	if !r.Status.Granted() {
		return 0
	}
	if r.Status == Scheduled && !now.Before(r.begins()) {
		n++
	}
	if r.Released == nil && !now.Before(r.Slot.End) {
		n++
	}
	return n
}

// maxInbox bounds the requests of an inbox that are checked and shown at once.
const maxInbox = 100

// Inbox lists the requests that wait for the actor's decision, the most urgent first: those whose slot, or whose hold, is over soonest. At most a
// hundred are listed. It returns CodeForbidden without the scope to read.
func (s *Service) Inbox(ctx context.Context, a account.Actor) ([]View, error) {
	return s.chosen(ctx, a, func(r Request) bool { return r.WaitsFor(a) })
}

// Own lists the actor's own requests that are not over, and those with an offer to take, by their slots. It returns CodeForbidden without the scope
// to read.
func (s *Service) Own(ctx context.Context, a account.Actor) ([]View, error) {
	var live []Request
	err := s.inTray(ctx, a, time.Time{}, func(tx Reader, t *tray) (err error) {
		live, err = tx.Requests(ctx, RequestFilter{Experimenter: a.Username, Status: Live, Limit: maxPage})
		for _, r := range t.open {
			if r.Experimenter == a.Username && !r.Status.Live() && r.Offered(s.now()) {
				live = append(live, *r)
			}
		}
		return err
	})
	if err != nil || len(live) == 0 {
		return nil, err
	}
	return s.views(ctx, a, live)
}

// Troubles lists the requests that lost something that they need, that nobody started or ended in time, or that still wait for a decision when their
// slot begins. It returns CodeForbidden to all but administrators.
func (s *Service) Troubles(ctx context.Context, a account.Actor) ([]View, error) {
	if err := Require(a, account.ScopeRead, account.RoleAdministrator); err != nil {
		return nil, err
	}
	now := s.now()
	return s.chosen(ctx, a, func(r Request) bool {
		return r.Troubled() || r.overdue(now) > 0 || r.Status == UnderReview && !now.Before(r.Slot.Start)
	})
}

// chosen lists requests of the tray that the actor may see, by urgency.
func (s *Service) chosen(ctx context.Context, a account.Actor, such func(Request) bool) ([]View, error) {
	var list []Request
	err := s.inTray(ctx, a, time.Time{}, func(_ Reader, t *tray) error {
		list = nil
		for _, r := range t.open {
			if such(*r) && sees(a, *r) {
				list = append(list, *r)
			}
		}
		return nil
	})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return s.views(ctx, a, list)
}

// views adds to requests what a decision needs, the most urgent first.
func (s *Service) views(ctx context.Context, a account.Actor, list []Request) (views []View, err error) {
	slices.SortFunc(list, func(x, y Request) int {
		return cmp.Or(x.urgent().Compare(y.urgent()), x.Created.Compare(y.Created), cmp.Compare(x.Number, y.Number))
	})
	list = list[:min(len(list), maxInbox)]
	err = s.snapshot(ctx, func(tx Reader, w snapshot) error {
		views = make([]View, 0, len(list))
		for _, r := range list {
			v, err := s.view(ctx, tx, w, a, r)
			if err != nil {
				return err
			}
			views = append(views, v)
		}
		return nameTakers(ctx, tx, views)
	})
	return views, err
}

// nameTakers gives the requests that take capacity their names, where the reader may know them: those whose number is shown.
func nameTakers(ctx context.Context, tx Reader, views []View) error {
	var verdicts []*testbeds.Verdict
	for i := range views {
		verdicts = append(verdicts, &views[i].Fit)
	}
	var numbers []int64
	takers(verdicts, func(t *testbeds.Taker, _ string) {
		if t.Request != 0 && t.Summary == "" {
			numbers = append(numbers, t.Request)
		}
	})
	requests, err := tx.RequestsByNumber(ctx, numbers)
	if err != nil {
		return err
	}
	called := map[int64]string{}
	for _, r := range requests {
		called[r.Number] = r.Name
	}
	takers(verdicts, func(t *testbeds.Taker, _ string) {
		if t.Summary == "" {
			t.Summary = called[t.Request]
		}
	})
	return nil
}

// urgent returns the instant until which a decision about the request is of use: its slot begins, what is held for it is let go, or its offer ends.
func (r Request) urgent() time.Time {
	at := r.begins()
	if r.PendingMove != nil {
		at = r.PendingMove.Slot.Start
	}
	if r.HoldUntil != nil && r.HoldUntil.Before(at) {
		at = *r.HoldUntil
	}
	for _, o := range r.Offers {
		if o.State == OfferOpen && o.Expires.Before(at) {
			at = o.Expires
		}
	}
	if by := r.DecideBy(); by != nil && by.At.Before(at) {
		at = by.At
	}
	return at
}
