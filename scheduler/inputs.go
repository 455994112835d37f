package scheduler

import "berth/testbeds"

// Creation makes a creating method safe to repeat: a second call by the same person with the same key creates nothing and returns the first result.
// An empty key turns this off.
type Creation struct {
	Key         string `json:"-"`
	Fingerprint string `json:"-"`
}

// Ask describes an experiment and its time: an NSD of the catalogue or inline components, their placement and devices.
type Ask struct {
	NSD         string                `json:"nsd,omitempty"`
	Components  []testbeds.Component  `json:"components,omitempty"` // instead of an NSD
	Placement   testbeds.Placement    `json:"placement,omitempty"`  // replaces the NSD's, member by member or "all"
	Devices     []testbeds.DeviceNeed `json:"devices"`              // nil: the NSD's; empty: none
	Slot        testbeds.Slot         `json:"slot"`                 // optional for Suggest with window and duration
	Window      *testbeds.Slot        `json:"window,omitempty"`
	Duration    testbeds.Period       `json:"duration,omitzero"` // where there is no slot
	MinDuration testbeds.Period       `json:"min_duration,omitzero"`
	Limit       int                   `json:"limit,omitempty"`   // of alternatives: 1 to 50, default 5
	Request     string                `json:"request,omitempty"` // an own request whose booking is ignored
}

// Submission is a new request.
type Submission struct {
	Ask
	Creation
	Name         string `json:"name"`
	Description  string `json:"description,omitempty"`
	Organisation string `json:"organisation,omitempty"` // default: the experimenter's
	Mentor       string `json:"mentor,omitempty"`
	Anyway       bool   `json:"anyway,omitempty"` // submit even if it does not fit
	// Wait submits it even if it does not fit, and then lets it wait for capacity.
	Wait         *WaitFor `json:"wait,omitempty"`
	Priority     Priority `json:"priority,omitempty"`
	DryRun       bool     `json:"dry_run,omitempty"`
	Portal       []byte   `json:"-"`
	Experimenter string   `json:"experimenter,omitempty"` // on behalf of, by a mentor or an administrator; default: the actor
	// Override submits what the policy does not allow; only the mode policy applies.
	Override *Override `json:"override,omitempty"`
}

// Edit changes a request under review; nil fields stay.
type Edit struct {
	Name        *string                `json:"name,omitempty"`
	Description *string                `json:"description,omitempty"`
	Slot        *testbeds.Slot         `json:"slot,omitempty"`
	Window      *testbeds.Slot         `json:"window,omitempty"`
	MinDuration *testbeds.Period       `json:"min_duration,omitempty"`
	NSD         *string                `json:"nsd,omitempty"`
	Components  *[]testbeds.Component  `json:"components,omitempty"`
	Placement   *testbeds.Placement    `json:"placement,omitempty"`
	Devices     *[]testbeds.DeviceNeed `json:"devices,omitempty"`
	Anyway      bool                   `json:"anyway,omitempty"`
	Override    *Override              `json:"override,omitempty"` // of the mode policy
	DryRun      bool                   `json:"dry_run,omitempty"`
	Revision    int64                  `json:"-"` // that the caller saw; 0: any
}

// Override grants a slot that does not fit. The reason is mandatory.
type Override struct {
	Mode     OverrideMode `json:"mode"`
	Reason   string       `json:"reason"`
	Displace []string     `json:"displace,omitempty"` // ids or numbers of the requests to displace
	Policy   bool         `json:"policy,omitempty"`   // beside the mode: against the policy as well
}

// OverrideMode says at whose cost.
type OverrideMode string

const (
	OverrideDisplace  OverrideMode = "displace"  // named requests go back to review, with alternatives
	OverrideOverbook  OverrideMode = "overbook"  // more than the capacity is booked, and recorded
	OverrideApprovals OverrideMode = "approvals" // it fits, but a testbed has not approved
	OverridePolicy    OverrideMode = "policy"    // it fits, but the policy does not allow it
)

// Schedule grants a slot.
type Schedule struct {
	Slot      *testbeds.Slot         `json:"slot,omitempty"` // default: the one asked for
	Placement testbeds.Placement     `json:"placement,omitempty"`
	Devices   *[]testbeds.DeviceNeed `json:"devices,omitempty"`
	Override  *Override              `json:"override,omitempty"`
	Reason    string                 `json:"reason,omitempty"`
	DryRun    bool                   `json:"dry_run,omitempty"`
	Revision  int64                  `json:"-"`
}

// Reject turns a request down, with offers that hold capacity.
type Reject struct {
	Reason   string                 `json:"reason"`
	Count    int                    `json:"count,omitempty"`  // of the cheapest alternatives, 0 to 10
	Offers   []testbeds.Alternative `json:"offers,omitempty"` // chosen ones, instead of a count; slot, placement and devices count
	HoldFor  testbeds.Period        `json:"hold_for,omitzero"`
	DryRun   bool                   `json:"dry_run,omitempty"`
	Revision int64                  `json:"-"`
}

// Move gives a request another slot or placement, or other devices.
type Move struct {
	Slot      *testbeds.Slot         `json:"slot,omitempty"`
	Placement testbeds.Placement     `json:"placement,omitempty"`
	Devices   *[]testbeds.DeviceNeed `json:"devices,omitempty"`
	Override  *Override              `json:"override,omitempty"`
	Reason    string                 `json:"reason,omitempty"`
	DryRun    bool                   `json:"dry_run,omitempty"`
	Revision  int64                  `json:"-"`
}

