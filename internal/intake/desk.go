package intake

import (
	"cmp"
	"context"
	"slices"

	"berth/scheduler"
	"berth/scheduler/account"
)

// Desk is where people meet all portals of an instance.
type Desk []*Sync

// named finds a portal.
func (d Desk) named(name string) (*Sync, error) {
	for _, s := range d {
		if s.o.Name == name {
			return s, nil
		}
	}
	return nil, scheduler.Errorf(scheduler.CodeNotFound, "there is no such portal")
}

// List shows all portals. It returns CodeForbidden to everybody but operators and administrators.
func (d Desk) List(ctx context.Context, a account.Actor) ([]scheduler.Portal, error) {
	if err := scheduler.Require(a, account.ScopeRead, account.RoleOperator, account.RoleAdministrator); err != nil {
		return nil, err
	}
	list := []scheduler.Portal{}
	for _, s := range d {
		p, err := s.state(ctx)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// TryAgain lets a portal be asked at once, about every order. It returns CodeForbidden to everybody but administrators, and CodeNotFound.
func (d Desk) TryAgain(ctx context.Context, a account.Actor, name string) error {
	if err := scheduler.Require(a, account.ScopeAdmin, account.RoleAdministrator); err != nil {
		return err
	}
	s, err := d.named(name)
	if err != nil {
		return err
	}
	return s.TryAgain(ctx)
}

// Untie lets an order and its request go separate ways for ever. It returns CodeForbidden to everybody but administrators, CodeNotFound, and
// CodeConflict where the order has just changed.
func (d Desk) Untie(ctx context.Context, a account.Actor, name, key string) error {
	if err := scheduler.Require(a, account.ScopeAdmin, account.RoleAdministrator); err != nil {
		return err
	}
	s, err := d.named(name)
	if err != nil {
		return err
	}
	saved, err := s.store.Order(ctx, name, key)
	if err != nil {
		return err
	}
	if saved.Revision == 0 || saved.Over {
		return scheduler.Errorf(scheduler.CodeNotFound, "%s has no such order that is tied", s.called())
	}
	t, err := readTie(saved)
	if err != nil {
		return err
	}
	t.saved.Over, t.Untied, t.Trouble, t.Remedy = true, true, "", ""
	if err := busy(s.save(ctx, t)); err == errBusy {
		return scheduler.Errorf(scheduler.CodeConflict, "this order has just changed; look again")
	} else if err != nil {
		return err
	}
	if saved.Request == "" {
		return nil
	}
	_, err = s.requests.AddFeedback(ctx, a, saved.Request, "From now on this request and its order in "+s.called()+" go separate ways.", scheduler.Creation{})
	if refusal(err) != "" {
		return nil
	}
	return err
}

// mostShown bounds the list of orders that people see.
const mostShown = 500

// state shows the portal as the last poll saw it.
func (s *Sync) state(ctx context.Context) (scheduler.Portal, error) {
	p, err := ReadProgress(ctx, s.store, s.o.Name)
	if err != nil {
		return scheduler.Portal{}, err
	}
	x := scheduler.Portal{Name: s.o.Name, Kind: s.o.Kind, Site: s.o.Site, Follow: string(s.o.Follow), Failure: p.Failure, Remedy: p.Remedy, Total: p.Total, Taken: p.Taken,
		Orders: []scheduler.Order{}, Loose: append([]scheduler.LooseOrder{}, p.Loose...)}
	if !p.Polled.IsZero() {
		x.Polled = &p.Polled
	}
	saved, err := s.store.Orders(ctx, s.o.Name, "", mostShown)
	if err != nil {
		return x, err
	}
	for _, row := range saved {
		t, err := readTie(row)
		if err != nil {
			return x, err
		}
		x.Orders = append(x.Orders, scheduler.Order{Key: row.Key, URL: t.URL, Name: t.Name, Request: row.Request, Number: row.Number, Word: t.Known.Word, Owner: t.Owner,
			Trouble: t.Trouble, Remedy: t.Remedy, Facts: t.Facts})
	}
	slices.SortStableFunc(x.Orders, func(a, b scheduler.Order) int {
		first := func(o scheduler.Order) int {
			if o.Trouble != "" {
				return 0
			}
			return 1
		}
		return cmp.Or(first(a)-first(b), cmp.Compare(b.Number, a.Number))
	})
	return x, nil
}
