package scheduler

import (
	"context"
	"fmt"
	"slices"
	"time"

	"berth/scheduler/account"
	"berth/scheduler/waitlist"
)

// Waiter is a request that waits for capacity, as the waitlist shows it.
type Waiter struct {
	Request
	Place int `json:"place,omitempty"` // among those who wait for some of the same capacity; while it waits without an offer
}

// Waitlist lists the requests that wait and that the actor may see, in the order in which they get what comes back: of a testbed, or all. The cursor is
// the Page.Next of the previous page. It returns CodeForbidden without the scope to read, and CodeInvalid for a cursor or a limit.
func (s *Service) Waitlist(ctx context.Context, a account.Actor, testbed, cursor string, limit int) (Page[Waiter], error) {
	page := Page[Waiter]{Items: []Waiter{}}
	if err := Require(a, account.ScopeRead, account.Roles...); err != nil {
		return page, err
	}
	after, err := placeOf(cursor)
	if err != nil {
		return page, err
	}
	if _, limit, err = Position("", limit); err != nil {
		return page, err
	}
	err = s.snapshot(ctx, func(tx Reader, w snapshot) error {
		page = Page[Waiter]{Items: []Waiter{}}
		for at := after; ; {
			list, err := tx.Waiters(ctx, testbed, at, maxPage)
			if err != nil {
				return err
			}
			more, err := s.waiters(ctx, tx, w, a, list, limit-len(page.Items)+1)
			if err != nil {
				return err
			}
			page.Items = append(page.Items, more...)
			if len(page.Items) > limit {
				page.Items = page.Items[:limit]
				page.Next = cursorOf(page.Items[limit-1].place())
				return nil
			}
			if len(list) < maxPage {
				return nil
			}
			at = list[len(list)-1]
		}
	})
	return page, err
}

// waiters reads the requests at some places that the actor may see, at most so many.
func (s *Service) waiters(ctx context.Context, tx Reader, w snapshot, a account.Actor, list []waitlist.Place, most int) (items []Waiter, err error) {
	numbers := make([]int64, len(list))
	for i, p := range list {
		numbers[i] = p.Number
	}
	requests, err := tx.RequestsByNumber(ctx, numbers)
	if err != nil {
		return nil, err
	}
	for _, p := range list {
		i := slices.IndexFunc(requests, func(r Request) bool { return r.Number == p.Number })
		if i < 0 || requests[i].Wait == nil || !sees(a, requests[i]) || len(items) == most {
			continue
		}
		x := Waiter{Request: requests[i]}
		if x.waitsAt(s.now()) {
			before, err := tx.WaitingBefore(ctx, x.Request)
			if err != nil {
				return nil, err
			}
			x.Place = before + 1
		}
		if err := s.show(ctx, tx, a, w.fed, &x.Request); err != nil {
			return nil, err
		}
		items = append(items, x)
	}
	return items, nil
}

// cursorOf and placeOf turn a place into a cursor and back.
func cursorOf(p waitlist.Place) string {
	return fmt.Sprintf("%d.%d.%d", p.Rank, p.Since.Unix(), p.Number)
}

func placeOf(cursor string) (p waitlist.Place, err error) {
	if cursor == "" {
		return p, nil
	}
	var since int64
	if n, err := fmt.Sscanf(cursor, "%d.%d.%d", &p.Rank, &since, &p.Number); err != nil || n != 3 || p.Number <= 0 || cursorOf(waitlist.Place{Rank: p.Rank, Since: time.Unix(since, 0), Number: p.Number}) != cursor {
		var bad faults
		bad.add("cursor", "is not one of this list")
		return waitlist.Place{}, bad.err()
	}
	p.Since = time.Unix(since, 0).UTC()
	return p, nil
}
