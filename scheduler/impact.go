package scheduler

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"berth/testbeds"
	"berth/testbeds/capacity"
)

// impact collects the effects of a changed facility or catalogue on bookings.
type impact struct {
	before snapshot
	after  snapshot
	beds   []string // testbeds that change
	// The bookings that the change may concern; their new shortages and new problems, by id.
	bookings []testbeds.Booking
	short    map[int64][]testbeds.Overcommitment
	problems map[int64][]testbeds.Problem
	requests map[int64]Request // by number
}

// impact compares every booking that a change may concern with the capacity before and after it.
func (d *decision) impact(ctx context.Context, f testbeds.Facility, c testbeds.Catalogue) (*impact, error) {
	m := &impact{short: map[int64][]testbeds.Overcommitment{}, problems: map[int64][]testbeds.Problem{}, requests: map[int64]Request{}}
	_ = d.s.ledger.read(func(w snapshot) error {
		m.before = snapshot{fed: w.fed.Without(), catalogue: w.catalogue}
		return nil
	})
	m.beds = changedTestbeds(m.before.fed.Facility(), f)
	var all []testbeds.Booking
	if err := d.tx.Bookings(ctx, d.now, func(b testbeds.Booking) error {
		all = append(all, b)
		return nil
	}); err != nil {
		return nil, err
	}
	recast := len(m.before.catalogue.Diff(c)) > 0
	for _, b := range all {
		if recast || slices.ContainsFunc(b.Testbeds(), func(id string) bool { return slices.Contains(m.beds, id) }) {
			m.bookings = append(m.bookings, b)
		}
	}
	fed, err := capacity.NewFederation(f, testbeds.Slot{Start: m.before.fed.Horizon().Start, End: m.before.fed.Horizon().End})
	if err != nil {
		return nil, Errorf(CodeInvalid, "closures or openings of the new facility cannot be expanded: %v", err)
	}
	fed.Load(append(m.past(d.now), all...))
	m.after = snapshot{fed: fed, catalogue: c}
	if err := m.read(ctx, d.tx); err != nil {
		return nil, err
	}
	m.undeployable()
	return m, m.check(d)
}

// check finds the bookings that are short. It first releases holds that cannot be kept, so that they make no other booking short.
func (m *impact) check(d *decision) error {
	if err := m.shortages(d, m.bookings); err != nil {
		return err
	}
	lost := map[int64][]testbeds.Overcommitment{}
	var others []testbeds.Booking
	for _, b := range m.bookings {
		if b.Strength == testbeds.Held && m.broken(b.ID) {
			lost[b.ID] = m.short[b.ID]
			m.after.fed.Remove(b.ID)
		} else {
			others = append(others, b)
		}
	}
	if len(lost) == 0 {
		return nil
	}
	m.short = lost
	return m.shortages(d, others)
}

// past returns the bookings of the changed testbeds that are over.
func (m *impact) past(now time.Time) []testbeds.Booking {
	var list []testbeds.Booking
	seen := map[int64]bool{}
	for _, id := range m.beds {
		for _, b := range m.before.fed.Bookings(id, testbeds.Slot{Start: m.before.fed.Horizon().Start, End: now}) {
			if !seen[b.ID] && !b.Occupied().End.After(now) {
				list = append(list, b)
			}
			seen[b.ID] = true
		}
	}
	return list
}

// changedTestbeds lists the ids of testbeds that differ between two facilities.
func changedTestbeds(before, after testbeds.Facility) []string {
	var ids []string
	for _, t := range before.Testbeds {
		if now, ok := after.Testbed(t.ID); !ok || !reflect.DeepEqual(t, now) {
			ids = append(ids, t.ID)
		}
	}
	for _, t := range after.Testbeds {
		if _, ok := before.Testbed(t.ID); !ok {
			ids = append(ids, t.ID)
		}
	}
	return ids
}

// read reads the requests of the bookings.
func (m *impact) read(ctx context.Context, tx Reader) error {
	var numbers []int64
	for _, b := range m.bookings {
		numbers = append(numbers, b.Request)
	}
	list, err := tx.RequestsByNumber(ctx, sortedNumbers(numbers))
	for _, r := range list {
		m.requests[r.Number] = r
	}
	return err
}

