package scheduler

import (
	"encoding/json"
	"slices"
	"time"

	"berth/scheduler/deadline"
	"berth/scheduler/lateness"
	"berth/testbeds"
)

// Status is a request's place in its life.
type Status string

const (
	UnderReview   Status = "UNDER_REVIEW"
	Scheduled     Status = "SCHEDULED"
	Instantiating Status = "INSTANTIATING"
	Running       Status = "RUNNING"
	Terminating   Status = "TERMINATING"
	Completed     Status = "COMPLETED"
	Rejected      Status = "REJECTED"
	Cancelled     Status = "CANCELLED"
	Failed        Status = "FAILED"
)

// Sets of statuses. All code asks these sets, so that a new status is added to each of them in one place.
var (
	// Statuses lists all statuses, in the order of a life.
	Statuses = []Status{UnderReview, Scheduled, Instantiating, Running, Terminating, Completed, Rejected, Cancelled, Failed}
	// Live requests are not over: they take a user's attention, or capacity.
	Live = []Status{UnderReview, Scheduled, Instantiating, Running, Terminating}
	// Ahead requests have not been started yet, and can still be taken back.
	Ahead = []Status{UnderReview, Scheduled}
	// Offerable requests may have offers to take: instead of what was turned down or taken from them, or because they wait.
	Offerable = []Status{UnderReview, Scheduled, Rejected}
	// Movable requests can still get another slot, and so another approval.
	Movable = []Status{UnderReview, Scheduled, Instantiating, Running}
	// Granted requests have a slot that operators work for.
	Granted = []Status{Scheduled, Instantiating, Running, Terminating}
	// Begun requests were started by operators, and are not over.
	Begun = []Status{Instantiating, Running, Terminating}
	// Started requests were begun, and are not being torn down yet.
	Started = []Status{Instantiating, Running}
	// Ended requests had their slot, and are over.
	Ended = []Status{Completed, Failed}
	// Over requests can no longer change; people can only talk about them.
	Over = []Status{Completed, Rejected, Cancelled, Failed}
)

// Live reports whether a request in the status is not over.
func (s Status) Live() bool { return slices.Contains(Live, s) }

// Ahead reports whether a request in the status is neither started nor over.
func (s Status) Ahead() bool { return slices.Contains(Ahead, s) }

// Movable reports whether a request in the status can still get another slot.
func (s Status) Movable() bool { return slices.Contains(Movable, s) }

// Granted reports whether a request in the status has a slot that operators work for.
func (s Status) Granted() bool { return slices.Contains(Granted, s) }

// Begun reports whether operators have started a request in the status, and it is not over.
func (s Status) Begun() bool { return slices.Contains(Begun, s) }

// Started reports whether a request in the status was begun, and is not being torn down yet.
func (s Status) Started() bool { return slices.Contains(Started, s) }

// Ended reports whether a request in the status had its slot, and is over.
func (s Status) Ended() bool { return slices.Contains(Ended, s) }

// Over reports whether a request in the status can no longer change.
func (s Status) Over() bool { return slices.Contains(Over, s) }

