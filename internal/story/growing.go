package story

import (
	"time"

	"pgregory.net/rapid"

	"berth/scheduler"
	"berth/testbeds"
)

// grow asks how far a granted request could grow, and tries both ends to the second: what is answered is possible, and not a second more.
func (m *machine) grow(rt *rapid.T) {
	r := m.among(rt, scheduler.Scheduled, scheduler.Instantiating, scheduler.Running)
	m.now(rt)
	v, err := m.Get(m.ctx(), as("adele"), r.ID)
	if err != nil {
		rt.Fatalf("get #%d: %v", r.Number, err)
	}
	r = v.Request
	h := r.Headroom
	if h == nil {
		if r.Status.Movable() && r.Status.Granted() && r.Released == nil {
			m.broken("room to grow: not said", "#%d is %s", r.Number, r.Status)
		}
		return
	}
	try := func(slot testbeds.Slot) error {
		_, err := m.Move(m.ctx(), as("adele"), r.ID, scheduler.Move{Slot: &slot, DryRun: true, Override: m.reason(scheduler.OverrideApprovals)})
		return err
	}
	refused := func(slot testbeds.Slot) bool { err := try(slot); return err != nil && !overQuota(err) } // which bounds no room
	at := func(start, end time.Time) testbeds.Slot { return testbeds.Slot{Start: start, End: end} }
	if h.End.After(r.Slot.End) && refused(at(r.Slot.Start, h.End)) {
		m.broken("room to grow: refused", "#%d %s until %s, limited by %s", r.Number, r.Slot, h.End, h.By)
	}
	if h.End.After(m.clock) && try(at(r.Slot.Start, h.End.Add(time.Second))) == nil {
		m.broken("room to grow: more was possible", "#%d %s until %s, limited by %s", r.Number, r.Slot, h.End, h.By)
	}
	if h.End.After(r.Slot.End) && m.before.lacks(r, h.End) {
		m.broken("room to grow: taken", "#%d %s until %s, limited by %s", r.Number, r.Slot, h.End, h.By)
	}
	if h.By == scheduler.LimitedByCapacity && h.End.After(m.clock) && m.before.extends(r, h.End.Add(time.Second)) {
		m.broken("room to grow: free", "#%d %s until %s, limited by %s", r.Number, r.Slot, h.End, h.By)
	}
	if !h.Start.Before(r.Slot.Start) {
		return
	}
	if refused(at(h.Start, r.Slot.End)) {
		m.broken("room to grow: refused", "#%d %s from %s", r.Number, r.Slot, h.Start)
	}
	if earlier := h.Start.Add(-time.Second); !earlier.Before(m.clock) && try(at(earlier, r.Slot.End)) == nil {
		m.broken("room to grow: more was possible", "#%d %s from %s", r.Number, r.Slot, h.Start)
	}
}

// lacks reports whether a slot that ends later is short of anything, by count.
func (s snapshot) lacks(r scheduler.Request, end time.Time) bool {
	b := s.bookings[r.Booking]
	own := []int64{b.ID} // what is held for its own offers ends once it grows
	for _, o := range r.Offers {
		own = append(own, o.Booking)
	}
	for _, c := range b.Claims {
		more := testbeds.Slot{Start: later(s.now, c.To), End: c.To.Add(end.Sub(r.Slot.End))}
		if more.Start.Before(more.End) && s.free(c.Resource, more, own...) < c.Amount {
			return true
		}
	}
	return false
}
