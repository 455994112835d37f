package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
)

// Of all requests those on which somebody may have to act are listed, newest first.
func TestUnsettledRequests(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		with := func(n int, status scheduler.Status, more func(*scheduler.Request)) scheduler.Request {
			r := plain(uuid(n))
			r.Status = status
			if more != nil {
				more(&r)
			}
			return r
		}
		create(t, s, with(1, scheduler.UnderReview, nil), with(2, scheduler.Running, nil), with(3, scheduler.Completed, nil), with(4, scheduler.Cancelled, nil),
			with(5, scheduler.Rejected, nil), with(6, scheduler.Rejected, func(r *scheduler.Request) {
				r.Due, r.Offers = new(start), []scheduler.Offer{{ID: "1", State: scheduler.OfferOpen, Expires: start}}
			}),
			with(7, scheduler.Scheduled, nil),
			with(8, scheduler.Scheduled, func(r *scheduler.Request) { r.Slot = slot(4, 5) }),
			with(9, scheduler.Scheduled, func(r *scheduler.Request) {
				r.Slot, r.Flags = slot(40, 50), []scheduler.Flag{{Kind: scheduler.FlagFacility, At: start}}
			}),
			with(10, scheduler.Scheduled, func(r *scheduler.Request) {
				r.Slot, r.PendingMove = slot(40, 50), &scheduler.PendingMove{Slot: slot(1, 2)}
			}))
		var got []int64
		for _, r := range look(t, s, func(ctx context.Context, r scheduler.Reader) ([]scheduler.Request, error) {
			return r.Unsettled(ctx, start.Add(4*time.Hour))
		}) {
			got = append(got, r.Number)
		}
		if diff := cmp.Diff([]int64{10, 9, 7, 6, 2, 1}, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRequestsSince(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		since := func(sequence int64) (ids []string) {
			for _, r := range look(t, s, func(ctx context.Context, r scheduler.Reader) ([]scheduler.Request, error) {
				return r.RequestsSince(ctx, sequence)
			}) {
				ids = append(ids, r.ID)
			}
			return ids
		}
		last := func() int64 {
			return look(t, s, func(ctx context.Context, r scheduler.Reader) (int64, error) { return r.Sequence(ctx) })
		}
		create(t, s, plain(uuid(1)), plain(uuid(2)))
		at := last()
		if got := since(at); len(got) != 0 {
			t.Errorf("since the last change: %v", got)
		}
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
			if err := revise(ctx, tx, uuid(1)); err != nil {
				return err
			}
			return tx.AddEvent(ctx, scheduler.Event{At: start, Kind: "request", Request: uuid(1)})
		})
		if diff := cmp.Diff([]string{uuid(1)}, since(at)); diff != "" {
			t.Error(diff)
		}
	})
}

// What a person has seen never goes back, and changes nothing of the person.
func TestSeen(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
			return tx.PutPerson(ctx, account.Person{Username: "ada", Revision: 1})
		})
		seen := func(who string) int64 {
			return look(t, s, func(ctx context.Context, r scheduler.Reader) (int64, error) { return r.Seen(ctx, who) })
		}
		for _, x := range []struct{ set, want int64 }{{0, 0}, {7, 7}, {5, 7}, {8, 8}} {
			change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return tx.SetSeen(ctx, "ada", x.set) })
			if got := seen("ada"); got != x.want {
				t.Errorf("after %d: %d, want %d", x.set, got, x.want)
			}
		}
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return tx.SetSeen(ctx, "nobody", 3) })
		if got := seen("nobody"); got != 0 {
			t.Errorf("nobody has seen %d", got)
		}
		p := look(t, s, func(ctx context.Context, r scheduler.Reader) (account.Person, error) { return r.Person(ctx, "ada") })
		if p.Revision != 1 {
			t.Errorf("the person is at revision %d", p.Revision)
		}
	})
}