// Request is a user's request for an experiment in a slot, with its reasons and its outcome.
type Request struct {
	ID           string `json:"id"`     // UUID, used in tickets
	Number       int64  `json:"number"` // used by people
	Name         string `json:"name"`
	NSD          string `json:"nsd,omitempty"` // empty for inline components
	Description  string `json:"description,omitempty"`
	Organisation string `json:"organisation,omitempty"`
	Experimenter string `json:"experimenter"`
	Mentor       string `json:"mentor,omitempty"`
	Status       Status `json:"status"`

	// Priority decides who gets capacity first, and who may be displaced by whom; empty for the normal one.
	Priority Priority `json:"priority,omitempty"`

	Slot        testbeds.Slot   `json:"slot"`                // asked for, or, once scheduled, granted
	Requested   *testbeds.Slot  `json:"requested,omitempty"` // the slot last asked for, even if another was granted
	Window      *testbeds.Slot  `json:"window,omitempty"`    // in which another slot would do
	MinDuration testbeds.Period `json:"min_duration,omitzero"`

	Components []testbeds.Component  `json:"components"`
	Devices    []testbeds.DeviceNeed `json:"devices,omitempty"`
	Placement  testbeds.Placement    `json:"placement,omitempty"`
	Demand     testbeds.Demand       `json:"demand"`

	Approvals []Approval     `json:"approvals,omitempty"`
	Offers    []Offer        `json:"offers,omitempty"`
	Scheduled *testbeds.Slot `json:"scheduled,omitempty"`
	// Occupied is the time that its booking takes, with setup and teardown as they were granted. The facility may have changed since: orchestration,
	// reminders and calendars follow Occupied. Only a granted or held request has it.
	Occupied *testbeds.Slot `json:"occupied,omitempty"`
	// Headroom is how far a granted slot could grow: now, in the answer to a reader; else at the request's last step.
	Headroom *Headroom `json:"headroom,omitempty"`
	// Actual is the time of the real run, as operators reported it, beside the plan.
	Actual *Actual `json:"actual,omitempty"`
	// PendingMove is a move that waits for approvals. Until it has them, the request keeps its slot.
	PendingMove *PendingMove    `json:"pending_move,omitempty"`
	Units       []AssignedUnits `json:"units,omitempty"` // named units, once they are chosen
	// Lateness says what happens if nobody reports its start, as its testbeds had it when it was granted.
	Lateness *lateness.Terms `json:"lateness,omitempty"`
	// Released is when the rest of its slot was given back, because nobody had reported its start. A late start takes it again, if it is free.
	Released *time.Time `json:"released,omitempty"`
	// NoShow is when it was closed as a no-show. Until Correctable has passed, operators can still say what really happened.
	NoShow *time.Time `json:"no_show,omitempty"`
	// Needed is the question whether its slot is still needed, once it was asked, and the answer.
	Needed  *Needed `json:"still_needed,omitempty"`
	Booking int64   `json:"-"` // the booking that occupies capacity, or shows as a contender; 0 for none

	// Deadline says until when its mentor is to decide, while it is under review and one of its testbeds has a rule.
	Deadline *deadline.Deadline `json:"deadline,omitempty"`
	// HoldUntil is the instant until which the slot of an accepted offer stays held, while the request is under review.
	HoldUntil *time.Time `json:"hold_until,omitempty"`

	// Wait says for what a request under review waits; nil for one that does not.
	Wait   *Wait     `json:"wait,omitempty"`
	Series *InSeries `json:"series,omitempty"` // that it is an occurrence of

	Ticket     *Ticket         `json:"ticket,omitempty"`
	Origin     string          `json:"origin,omitempty"` // the request whose offer was accepted
	Overbooked []Overbook      `json:"overbooked,omitempty"`
	Flags      []Flag          `json:"flags,omitempty"`
	Judged     *Judgement      `json:"judged,omitempty"` // by the policy, at last
	Waived     []Waiver        `json:"waived,omitempty"` // what the policy did not allow, and somebody did
	Overrun    bool            `json:"overrun,omitempty"`
	Driven     bool            `json:"driven,omitempty"` // Berth deploys and ends it in an orchestrator
	Remark     *CalendarNote   `json:"remark,omitempty"`
	Portal     json.RawMessage `json:"-"` // the deployment descriptor as the portal posted it

	Revision int64     `json:"revision"`
	Created  time.Time `json:"created"`
	Updated  time.Time `json:"updated"`
	Sequence int64     `json:"-"` // of the change log, at its last change

	// Due is the next instant at which time does something to the request: an offer expires, units are chosen, a reminder is given, a slot is
	// overrun. The store keeps it, so that nothing is forgotten over a restart.
	Due *time.Time `json:"-"`
	// Reminded lists the reminders already given, so that each is given once.
	Reminded []string `json:"-"`
	// Care is what is still to be done for a request that a change of the facility hit beside many others.
	Care *Care `json:"-"`
}

