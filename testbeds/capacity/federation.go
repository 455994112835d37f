package capacity

import (
	"maps"
	"math"
	"slices"
	"time"

	"berth/testbeds"
	"berth/testbeds/capacity/profile"
)

// Federation is the facility with its capacity over a horizon and the bookings in it. It is not safe for concurrent change; any number of
// readers may share it between changes.
type Federation struct {
	facility testbeds.Facility
	beds     map[string]int // where each testbed is in the facility
	horizon  testbeds.Slot
	pools    map[testbeds.Resource]*pool
	order    []testbeds.Resource // of the pools, as the facility has them
	bookings map[int64]testbeds.Booking

	// Of a fork: the federation below it, the bookings that it hides, and its own copies of pools.
	base   *Federation
	hidden map[int64]bool
	own    map[testbeds.Resource]bool
}

// NewFederation expands closures, openings and capacity changes over the horizon. The facility must be valid (see Facility.Validate).
func NewFederation(f testbeds.Facility, horizon testbeds.Slot) (*Federation, error) {
	fed := &Federation{facility: f, beds: map[string]int{}, horizon: horizon.UTC(), pools: map[testbeds.Resource]*pool{}, bookings: map[int64]testbeds.Booking{}}
	for i, t := range f.Testbeds {
		fed.beds[t.ID] = i
		made, err := pools(t, fed.horizon)
		if err != nil {
			return nil, err
		}
		for _, p := range made {
			fed.pools[p.key] = p
			fed.order = append(fed.order, p.key)
		}
	}
	return fed, nil
}

// Facility returns the facility that the federation was built from.
func (f *Federation) Facility() testbeds.Facility { return f.facility }

// Testbed finds a testbed of the facility by its id, at once however many there are.
func (f *Federation) Testbed(id string) (testbeds.Testbed, bool) {
	i, ok := f.beds[id]
	if !ok {
		return testbeds.Testbed{}, false
	}
	return f.facility.Testbeds[i], true
}

// Horizon returns the time that can be booked.
func (f *Federation) Horizon() testbeds.Slot { return f.horizon }

// Load puts many bookings at once, faster than one by one.
func (f *Federation) Load(bookings []testbeds.Booking) {
	deltas := map[*pool][]profile.Delta{}
	for _, b := range bookings {
		f.Remove(b.ID)
		f.bookings[b.ID] = b
		for p, g := range f.claimSpans(b) {
			p.put(g)
			if b.Strength.Blocks() {
				deltas[p] = append(deltas[p], profile.Delta{From: g.From, To: g.To, By: taken(g, -1)})
			}
		}
	}
	for p, d := range deltas {
		p.load(d)
	}
}

// load adds deltas to the free capacity, in one step if they are many.
func (p *pool) load(deltas []profile.Delta) {
	if len(deltas) < p.free.Points() {
		for _, d := range deltas {
			p.free.Add(d.From, d.To, d.By)
		}
		return
	}
	var last int64 = math.MinInt64
	before := make([]int64, len(p.columns))
	p.free.Steps(math.MinInt64+1, math.MaxInt64, func(at int64, free []int64) bool {
		if last != math.MinInt64 {
			deltas = append(deltas, profile.Delta{From: last, To: at, By: slices.Clone(before)})
		}
		last = at
		copy(before, free)
		return true
	})
	deltas = append(deltas, profile.Delta{From: last, To: math.MaxInt64, By: slices.Clone(before)})
	p.free = profile.Build(make([]int64, len(p.columns)), deltas)
}

// Put adds a booking or replaces the one with its ID. Claims on resources that the facility does not have are kept but count for nothing
// (Sweep reports them).
func (f *Federation) Put(b testbeds.Booking) {
	f.Remove(b.ID)
	f.bookings[b.ID] = b
	for p, g := range f.claimSpans(b) {
		p = f.writable(p)
		p.put(g)
		if b.Strength.Blocks() {
			p.free.Add(g.From, g.To, taken(g, -1))
		}
	}
}

// Remove removes a booking; an unknown ID is no error.
func (f *Federation) Remove(id int64) {
	b, ok := f.Booking(id)
	if !ok {
		return
	}
	for p, g := range f.claimSpans(b) {
		p = f.writable(p)
		if f.base == nil || f.bookings[id].ID == id {
			p.remove(g)
		}
		if b.Strength.Blocks() {
			p.free.Add(g.From, g.To, taken(g, 1))
		}
	}
	delete(f.bookings, id)
	if f.base != nil {
		f.hidden[id] = true
	}
}

