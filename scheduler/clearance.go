package scheduler

import (
	"context"
	"time"

	"berth/testbeds"
	"berth/testbeds/capacity"
)

// Clearance is the smallest set of requests that would have to make room so that another one fits: the fewest; of equally few those with the lowest
// priorities, and of these the shortest slots. Only requests that it may displace are in it.
type Clearance struct {
	Requests []Cleared `json:"requests"`
	Least    bool      `json:"least"` // no fewer would do; otherwise the search gave up, and perhaps fewer would
}

// Cleared is a request that would have to make room.
type Cleared struct {
	Request  string        `json:"request"`
	Number   int64         `json:"number"`
	Name     string        `json:"name"`
	Priority Priority      `json:"priority"`
	Slot     testbeds.Slot `json:"slot"`
}

// noRoom refuses a proposal that does not fit, and says to those who may displace others who would have to make room.
func (d *decision) noRoom(ctx context.Context, p proposal, message string) error {
	err := d.refusal(message, d.forced()...)
	e, ok := err.(*Error)
	if !ok || len(e.Overrides) == 0 || len(d.outcome.Fit.Problems) > 0 {
		return err
	}
	var failed error
	if e.Displace, failed = d.clearance(ctx, p); failed != nil {
		return failed
	}
	return e
}

// clearance finds out who would have to make room for a proposal; nil where nobody's going would help.
func (d *decision) clearance(ctx context.Context, p proposal) (found *Clearance, err error) {
	_ = d.snapshot(func(w snapshot) error {
		asked := capacity.Wanted{Experiment: pinned(p.request, w.catalogue), Slot: p.request.Slot}
		if p.kept {
			asked = capacity.Wanted{Booking: &p.booking, Since: d.asksSince(p)}
		}
		found, err = d.cleared(ctx, w, asked)
		return nil
	}, d.request.bookings()...)
	return found, err
}

func (d *decision) cleared(ctx context.Context, w snapshot, asked capacity.Wanted) (*Clearance, error) {
	bookings, more := w.fed.InTheWay(asked)
	var numbers []int64
	for _, b := range bookings {
		numbers = append(numbers, b.Request)
	}
	if len(numbers) == 0 {
		return nil, nil
	}
	list, err := d.tx.RequestsByNumber(ctx, sortedNumbers(numbers))
	if err != nil {
		return nil, err
	}
	var candidates []Request
	var leavers []capacity.Leaver
	for _, r := range list {
		if gives := r.gives(d.now); len(gives) > 0 && r.ID != d.request.ID && !d.request.Priority.Below(r.Priority) {
			candidates = append(candidates, r)
			leavers = append(leavers, capacity.Leaver{Bookings: gives, Weight: r.Priority.weight(), Cost: int64(r.Slot.Duration() / time.Second)})
		}
	}
	chosen, exact, ok := w.fed.LeastToGo(asked, leavers)
	if !ok {
		return nil, nil
	}
	out := &Clearance{Least: exact && !more}
	for _, i := range chosen {
		r := candidates[i]
		out.Requests = append(out.Requests, Cleared{Request: r.ID, Number: r.Number, Name: r.Name, Priority: r.Priority.Named(), Slot: r.Slot})
	}
	return out, nil
}

// gives lists the bookings that a request gives up if it makes room: its slot, the slot held for it, or its open offers.
func (r Request) gives(now time.Time) (list []int64) {
	switch {
	case r.Status == Scheduled, r.Status == UnderReview && r.holds(now):
		list = []int64{r.Booking}
	case r.Status == Rejected:
		for _, o := range r.Offers {
			if o.State == OfferOpen {
				list = append(list, o.Booking)
			}
		}
	}
	return list
}

// weight counts one request of a priority as more than any number of the one below it that a set can have.
func (p Priority) weight() int64 {
	weight := int64(0)
	for range int64(len(Priorities)) - 1 - p.rank() {
		weight = max(1<<10, weight<<10)
	}
	return weight
}