func sortedNumbers(numbers []int64) []int64 {
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// shortages finds the overcommitments of the new facility that the old one did not have.
func (m *impact) shortages(d *decision, bookings []testbeds.Booking) error {
	span := testbeds.Slot{Start: d.now, End: m.after.fed.Horizon().End}
	was, err := capacity.Sweep(only(m.before.fed.Facility(), m.beds), span, m.claims(bookings))
	if err != nil {
		return err
	}
	is, err := capacity.Sweep(only(m.after.fed.Facility(), m.beds), span, m.claims(bookings))
	if err != nil {
		return err
	}
	for _, o := range is {
		old := slices.ContainsFunc(was, func(w testbeds.Overcommitment) bool {
			return w.Resource == o.Resource && w.Unit == o.Unit && w.Interval.Contains(o.Interval) && w.Booked-w.Total >= o.Booked-o.Total
		})
		for _, id := range o.Bookings {
			if !old {
				m.short[id] = append(m.short[id], o)
			}
		}
	}
	m.unitless(d, bookings)
	return nil
}

// only reduces a facility to certain testbeds.
func only(f testbeds.Facility, ids []string) testbeds.Facility {
	var g testbeds.Facility
	for _, t := range f.Testbeds {
		if slices.Contains(ids, t.ID) {
			g.Testbeds = append(g.Testbeds, t)
		}
	}
	return g
}

// claims reduces bookings to their claims on the changed testbeds.
func (m *impact) claims(bookings []testbeds.Booking) []testbeds.Booking {
	list := slices.Clone(bookings)
	for i, b := range list {
		list[i].Claims = slices.DeleteFunc(slices.Clone(b.Claims), func(c testbeds.Claim) bool { return !slices.Contains(m.beds, c.Testbed) })
	}
	return list
}

// unitless finds the bookings with enough units by count of which none can be named any more.
func (m *impact) unitless(d *decision, bookings []testbeds.Booking) {
	for _, b := range bookings {
		if !b.Strength.Blocks() || len(m.short[b.ID]) > 0 || !m.after.fed.Named(b) {
			continue
		}
		now := m.after.fed.Without(b.ID).Recheck(testbeds.Experiment{}, b, d.now)
		if len(now.Conflicts) == 0 || len(m.before.fed.Without(b.ID).Recheck(testbeds.Experiment{}, b, d.now).Conflicts) > 0 {
			continue
		}
		for _, c := range now.Conflicts {
			m.short[b.ID] = append(m.short[b.ID], testbeds.Overcommitment{Resource: c.Resource, Interval: c.Interval, Total: c.Free, Booked: c.Needed, Bookings: []int64{b.ID}})
		}
	}
}

// undeployable finds the bookings that can no longer run where they are placed: a feature is gone, no host is large enough, a VNF is no longer
// onboarded.
func (m *impact) undeployable() {
	for _, b := range m.bookings {
		if !b.Strength.Blocks() {
			continue
		}
		r := m.requests[b.Request]
		if o, ok := r.offerOf(b.ID); ok {
			e := variantOf(r, o.What)
			r.Components, r.Placement, r.Devices, r.Units = e.Components, e.Placement, e.Devices, nil
		}
		was := m.before.fed.Problems(pinned(r, m.before.catalogue))
		for _, p := range m.after.fed.Problems(pinned(r, m.after.catalogue)) {
			if !slices.Contains(was, p) {
				m.problems[b.ID] = append(m.problems[b.ID], p)
			}
		}
	}
}

// offerOf finds the open offer that a booking holds.
func (r Request) offerOf(booking int64) (Offer, bool) {
	for _, o := range r.Offers {
		if o.State == OfferOpen && o.Booking == booking {
			return o, true
		}
	}
	return Offer{}, false
}

// broken reports whether a booking lacks something that it needs.
func (m *impact) broken(booking int64) bool {
	return len(m.short[booking]) > 0 || len(m.problems[booking]) > 0
}

// maxBrokenOptions limits for how many broken bookings alternatives are searched; the others are named without.
const maxBrokenOptions = 20

// report names the bookings that the change breaks, and the requests that it concerns otherwise.
func (m *impact) report(s *Service, out *FacilityChange) {
	out.Broken = []BrokenBooking{}
	for _, b := range m.bookings {
		if !m.broken(b.ID) {
			continue
		}
		r := m.requests[b.Request]
		broken := BrokenBooking{Request: r.ID, Number: r.Number, Name: r.Name, Slot: b.Slot, Short: m.short[b.ID], Problems: m.problems[b.ID]}
		if broken.Short == nil {
			broken.Short = []testbeds.Overcommitment{}
		}
		if len(out.Broken) < maxBrokenOptions {
			w := checkedAsk{experiment: current(r, m.after.catalogue), slot: b.Slot, window: r.Window, shortest: r.MinDuration}
			broken.Alternatives = s.alternatives(m.after.fed.Without(b.ID), w, limited(0), false)
		}
		out.Broken = append(out.Broken, broken)
	}
	m.affected(out)
}

// why describes what a broken booking lacks.
func (b BrokenBooking) why() string {
	var list []string
	for _, p := range b.Problems {
		list = append(list, p.Message)
	}
	for _, o := range b.Short {
		list = append(list, o.String())
	}
	if len(list) > maxExplained {
		list = append(list[:maxExplained], fmt.Sprintf("and %d more", len(list)-maxExplained))
	}
	return strings.Join(list, "; ")
}
