package story_test

import (
	"context"
	"testing"
	"time"

	"berth/internal/story"
	"berth/internal/story/memory"
	"berth/scheduler"
	"berth/testbeds"
)

// A store that lies about a row in some way is found out by the invariant that is there for it.
func TestWhatIsWrongIsFound(t *testing.T) {
	t.Parallel()
	tests := map[string]lie{
		"excess: not marked":    {booking: func(b *testbeds.Booking) { b.Overbooked = false }},
		"occupied":              {booking: func(b *testbeds.Booking) { b.Claims[0].From = b.Claims[0].From.Add(-time.Hour) }},
		"approval: missing":     {request: func(r *scheduler.Request) { r.Approvals = undecided(r.Approvals) }},
		"occupied: said":        {request: func(r *scheduler.Request) { r.Occupied = nil }},
		"hold: without booking": {booking: func(b *testbeds.Booking) { b.Strength = testbeds.Firm }},
	}
	for invariant, lie := range tests {
		t.Run(invariant, func(t *testing.T) {
			t.Parallel()
			found := false
			story.Tell(t, story.Options{Share: 12, Open: func(testing.TB) scheduler.Store { return liar{memory.New(), lie} },
				Found: func(f story.Finding) { found = found || f.Invariant == invariant }})
			if !found {
				t.Error("nobody noticed")
			}
		})
	}
}

func undecided(list []scheduler.Approval) []scheduler.Approval {
	for i := range list {
		list[i].Decision = ""
	}
	return list
}

// lie is what is said wrongly of each row.
type lie struct {
	booking func(*testbeds.Booking)
	request func(*scheduler.Request)
}

// liar is a store that says something wrong to whoever only reads.
type liar struct {
	scheduler.Store
	lie lie
}

func (l liar) View(ctx context.Context, fn func(scheduler.Reader) error) error {
	return l.Store.View(ctx, func(r scheduler.Reader) error { return fn(reader{r, l.lie}) })
}

type reader struct {
	scheduler.Reader
	lie lie
}

func (r reader) Bookings(ctx context.Context, after time.Time, yield func(testbeds.Booking) error) error {
	return r.Reader.Bookings(ctx, after, func(b testbeds.Booking) error {
		if r.lie.booking != nil && len(b.Claims) > 0 {
			r.lie.booking(&b)
		}
		return yield(b)
	})
}

func (r reader) Requests(ctx context.Context, f scheduler.RequestFilter) ([]scheduler.Request, error) {
	list, err := r.Reader.Requests(ctx, f)
	for i := range list {
		if r.lie.request != nil {
			r.lie.request(&list[i])
		}
	}
	return list, err
}
