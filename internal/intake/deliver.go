package intake

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"berth/internal/retry"
	"berth/scheduler"
)

// breaker spares a portal that is down, and everybody who waits behind it.
type breaker struct {
	mu    sync.Mutex
	until time.Time
	why   error
}

// pause is how long nothing is delivered to a portal after it was down.
const pause = 30 * time.Second

func (b *breaker) open(now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.until) {
		return b.why
	}
	return nil
}

func (b *breaker) trips(now time.Time, why error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.until, b.why = now.Add(pause), why
}

func (b *breaker) works() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.until = time.Time{}
}

// Deliver tells a request's order of an event. An event without a target is first given the portal of that order, if there is one.
func (d Desk) Deliver(ctx context.Context, m scheduler.Delivery) (targets []string, err error) {
	if len(d) == 0 || !Takes(m.Event) {
		return nil, nil
	}
	saved, err := d[0].store.OrderOf(ctx, m.Event.Request)
	if err != nil || saved.Revision == 0 {
		return nil, err
	}
	s, err := d.named(saved.Portal)
	switch {
	case err != nil:
		return nil, nil // the settings do not know it any more
	case m.Target == "":
		return []string{saved.Portal}, nil
	case m.Target != saved.Portal:
		return nil, nil
	}
	return nil, s.tell(ctx, saved)
}

// tell brings an order in line with its request now.
func (s *Sync) tell(ctx context.Context, saved scheduler.OrderTie) error {
	t, err := readTie(saved)
	if err != nil {
		return err
	}
	if t.Gone || t.Untied {
		return nil
	}
	if err := s.down.open(s.now()); err != nil {
		return err
	}
	o, there, err := s.portal.Order(ctx, saved.Key)
	if err == nil && (!there || o.Problem != "") {
		return nil // the next poll sees that
	}
	if err == nil {
		t.saved.Over, t.Wait = false, time.Time{}
		err = s.settle(ctx, t, o)
	}
	if err == nil {
		if !t.Alike && t.Trouble != "" {
			return retry.Permanent{Err: errors.New(t.Trouble), Remedy: t.Remedy}
		}
		return nil
	}
	fault := s.portal.Fault(err)
	switch {
	case fault.Outage != "":
		err = fmt.Errorf("%s: %s", s.called(), fault.Outage)
		s.down.trips(s.now(), err)
		if !fault.Temporary {
			return retry.Permanent{Err: err, Remedy: fault.Remedy}
		}
	case fault.Text != "" && !fault.Temporary:
		return retry.Permanent{Err: err, Remedy: fault.Remedy}
	}
	return err
}
