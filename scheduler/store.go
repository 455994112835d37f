package scheduler

import (
	"context"
	"errors"
	"time"

	"berth/scheduler/account"
	"berth/scheduler/waitlist"
	"berth/testbeds"
)

// Store keeps all data. One step of the service is one transaction of it.
type Store interface {
	// View runs fn on one consistent snapshot.
	View(ctx context.Context, fn func(Reader) error) error

	// Change runs fn in one transaction that commits if fn returns nil. Before fn runs, the rows of the named testbeds are locked in sorted order, so
	// that of two decisions on one testbed the later sees the changes of the earlier. Unknown testbeds are ignored. TheFacility among them locks the
	// facility and the catalogue, before any testbed; with AllTestbeds all of that is locked.
	//
	// After them, in sorted order too, it locks the subjects among lock (see LockOf), which need not exist.
	//
	// Several steps may share a transaction: each sees those before it, one that fails leaves nothing behind, and none returns before the commit.
	//
	// fn may run more than once, when the database asks for it (deadlock, serialization), and must not keep anything from a run that did not commit.
	Change(ctx context.Context, lock []string, fn func(Tx) error) error
}

// ErrApart is returned by a step that must have a transaction to itself, if it found earlier steps in it. Change runs it again.
var ErrApart = errors.New("a transaction of its own is needed")

// AllTestbeds locks the whole facility.
var AllTestbeds = []string{"*"}

// TheFacility is locked by a change of the facility or the catalogue, together with the testbeds that it reaches. No testbed has such an id.
const TheFacility = "*facility"

// Reader reads a snapshot. A missing object is an *Error with CodeNotFound.
type Reader interface {
	FacilityReader
	RequestReader
	PeopleReader
	WebhookReader
	PolicyReader
	ProofReader
}

// ProofReader reads more for Verify.
type ProofReader interface {
	// Audit begins to read everything, in the snapshot of the reader.
	Audit() Audit
}

// Audit reads everything once: Bookings, then Requests, then Contradictions.
type Audit interface {
	// Size counts the bookings that Bookings streams, and the requests.
	Size(ctx context.Context, endAfter time.Time) (bookings, requests int, err error)
	// Bookings streams like FacilityReader.Bookings.
	Bookings(ctx context.Context, endAfter time.Time, yield func(testbeds.Booking) error) error
	// Requests streams every request that can be read, in the order of their numbers. yield may use the reader.
	Requests(ctx context.Context, yield func(Record) error) error
	// Contradictions streams, one sentence each, the places where the store's columns, counters and rows do not agree with its documents, or with one
	// another. yield does not use the reader.
	Contradictions(ctx context.Context, yield func(text string) error) error
}

// Record is a request with the ends of its history: the first action, and the status that the last entry led to.
type Record struct {
	Request
	Empty bool // it has no history
	First Action
	Last  Status
}

// FacilityReader reads the facility and its bookings.
type FacilityReader interface {
	// FacilityRevision grows with every change of facility or catalogue.
	FacilityRevision(ctx context.Context) (int64, error)
	Facility(ctx context.Context) (testbeds.Facility, error)
	Testbed(ctx context.Context, id string) (testbeds.Testbed, error)
	Catalogue(ctx context.Context) (testbeds.Catalogue, error)

	// State reads how far the store has come, at one instant. As the first read of a View it may be older than what the View reads next, though
	// never older than the View's call.
	State(ctx context.Context) (State, error)

	// Sequence returns the last number of the change log, which has no gaps and follows the order of commits.
	Sequence(ctx context.Context) (int64, error)
	// Bookings streams, in the order of their ids, the bookings that are in force and end after the given instant. A booking ends
	// with the last of its claims; one without claims with its slot. yield does not use the reader.
	Bookings(ctx context.Context, endAfter time.Time, yield func(testbeds.Booking) error) error
	// Booking reads a booking in force, however long ago it ended.
	Booking(ctx context.Context, id int64) (testbeds.Booking, error)
	// BookingsSince returns the bookings changed after the sequence, released ones among them.
	BookingsSince(ctx context.Context, sequence int64) ([]BookingChange, error)
	Events(ctx context.Context, after int64, limit int) ([]Event, error)
}

// State says how far a store has come.
type State struct {
	Facility int64      // as FacilityRevision
	Sequence int64      // as Sequence
	Accounts int64      // grows with every change of people and tokens, other than a token's last use
	Due      *time.Time // as NextDue
	Policy   int64      // the revision of the policy in force
}

// due reports whether time has anything to do to any request, or those who wait are to be looked through.
func (s State) due(now time.Time) bool { return s.Due != nil && !s.Due.After(now) }

// BookingChange is a booking after a change, or its release.
type BookingChange struct {
	Booking  testbeds.Booking
	Released bool
	Sequence int64
}

