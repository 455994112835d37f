package capacity

import (
	"math"
	"slices"
	"time"

	"github.com/tidwall/btree"

	"berth/testbeds"
	"berth/testbeds/capacity/profile"
)

// Federation is the facility with its capacity over a horizon and the bookings in it. It is not safe for concurrent change; any number of
// readers may share it between changes.
type Federation struct {
	facility testbeds.Facility
	beds     map[string]int // where each testbed is in the facility
	horizon  testbeds.Slot
	sites    []*site // of the testbeds, as the facility has them
	bookings *rows
	strays   *btree.Set[int64] // bookings that claim what the facility does not have

	// The sites and pools with this mark belong to this federation; it copies the others before it changes them.
	mark *mark
	own  bool // whether the list of sites does, too

	// Of a fork: the federation below it, the bookings that it hides, and those that it has put.
	base   *Federation
	hidden map[int64]bool
	put    map[int64]testbeds.Booking
}

// mark tells apart what belongs to which federation. It has a size, so that no two are at one address.
type mark struct{ _ byte }

// rows holds bookings by id.
type rows = btree.Map[int64, *testbeds.Booking]

// NewFederation expands closures, openings and capacity changes over the horizon. The facility must be valid (see Facility.Validate).
func NewFederation(f testbeds.Facility, horizon testbeds.Slot) (*Federation, error) {
	fed := &Federation{facility: f, beds: bedsOf(f), horizon: horizon.UTC(), bookings: &rows{}, strays: &btree.Set[int64]{}, mark: new(mark), own: true}
	for _, t := range f.Testbeds {
		made, err := newSite(t, fed.horizon, fed.mark)
		if err != nil {
			return nil, err
		}
		fed.sites = append(fed.sites, made)
	}
	return fed, nil
}

func bedsOf(f testbeds.Facility) map[string]int {
	beds := make(map[string]int, len(f.Testbeds))
	for i, t := range f.Testbeds {
		beds[t.ID] = i
	}
	return beds
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

// Next returns a federation that begins as f and can be changed by itself: it shares everything with f until one of its changes touches it. f must
// not be changed any more, and then never changes for those who read it.
func (f *Federation) Next() *Federation {
	n := *f
	n.bookings, n.strays = f.bookings.Copy(), f.strays.Copy()
	n.mark, n.own = new(mark), false
	return &n
}

// Load puts many bookings at once, faster than one by one.
func (f *Federation) Load(bookings []testbeds.Booking) {
	deltas := map[*pool][]profile.Delta{}
	for _, b := range bookings {
		f.Remove(b.ID)
		f.keep(b)
		for p, g := range f.claimSpans(b) {
			p = f.writable(p)
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
	f.keep(b)
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
		if f.base == nil || f.puts(id) {
			p.remove(g)
		}
		if b.Strength.Blocks() {
			p.free.Add(g.From, g.To, taken(g, 1))
		}
	}
	if f.base != nil {
		delete(f.put, id)
		f.hidden[id] = true
		return
	}
	f.bookings.Delete(id)
	f.strays.Delete(id)
}

// keep keeps a booking by its id.
func (f *Federation) keep(b testbeds.Booking) {
	if f.base != nil {
		f.put[b.ID] = b
		return
	}
	f.bookings.Set(b.ID, &b)
	f.sort(b)
}

// sort records whether a booking claims anything that the facility does not have: it counts again once the facility has it (see Refit).
func (f *Federation) sort(b testbeds.Booking) {
	if slices.ContainsFunc(b.Claims, func(c testbeds.Claim) bool { return f.pool(c.Resource) == nil }) {
		f.strays.Insert(b.ID)
	} else {
		f.strays.Delete(b.ID)
	}
}

// puts reports whether a fork has put a booking itself.
func (f *Federation) puts(id int64) bool {
	_, ok := f.put[id]
	return ok
}

// Booking finds a booking by its ID.
func (f *Federation) Booking(id int64) (testbeds.Booking, bool) {
	if f.base == nil {
		if b, ok := f.bookings.Get(id); ok {
			return *b, true
		}
		return testbeds.Booking{}, false
	}
	if b, ok := f.put[id]; ok {
		return b, true
	}
	if f.hidden[id] {
		return testbeds.Booking{}, false
	}
	return f.base.Booking(id)
}

// Without forks the federation as if those bookings did not exist: a cheap view with changes of its own (Put, Remove). It is valid until f
// changes.
func (f *Federation) Without(ids ...int64) *Federation {
	fork := &Federation{facility: f.facility, beds: f.beds, horizon: f.horizon, sites: f.sites, mark: new(mark),
		base: f, hidden: map[int64]bool{}, put: map[int64]testbeds.Booking{}}
	for _, id := range ids {
		fork.Remove(id)
	}
	return fork
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
			p := f.pool(key)
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
		p := fed.pool(key)
		if fed.base != nil && p.mark != fed.mark {
			continue // it shares the claims of its base
		}
		index(p).Overlapping(from, to, func(g claimSpan) bool {
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
		if fed.puts(id) {
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
		if p := f.pool(n.Resource); p != nil {
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
