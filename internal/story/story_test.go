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

// A store that falsifies rows in one way must be found out by the invariant against it.
func TestWhatIsWrongIsFound(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("stories in which something goes wrong take long")
	}
	tests := map[string]lie{
		"excess: not marked":    {booking: func(b *testbeds.Booking) { b.Overbooked = false }},
		"occupied":              {booking: func(b *testbeds.Booking) { b.Claims[0].From = b.Claims[0].From.Add(-time.Hour) }},
		"approval: missing":     {request: func(r *scheduler.Request) { r.Approvals = undecided(r.Approvals) }},
		"occupied: said":        {request: func(r *scheduler.Request) { r.Occupied = nil }},
		"hold: without booking": {booking: func(b *testbeds.Booking) { b.Strength = testbeds.Firm }},
		"hold: of nobody":       {request: func(r *scheduler.Request) { r.Offers, r.HoldUntil = nil, nil }},
		"hold: beyond its slot": {request: func(r *scheduler.Request) { r.HoldUntil = later(r.HoldUntil) }},
		"units: twice booked":   {booking: func(b *testbeds.Booking) { insist(b, "u1"); last(b) }},
		"units: not there":      {booking: func(b *testbeds.Booking) { insist(b, "u9") }},
		"units: twice running":  {request: func(r *scheduler.Request) { r.Units = []scheduler.AssignedUnits{u1} }},
		"reminder: left out":    {event: func(e *scheduler.Event) { e.Action = scheduler.ActionRemark }},
		"reminder: wrong":       {event: func(e *scheduler.Event) { e.Text = "soon" }},
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

var u1 = scheduler.AssignedUnits{Testbed: "radio", Device: "usrp", Units: []string{"u1"}}

// insist makes a booking claim a unit of each device that it claims.
func insist(b *testbeds.Booking, unit string) {
	for i, c := range b.Claims {
		if c.Device != "" {
			b.Claims[i].Units = []string{unit}
		}
	}
}

// last extends a booking's claims by a month, so that it meets others.
func last(b *testbeds.Booking) {
	for i, c := range b.Claims {
		b.Claims[i].To = c.To.AddDate(0, 1, 0)
	}
}

// later returns an instant long after the given one, if any.
func later(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	return new(t.AddDate(1, 0, 0))
}

func undecided(list []scheduler.Approval) []scheduler.Approval {
	for i := range list {
		list[i].Decision = ""
	}
	return list
}

// lie falsifies each row.
type lie struct {
	booking func(*testbeds.Booking)
	request func(*scheduler.Request)
	event   func(*scheduler.Event)
}

// liar is a store that falsifies its answers to read transactions.
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

func (r reader) Audit() scheduler.Audit { return audit{r.Reader.Audit(), r.lie} }

type audit struct {
	scheduler.Audit
	lie lie
}

func (a audit) Bookings(ctx context.Context, after time.Time, yield func(testbeds.Booking) error) error {
	return a.Audit.Bookings(ctx, after, func(b testbeds.Booking) error {
		if a.lie.booking != nil && len(b.Claims) > 0 {
			a.lie.booking(&b)
		}
		return yield(b)
	})
}

func (a audit) Requests(ctx context.Context, yield func(scheduler.Record) error) error {
	return a.Audit.Requests(ctx, func(x scheduler.Record) error {
		if a.lie.request != nil {
			a.lie.request(&x.Request)
		}
		return yield(x)
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

func (r reader) Events(ctx context.Context, after int64, limit int) ([]scheduler.Event, error) {
	list, err := r.Reader.Events(ctx, after, limit)
	for i := range list {
		if r.lie.event != nil {
			r.lie.event(&list[i])
		}
	}
	return list, err
}
