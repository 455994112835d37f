package app

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// record notes when it was run and answers as the script says, its last line for ever.
type record struct {
	at     []time.Duration
	began  time.Time
	script []answer
}

type answer struct {
	in    time.Duration // next, from now; 0: nothing
	err   error
	panic bool
}

func (r *record) run(context.Context) (int, *time.Time, error) {
	r.at = append(r.at, time.Since(r.began))
	a := r.script[min(len(r.at), len(r.script))-1]
	switch {
	case a.panic:
		panic("boom")
	case a.err != nil:
		return 0, nil, a.err
	case a.in == 0:
		return 0, nil, nil
	}
	next := time.Now().Add(a.in)
	return 1, &next, nil
}

// follow runs a job for a while of a bubble's time.
func follow(t *testing.T, span time.Duration, script ...answer) []time.Duration {
	t.Helper()
	r := &record{began: time.Now(), script: script}
	ctx, cancel := context.WithTimeout(t.Context(), span)
	defer cancel()
	jobs{run: r.run, clock: time.Now, log: slog.New(slog.DiscardHandler)}.Run(ctx)
	return r.at
}

func TestDutiesWakeWhenTheNextThingIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := follow(t, 2*time.Second, answer{in: 1500 * time.Millisecond})
		if len(got) != 2 || got[0] != 0 || got[1] != 1500*time.Millisecond {
			t.Errorf("ran at %v, want at once and after 1.5 s", got)
		}
	})
}

func TestDutiesLookAgainWithinSeconds(t *testing.T) {
	for name, a := range map[string]answer{"nothing is due": {}, "the next thing is far off": {in: time.Hour}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if got := follow(t, 10*longestSleep+time.Second, a); len(got) != 11 {
					t.Errorf("ran %d times, want 11: %v", len(got), got)
				}
			})
		})
	}
}

func TestDutiesDoNotSpinOnWhatIsOverdue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := follow(t, time.Second, answer{in: -time.Hour})
		if want := int(time.Second / shortestSleep); len(got) > want+1 || len(got) < want-1 {
			t.Errorf("ran %d times in a second, want about %d", len(got), want)
		}
	})
}

func TestDutiesSurviveFaultsWithBackOff(t *testing.T) {
	for name, a := range map[string]answer{"errors": {err: errors.New("the database is gone")}, "panics": {panic: true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := follow(t, 10*time.Minute, a)
				if len(got) < 12 || len(got) > 24 {
					t.Errorf("ran %d times in ten minutes, want a try about every minute in the end", len(got))
				}
				for i := 1; i < len(got); i++ {
					if gap := got[i] - got[i-1]; gap > afterFault.Longest {
						t.Errorf("gap %d is %v, longer than %v", i, gap, afterFault.Longest)
					}
				}
			})
		})
	}
}

func TestDutiesRecover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := follow(t, 10*time.Second, answer{err: errors.New("busy")}, answer{in: time.Second})
		if len(got) < 8 {
			t.Errorf("ran %d times, want about once a second after the first fault: %v", len(got), got)
		}
	})
}
