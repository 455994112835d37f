package testbeds

import (
	"slices"
	"time"
)

// Booking is a demand that occupies capacity. Its claims carry the buffers that were in force when it was made; later changes do not touch
// them.
type Booking struct {
	ID       int64    `json:"id"`
	Request  int64    `json:"request"` // the number of the request that it belongs to
	Strength Strength `json:"strength"`
	Slot     Slot     `json:"slot"` // without setup and teardown
	Claims   []Claim  `json:"claims"`

	// Overbooked records that an authorised user booked it, or left it, where there is no capacity for it.
	Overbooked bool `json:"overbooked,omitempty"`
}

// Claim is the part of a booking on one resource.
type Claim struct {
	Need
	From time.Time `json:"from"` // slot start less setup
	To   time.Time `json:"to"`   // slot end plus teardown
}

// Strength says against which other bookings a booking holds its capacity.
type Strength string

const (
	Firm    Strength = "firm"    // scheduled or running: blocks every other booking
	Held    Strength = "held"    // offered until a deadline: blocks all but the request that has the offer
	Pending Strength = "pending" // under review: blocks no booking, and is listed as a contender
)

// Blocks reports whether bookings of this strength take capacity.
func (s Strength) Blocks() bool { return s == Firm || s == Held }

// Occupied returns the slot of a booking with the setup and teardown that it was granted.
func (b Booking) Occupied() Slot {
	if len(b.Claims) == 0 {
		return b.Slot
	}
	s := b.Claims[0].span()
	for _, c := range b.Claims[1:] {
		s = s.With(c.span())
	}
	return s
}

// OccupiedAt returns the slot of a booking with the setup and teardown that it was granted at one testbed.
func (b Booking) OccupiedAt(testbed string) Slot {
	s := b.Slot
	for _, c := range b.Claims {
		if c.Testbed == testbed {
			s = s.With(c.span())
		}
	}
	return s
}

func (c Claim) span() Slot { return Slot{Start: c.From, End: c.To} }

// Testbeds lists the ids of the testbeds on which the booking claims something, sorted.
func (b Booking) Testbeds() []string {
	var ids []string
	for _, c := range b.Claims {
		ids = append(ids, c.Testbed)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Until returns the booking with another end; setup and teardown stay as granted.
func (b Booking) Until(end time.Time) Booking {
	by := end.Sub(b.Slot.End)
	b.Slot.End, b.Claims = end, slices.Clone(b.Claims)
	for i := range b.Claims {
		b.Claims[i].To = b.Claims[i].To.Add(by)
	}
	return b
}

// Narrowed shrinks the booking to a slot within its own and to a demand no greater than its own: each claim keeps its setup, teardown and
// units. ok is false if slot or demand exceed the booking.
func (b Booking) Narrowed(d Demand, s Slot) (narrow Booking, ok bool) {
	if !b.Slot.Contains(s) {
		return Booking{}, false
	}
	narrow = b
	narrow.Slot, narrow.Claims = s.UTC(), make([]Claim, 0, len(d))
	for _, n := range d {
		i := slices.IndexFunc(b.Claims, func(c Claim) bool { return c.Resource == n.Resource })
		if i < 0 || !b.Claims[i].covers(n) {
			return Booking{}, false
		}
		c := b.Claims[i]
		c.From, c.To = c.From.Add(s.Start.Sub(b.Slot.Start)), c.To.Add(s.End.Sub(b.Slot.End))
		c.Amount, c.Units = n.Amount, n.chosenOf(c.Units)
		narrow.Claims = append(narrow.Claims, c)
	}
	return narrow, true
}

// covers reports whether a need asks for no more than the claim has, and for no unit outside the claim.
func (c Claim) covers(n Need) bool {
	return n.Amount <= c.Amount && !slices.ContainsFunc(n.Units, func(u string) bool { return !slices.Contains(c.Units, u) })
}

// chosenOf picks the units that a need keeps from those of a claim: first the units that it insists on, then others up to its amount.
func (n Need) chosenOf(units []string) []string {
	kept := slices.Clone(n.Units)
	for _, u := range units {
		if int64(len(kept)) < n.Amount && !slices.Contains(kept, u) {
			kept = append(kept, u)
		}
	}
	slices.Sort(kept)
	return kept
}

// Ended cuts the booking off at an instant: claims that had begun stay, followed by the teardown that they were granted. ok is false where
// no claim had begun.
func (b Booking) Ended(at time.Time) (left Booking, ok bool) {
	left = b
	left.Claims = nil
	for _, c := range b.Claims {
		if !c.From.Before(at) {
			continue
		}
		if free := at.Add(c.To.Sub(b.Slot.End)); free.Before(c.To) {
			c.To = free
		}
		left.Claims = append(left.Claims, c)
	}
	if at.Before(b.Slot.End) {
		left.Slot.End = at
	}
	if at.Before(b.Slot.Start) {
		left.Slot.Start = at
	}
	return left, len(left.Claims) > 0
}

// Granted returns the setup and the teardown that a claim of the booking was granted.
func (b Booking) Granted(c Claim) Buffers {
	return Buffers{Setup: b.Slot.Start.Sub(c.From), Teardown: c.To.Sub(b.Slot.End)}
}
