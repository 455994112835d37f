package intake

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// round is one poll.
type round struct {
	*Sync
	p      *Progress
	within time.Time // the end of the lease
	sweep  bool      // also orders that did not change
	seen   map[string]Order
	done   int
}

// errLost says that the lease is over: another process may be polling.
var errLost = errors.New("the round took too long; the next one goes on")

// run reads the list once, looks at the order of each tie, and takes new orders.
func (r *round) run(ctx context.Context) error {
	list, err := r.portal.Orders(ctx)
	if err != nil {
		return err
	}
	r.p.Total, r.seen = len(list), map[string]Order{}
	for _, o := range list {
		r.seen[o.Key] = o
	}
	for after := ""; ; {
		saved, err := r.store.Orders(ctx, r.o.Name, after, atOnce)
		if err != nil {
			return err
		}
		for _, x := range saved {
			after = x.Key
			t, err := readTie(x)
			if err != nil {
				return err
			}
			if err := r.one(ctx, t); err != nil {
				return err
			}
		}
		if len(saved) < atOnce {
			break
		}
	}
	return r.takeNew(ctx, list)
}

// takeNew makes requests of orders that are not tied, the oldest first.
func (r *round) takeNew(ctx context.Context, list []Order) error {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Order) int { return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.Key, b.Key)) })
	r.p.Loose = nil
	for _, o := range list {
		if _, open := r.seen[o.Key]; !open {
			continue // its tie was handled
		}
		delete(r.seen, o.Key)
		if err := r.newOne(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

func (r *round) newOne(ctx context.Context, o Order) error {
	if o.Status.Over() && o.Problem == "" {
		return nil
	}
	saved, err := r.store.Order(ctx, r.o.Name, o.Key)
	if err != nil || saved.Revision > 0 && saved.Over && saved.Request != "" {
		return err
	}
	t, err := readTie(saved)
	if err != nil {
		return err
	}
	why := r.notYet(o)
	if t.Untied {
		why = "it was untied"
	}
	if why != "" {
		r.loose(o, why)
		return nil
	}
	t.saved.Portal, t.saved.Key, t.saved.Over = r.o.Name, o.Key, false
	return r.passed(r.takeOne(ctx, t, o))
}

func (r *round) loose(o Order, why string) {
	if len(r.p.Loose) < mostLoose {
		r.p.Loose = append(r.p.Loose, scheduler.LooseOrder{Key: o.Key, URL: o.URL, Name: line(o.Name, maxName), Word: o.Word, Why: why})
	}
}

// takeOne makes a request of an order, and brings the two in line.
func (r *round) takeOne(ctx context.Context, t *tie, o Order) error {
	if err := r.held(); err != nil {
		return err
	}
	taken, err := r.take(ctx, t, o)
	if err != nil || !taken {
		return err
	}
	r.done++
	r.p.Taken++
	return r.settle(ctx, t, o)
}

// held makes sure that the lease outlasts what is begun.
func (r *round) held() error {
	if r.now().Add(lease / 3).After(r.within) {
		return errLost
	}
	return nil
}

// passed drops the error that somebody else works on an order: the next round goes on from there.
func (r *round) passed(err error) error {
	if errors.Is(err, errBusy) {
		return nil
	}
	return err
}

// one handles one tie.
func (r *round) one(ctx context.Context, t *tie) error {
	o, listed := r.seen[t.saved.Key]
	delete(r.seen, t.saved.Key)
	if err := r.held(); err != nil {
		return err
	}
	if !listed {
		var there bool
		var err error
		if o, there, err = r.portal.Order(ctx, t.saved.Key); err != nil {
			return r.harmless(err)
		}
		if !there {
			return r.passed(r.missing(ctx, t))
		}
	}
	switch {
	case o.Problem != "":
		if t.Failed = o.Problem; t.Trouble != o.Problem {
			t.Trouble, t.Remedy = o.Problem, "it is left as it is until it can be read"
		}
		return r.passed(busy(r.save(ctx, t)))
	case t.saved.Request == "":
		if why := r.notYet(o); why != "" {
			return r.passed(r.drop(ctx, t, o, why))
		}
		return r.passed(r.takeOne(ctx, t, o))
	}
	if t.Alike && t.Known.same(o) && t.Failed == "" && !r.sweep {
		return nil
	}
	before := t.Known
	err := r.settle(ctx, t, o)
	if err == nil && !before.same(o) {
		r.done++
	}
	return r.passed(r.concerned(ctx, t, err))
}

// concerned drops an error of the portal that concerns one order alone, and notes it.
func (r *round) concerned(ctx context.Context, t *tie, err error) error {
	if err == nil || errors.Is(err, errBusy) {
		return err
	}
	fault := r.portal.Fault(err)
	if fault.Outage != "" || fault.Text == "" {
		return err
	}
	r.putOff(t, fault.Text, fault.Remedy)
	return busy(r.save(ctx, t))
}

// missing handles an order that was deleted there.
func (r *round) missing(ctx context.Context, t *tie) (err error) {
	if t.saved.Request == "" {
		t.saved.Over, t.Gone = true, true
		return busy(r.save(ctx, t))
	}
	if t.Gone && !r.sweep {
		return nil
	}
	if r.p.Total == 0 && r.o.Follow == FollowAll { // a portal that is suddenly empty is not believed to have been emptied by its people
		t.Gone = true
		t.Trouble, t.Remedy = "the portal has no orders any more", "look at the portal; cancel the request if it is not wanted any more"
		return busy(r.save(ctx, t))
	}
	if err := r.lock(ctx, t); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.unlock(ctx, t)) }()
	v, err := r.requests.Get(ctx, account.System, t.saved.Request)
	if err != nil {
		return err
	}
	if t.Gone && v.Status.Over() {
		t.saved.Over = true
		return nil
	}
	return r.gone(ctx, t, v)
}

// drop forgets an order of which no request was made, and none will be.
func (r *round) drop(ctx context.Context, t *tie, o Order, why string) error {
	if !o.Status.Over() {
		r.loose(o, why)
	}
	t.saved.Over, t.Trouble = true, ""
	return busy(r.save(ctx, t))
}
