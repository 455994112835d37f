package store_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
)

// happen records an event of a request.
func happen(t testing.TB, s *store.Store, request, text string) {
	t.Helper()
	change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
		return tx.AddEvent(ctx, scheduler.Event{At: start, Kind: "request", Request: request, Text: text})
	})
}

// tells returns the options of a store that delivers the events of requests to these channels.
func tells(names ...string) (o store.Options) {
	for _, name := range names {
		o.Channels = append(o.Channels, scheduler.Channel{Name: name, Takes: scheduler.OfRequests})
	}
	return o
}

func messages(t testing.TB, s *store.Store, now time.Time) []scheduler.Delivery {
	t.Helper()
	list, err := s.DueDeliveries(t.Context(), "ticket", "", now, 100)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func texts(list []scheduler.Delivery) (out []string) {
	for _, m := range list {
		out = append(out, m.Event.Text)
	}
	return out
}

func done(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestMessagesLeaveInTheOrderOfTheirRequest(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		happen(t, testdb.Open(t, dsn), uuid(1), "before anybody listened")
		s := testdb.OpenWith(t, dsn, tells("ticket", "mail"))
		for _, text := range []string{"a1", "b1", "a2", "b2"} {
			happen(t, s, uuid(int(text[0])), text)
		}
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error {
			return tx.AddEvent(ctx, scheduler.Event{At: start, Kind: "facility"})
		})
		_ = s.Change(t.Context(), nil, func(tx scheduler.Tx) error {
			if err := tx.AddEvent(t.Context(), scheduler.Event{At: start, Kind: "request", Request: uuid(9), Text: "never was"}); err != nil {
				return err
			}
			return context.Canceled
		})
		first := messages(t, s, start)
		same(t, "at first", []string{"a1", "b1"}, texts(first))
		done(t, s.Postponed(t.Context(), first[0], start.Add(time.Minute), "the server is down"))
		done(t, s.Delivered(t.Context(), first[1], start))
		waiting, err := s.Waiting(t.Context(), "ticket", uuid('a'), 10)
		if err != nil {
			t.Error(err)
		}
		same(t, "of one request", []string{"a1", "a2"}, texts(waiting))
		if few, err := s.Waiting(t.Context(), "ticket", uuid('a'), 1); err != nil || len(few) != 1 {
			t.Errorf("one of them: %v, %v", texts(few), err)
		}
		same(t, "with a delayed", []string{"b2"}, texts(messages(t, s, start)))
		later := messages(t, s, start.Add(time.Minute))
		same(t, "a minute later", []string{"a1", "b2"}, texts(later))
		done(t, s.Stuck(t.Context(), later[0], start.Add(2*time.Hour), "no such component", "make one"))
		done(t, s.Delivered(t.Context(), later[1], start))
		same(t, "with a stuck", []string(nil), texts(messages(t, s, start.Add(time.Hour))))
		b, err := s.Backlog(t.Context(), "ticket")
		if err != nil || b.Waiting != 1 || b.Stuck != 1 || b.Oldest == nil || !b.Oldest.Equal(start) {
			t.Errorf("backlog %+v, %v", b, err)
		}
		if list, err := s.Deliveries(t.Context(), "ticket", "", true, 0, 10); err != nil || len(list) != 2 || list[1].State != "stuck" || list[1].Failure != "no such component" || list[1].Remedy != "make one" {
			t.Errorf("what did not arrive: %+v, %v", list, err)
		}
		same(t, "when it is looked whether it was repaired", []string{"a1"}, texts(messages(t, s, start.Add(2*time.Hour))))
		if n, err := s.Retry(t.Context(), "ticket", uuid(98)); err != nil || n != 0 {
			t.Errorf("nothing of b is stuck: %d, %v", n, err)
		}
		if n, err := s.Retry(t.Context(), "ticket", ""); err != nil || n != 1 {
			t.Errorf("tried again: %d, %v", n, err)
		}
		again := messages(t, s, start)
		same(t, "repaired", []string{"a1"}, texts(again))
		done(t, s.Delivered(t.Context(), again[0], start))
		last := messages(t, s, start)
		same(t, "then", []string{"a2"}, texts(last))
		done(t, s.Delivered(t.Context(), last[0], start))
		done(t, s.Postponed(t.Context(), last[0], start, "said too late")) // delivered stays delivered
		if b, err := s.Backlog(t.Context(), "ticket"); err != nil || b.Waiting+b.Stuck != 0 || b.Oldest != nil || b.LastSuccess == nil || !b.LastSuccess.Equal(start) {
			t.Errorf("backlog %+v, %v", b, err)
		}
		if b, err := s.Backlog(t.Context(), "mail"); err != nil || b.Waiting != 4 {
			t.Errorf("the other channel's backlog %+v, %v", b, err)
		}
	})
}

func TestAMessageIsTakenByOne(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		stores := []*store.Store{testdb.OpenWith(t, dsn, tells("ticket")), testdb.Open(t, dsn)}
		for i := range 10 {
			happen(t, stores[0], uuid(i), "x")
		}
		var taken atomic.Int64
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				for _, m := range slices.Backward(messages(t, stores[i%2], start)) {
					mine, err := stores[i%2].Claim(t.Context(), m, start.Add(time.Minute))
					if err != nil {
						t.Error(err)
					}
					if mine {
						taken.Add(1)
					}
				}
			})
		}
		wg.Wait()
		if n := taken.Load(); n != 10 {
			t.Errorf("ten messages were taken %d times", n)
		}
		if list := messages(t, stores[0], start); len(list) != 0 {
			t.Errorf("what is taken is offered again: %v", texts(list))
		}
		if list := messages(t, stores[1], start.Add(time.Minute)); len(list) != 10 || list[0].Attempts != 1 {
			t.Errorf("of somebody who died %d come back", len(list))
		}
	})
}

func TestAMessageForSeveralBecomesOneForEach(t *testing.T) {
	t.Parallel()
	testdb.EachWith(t, tells("ticket"), func(t *testing.T, s *store.Store) {
		happen(t, s, uuid(1), "first")
		happen(t, s, uuid(1), "second")
		first := messages(t, s, start)
		done(t, s.Delivered(t.Context(), first[0], start, "eva", "monika"))
		list := messages(t, s, start)
		if len(list) != 3 || list[0].Event.Text != "second" || list[1].Target != "eva" || list[2].Target != "monika" {
			t.Fatalf("waiting: %+v", list)
		}
		done(t, s.Delivered(t.Context(), list[0], start, "eva", "monika"))
		done(t, s.Postponed(t.Context(), list[1], start.Add(time.Hour), "no answer"))
		done(t, s.Delivered(t.Context(), list[2], start))
		list = messages(t, s, start)
		if len(list) != 1 || list[0].Target != "monika" || list[0].Event.Text != "second" {
			t.Fatalf("what waits for one holds up another: %+v", list)
		}
		done(t, s.Delivered(t.Context(), list[0], start))
		done(t, s.Again(t.Context(), "ticket", "monika", list[0].ID))
		same(t, "once more", []string{"second"}, texts(messages(t, s, start)))
		code(t, "of another", s.Again(t.Context(), "ticket", "eva", list[0].ID), scheduler.CodeNotFound)
		done(t, s.ForgetDeliveries(t.Context(), start.Add(time.Hour)))
		if list, err := s.Deliveries(t.Context(), "ticket", "", false, 0, 10); err != nil || len(list) != 3 {
			t.Errorf("kept are %+v, %v", list, err)
		}
	})
}
