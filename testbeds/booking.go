package testbeds

import "time"

// Booking is a demand that occupies capacity. What it occupies is fixed when it is made: its claims carry the buffers that were in
// force then.
type Booking struct {
	ID       int64    `json:"id"`
	Request  int64    `json:"request"` // the number of the request that it belongs to
	Strength Strength `json:"strength"`
	Slot     Slot     `json:"slot"` // without setup and teardown
	Claims   []Claim  `json:"claims"`

	// Overbooked records that somebody who may do so booked it, or left it, where its capacity is not there.
	Overbooked bool `json:"overbooked,omitempty"`
}

// Claim is the part of a booking on one resource.
type Claim struct {
	Need
	From time.Time `json:"from"` // slot start less setup
	To   time.Time `json:"to"`   // slot end plus teardown
}

// Strength says against whom a booking holds its capacity.
type Strength string

const (
	Firm    Strength = "firm"    // scheduled or running: blocks everybody
	Held    Strength = "held"    // offered until a deadline: blocks everybody but the one it is offered to
	Pending Strength = "pending" // under review: blocks nobody, and is named as a contender
)

// Blocks reports whether bookings of this strength take capacity.
func (s Strength) Blocks() bool { return s == Firm || s == Held }
