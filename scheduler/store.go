package scheduler

import (
	"context"
	"time"

	"berth/scheduler/account"
	"berth/testbeds"
)

// Store keeps everything. One step of the service is one transaction of it.
type Store interface {
	// View runs fn on one consistent snapshot.
	View(ctx context.Context, fn func(Reader) error) error

	// Change runs fn in one transaction that commits if fn returns nil. Before fn runs, the rows of the named testbeds are locked in
	// sorted order, so that of two decisions on one testbed the later sees what the earlier wrote. Testbeds that do not exist are
	// passed over. With AllTestbeds every testbed and the facility itself are locked.
	//
	// fn may run more than once, when the database asks for it (deadlock, serialization), and must not keep anything from a run
	// that did not commit.
	Change(ctx context.Context, lock []string, fn func(Tx) error) error
}

// AllTestbeds locks the whole facility.
var AllTestbeds = []string{"*"}

// Reader reads a snapshot. What is not there is an *Error with CodeNotFound.
type Reader interface {
	FacilityReader
	RequestReader
	PeopleReader
	WebhookReader
	ProofReader
}

// ProofReader reads what Verify asks beyond the others.
type ProofReader interface {
	// HistoryEnds are the first and the last entries in the histories of requests, by their ids; one without a history is left out.
	HistoryEnds(ctx context.Context, requests []string) (map[string]HistoryEnds, error)
	// Discrepancies streams, a sentence each, where what the store keeps apart from its documents does not agree with them, or with itself:
	// columns, counters, rows that belong to nothing. yield does not use the reader.
	Discrepancies(ctx context.Context, yield func(text string) error) error
}

// HistoryEnds are the first and the last entry of a history.
type HistoryEnds struct{ First, Last Entry }

// FacilityReader reads what can be booked and what is.
type FacilityReader interface {
	// FacilityRevision grows with every change of facility or catalogue.
	FacilityRevision(ctx context.Context) (int64, error)
	Facility(ctx context.Context) (testbeds.Facility, error)
	Testbed(ctx context.Context, id string) (testbeds.Testbed, error)
	Catalogue(ctx context.Context) (testbeds.Catalogue, error)

	// State reads the facility's revision, the last number of the change log and the next Due at one instant.
	State(ctx context.Context) (State, error)

	// Sequence is the last number of the change log; it has no gaps and follows the order of commits.
	Sequence(ctx context.Context) (int64, error)
	// Bookings streams, in the order of their ids, the bookings that are in force and end after the given instant. A booking ends
	// with the last of its claims; one without claims with its slot. yield does not use the reader.
	Bookings(ctx context.Context, endAfter time.Time, yield func(testbeds.Booking) error) error
	// Booking is one of those in force, however long ago it ended.
	Booking(ctx context.Context, id int64) (testbeds.Booking, error)
	// BookingsSince are the bookings changed after the sequence, released ones among them.
	BookingsSince(ctx context.Context, sequence int64) ([]BookingChange, error)
	Events(ctx context.Context, after int64, limit int) ([]Event, error)
}

// State says how far a store has come.
type State struct {
	Facility int64      // as FacilityRevision
	Sequence int64      // as Sequence
	Due      *time.Time // as NextDue
}

// due reports whether time has anything to do to any request.
func (s State) due(now time.Time) bool { return s.Due != nil && !s.Due.After(now) }

// BookingChange is a booking as it is now, or the news that it is no more.
type BookingChange struct {
	Booking  testbeds.Booking
	Released bool
	Sequence int64
}

// RequestReader reads requests and what belongs to them.
type RequestReader interface {
	Request(ctx context.Context, id string) (Request, error)
	RequestByNumber(ctx context.Context, number int64) (Request, error)
	RequestsByNumber(ctx context.Context, numbers []int64) ([]Request, error)
	Requests(ctx context.Context, f RequestFilter) ([]Request, error)
	// DueRequests are the ids of requests whose Due is not after now, the longest overdue first; with testbeds given, only those
	// whose bookings touch one of them.
	DueRequests(ctx context.Context, now time.Time, among []string, limit int) ([]string, error)
	// NextDue is the earliest Due of all requests; nil where there is none.
	NextDue(ctx context.Context) (*time.Time, error)
	Feedback(ctx context.Context, request string, after int64, limit int) ([]Feedback, error)
	History(ctx context.Context, request string, after int64, limit int) ([]Entry, error)
}

// RequestFilter selects requests; zero fields select all. The order is by number, newest first.
type RequestFilter struct {
	Status       []Status
	Testbed      string   // its demand touches it
	Testbeds     []string // its demand touches one of them
	Mentor       string
	Experimenter string
	From, To     time.Time // its slot overlaps [From, To)
	Text         string    // in name or NSD, whatever the case
	Visible      *Visible  // narrows to what one reader may see

	Before int64 // numbers below this one: the cursor
	Limit  int
}

