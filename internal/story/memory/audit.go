package memory

import (
	"context"
	"slices"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// audit reads everything for Verify.
type audit struct{ d *data }

func (d *data) Audit() scheduler.Audit { return audit{d} }

func (a audit) Size(ctx context.Context, endAfter time.Time) (bookings, requests int, err error) {
	err = a.Bookings(ctx, endAfter, func(testbeds.Booking) error { bookings++; return nil })
	return bookings, len(a.d.pick(func(scheduler.Request) bool { return true })), err
}

func (a audit) Bookings(ctx context.Context, endAfter time.Time, yield func(testbeds.Booking) error) error {
	return a.d.Bookings(ctx, endAfter, yield)
}

func (a audit) Requests(_ context.Context, yield func(scheduler.Record) error) error {
	records := map[string]scheduler.Record{}
	for _, e := range a.d.entries {
		x, begun := records[e.Request]
		if x.Last = e.To; !begun {
			x.First = e.Action
		}
		records[e.Request] = x
	}
	list := a.d.pick(func(scheduler.Request) bool { return true })
	for _, r := range slices.Backward(list) {
		x, begun := records[r.ID]
		x.Request, x.Empty = r, !begun
		if err := yield(x); err != nil {
			return err
		}
	}
	return nil
}

// Contradictions finds none: there are no columns beside the documents.
func (audit) Contradictions(context.Context, func(string) error) error { return nil }
