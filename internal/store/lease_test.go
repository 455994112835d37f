package store_test

import (
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
)

// taken claims the only available message, for a minute.
func taken(t testing.TB, s *store.Store, now time.Time) scheduler.Delivery {
	t.Helper()
	list := messages(t, s, now)
	if len(list) != 1 {
		t.Fatalf("%d messages can be had, want 1", len(list))
	}
	m := list[0]
	mine, err := s.Claim(t.Context(), m, now.Add(time.Minute))
	if err != nil || !mine {
		t.Fatalf("taken: %v, %v", mine, err)
	}
	m.Attempts++
	return m
}

// state reads the only message.
func state(t testing.TB, s *store.Store) scheduler.Delivery {
	t.Helper()
	list, err := s.Deliveries(t.Context(), "ticket", "", false, 0, 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d deliveries, %v", len(list), err)
	}
	return list[0]
}

// The outcome of a message is ignored when it comes from a process that lost the message to another one.
func TestWhoLostAMessageIsNotHeard(t *testing.T) {
	t.Parallel()
	testdb.EachWith(t, tells("ticket"), func(t *testing.T, s *store.Store) {
		happen(t, s, uuid(1), "x")
		slow := taken(t, s, start)
		now := start.Add(time.Minute)
		quick := taken(t, s, now)
		done(t, s.Postponed(t.Context(), slow, now, "no answer"))
		done(t, s.Stuck(t.Context(), slow, now, "refused", "nothing"))
		if got := state(t, s); got.State != "waiting" || got.Failure != "" || !got.Due.Equal(now.Add(time.Minute)) {
			t.Errorf("%s because of %q, due %s: whoever lost it was heard", got.State, got.Failure, got.Due)
		}
		done(t, s.Delivered(t.Context(), slow, now, "eva"))
		if got := state(t, s); got.State != "waiting" {
			t.Errorf("%s by whoever lost it", got.State)
		}
		done(t, s.Postponed(t.Context(), quick, now.Add(time.Hour), "no answer"))
		if got := state(t, s); got.Failure != "no answer" || !got.Due.Equal(now.Add(time.Hour)) {
			t.Errorf("whoever has it was not heard: %+v", got)
		}
	})
}

// A message in delivery is given to no other process, even if a retry is requested.
func TestRetryLeavesWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	testdb.EachWith(t, tells("ticket"), func(t *testing.T, s *store.Store) {
		happen(t, s, uuid(1), "x")
		now := start
		retry := func(when string, want int64) {
			t.Helper()
			if n, err := s.Retry(t.Context(), "ticket", ""); err != nil || n != want {
				t.Errorf("%s: %d are tried again (%v), want %d", when, n, err, want)
			}
		}
		for _, fail := range []func(scheduler.Delivery) error{
			func(m scheduler.Delivery) error { return s.Postponed(t.Context(), m, now.Add(time.Hour), "no answer") },
			func(m scheduler.Delivery) error {
				return s.Stuck(t.Context(), m, now.Add(time.Hour), "refused", "repair it")
			},
		} {
			m := taken(t, s, now)
			retry("at the first attempt", 0)
			done(t, fail(m))
			retry("after it failed", 1)
			m = taken(t, s, now)
			retry("at the second attempt", 0)
			if list := messages(t, s, now); len(list) != 0 {
				t.Error("what is under way can be had")
			}
			code(t, "once more while it is under way", s.Again(t.Context(), "ticket", "", m.ID), scheduler.CodeConflict)
			done(t, fail(m))
			retry("after it failed again", 1)
		}
		m := taken(t, s, now)
		done(t, s.Delivered(t.Context(), m, now))
		done(t, s.Again(t.Context(), "ticket", "", m.ID))
		m = taken(t, s, now)
		done(t, s.Postponed(t.Context(), m, now.Add(time.Hour), "no answer"))
		done(t, s.Again(t.Context(), "ticket", "", m.ID))
		done(t, s.Delivered(t.Context(), taken(t, s, now), now))
	})
}