// PeopleReader reads people and their tokens.
type PeopleReader interface {
	Person(ctx context.Context, username string) (account.Person, error)
	People(ctx context.Context, after string, limit int) ([]account.Person, error)
	TokenByHash(ctx context.Context, hash string) (account.Token, error)
	Tokens(ctx context.Context, owner string) ([]account.Token, error)
	// AccountEvents reads the audit trail of accounts, newest first.
	AccountEvents(ctx context.Context, f account.Filter) ([]account.AuditEvent, error)
	// SignedIn is when somebody last signed in from an address; the zero time for never.
	SignedIn(ctx context.Context, person, address string) (time.Time, error)
	// Secret is the instance's own random key, made when the database was; for signing links.
	Secret(ctx context.Context) ([]byte, error)
	// Replay is what a person's idempotency key once created; found is false for a new key.
	Replay(ctx context.Context, person, key string) (r Replay, found bool, err error)
}

// Replay is what an idempotency key once created. It is written in the transaction that creates.
type Replay struct {
	Fingerprint string // SHA-256 of method, path and body: the same key with another input is refused
	Result      string // the id of what was created
	At          time.Time
}

// Tx reads what it has itself written, and writes.
type Tx interface {
	Reader
	FacilityWriter
	RequestWriter
	PeopleWriter
	WebhookWriter

	// OnCommit calls fn after the commit, if the transaction changed anything that the change log numbers. Where it is unknown whether the
	// transaction was committed, fn is not called.
	OnCommit(fn func(Committed))
}

// Committed is what a transaction added to the change log: its numbers are those above After, up to Last. Bookings are those that it changed, as
// BookingsSince reads them; of a released one the ID alone.
type Committed struct {
	After, Last int64
	Bookings    []BookingChange
}

// FacilityWriter changes what can be booked and what is.
type FacilityWriter interface {
	PutFacility(ctx context.Context, f testbeds.Facility) error
	PutCatalogue(ctx context.Context, c testbeds.Catalogue) error
	// PutBooking creates (ID 0: it is filled in) or replaces the booking of a request.
	PutBooking(ctx context.Context, request string, b *testbeds.Booking) error
	// ReleaseBooking takes a booking out of force; an unknown or released one is no error.
	ReleaseBooking(ctx context.Context, id int64) error
	// AddEvent appends to the change log at commit; its Sequence is given then.
	AddEvent(ctx context.Context, e Event) error
}

// RequestWriter changes requests and what belongs to them.
type RequestWriter interface {
	// LockRequest reads a request and keeps others from changing it until the end of the transaction.
	LockRequest(ctx context.Context, id string) (Request, error)
	// CreateRequest stores a new request, with the Revision that it has, and fills in its Number.
	CreateRequest(ctx context.Context, r *Request) error
	// UpdateRequest stores r, whose Revision is one more than the stored one; otherwise CodePrecondition.
	UpdateRequest(ctx context.Context, r Request) error
	// SetDue stores when time next does something to a request, and changes nothing else of it: neither its revision nor the change log.
	SetDue(ctx context.Context, id string, due *time.Time) error
	AddFeedback(ctx context.Context, f *Feedback) error
	AddEntry(ctx context.Context, e *Entry) error
}

// PeopleWriter changes people and tokens.
type PeopleWriter interface {
	// PutPerson creates (Revision 1) or replaces (one more than the stored one; otherwise CodePrecondition).
	PutPerson(ctx context.Context, p account.Person) error
	PutToken(ctx context.Context, t account.Token) error
	UseToken(ctx context.Context, id string, at time.Time) error
	// AddAccountEvent appends to the audit trail of accounts; its ID is given then.
	AddAccountEvent(ctx context.Context, e account.AuditEvent) error
	// ForgetAccountEvents deletes what the trail says of before the instant.
	ForgetAccountEvents(ctx context.Context, before time.Time) error
	// PutReplay remembers what a key created; of a key that is already there it is an *Error with CodeConflict.
	PutReplay(ctx context.Context, person, key string, r Replay) error
	// Forget deletes replays older than the instant.
	Forget(ctx context.Context, before time.Time) error
}

// WebhookReader reads the addresses that are told what happens.
type WebhookReader interface {
	Webhook(ctx context.Context, id string) (Webhook, error)
	// Webhooks are those of an owner, or of everybody where none is given, by id.
	Webhooks(ctx context.Context, owner string) ([]Webhook, error)
}

// WebhookWriter changes them.
type WebhookWriter interface {
	// PutWebhook creates one, or replaces it.
	PutWebhook(ctx context.Context, h Webhook) error
	// DeleteWebhook forgets one, and what it was still to be told on a channel.
	DeleteWebhook(ctx context.Context, channel, id string) error
}
