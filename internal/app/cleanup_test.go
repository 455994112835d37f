package app

import (
	"context"
	"testing"
	"time"

	"berth/scheduler"
)

// shelf records the calls that make it forget.
type shelf struct {
	scheduler.Store
	scheduler.Tx
	deliveries, replays, accounts, logins []time.Time
}

func (s *shelf) Change(_ context.Context, _ []string, fn func(scheduler.Tx) error) error {
	return fn(s)
}
func (s *shelf) Forget(_ context.Context, before time.Time) error {
	s.replays = append(s.replays, before)
	return nil
}
func (s *shelf) ForgetAccountEvents(_ context.Context, before time.Time) error {
	s.accounts = append(s.accounts, before)
	return nil
}
func (s *shelf) ForgetDeviceLogins(_ context.Context, before time.Time) error {
	s.logins = append(s.logins, before)
	return nil
}
func (s *shelf) ForgetDeliveries(_ context.Context, before time.Time) error {
	s.deliveries = append(s.deliveries, before)
	return nil
}

func TestOldThingsAreForgottenOnceAnHour(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	s := &shelf{}
	d := &cleanupJob{store: s, clock: func() time.Time { return at }}
	for range 5 {
		if _, next, err := d.run(t.Context()); err != nil || next == nil || !next.After(at) {
			t.Fatal(next, err)
		}
		at = at.Add(30 * time.Minute)
	}
	month := 30 * 24 * time.Hour
	if len(s.deliveries) != 3 || len(s.replays) != 3 || !s.deliveries[0].Equal(at.Add(-150*time.Minute-month)) || !s.replays[2].Equal(at.Add(-30*time.Minute-month)) {
		t.Errorf("deliveries before %v, replays before %v", s.deliveries, s.replays)
	}
	if len(s.logins) != 3 || !s.logins[1].Equal(at.Add(-90*time.Minute)) {
		t.Errorf("sign-ins by a code that ended before %v", s.logins)
	}
	if len(s.accounts) != 3 || !s.accounts[0].Equal(at.Add(-150*time.Minute-400*24*time.Hour)) {
		t.Errorf("accounts before %v", s.accounts)
	}
}
