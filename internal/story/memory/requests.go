package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

func (d *data) Request(_ context.Context, id string) (scheduler.Request, error) {
	r, ok := d.requests[id]
	if !ok {
		return r, absent("request")
	}
	return deep(r), nil
}

func (d *data) LockRequest(ctx context.Context, id string) (scheduler.Request, error) {
	return d.Request(ctx, id)
}

func (d *data) RequestByNumber(ctx context.Context, number int64) (scheduler.Request, error) {
	list, _ := d.RequestsByNumber(ctx, []int64{number})
	if len(list) == 0 {
		return scheduler.Request{}, absent("request")
	}
	return list[0], nil
}

func (d *data) RequestsByNumber(_ context.Context, numbers []int64) ([]scheduler.Request, error) {
	return d.pick(func(r scheduler.Request) bool { return slices.Contains(numbers, r.Number) }), nil
}

// pick lists the requests that pass a test, newest first.
func (d *data) pick(take func(scheduler.Request) bool) []scheduler.Request {
	var list []scheduler.Request
	for _, r := range d.requests {
		if take(r) {
			list = append(list, deep(r))
		}
	}
	slices.SortFunc(list, func(a, b scheduler.Request) int { return cmp.Compare(b.Number, a.Number) })
	return list
}

func (d *data) Requests(_ context.Context, f scheduler.RequestFilter) ([]scheduler.Request, error) {
	touches := func(r scheduler.Request, ids []string) bool {
		return slices.ContainsFunc(r.Demand.Testbeds(), func(id string) bool { return slices.Contains(ids, id) })
	}
	list := d.pick(func(r scheduler.Request) bool {
		v := f.Visible
		return (len(f.Status) == 0 || slices.Contains(f.Status, r.Status)) &&
			(f.Testbed == "" || touches(r, []string{f.Testbed})) && (len(f.Testbeds) == 0 || touches(r, f.Testbeds)) &&
			(f.Mentor == "" || f.Mentor == r.Mentor) && (f.Experimenter == "" || f.Experimenter == r.Experimenter) &&
			(f.From.IsZero() || r.Slot.End.After(f.From)) && (f.To.IsZero() || r.Slot.Start.Before(f.To)) &&
			(f.Text == "" || strings.Contains(strings.ToLower(r.Name+" "+r.NSD), strings.ToLower(f.Text))) &&
			(f.Before == 0 || r.Number < f.Before) && (v == nil || v.Experimenter != "" && v.Experimenter == r.Experimenter ||
			v.Mentor != "" && v.Mentor == r.Mentor || touches(r, v.Testbeds))
	})
	if f.Limit > 0 {
		list = list[:min(f.Limit, len(list))]
	}
	return list, nil
}

func (d *data) DueRequests(_ context.Context, now time.Time, among []string, limit int) ([]string, error) {
	list := d.pick(func(r scheduler.Request) bool {
		return r.Due != nil && !r.Due.After(now) && (len(among) == 0 || d.holds(r.ID, among))
	})
	slices.SortFunc(list, func(a, b scheduler.Request) int {
		return cmp.Or(a.Due.Compare(*b.Due), cmp.Compare(a.Number, b.Number))
	})
	var ids []string
	for _, r := range list[:min(limit, len(list))] {
		ids = append(ids, r.ID)
	}
	return ids, nil
}

func (d *data) holds(request string, among []string) bool {
	for _, b := range d.bookings {
		if b.request == request && !b.change.Released && slices.ContainsFunc(b.change.Booking.Claims,
			func(c testbeds.Claim) bool { return slices.Contains(among, c.Testbed) }) {
			return true
		}
	}
	return false
}

func (d *data) NextDue(context.Context) (*time.Time, error) {
	var next *time.Time
	for _, r := range d.requests {
		if r.Due != nil && (next == nil || r.Due.Before(*next)) {
			next = r.Due
		}
	}
	for _, f := range d.freed {
		if next == nil || f.At.Before(*next) {
			next = &f.At
		}
	}
	return deep(next), nil
}

func (d *data) Feedback(_ context.Context, request string, after int64, limit int) ([]scheduler.Feedback, error) {
	return part(d.feedback, limit, func(f scheduler.Feedback) bool { return f.Request == request && f.ID > after }), nil
}

func (d *data) History(_ context.Context, request string, after int64, limit int) ([]scheduler.Entry, error) {
	return part(d.entries, limit, func(e scheduler.Entry) bool { return e.Request == request && e.ID > after }), nil
}

func (d *data) CreateRequest(_ context.Context, r *scheduler.Request) error {
	d.number++
	r.Number = d.number
	d.requests[r.ID] = deep(*r)
	return nil
}

func (d *data) UpdateRequest(_ context.Context, r scheduler.Request) error {
	if r.Name == d.broken && d.broken != "" {
		return ErrBroken
	}
	if r.Revision != d.requests[r.ID].Revision+1 {
		return scheduler.Errorf(scheduler.CodePrecondition, "it was changed in between")
	}
	d.requests[r.ID] = deep(r)
	return nil
}

// SetDue stores the time at which a request is next due.
func (d *data) SetDue(_ context.Context, id string, due *time.Time) error {
	r := d.requests[id]
	r.Due = due
	d.requests[id] = r
	return nil
}

func (d *data) AddFeedback(_ context.Context, f *scheduler.Feedback) error {
	f.ID = int64(len(d.feedback)) + 1
	d.feedback = append(d.feedback, deep(*f))
	return nil
}

func (d *data) AddEntry(_ context.Context, e *scheduler.Entry) error {
	e.ID = int64(len(d.entries)) + 1
	d.entries = append(d.entries, deep(*e))
	return nil
}

// Unsettled lists all requests: the service picks.
func (d *data) Unsettled(context.Context, time.Time) ([]scheduler.Request, error) {
	return d.pick(func(scheduler.Request) bool { return true }), nil
}

// RequestsSince lists the requests of the changes after a number.
func (d *data) RequestsSince(_ context.Context, sequence int64) ([]scheduler.Request, error) {
	changed := map[string]bool{}
	for _, e := range d.events[min(sequence, int64(len(d.events))):] {
		changed[e.Request] = true
	}
	return d.pick(func(r scheduler.Request) bool { return changed[r.ID] }), nil
}