// Approval is the decision of a testbed's providers about a request. It holds for the demand that it was made on, and for less of the same.
type Approval struct {
	Testbed  string                  `json:"testbed"`
	Policy   testbeds.ApprovalPolicy `json:"policy"`
	Decision Decision                `json:"decision,omitempty"` // empty while nobody has decided
	By       string                  `json:"by,omitempty"`
	At       *time.Time              `json:"at,omitempty"`
	Reason   string                  `json:"reason,omitempty"`

	// The basis of the decision: the slot, the testbed's part of the demand, and the request's revision.
	Slot     *testbeds.Slot  `json:"slot,omitempty"`
	Demand   testbeds.Demand `json:"demand,omitempty"`
	Revision int64           `json:"revision,omitempty"`

	// Deadline says until when it is to be decided, where the testbed has a rule.
	Deadline *deadline.Deadline `json:"deadline,omitempty"`
}

// Decision is a provider's yes or no, or an override in its place.
type Decision string

const (
	Approved   Decision = "approved"
	Refused    Decision = "refused"
	Overridden Decision = "overridden" // by the person who granted the slot without the approval
)

// Actual is the time in which a deployment really ran. An unreported instant is nil.
type Actual struct {
	Start *time.Time `json:"start,omitempty"`
	End   *time.Time `json:"end,omitempty"`
}

// Needed is the question whether a slot is still needed. A no cancels the request.
type Needed struct {
	Asked     time.Time  `json:"asked"`
	Confirmed *time.Time `json:"confirmed,omitempty"`
	By        string     `json:"by,omitempty"`
}

// PendingMove is a move that was decided and waits for the approval of testbeds. Its demand is checked again after the last approval.
type PendingMove struct {
	Slot      testbeds.Slot          `json:"slot"`
	Placement testbeds.Placement     `json:"placement,omitempty"`
	Devices   *[]testbeds.DeviceNeed `json:"devices,omitempty"` // instead of the request's; nil where these stay
	Demand    testbeds.Demand        `json:"demand"`
	Approvals []Approval             `json:"approvals"`
	By        string                 `json:"by"`
	At        time.Time              `json:"at"`
	Reason    string                 `json:"reason,omitempty"`
	Booking   int64                  `json:"-"` // shows the move as a contender for its slot
}

// Offer is an alternative that comes with a rejection, with the loss of a slot, or to a request that waits. While it is open its booking holds the
// capacity for the experimenter.
type Offer struct {
	ID       string               `json:"id"`
	For      OfferKind            `json:"for,omitempty"`
	State    OfferState           `json:"state"`
	Made     time.Time            `json:"made,omitzero"`
	Waited   *time.Time           `json:"waited_since,omitempty"` // for the waitlist: the Since of the wait that it answers
	Expires  time.Time            `json:"expires"`
	What     testbeds.Alternative `json:"alternative"`
	Booking  int64                `json:"-"`
	Accepted string               `json:"accepted_as,omitempty"` // the request that it became
	Link     string               `json:"accept_link,omitempty"` // signed, works once; only for people who may accept it
}

// OfferKind says why an offer was made.
type OfferKind string

const (
	OfferRejected OfferKind = ""         // the request was turned down
	OfferWaited   OfferKind = "waitlist" // it waited, and capacity came back
	OfferLost     OfferKind = "lost"     // its slot went to another request, or a closure took it
)

// OfferState says whether an offer is open, or how it ended.
type OfferState string

const (
	OfferOpen      OfferState = "open"
	OfferAccepted  OfferState = "accepted"
	OfferExpired   OfferState = "expired"
	OfferWithdrawn OfferState = "withdrawn" // another one was accepted, or its capacity was taken away
)

// AssignedUnits names the units of a device that a request got.
type AssignedUnits struct {
	Testbed string   `json:"testbed"`
	Device  string   `json:"device"`
	Units   []string `json:"units"`
}

// Ticket is the request's ticket, in whichever ticket system.
type Ticket struct {
	Key    string `json:"id"` // text, because other trackers use no numbers
	URL    string `json:"url"`
	Series bool   `json:"series,omitempty"` // it is the ticket of all of the request's series
}

// Overbook records by how much a request was booked beyond the capacity, whom it hurts, who decided so and why.
type Overbook struct {
	At        time.Time           `json:"at"`
	By        string              `json:"by"`
	Reason    string              `json:"reason"`
	Conflicts []testbeds.Conflict `json:"conflicts"`
}

