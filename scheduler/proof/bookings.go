package proof

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"sort"
	"time"

	"berth/testbeds"
)

// Bookings keeps bookings in little memory: what they name is kept once, and instants as seconds. A million with four claims each take some 170 MB.
type Bookings struct {
	rows      pile[row]
	claims    pile[claim]
	units     pile[[]string]
	resources []testbeds.Resource
	places    map[testbeds.Resource]int32 // in resources
	strengths []testbeds.Strength
}

type row struct {
	id, request int64
	start, end  int64
	first       int64 // of its claims
	claims      int32
	strength    int32 // in strengths
	overbooked  bool
}

type claim struct {
	resource, units  int32 // units: in units, from 1; 0 for none
	amount, from, to int64
}

// Add appends a booking, whose id is greater than that of the last one.
func (b *Bookings) Add(x testbeds.Booking) {
	if b.places == nil {
		b.places = map[testbeds.Resource]int32{}
	}
	strength := slices.Index(b.strengths, x.Strength)
	if strength < 0 {
		strength, b.strengths = len(b.strengths), append(b.strengths, x.Strength)
	}
	b.rows.add(row{x.ID, x.Request, x.Slot.Start.Unix(), x.Slot.End.Unix(), int64(b.claims.n), int32(len(x.Claims)), int32(strength), x.Overbooked})
	for _, c := range x.Claims {
		place, known := b.places[c.Resource]
		if !known {
			place = int32(len(b.resources))
			b.resources, b.places[c.Resource] = append(b.resources, c.Resource), place
		}
		y := claim{resource: place, amount: c.Amount, from: c.From.Unix(), to: c.To.Unix()}
		if len(c.Units) > 0 {
			b.units.add(c.Units)
			y.units = int32(b.units.n)
		}
		b.claims.add(y)
	}
}

// Len counts the bookings.
func (b *Bookings) Len() int { return b.rows.n }

// At returns a booking by its place.
func (b *Bookings) At(i int) testbeds.Booking {
	x := b.bare(i)
	for j := range b.rows.at(i).claims {
		x.Claims = append(x.Claims, b.claim(int(b.rows.at(i).first)+int(j)))
	}
	return x
}

// bare returns a booking without its claims.
func (b *Bookings) bare(i int) testbeds.Booking {
	r := b.rows.at(i)
	return testbeds.Booking{ID: r.id, Request: r.request, Strength: b.strengths[r.strength], Slot: testbeds.Slot{Start: second(r.start), End: second(r.end)}, Overbooked: r.overbooked}
}

func (b *Bookings) claim(i int) testbeds.Claim {
	c := b.claims.at(i)
	x := testbeds.Claim{Need: testbeds.Need{Resource: b.resources[c.resource], Amount: c.amount}, From: second(c.from), To: second(c.to)}
	if c.units > 0 {
		x.Units = *b.units.at(int(c.units) - 1)
	}
	return x
}

func second(n int64) time.Time { return time.Unix(n, 0).UTC() }

// find returns the place of a booking.
func (b *Bookings) find(id int64) (int, bool) {
	return sort.Find(b.rows.n, func(i int) int { return cmp.Compare(id, b.rows.at(i).id) })
}

// Resources counts the resources that the bookings claim.
func (b *Bookings) Resources() int { return len(b.resources) }

// ByResource yields, for one resource after the other, the bookings that claim it, with these claims alone.
func (b *Bookings) ByResource() iter.Seq2[testbeds.Resource, []testbeds.Booking] {
	type place struct{ row, claim int32 }
	places := make([][]place, len(b.resources))
	for i := range b.rows.n {
		r := b.rows.at(i)
		for j := range int64(r.claims) {
			c := b.claims.at(int(r.first + j))
			places[c.resource] = append(places[c.resource], place{int32(i), int32(r.first + j)})
		}
	}
	return func(yield func(testbeds.Resource, []testbeds.Booking) bool) {
		for _, r := range slices.SortedFunc(maps.Keys(b.places), testbeds.Resource.Compare) {
			var list []testbeds.Booking
			for _, p := range places[b.places[r]] {
				if n := len(list); n == 0 || list[n-1].ID != b.rows.at(int(p.row)).id {
					list = append(list, b.bare(int(p.row)))
				}
				x := &list[len(list)-1]
				x.Claims = append(x.Claims, b.claim(int(p.claim)))
			}
			if !yield(r, list) {
				return
			}
		}
	}
}

// pile is a list that grows without being copied.
type pile[T any] struct {
	blocks [][]T
	n      int
}

const blockLength = 1 << 13

func (p *pile[T]) add(x T) {
	if p.n%blockLength == 0 {
		p.blocks = append(p.blocks, make([]T, 0, blockLength))
	}
	last := &p.blocks[len(p.blocks)-1]
	*last = append(*last, x)
	p.n++
}

func (p *pile[T]) at(i int) *T { return &p.blocks[i/blockLength][i%blockLength] }