// RequestReader reads requests and everything that belongs to them.
type RequestReader interface {
	Request(ctx context.Context, id string) (Request, error)
	RequestByNumber(ctx context.Context, number int64) (Request, error)
	RequestsByNumber(ctx context.Context, numbers []int64) ([]Request, error)
	Requests(ctx context.Context, f RequestFilter) ([]Request, error)
	// Unsettled lists the requests on which somebody may have to act: those under review or begun, those with an open offer, a flag or a pending move,
	// and scheduled ones that begin before an instant. It may list others as well.
	Unsettled(ctx context.Context, begins time.Time) ([]Request, error)
	// RequestsSince returns the requests changed after the sequence.
	RequestsSince(ctx context.Context, sequence int64) ([]Request, error)
	// DueRequests lists the ids of requests whose Due is not after now, the longest overdue first; with testbeds given, only those whose bookings
	// touch one of them.
	DueRequests(ctx context.Context, now time.Time, among []string, limit int) ([]string, error)
	// NextDue returns the earliest Due of all requests, or At of capacity that came back; nil where there is none.
	NextDue(ctx context.Context) (*time.Time, error)
	// WaitingFor lists, in their order, the first places after f.Passed of requests whose WaitSpans meet the capacity that came back, and
	// need no more of it than f.Free: none where nothing of it is free.
	WaitingFor(ctx context.Context, f Freed, limit int) ([]waitlist.Place, error)
	// WaitingBefore counts the requests that wait for some of the same capacity and come before r.
	WaitingBefore(ctx context.Context, r Request) (int, error)
	// Waiters lists, in their order, the first places after another of all requests that wait, or of those that do for a testbed.
	Waiters(ctx context.Context, testbed string, after waitlist.Place, limit int) ([]waitlist.Place, error)
	// Freed reads capacity that came back.
	Freed(ctx context.Context, id string) (Freed, error)
	// FreedAmong lists capacity that came back, the oldest first: of some testbeds, or anywhere if none are given.
	FreedAmong(ctx context.Context, among []string, limit int) ([]Freed, error)
	// Series reads the record of a series, by its UUID.
	Series(ctx context.Context, id string) (Series, error)
	// SeriesList lists series, newest first.
	SeriesList(ctx context.Context, f SeriesFilter) ([]Series, error)
	Feedback(ctx context.Context, request string, after int64, limit int) ([]Feedback, error)
	History(ctx context.Context, request string, after int64, limit int) ([]Entry, error)
	// Uses streams, by number, what a report needs of the requests whose slots touch a span, and that v includes. yield does not use the reader.
	Uses(ctx context.Context, from, to time.Time, v *Visible, yield func(Used) error) error
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

	AsNoted bool // with the head-rooms that were noted at their last step, and not those of now

	Before int64 // numbers below this one: the cursor
	Limit  int
}

// SeriesFilter narrows a list of series. Every field is optional.
type SeriesFilter struct {
	Experimenter string
	Testbed      string   // it uses
	Experiment   string   // that is repeated: its NSD, or its name where it has none
	Text         string   // in name or NSD, whatever the case
	Status       Status   // at least one occurrence has it now; the service sees to it, stores do not
	Visible      *Visible // narrows to what one reader may see; a series is seen by who sees its requests as they were submitted
	Before       int64    // numbers below this one: the cursor
	Limit        int
}

// PeopleReader reads people and their tokens.
type PeopleReader interface {
	Person(ctx context.Context, username string) (account.Person, error)
	People(ctx context.Context, after string, limit int) ([]account.Person, error)
	TokenByHash(ctx context.Context, hash string) (account.Token, error)
	Tokens(ctx context.Context, owner string) ([]account.Token, error)
	// AccountEvents reads the audit trail of accounts, newest first.
	AccountEvents(ctx context.Context, f account.Filter) ([]account.AuditEvent, error)
	// SignedIn returns when a person last signed in from an address; the zero time for never.
	SignedIn(ctx context.Context, person, address string) (time.Time, error)
	// DeviceLogin reads a program that waits for a confirmation by the hash of its secret, DeviceLoginByCode by that of the short code; both also
	// after it has expired. They return CodeNotFound.
	DeviceLogin(ctx context.Context, hash string) (account.DeviceLogin, error)
	DeviceLoginByCode(ctx context.Context, code string) (account.DeviceLogin, error)
	// DeviceLogins counts the programs that wait at an instant: those from an address, and all.
	DeviceLogins(ctx context.Context, address string, now time.Time) (from, all int, err error)
	// Seen returns the number of the change log up to which a person has seen the news; 0 for one who never looked, or does not exist.
	Seen(ctx context.Context, person string) (int64, error)
	// Secret returns the instance's own random key for signing links, made with the database.
	Secret(ctx context.Context) ([]byte, error)
	// Replay returns the object that a person's idempotency key created; found is false for a new key.
	Replay(ctx context.Context, person, key string) (r Replay, found bool, err error)
}

// Replay remembers the object that an idempotency key created. It is written in the same transaction.
type Replay struct {
	Fingerprint string // SHA-256 of method, path and body: the same key with another input is refused
	Result      string // id of the object
	At          time.Time
}