// Flag marks a request that a person must look at, such as one whose booking a facility change broke.
type Flag struct {
	Kind FlagKind  `json:"kind"`
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// FlagKind says why a flag was set.
type FlagKind string

// The kinds of flags.
const (
	FlagFacility  FlagKind = "facility_change" // the facility lost something that it needs
	FlagDisplaced FlagKind = "displaced"       // its slot was given to another request
	FlagOverrun   FlagKind = "overrun"         // it runs past its end
	FlagApproval  FlagKind = "approval"        // a testbed took its approval back

	FlagDeployment FlagKind = "deployment" // what runs in the orchestrator is not as it should be
	FlagUnreported FlagKind = "unreported" // its slot has begun, and nobody has reported that it was started
)

// FlagKinds lists all kinds of flags.
var FlagKinds = []FlagKind{FlagFacility, FlagDisplaced, FlagOverrun, FlagApproval, FlagDeployment, FlagUnreported}

// CalendarNote says why a change in a calendar client was refused or must wait. The next real change removes it.
type CalendarNote struct {
	At   time.Time      `json:"at"`
	By   string         `json:"by"`
	Slot *testbeds.Slot `json:"slot,omitempty"` // the slot asked for; nil for a cancellation
	Text string         `json:"text"`
}

// Feedback is one remark in the thread of a request. It is never changed.
type Feedback struct {
	ID      int64     `json:"id"`
	Request string    `json:"-"`
	Author  string    `json:"author"`
	At      time.Time `json:"at"`
	Text    string    `json:"text"`
}

// Entry is one row of a request's history: the action, its actor, time and reason, and the check's verdict.
type Entry struct {
	ID      int64             `json:"id"`
	Request string            `json:"-"`
	At      time.Time         `json:"at"`
	Actor   string            `json:"actor"`
	Via     string            `json:"via,omitempty"` // the other system in which they did it, if any
	Action  Action            `json:"action"`
	From    Status            `json:"from,omitempty"`
	To      Status            `json:"to,omitempty"`
	Reason  string            `json:"reason,omitempty"`
	Text    string            `json:"text,omitempty"`    // what changed, for people
	Verdict *testbeds.Verdict `json:"verdict,omitempty"` // of the check at that moment
	Series  *SeriesStep       `json:"series,omitempty"`  // the step of a series that it was part of
	Policy  int64             `json:"policy,omitempty"`  // the revision of the policy by which it was judged
}

// Event notifies readers of the change log of a change. Sequence has no gaps and follows the order of commits.
type Event struct {
	Sequence int64     `json:"sequence"`
	At       time.Time `json:"at"`
	Kind     EventKind `json:"kind"`
	Action   Action    `json:"action,omitempty"`
	Actor    string    `json:"actor,omitempty"`
	Via      string    `json:"via,omitempty"` // the other system in which they did it, if any
	Request  string    `json:"request,omitempty"`
	Number   int64     `json:"number,omitempty"`
	From     Status    `json:"from,omitempty"` // the status before
	Status   Status    `json:"status,omitempty"`
	Testbeds []string  `json:"testbeds,omitempty"`
	Text     string    `json:"text,omitempty"`     // what changed, for people
	Reason   string    `json:"reason,omitempty"`   // as given
	Remark   int64     `json:"remark,omitempty"`   // the feedback that Text begins
	Mentions []string  `json:"mentions,omitempty"` // usernames in it, of people who may see the request

	Series *SeriesStep `json:"series,omitempty"` // the step of a series that it was part of

	Cause string `json:"-"` // the call that led to it, for the logs (trace.Call); nobody is shown it
}

// EventKind says to what an event belongs.
type EventKind string

// The kinds of events.
const (
	EventRequest  EventKind = "request"  // a step of a request's life
	EventReminder EventKind = "reminder" // of a request: something is due soon
	EventFacility EventKind = "facility" // facility or catalogue changed
	EventDigest   EventKind = "digest"   // a day's digest for operators is due
)

// EventKinds lists all kinds of events.
var EventKinds = []EventKind{EventRequest, EventReminder, EventFacility, EventDigest}

// Experiment returns the experiment that the request wants to run.
func (r Request) Experiment() testbeds.Experiment {
	return testbeds.Experiment{Components: r.Components, Placement: r.Placement, Devices: r.Devices}
}
