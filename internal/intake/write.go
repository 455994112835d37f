package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"berth/scheduler"
	"berth/scheduler/account"
)

// mostTurns bounds how often an order is read and written at once. People rarely change one while Berth writes to it.
const mostTurns = 4

// settle brings an order and its request in line, as far as that is possible now.
func (s *Sync) settle(ctx context.Context, t *tie, o Order) (err error) {
	if err := s.lock(ctx, t); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.unlock(ctx, t)) }()
	for turn := range mostTurns {
		v, err := s.handled(ctx, t, o)
		if err != nil {
			return err
		}
		w, err := s.wanted(ctx, v, t.Heard)
		if err != nil {
			return err
		}
		if s.portal.Shows(o, w) {
			s.alike(t, o, v)
			return nil
		}
		if t.Alike = false; s.now().Before(t.Wait) {
			return nil
		}
		if turn == mostTurns-1 {
			break
		}
		if o, err = s.write(ctx, t, o, v, w); err != nil || t.Trouble != "" {
			return err
		}
	}
	s.putOff(t, "what Berth wrote does not show there", "look at the order in the portal, and at what it answers to berth portal check")
	return nil
}

// handled turns what changed in an order into steps, and returns the request after them.
func (s *Sync) handled(ctx context.Context, t *tie, o Order) (v scheduler.View, err error) {
	if v, err = s.requests.Get(ctx, account.System, t.saved.Request); err != nil {
		return v, err
	}
	if err := s.follow(ctx, t, o, v); err != nil {
		return v, busy(err)
	}
	t.Known, t.Name, t.URL, t.Facts, t.Gone, t.Failed = knownOf(o), line(o.Name, maxName), o.URL, o.Facts, false, ""
	t.Wrote = slices.DeleteFunc(t.Wrote, func(x intent) bool { return x.Done })
	if err := busy(s.save(ctx, t)); err != nil {
		return v, err
	}
	return s.requests.Get(ctx, account.System, t.saved.Request)
}

// alike notes that nothing is left to do for an order.
func (s *Sync) alike(t *tie, o Order, v scheduler.View) {
	t.Alike, t.Tries, t.Trouble, t.Remedy = true, 0, "", ""
	if o.Runs && (v.Status.Over() || v.Status == scheduler.UnderReview) && !o.Status.Over() {
		t.Trouble = fmt.Sprintf("it is %s there, and request #%d is %s", o.Word, v.Number, v.Status)
		t.Remedy = "end it in the portal"
	}
	t.saved.Over = v.Status.Over() && (!o.Runs || o.Status.Over()) && s.now().Sub(v.Updated) > memory
}

// write writes to an order once, and returns it as it is then. It looks before: who changed it meanwhile is heard first.
func (s *Sync) write(ctx context.Context, t *tie, o Order, v scheduler.View, w Wanted) (Order, error) {
	now, there, err := s.portal.Order(ctx, t.saved.Key)
	if err != nil {
		return o, err
	}
	if !there {
		return o, s.gone(ctx, t, v)
	}
	if !t.Known.same(now) {
		return now, nil
	}
	t.remember(w, s.now())
	if err := busy(s.save(ctx, t)); err != nil {
		return o, err
	}
	if err := s.held(t); err != nil {
		return o, err
	}
	if err := s.portal.Write(ctx, now, w); err != nil {
		fault := s.portal.Fault(err)
		if fault.Outage != "" || fault.Text == "" {
			return o, err
		}
		if !fault.Open {
			t.Wrote = t.Wrote[:len(t.Wrote)-1] // it was refused as a whole
		}
		s.putOff(t, fault.Text, fault.Remedy)
		return o, nil
	}
	t.Wrote[len(t.Wrote)-1].Done = true
	after, there, err := s.portal.Order(ctx, t.saved.Key)
	if err != nil {
		return o, err
	}
	if !there {
		return o, s.gone(ctx, t, v)
	}
	return after, nil
}

// putOff notes why an order and its request are not alike, and tries again later.
func (s *Sync) putOff(t *tie, trouble, remedy string) {
	t.Trouble, t.Remedy, t.Alike = trouble, remedy, false
	t.Tries++
	t.Wait = s.now().Add(later.After(t.Tries))
}

// gone notes that an order was deleted. Nobody is believed to have cancelled a request thereby, but where the settings let what is decided there
// count: then its experimenter has withdrawn it, unless it runs already.
func (s *Sync) gone(ctx context.Context, t *tie, v scheduler.View) error {
	if t.Gone && t.Trouble != "" {
		return nil
	}
	t.Gone, t.Alike = true, false
	if v.Status.Over() {
		t.saved.Over = true
		return nil
	}
	if s.o.Follow == FollowAll && v.Status.Ahead() {
		p, err := s.people.Person(ctx, account.System, v.Experimenter)
		if err == nil {
			_, err = s.requests.Cancel(ctx, s.as(p), v.ID, scheduler.Step{Reason: "deleted in " + s.called(), Revision: v.Revision})
		}
		if err == nil {
			t.saved.Over = true
			return nil
		}
		if refusal(err) == "" {
			return busy(err)
		}
	}
	t.Trouble = fmt.Sprintf("it was deleted there, and request #%d is %s", v.Number, v.Status)
	t.Remedy = "cancel the request if nobody wants it any more; else untie the order"
	return s.remark(ctx, t, v, fmt.Sprintf("The order that this request was made of was deleted in %s. The request stays %s: cancel it if it is not wanted any more.", s.called(), v.Status), "gone", true)
}