// Tx writes, and reads its own writes.
type Tx interface {
	Reader
	FacilityWriter
	RequestWriter
	PeopleWriter
	WebhookWriter
	PolicyWriter

	// OnCommit calls fn after the commit, if the transaction changed anything that the change log numbers. Where it is unknown whether the
	// transaction was committed, fn is not called.
	OnCommit(fn func(Committed))
	// Earlier returns the bookings that steps before this one changed in the same transaction, as they left them: they are committed with this step
	// or not at all. State, and what it reads by its sequence, is without them.
	Earlier() []BookingChange
}

// Committed says what a transaction added to the change log: the numbers above After, up to Last, and the bookings that it changed, as
// BookingsSince reads them; a released one has its ID alone.
type Committed struct {
	After, Last int64
	Bookings    []BookingChange
}

// FacilityWriter changes the facility and its bookings.
type FacilityWriter interface {
	PutFacility(ctx context.Context, f testbeds.Facility) error
	PutCatalogue(ctx context.Context, c testbeds.Catalogue) error
	// PutBooking creates (ID 0: it is filled in) or replaces the booking of a request.
	PutBooking(ctx context.Context, request string, b *testbeds.Booking) error
	// ReleaseBooking takes a booking out of force; an unknown or released one is no error.
	ReleaseBooking(ctx context.Context, id int64) error
	// AddEvent appends to the change log at commit, which gives the Sequence.
	AddEvent(ctx context.Context, e Event) error
}

// RequestWriter changes requests and everything that belongs to them.
type RequestWriter interface {
	// LockRequest reads a request and keeps others from changing it until the end of the transaction.
	LockRequest(ctx context.Context, id string) (Request, error)
	// CreateRequest stores a new request, with its Revision, and fills in its Number.
	CreateRequest(ctx context.Context, r *Request) error
	// UpdateRequest stores r, whose Revision is one more than the stored one; otherwise CodePrecondition.
	UpdateRequest(ctx context.Context, r Request) error
	// CreateSeries stores the record of a new series, whose requests exist. It is never changed.
	CreateSeries(ctx context.Context, x Series) error
	// SetDue stores when time next does something to a request, and changes nothing else: neither its revision nor the change log.
	SetDue(ctx context.Context, id string, due *time.Time) error
	// PutFreed creates or replaces capacity that came back.
	PutFreed(ctx context.Context, f Freed) error
	// DeleteFreed deletes it; an unknown one is no error.
	DeleteFreed(ctx context.Context, id string) error
	AddFeedback(ctx context.Context, f *Feedback) error
	AddEntry(ctx context.Context, e *Entry) error
}

// PeopleWriter changes people and tokens.
type PeopleWriter interface {
	// PutPerson creates (Revision 1) or replaces (one more than the stored one; otherwise CodePrecondition).
	PutPerson(ctx context.Context, p account.Person) error
	PutToken(ctx context.Context, t account.Token) error
	UseToken(ctx context.Context, id string, at time.Time) error
	// SetSeen records up to which number of the change log a person has seen the news. It never goes back.
	SetSeen(ctx context.Context, person string, sequence int64) error
	// AddAccountEvent appends to the audit trail of accounts, which gives the ID.
	AddAccountEvent(ctx context.Context, e account.AuditEvent) error
	// ForgetAccountEvents deletes entries of the trail from before the instant.
	ForgetAccountEvents(ctx context.Context, before time.Time) error
	// AddDeviceLogin stores a program that waits. A code that is in use is CodeConflict.
	AddDeviceLogin(ctx context.Context, d account.DeviceLogin) error
	// AnswerDeviceLogin records what a person said. The first answer counts: a second one is CodeConflict.
	AnswerDeviceLogin(ctx context.Context, d account.DeviceLogin) error
	// PollDeviceLogin records that a program asked for the answer.
	PollDeviceLogin(ctx context.Context, d account.DeviceLogin) error
	// EndDeviceLogin deletes a program that waits; of several who do so at once, one is told that it did.
	EndDeviceLogin(ctx context.Context, hash string) (ended bool, err error)
	// EndDeviceLoginsOf deletes those that a person has confirmed.
	EndDeviceLoginsOf(ctx context.Context, person string) error
	// ForgetDeviceLogins deletes those that expired before an instant.
	ForgetDeviceLogins(ctx context.Context, before time.Time) error
	// PutReplay remembers the object that a key created; for a known key it returns an *Error with CodeConflict.
	PutReplay(ctx context.Context, person, key string, r Replay) error
	// Forget deletes replays older than the instant.
	Forget(ctx context.Context, before time.Time) error
}

// WebhookReader reads webhooks.
type WebhookReader interface {
	Webhook(ctx context.Context, id string) (Webhook, error)
	// Webhooks lists an owner's webhooks, or all of them for an empty owner, by id.
	Webhooks(ctx context.Context, owner string) ([]Webhook, error)
}

// WebhookWriter changes webhooks.
type WebhookWriter interface {
	// PutWebhook creates or replaces one.
	PutWebhook(ctx context.Context, h Webhook) error
	// DeleteWebhook deletes one, and its waiting deliveries on a channel.
	DeleteWebhook(ctx context.Context, channel, id string) error
}
