package scheduler_test

import (
	"fmt"
	"testing"
	"time"

	"berth/scheduler"
)

// Whoever waits is told how far reading, verifying and the trial of a policy are, with how much there is.
func TestLongWorkSaysHowFarItIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.scheduled("hydra", hours(24, 4))
	h.submitted("video", hours(48, 4))
	var told []string
	s := scheduler.New(h.store, scheduler.Options{Clock: func() time.Time { return h.clock }, Tell: func(p scheduler.Progress) {
		told = append(told, fmt.Sprintf("%s %d/%d", p.Doing, p.Done, p.Of))
	}})
	for _, c := range []struct {
		what string
		do   func() error
		want []string
	}{
		{"reading", func() error { return s.Load(t.Context()) }, []string{"reading bookings 2/2"}},
		{"verifying", func() error { _, err := s.Verify(t.Context()); return err }, []string{"checking bookings 2/2", "checking capacity 0/3", "checking requests 2/2", "checking columns 0/0"}},
		{"a trial", func() error {
			_, err := s.TestPolicy(t.Context(), as("adele"), []byte("limits: [{name: short, longest: PT8H}]"), 3)
			return err
		}, []string{"judging requests 0/2"}},
	} {
		told = nil
		if err := c.do(); err != nil {
			t.Fatal(err)
		}
		h.same(c.what, c.want, told)
	}
}
