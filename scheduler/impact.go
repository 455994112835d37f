package scheduler

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"berth/testbeds"
	"berth/testbeds/capacity"
)

// impact collects the effects of a changed facility or catalogue on bookings.
type impact struct {
	reach
	before  snapshot
	after   snapshot
	altered map[testbeds.Resource]bool // VIMs and devices whose capacity differs
	// The bookings that the change may concern; their new shortages and new problems, by id.
	bookings []testbeds.Booking
	short    map[int64][]testbeds.Overcommitment
	problems map[int64][]testbeds.Problem
	requests map[int64]Request  // by number, as far as they matter
	left     []testbeds.Booking // that were moved elsewhere
	drawn    []drawn            // when closures of the change say what becomes of those whom they hit
}

// impact compares the bookings that a change may concern with the capacity before and after it. The ledger has all of them: whoever changes one has to
// lock its testbeds, and waits.
func (d *decision) impact(ctx context.Context, f testbeds.Facility, c testbeds.Catalogue, r reach) (*impact, error) {
	m := &impact{reach: r, short: map[int64][]testbeds.Overcommitment{}, problems: map[int64][]testbeds.Problem{}, requests: map[int64]Request{}}
	_ = d.s.ledger.read(func(w snapshot) error {
		m.before = w
		return nil
	})
	fed, err := m.before.fed.Refit(f, d.s.ledger.ahead(d.now.Truncate(day), slack))
	if err != nil {
		return nil, Errorf(CodeInvalid, "closures or openings of the new facility cannot be expanded: %v", err)
	}
	m.after = snapshot{fed: fed, catalogue: c}
	m.altered = r.altered(m.before.fed, fed)
	m.gather(d.now)
	if err := m.read(ctx, d.tx, m.offered); err != nil {
		return nil, err
	}
	m.undeployable()
	if err := m.check(d); err != nil {
		return nil, err
	}
	return m, m.read(ctx, d.tx, func(b testbeds.Booking) bool { return b.Overbooked || m.broken(b.ID) })
}

// gather finds the bookings that are not over and claim what changes.
func (m *impact) gather(now time.Time) {
	concerned := func(b testbeds.Booking) bool {
		return m.offered(b) || slices.ContainsFunc(b.Claims, func(c testbeds.Claim) bool { return m.altered[pooled(c)] })
	}
	for _, b := range m.before.fed.Claiming(m.touched) {
		if (b.Occupied().End.After(now) || b.Slot.End.After(now)) && concerned(b) {
			m.bookings = append(m.bookings, b)
		}
	}
}

// pooled returns the VIM or device of a claim.
func pooled(c testbeds.Claim) testbeds.Resource {
	return testbeds.Resource{Testbed: c.Testbed, VIM: c.VIM, Device: c.Device}
}

// offered reports whether a change may concern more of a booking than its capacity over time.
func (m *impact) offered(b testbeds.Booking) bool {
	return slices.ContainsFunc(b.Claims, func(c testbeds.Claim) bool {
		return slices.Contains(m.remade, c.Testbed) || slices.Contains(m.recast, c.Testbed)
	})
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

// read reads the requests of some of the bookings.
func (m *impact) read(ctx context.Context, tx Reader, wanted func(testbeds.Booking) bool) error {
	var numbers []int64
	for _, b := range m.bookings {
		if _, known := m.requests[b.Request]; !known && wanted(b) {
			numbers = append(numbers, b.Request)
		}
	}
	if len(numbers) == 0 {
		return nil
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

// claims reduces bookings to their claims on what has another capacity.
func (m *impact) claims(bookings []testbeds.Booking) []testbeds.Booking {
	list := slices.Clone(bookings)
	for i, b := range list {
		list[i].Claims = slices.DeleteFunc(slices.Clone(b.Claims), func(c testbeds.Claim) bool { return !m.altered[pooled(c)] })
	}
	return list
}

// unitless finds the bookings with enough units by count of which none can be named any more.
func (m *impact) unitless(d *decision, bookings []testbeds.Booking) {
	for _, b := range bookings {
		if !b.Strength.Blocks() || len(m.short[b.ID]) > 0 || !m.after.fed.Named(b) || !slices.ContainsFunc(b.Claims, func(c testbeds.Claim) bool { return c.Device != "" && m.altered[pooled(c)] }) {
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
		if !b.Strength.Blocks() || !m.offered(b) {
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