// Booking finds a booking by its ID.
func (f *Federation) Booking(id int64) (testbeds.Booking, bool) {
	if b, ok := f.bookings[id]; ok {
		return b, true
	}
	if f.base == nil || f.hidden[id] {
		return testbeds.Booking{}, false
	}
	return f.base.Booking(id)
}

// Without forks the federation as if those bookings did not exist: a cheap view with changes of its own (Put, Remove). It is valid until f
// changes.
func (f *Federation) Without(ids ...int64) *Federation {
	fork := &Federation{facility: f.facility, beds: f.beds, horizon: f.horizon, pools: f.pools, order: f.order, bookings: map[int64]testbeds.Booking{},
		base: f, hidden: map[int64]bool{}, own: map[testbeds.Resource]bool{}}
	for _, id := range ids {
		fork.Remove(id)
	}
	return fork
}

// writable returns the pool as this federation may change it: in a fork a copy, with only the fork's own claims.
func (f *Federation) writable(p *pool) *pool {
	if f.base == nil || f.own[p.key] {
		return f.pools[p.key]
	}
	if len(f.own) == 0 {
		f.pools = maps.Clone(f.pools)
	}
	c := *p
	c.free = p.free.Fork()
	c.claims, c.settled = newClaimIndex(), newClaimIndex()
	f.own[p.key] = true
	f.pools[p.key] = &c
	return &c
}

// taken returns the amounts of a claim times sign.
func taken(g claimSpan, sign int64) []int64 {
	by := make([]int64, len(g.Value.amounts))
	for i, n := range g.Value.amounts {
		by[i] = sign * n
	}
	return by
}

// claimSpans yields the booking's claims on each pool of the facility. Claims on one pool share their interval.
func (f *Federation) claimSpans(b testbeds.Booking) func(yield func(*pool, claimSpan) bool) {
	return func(yield func(*pool, claimSpan) bool) {
		for i := 0; i < len(b.Claims); {
			key := poolKey(b.Claims[i].Resource)
			p := f.pools[key]
			g := claimSpan{From: b.Claims[i].From.Unix(), To: b.Claims[i].To.Unix(), Key: b.ID, Value: held{blocks: b.Strength.Blocks()}}
			if p != nil {
				g.Value.amounts = make([]int64, len(p.columns))
			}
			for ; i < len(b.Claims) && poolKey(b.Claims[i].Resource) == key; i++ {
				if p == nil {
					continue
				}
				g.Value.named = g.Value.named || len(b.Claims[i].Units) > 0
				if col, ok := p.column(b.Claims[i].Quantity); ok {
					g.Value.amounts[col] += b.Claims[i].Amount
				}
			}
			if p != nil && g.From < g.To && !yield(p, g) {
				return
			}
		}
	}
}

// overlapping yields the claims on the pool in [from, to).
func (f *Federation) overlapping(key testbeds.Resource, from, to int64, yield func(claimSpan) bool) {
	f.holders(key, func(p *pool) *claimIndex { return p.claims }, from, to, yield)
}

// holders yields the claims in one index of the pool in [from, to).
func (f *Federation) holders(key testbeds.Resource, index func(*pool) *claimIndex, from, to int64, yield func(claimSpan) bool) {
	going := true
	for fed := f; fed != nil && going; fed = fed.base {
		if fed.base != nil && !fed.own[key] {
			continue // it shares the claims of its base
		}
		index(fed.pools[key]).Overlapping(from, to, func(g claimSpan) bool {
			if f.sees(fed, g.Key) {
				going = yield(g)
			}
			return going
		})
	}
}

// sees reports whether no fork above a federation hides a booking of it.
func (f *Federation) sees(below *Federation, id int64) bool {
	for fed := f; fed != below; fed = fed.base {
		if fed.hidden[id] {
			return false
		}
		if _, replaced := fed.bookings[id]; replaced {
			return false
		}
	}
	return true
}

// Claims returns the claims of a demand in a slot: each need widened by the setup and teardown of its VIM or device.
func (f *Federation) Claims(d testbeds.Demand, s testbeds.Slot) []testbeds.Claim {
	claims := make([]testbeds.Claim, 0, len(d))
	for _, n := range d {
		c := testbeds.Claim{Need: n, From: s.Start.UTC(), To: s.End.UTC()}
		if p := f.pools[poolKey(n.Resource)]; p != nil {
			occupied := p.buffers.Around(s.UTC())
			c.From, c.To = occupied.Start, occupied.End
		}
		claims = append(claims, c)
	}
	return claims
}

func instant(t int64) time.Time { return time.Unix(t, 0).UTC() }

func slotOf(from, to int64) testbeds.Slot {
	return testbeds.Slot{Start: instant(from), End: instant(to)}
}
