package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/testbeds"
)

func events(t testing.TB, s *store.Store, after int64, limit int) []scheduler.Event {
	t.Helper()
	return look(t, s, func(ctx context.Context, r scheduler.Reader) ([]scheduler.Event, error) {
		return r.Events(ctx, after, limit)
	})
}

func TestEventsAreNumberedAtCommit(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		if got := sequence(t, s); got != 0 {
			t.Fatalf("the sequence of an empty database is %d, want 0", got)
		}
		e := scheduler.Event{At: start.Add(time.Nanosecond), Kind: "request", Action: scheduler.ActionSubmit, Actor: "eva", Via: "bugzilla", Remark: 7, Mentions: []string{"ada"}, Series: &scheduler.SeriesStep{Series: uuid(7), Number: 3, Step: uuid(8), Of: 1, Lead: true, All: []int64{3}}, Reason: "because", Request: uuid(1), Number: 1, From: scheduler.Scheduled, Status: scheduler.UnderReview,
			Testbeds: []string{"a", "b"}, Text: "ü", Cause: "order-17"}
		var want []scheduler.Event
		for n := 1; n <= 4; n++ { // transactions of 1, 2, 3 and 4 events
			change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
				for range n {
					if err := tx.AddEvent(ctx, e); err != nil {
						return err
					}
				}
				if got, err := tx.Sequence(ctx); err != nil || got != int64(len(want)) {
					t.Errorf("within the transaction the sequence is %d (%v), want %d", got, err, len(want))
				}
				return nil
			})
			for range n {
				e.Sequence = int64(len(want) + 1)
				want = append(want, e)
			}
		}
		whole(t, e)
		same(t, "all", want, events(t, s, 0, 100))
		same(t, "a page", want[3:7], events(t, s, 3, 4))
		same(t, "beyond the last", []scheduler.Event(nil), events(t, s, 10, 4))
		if got := sequence(t, s); got != 10 {
			t.Errorf("the sequence is %d, want 10", got)
		}
	})
}

func TestWhatHasNothingToSayTakesNoNumber(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return nil })
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
			return tx.PutReplay(ctx, "ada", "key", scheduler.Replay{Fingerprint: "f", Result: "r", At: start})
		})
		if got := sequence(t, s); got != 0 {
			t.Errorf("the sequence is %d, want 0", got)
		}
	})
}

func TestTouchedRowsCarryTheLastSequence(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		list := create(t, s, plain(uuid(1)), plain(uuid(2)))
		a := book(t, s, list[0], testbeds.Booking{Strength: testbeds.Firm, Slot: slot(0, 1)})
		b := book(t, s, list[1], testbeds.Booking{Strength: testbeds.Firm, Slot: slot(0, 1)})
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
			if err := tx.ReleaseBooking(ctx, a.ID); err != nil {
				return err
			}
			if err := tx.PutBooking(ctx, list[1].ID, &b); err != nil {
				return err
			}
			r := list[1]
			r.Revision++
			return errors.Join(tx.UpdateRequest(ctx, r), tx.AddEvent(ctx, scheduler.Event{Kind: "request"}), tx.AddEvent(ctx, scheduler.Event{Kind: "request"}))
		})
		same(t, "bookings", []scheduler.BookingChange{{Booking: a, Released: true, Sequence: 5}, {Booking: b, Sequence: 5}}, since(t, s, 3))
		if got := []int64{request(t, s, uuid(1)).Sequence, request(t, s, uuid(2)).Sequence}; !slices.Equal(got, []int64{1, 5}) {
			t.Errorf("the requests carry the sequences %v, want 1 and 5", got)
		}
	})
}

// A reader of the log never sees a number before all smaller ones exist, however many write.
func TestSequenceHasNoGapsAndFollowsCommits(t *testing.T) {
	t.Parallel()
	const writers, each = 6, 15
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		refused := errors.New("not this one")
		var wg, follower sync.WaitGroup
		stop := make(chan struct{})
		follower.Go(func() {
			last := int64(0)
			for stopping := false; !stopping; {
				select {
				case <-stop:
					stopping = true // once more, for the last ones
				default:
				}
				err := s.View(t.Context(), func(r scheduler.Reader) error {
					sequence, err := r.Sequence(t.Context())
					if err != nil {
						return err
					}
					list, err := r.Events(t.Context(), last, 1000)
					if err != nil {
						return err
					}
					for _, e := range list {
						if last++; e.Sequence != last {
							return fmt.Errorf("after %d comes %d", last-1, e.Sequence)
						}
					}
					if last != sequence {
						return fmt.Errorf("the log ends with %d, and the sequence is %d", last, sequence)
					}
					return nil
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
			if last != writers*each*2 {
				t.Errorf("%d events, want %d", last, writers*each*2)
			}
		})
		for w := range writers {
			wg.Go(func() {
				for i := range each * 2 { // every second transaction is rolled back after all its writes
					err := s.Change(t.Context(), nil, func(tx scheduler.Tx) error {
						for range 2 {
							if err := tx.AddEvent(t.Context(), scheduler.Event{Kind: "request", Number: int64(w)}); err != nil {
								return err
							}
						}
						if i%2 == 1 {
							return refused
						}
						return nil
					})
					if i%2 == 0 && err != nil || i%2 == 1 && err != refused {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		close(stop)
		follower.Wait()
	})
}
