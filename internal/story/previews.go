package story

import (
	"slices"

	"berth/scheduler"
)

// previewed judges the answer to a change of the facility: it names the requests that can no longer run at their places, and those that
// now need an approval instead of a notification.
func (m *machine) previewed(out scheduler.FacilityChange) {
	s := m.look()
	for _, r := range s.requests {
		was, _ := m.before.request(r.ID)
		b := s.bookings[r.Booking]
		if !span(b).End.After(s.now) {
			continue // over
		}
		if granted(was) && blocks(b) && m.before.deployable(was) && !s.deployable(was) && !named(out, r.ID) {
			m.broken("facility: undeployable", "#%d can no longer run on %v, and is not named", r.Number, r.Placement)
		}
		for _, id := range r.Demand.Testbeds() {
			before, _ := m.before.facility.Testbed(id)
			now, _ := s.facility.Testbed(id)
			if was.Status == scheduler.UnderReview && before.Policy() != now.Policy() && !named(out, r.ID) {
				m.broken("facility: policy", "#%d has to ask %s otherwise than before, and is not named", r.Number, id)
			}
		}
	}
}

func named(out scheduler.FacilityChange, id string) bool {
	return slices.ContainsFunc(out.Broken, func(b scheduler.BrokenBooking) bool { return b.Request == id }) ||
		slices.ContainsFunc(out.Affected, func(a scheduler.AffectedRequest) bool { return a.Request == id })
}
