package capacity

import (
	"cmp"
	"reflect"
	"slices"
	"time"

	"berth/testbeds"
)

// Refit returns the federation of another facility with the same bookings and horizon. It shares the testbeds that are the same in both, and builds
// only the others, over a span that holds the horizon: so it costs what the changed testbeds cost. f must not be changed any more (see Next).
func (f *Federation) Refit(g testbeds.Facility, span testbeds.Slot) (*Federation, error) {
	return f.refit(g, span.UTC(), func(t testbeds.Testbed) bool {
		i, known := f.beds[t.ID]
		return !known || !reflect.DeepEqual(f.facility.Testbeds[i], t)
	})
}

// Relay returns the federation with one testbed laid out over another span. f must not be changed any more (see Next).
func (f *Federation) Relay(testbed string, span testbeds.Slot) (*Federation, error) {
	return f.refit(f.facility, span.UTC(), func(t testbeds.Testbed) bool { return t.ID == testbed })
}

// refit builds the testbeds of a facility that differ, and shares the others.
func (f *Federation) refit(g testbeds.Facility, span testbeds.Slot, differs func(testbeds.Testbed) bool) (*Federation, error) {
	n := f.Next()
	n.facility, n.beds, n.sites, n.own = g, bedsOf(g), make([]*site, 0, len(g.Testbeds)), true
	built := map[string]bool{}
	for _, t := range g.Testbeds {
		if !differs(t) {
			n.sites = append(n.sites, f.sites[f.beds[t.ID]])
			continue
		}
		made, err := newSite(t, span, n.mark)
		if err != nil {
			return nil, err
		}
		n.sites = append(n.sites, made)
		built[t.ID] = true
	}
	moved := f.touching(func(id string) bool {
		_, left := n.beds[id]
		return built[id] || !left
	})
	n.fill(built, moved)
	return n, nil
}

// touching collects the bookings that claim something of some testbeds, and those that claim what the facility does not have.
func (f *Federation) touching(some func(id string) bool) map[int64]*row {
	found := map[int64]*row{}
	add := func(g claimSpan) bool {
		found[g.Key] = g.Value.row
		return true
	}
	for _, t := range f.facility.Testbeds {
		if !some(t.ID) {
			continue
		}
		for _, p := range f.poolsOf(t.ID) {
			p.claims.All(add)
			p.pending.All(add)
		}
	}
	f.strays.Scan(func(id int64) bool {
		found[id] = f.row(id)
		return true
	})
	return found
}

// fill puts the claims of bookings on the testbeds that were built.
func (f *Federation) fill(built map[string]bool, moved map[int64]*row) {
	l := loading{}
	for id, r := range moved {
		stray := f.spans(id, r, func(p *pool, g claimSpan, _ []int64) {
			if built[p.key.Testbed] {
				l.add(p, g)
			}
		})
		f.sort(id, stray)
	}
	l.finish()
}

// Short lists the ids of the testbeds that are not laid out over all of a span.
func (f *Federation) Short(span testbeds.Slot) []string {
	var ids []string
	for i, s := range f.sites {
		if !s.laid.Contains(span) {
			ids = append(ids, f.facility.Testbeds[i].ID)
		}
	}
	return ids
}

// Reaches reports whether every testbed is laid out over a span.
func (f *Federation) Reaches(span testbeds.Slot) bool {
	return !slices.ContainsFunc(f.sites, func(s *site) bool { return !s.laid.Contains(span) })
}

// Within returns the federation with another horizon, which every testbed must be laid out over (see Reaches). f must not be changed any more
// (see Next).
func (f *Federation) Within(horizon testbeds.Slot) *Federation {
	n := f.Next()
	n.horizon = horizon.UTC()
	return n
}

// Ended lists the ids of the bookings that end, with all their claims, at an instant or before.
func (f *Federation) Ended(at time.Time) []int64 {
	var ids []int64
	f.bookings.Scan(func(id int64, r *row) bool {
		if !r.until().After(at) {
			ids = append(ids, id)
		}
		return true
	})
	return ids
}

// Claiming lists, by id, the bookings that claim something of some testbeds, whether the facility has it or not.
func (f *Federation) Claiming(ids []string) []testbeds.Booking {
	var list []testbeds.Booking
	for id := range f.touching(func(id string) bool { return slices.Contains(ids, id) }) {
		b, _ := f.Booking(id)
		if slices.ContainsFunc(b.Claims, func(c testbeds.Claim) bool { return slices.Contains(ids, c.Testbed) }) {
			list = append(list, b) // not one that claims something else that the facility does not have
		}
	}
	slices.SortFunc(list, func(a, b testbeds.Booking) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// Recast lists the VIMs and devices of a testbed whose capacity or units over time differ between two federations, those that only one of them has
// included.
func (f *Federation) Recast(g *Federation, testbed string) map[testbeds.Resource]bool {
	differ := map[testbeds.Resource]bool{}
	for _, p := range f.poolsOf(testbed) {
		if q := g.pool(p.key); q == nil || !p.as(q) {
			differ[p.key] = true
		}
	}
	for _, q := range g.poolsOf(testbed) {
		if f.pool(q.key) == nil {
			differ[q.key] = true
		}
	}
	return differ
}

// as reports whether two pools have the same capacity and units over time. A different span of time that they are laid out over makes a difference.
func (p *pool) as(q *pool) bool {
	return p == q || slices.Equal(p.columns, q.columns) && slices.Equal(p.units, q.units) && slices.Equal(p.peak, q.peak) && reflect.DeepEqual(p.absences, q.absences)
}
