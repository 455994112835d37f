package intake

import (
	"context"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// Portal is a system in which people ask for slots. Its methods are called one after the other for each order, and abreast for several.
type Portal interface {
	// Orders lists the orders that are not over there; it may list others as well. An order that cannot be understood has a Problem: it keeps no
	// other one from being listed.
	Orders(ctx context.Context) ([]Order, error)
	// Order reads one order; there is false if it was deleted. An answer that may also come from a refused sign-in is an error, not a deletion.
	Order(ctx context.Context, key string) (o Order, there bool, err error)
	// Shows reports whether an order says all that is wanted of it, as far as it can say it there: a status that the portal has no word for, or that
	// would start or end something there, counts as shown by its nearest word. Parts of Wanted that are empty match everything.
	Shows(o Order, w Wanted) bool
	// Write makes an order say what is wanted, in as few calls as possible, and keeps everything else of it. The order was read just before. It must
	// be harmless to repeat, also after a call whose answer was lost.
	Write(ctx context.Context, o Order, w Wanted) error
	// Fault explains an error of any of these.
	Fault(err error) Fault
}

// Order is what a person asked for in a portal.
type Order struct {
	Key    string           // names it there, for ever
	URL    string           // its page there; may be empty
	Word   string           // its state in the portal's words
	Status scheduler.Status // what that state stands for
	Detail string           // why it is in that state, as a program there says
	Runs   bool             // the portal itself has something running for it

	// What was asked for.
	Name        string
	Description string
	Owner       Party
	Mentor      Party                // may be empty
	Design      string               // the NSD by its name; empty where the order names none
	Components  []testbeds.Component // instead of a design
	Devices     []testbeds.DeviceNeed
	Places      []Place // where members are to run; none: as the design says
	Requested   testbeds.Slot
	Created     time.Time

	Scheduled *testbeds.Slot // the slot that the order shows as granted
	// Feedback is what was said there, oldest first, as one text. It may contain what Berth wrote: what is new is found by comparison.
	Feedback string
	// Spoken says that Feedback is a program's text, which is no news, and is not overwritten for its own sake.
	Spoken bool

	Facts []Fact // what people want to see of it, such as the addresses of what runs
	Raw   []byte // the order as it was read, without secrets; kept with the request
	// Record is the order as the portal's own code needs it in Shows and Write.
	Record any
	// Problem says why the order cannot be taken at its word, naming the field; the other fields are then not used, but for Key, URL, Word and Name.
	Problem string
}

// Party is a person as a portal knows them.
type Party struct {
	Name, Email, Organisation string
}

// Place says where a member is to run, by whatever names the portal has for a VIM.
type Place struct {
	Member     string   // testbeds.PlaceAll for all that have no place of their own
	Account    string   // the id of a VIM account
	Datacenter string   // the name of a datacenter, or "testbed/vim"
	Names      []string // other names and ids under which the settings may know it
}

// Fact is something that a portal knows about an order.
type Fact = scheduler.OrderFact

// Wanted is what an order shall say. Empty parts stay as they are.
type Wanted struct {
	Status scheduler.Status
	Slot   *testbeds.Slot // granted, or that was granted
	Asked  *testbeds.Slot // as the request was asked for
	// Thread is all that was said, decided and explained, as one text for people, oldest first: for portals whose feedback is one text.
	Thread string
	// News lists the same one by one, for portals that keep remarks one by one, without what was said there. Those that the order has already are
	// recognised by their id, and are not written again.
	News []Remark
}

// Remark is something that was said or decided in Berth.
type Remark struct {
	ID   string // unique within the order, of letters, digits and hyphens
	At   time.Time
	By   string
	Text string
}

// Fault explains an error.
type Fault struct {
	Text      string // what the portal said, else the error; empty for an error from elsewhere
	Remedy    string
	Outage    string // set if every call meets it, now
	SignIn    bool   // the account or its key was refused
	Temporary bool
	Open      bool // a write may still take effect
}
