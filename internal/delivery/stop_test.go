package delivery_test

import (
	"context"
	"log/slog"
	"testing"

	"berth/internal/delivery"
	"berth/internal/testdb"
	"berth/scheduler"
)

// TestWhatIsToldWhileStoppingIsNoted: while an instance stops, a delivery in progress ends and is recorded, and no other begins; it is cut
// off only when its time is over.
func TestWhatIsToldWhileStoppingIsNoted(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		cut             bool
		told, delivered int
	}{"in time": {false, 1, 1}, "cut off": {true, 1, 0}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPost(t, testdb.SQLite(t))
			for _, request := range []string{"a", "b"} {
				if err := p.happen(request, "x"); err != nil {
					t.Fatal(err)
				}
			}
			working, cut := context.WithCancel(t.Context())
			defer cut()
			beginning, stop := context.WithCancel(delivery.Enduring(working, working))
			defer stop()
			told := 0
			c := delivery.New(p.store, func(ctx context.Context, _ scheduler.Delivery) ([]string, error) {
				told++
				stop() // in the middle of it
				if tt.cut {
					cut()
				}
				return nil, ctx.Err()
			}, delivery.Options{Channel: "ticket", Clock: p.clock, Log: slog.New(slog.DiscardHandler)})
			if n, err := c.Round(beginning); n != tt.delivered || err == nil {
				t.Errorf("%d delivered, %v; want %d, and to hear of the end", n, err, tt.delivered)
			}
			list, err := p.store.Deliveries(t.Context(), "ticket", "", true, 0, 10)
			if err != nil || len(list) != 2-tt.delivered || told != tt.told {
				t.Errorf("told %d times, %d are left to be told, %v; want %d and %d", told, len(list), err, tt.told, 2-tt.delivered)
			}
		})
	}
}
