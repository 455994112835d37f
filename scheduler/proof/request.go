package proof

import (
	"time"

	"berth/testbeds"
)

// Request holds everything of a request that must agree with bookings.
type Request struct {
	Number int64
	Status string // for people
	Stage  Stage

	Slot      testbeds.Slot
	Granted   *testbeds.Slot // the slot as it was granted; an overrun leaves it
	Demand    testbeds.Demand
	Occupied  *testbeds.Slot
	Units     []Units
	Booking   int64
	HoldUntil *time.Time
	Due       *time.Time // when time next does something to it
	Updated   time.Time

	Offers    []Offer
	Approvals []Approval
	Move      *Move
	Wait      *Wait // nil for one that does not wait

	Overbooked bool // it has a record of being overbooked
	Unfit      bool // that record is about a demand that can never fit, and not about capacity
	Flagged    bool // a facility change or an overrun took its capacity

	Clocks     []Clock    // of what is still to be decided
	Released   *time.Time // when the rest of its slot was given back
	Unreported bool       // it is flagged because nobody reported its start

	History History
}

// Stage is a request's place in its life, as far as bookings depend on it.
type Stage int

const (
	Review    Stage = iota // nothing is granted; its slot may be held
	Scheduled              // granted, and not begun
	Running                // begun, and not over
	Over                   // completed, failed, rejected or cancelled
)

func (r Request) granted() bool { return r.Stage == Scheduled || r.Stage == Running }

// Units names the units of a device that a request was given.
type Units struct {
	Testbed, Device string
	Names           []string
}

// Offer is an alternative that is, or was, held for the request's experimenter.
type Offer struct {
	ID      string
	Open    bool
	Until   time.Time // when it can no longer be taken
	Slot    testbeds.Slot
	Demand  testbeds.Demand
	Booking int64
	Made    time.Time
	Waited  *time.Time // for the waitlist: since when the request had waited
}

// Approval is a testbed's decision.
type Approval struct {
	Testbed  string
	Required bool
	Decision Decision
	At       *time.Time
	Slot     *testbeds.Slot  // that was decided on
	Demand   testbeds.Demand // of the testbed
}

// Clock is the deadline of a decision that was not made yet.
type Clock struct {
	What    string
	At      time.Time
	Passed  bool // people were told so
	Default bool // it should have counted as made then
}

// Decision is a yes, a no, or an override; empty while there is none.
type Decision string

const (
	Approved   Decision = "approved"
	Refused    Decision = "refused"
	Overridden Decision = "overridden"
)

// Move is a move that waits for approvals.
type Move struct {
	Slot    testbeds.Slot
	Booking int64
}

// History summarises the history of a request.
type History struct {
	Empty   bool
	First   string    // its first action
	Last    string    // the status that the last entry led to
	Granted time.Time // when its slot was granted last; only asked for where a testbed has refused
}
