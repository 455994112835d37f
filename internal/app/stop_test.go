package app

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestAStopEndsInTimeWhateverItsPartsDo stops parts that end at once, when they are cut off, late, and never.
func TestAStopEndsInTimeWhateverItsPartsDo(t *testing.T) {
	const within = 10 * time.Second
	for _, tt := range []struct {
		name  string
		stops map[string]func(ctx context.Context) error
		took  time.Duration
		left  bool
	}{
		{"all at once", map[string]func(context.Context) error{}, 0, false},
		{"cut off", map[string]func(context.Context) error{"server": obeys, "duties": obeys, "database": obeys}, 9500 * time.Millisecond, false},
		{"one that does not listen", map[string]func(context.Context) error{"duties": ignores}, 9 * time.Second, true},
		{"nobody listens", map[string]func(context.Context) error{"server": ignores, "duties": ignores, "database": ignores}, 9750 * time.Millisecond, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var s stack
				var mu sync.Mutex
				var order []string
				for _, p := range []part{{name: "database", by: databaseBy}, {name: "duties", by: dutiesBy}, {name: "server", by: serverBy}} {
					s.push(p.name, p.by, func(ctx context.Context) error {
						mu.Lock()
						order = append(order, p.name)
						mu.Unlock()
						if stop := tt.stops[p.name]; stop != nil {
							return stop(ctx)
						}
						return nil
					})
				}
				defer time.Sleep(time.Hour) // of the bubble: parts that do not listen come to their end
				began := time.Now()
				err := s.unwind(t.Context(), within, slog.New(slog.DiscardHandler))
				if took := time.Since(began); took != tt.took {
					t.Errorf("it took %v, want %v", took, tt.took)
				}
				if errors.Is(err, errLeft) != tt.left {
					t.Errorf("stopped with %v; something was left behind: want %v", err, tt.left)
				}
				mu.Lock()
				defer mu.Unlock()
				if want := []string{"server", "duties", "database"}; !slices.Equal(order, want) {
					t.Errorf("stopped %v, want %v", order, want)
				}
			})
		})
	}
}

func obeys(ctx context.Context) error { <-ctx.Done(); return nil }

func ignores(context.Context) error { time.Sleep(time.Minute); return nil }