// Step is a step that needs no more than a reason; State chooses between the two states that start and complete lead to.
type Step struct {
	State    Status    `json:"state,omitempty"`    // start: INSTANTIATING or RUNNING (default); complete: TERMINATING or COMPLETED (default)
	Override *Override `json:"override,omitempty"` // start: without its units (overbook) or without an approval (approvals)
	Actual   *Actual   `json:"actual,omitempty"`   // start, complete, fail: when it really happened, if reported late; default: now
	Reason   string    `json:"reason,omitempty"`
	DryRun   bool      `json:"dry_run,omitempty"`
	Revision int64     `json:"-"`
	Driven   bool      `json:"-"` // start: Berth deploys it in an orchestrator, and ends it there
}

// Confirm answers whether a slot is still needed; a no cancels the request.
type Confirm struct {
	Needed   bool   `json:"needed"`
	Reason   string `json:"reason,omitempty"`
	DryRun   bool   `json:"dry_run,omitempty"`
	Revision int64  `json:"-"`
}

// Assign hands a request to a mentor.
type Assign struct {
	Mentor   string `json:"mentor"`
	Reason   string `json:"reason,omitempty"`
	DryRun   bool   `json:"dry_run,omitempty"`
	Revision int64  `json:"-"`
}

// Approve is a provider's decision for one testbed.
type Approve struct {
	Decision Decision `json:"decision"`
	Reason   string   `json:"reason,omitempty"` // mandatory with refused
	DryRun   bool     `json:"dry_run,omitempty"`
	Revision int64    `json:"-"`
}

// Outcome is the full answer to a step: the request afterwards (on a dry run: as it would be), the check's verdict, and the other requests concerned.
type Outcome struct {
	Request      Request                `json:"request"`
	Fit          testbeds.Verdict       `json:"fit"`
	Deployable   Deployable             `json:"deployable"`
	Alternatives []testbeds.Alternative `json:"alternatives,omitempty"` // where it does not fit
	Displaced    []Displaced            `json:"displaced,omitempty"`
	Created      *Request               `json:"created,omitempty"` // the new request, of an accepted offer
	DryRun       bool                   `json:"dry_run,omitempty"`
	Repeated     bool                   `json:"-"` // an idempotency key's second time
}

// Became returns the request that a step led to: the one that it created, else the one that it was taken with.
func (o Outcome) Became() Request {
	if o.Created != nil {
		return *o.Created
	}
	return o.Request
}

// Displaced is a request that must make room, and its alternatives.
type Displaced struct {
	Request      string                 `json:"request"`
	Number       int64                  `json:"number"`
	Name         string                 `json:"name"`
	Slot         testbeds.Slot          `json:"slot"`
	Alternatives []testbeds.Alternative `json:"alternatives"`
}

// Deployable lists the components and devices that cannot run where they are placed, whatever the time.
type Deployable struct {
	OK       bool               `json:"ok"`
	Problems []testbeds.Problem `json:"problems,omitempty"`
}

// Page is a part of a list; Next is the cursor of the next page, empty at the end.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}

// View is a request with everything that a decision needs.
type View struct {
	Request
	Fit        testbeds.Verdict `json:"fit"`
	Deployable Deployable       `json:"deployable"`
	Actions    []Action         `json:"actions"`         // that the actor may take now
	Place      int              `json:"place,omitempty"` // among those who wait for some of the same capacity, 1 for the first; while it waits without an offer
}

// FacilityChange is the answer to a new facility, testbed, closure or catalogue.
type FacilityChange struct {
	Differences []testbeds.Difference `json:"differences"`
	Broken      []BrokenBooking       `json:"broken"`             // bookings without capacity after the change
	Affected    []AffectedRequest     `json:"affected,omitempty"` // requests that the change concerns otherwise; they need no force

	Providers []ProviderChange `json:"providers,omitempty"` // who may decide for a testbed from now on, or no longer

	MoreAffected int   `json:"more_affected,omitempty"` // beyond those listed
	DryRun       bool  `json:"dry_run,omitempty"`
	Revision     int64 `json:"revision"`
}

// BrokenBooking is a booking that a facility change leaves without its capacity, with the slots where it could go.
type BrokenBooking struct {
	Request      string                    `json:"request"`
	Number       int64                     `json:"number"`
	Name         string                    `json:"name"`
	Slot         testbeds.Slot             `json:"slot"`
	Short        []testbeds.Overcommitment `json:"short"`
	Problems     []testbeds.Problem        `json:"problems,omitempty"` // that keep it from running where it is placed
	Alternatives []testbeds.Alternative    `json:"alternatives,omitempty"`
	Moved        *testbeds.Slot            `json:"moved,omitempty"`   // where it was moved to
	Offered      int                       `json:"offered,omitempty"` // alternatives that are held for it
	Later        bool                      `json:"later,omitempty"`   // it is one of so many that it is moved, or alternatives are held for it, shortly afterwards
}

// AffectedRequest is a request that keeps its capacity through a facility change, but is concerned otherwise.
type AffectedRequest struct {
	Request string        `json:"request"`
	Number  int64         `json:"number"`
	Name    string        `json:"name"`
	Slot    testbeds.Slot `json:"slot"`
	Text    string        `json:"text"` // the effect on it
}

// ChangeOptions say how to make a facility change. Without Force, a change that breaks bookings is refused; with it they are named and flagged.
type ChangeOptions struct {
	DryRun bool
	Force  bool
	// Replace moves each scheduled request that the change breaks to its cheapest alternative, whatever closures and testbeds say; where somebody has to be
	// asked for that, its people get offers instead. It implies Force.
	Replace  bool
	Reason   string
	Revision int64 // of the facility, that the caller saw; 0: any
}
