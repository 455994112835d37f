package capacity

import (
	"sync"
	"time"

	"github.com/tidwall/btree"

	"berth/testbeds"
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
	forms    *forms
	spare    *sync.Pool // of gatherings

	// The sites and pools with this mark belong to this federation; it copies the others before it changes them.
	mark *mark
	own  bool // whether the list of sites does, too

	// Of a fork: the federation below it, the bookings that it hides, and those that it has put.
	base   *Federation
	hidden map[int64]bool
	put    map[int64]*row
}

// mark tells apart what belongs to which federation. It has a size, so that no two are at one address.
type mark struct{ _ byte }

// rows holds bookings by id.
type rows = btree.Map[int64, *row]

// NewFederation expands closures, openings and capacity changes over the horizon. The facility must be valid (see Facility.Validate).
func NewFederation(f testbeds.Facility, horizon testbeds.Slot) (*Federation, error) {
	fed := &Federation{facility: f, beds: bedsOf(f), horizon: horizon.UTC(), bookings: &rows{}, strays: &btree.Set[int64]{}, forms: &forms{}, spare: &sync.Pool{New: func() any { return new(gathering) }}, mark: new(mark), own: true}
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

// Put adds a booking or replaces the one with its ID. Claims on resources that the facility does not have are kept but count for nothing
// (Sweep reports them).
func (f *Federation) Put(b testbeds.Booking) {
	f.Remove(b.ID)
	r := f.keep(b)
	stray := f.spans(b.ID, r, func(p *pool, g claimSpan, amounts []int64) {
		p = f.writable(p)
		p.put(g)
		if r.blocks() {
			p.free.Add(g.From, g.To, negated(amounts))
		}
	})
	f.sort(b.ID, stray)
}

// Remove removes a booking; an unknown ID is no error.
func (f *Federation) Remove(id int64) {
	r := f.row(id)
	if r == nil {
		return
	}
	f.spans(id, r, func(p *pool, g claimSpan, amounts []int64) {
		p = f.writable(p)
		if f.base == nil || f.puts(id) {
			p.remove(g)
		}
		if r.blocks() {
			p.free.Add(g.From, g.To, amounts)
		}
	})
	if f.base != nil {
		delete(f.put, id)
		f.hidden[id] = true
		return
	}
	f.bookings.Delete(id)
	f.strays.Delete(id)
}

// keep keeps a booking by its id.
func (f *Federation) keep(b testbeds.Booking) *row {
	if f.base != nil {
		r := newForm(b).row(b)
		f.put[b.ID] = r
		return r
	}
	r := f.forms.of(b).row(b)
	f.bookings.Set(b.ID, r)
	return r
}

// sort records whether a booking claims anything that the facility does not have: it counts again once the facility has it (see Refit).
func (f *Federation) sort(id int64, stray bool) {
	switch {
	case f.base != nil:
	case stray:
		f.strays.Insert(id)
	default:
		f.strays.Delete(id)
	}
}

// puts reports whether a fork has put a booking itself.
func (f *Federation) puts(id int64) bool {
	_, ok := f.put[id]
	return ok
}

// Booking finds a booking by its ID.
func (f *Federation) Booking(id int64) (testbeds.Booking, bool) {
	r := f.row(id)
	if r == nil {
		return testbeds.Booking{}, false
	}
	return r.booking(id), true
}

// row finds the row of a booking; nil where there is none.
func (f *Federation) row(id int64) *row {
	for ; f.base != nil; f = f.base {
		if r, ok := f.put[id]; ok {
			return r
		}
		if f.hidden[id] {
			return nil
		}
	}
	r, _ := f.bookings.Get(id)
	return r
}

// Without forks the federation as if those bookings did not exist: a cheap view with changes of its own (Put, Remove). It is valid until f
// changes.
func (f *Federation) Without(ids ...int64) *Federation {
	fork := &Federation{facility: f.facility, beds: f.beds, horizon: f.horizon, sites: f.sites, forms: f.forms, spare: f.spare, mark: new(mark),
		base: f, hidden: map[int64]bool{}, put: map[int64]*row{}}
	for _, id := range ids {
		fork.Remove(id)
	}
	return fork
}

// negated changes the signs of amounts, in place.
func negated(amounts []int64) []int64 {
	for i := range amounts {
		amounts[i] = -amounts[i]
	}
	return amounts
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
