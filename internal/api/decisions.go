package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

type granted struct {
	Slot      *slotShape         `json:"slot,omitempty" doc:"default: the requested slot"`
	Placement testbeds.Placement `json:"placement,omitempty"`
	Devices   *[]deviceShape     `json:"devices,omitempty"`
	Override  *overrideShape     `json:"override,omitempty"`
	Reason    string             `json:"reason,omitempty"`
	DryRun    bool               `json:"dry_run,omitempty"`
}

// offers are the offers of a rejection: a number of the cheapest alternatives, or chosen ones.
type offers struct {
	Count  int
	Chosen []offerShape
}

type offerShape struct {
	Slot      slotShape          `json:"slot"`
	Placement testbeds.Placement `json:"placement,omitempty"`
	Devices   *[]deviceShape     `json:"devices,omitempty"`
}

// UnmarshalJSON reads a number or a list.
func (o *offers) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		d := json.NewDecoder(bytes.NewReader(b))
		d.DisallowUnknownFields()
		return d.Decode(&o.Chosen)
	}
	return json.Unmarshal(b, &o.Count)
}

// Schema describes both forms in the OpenAPI document.
func (offers) Schema(r huma.Registry) *huma.Schema {
	most := 10
	least, top := float64(0), float64(most)
	return &huma.Schema{Description: "the number of cheapest alternatives to offer, or a list of chosen ones", OneOf: []*huma.Schema{
		{Type: "integer", Minimum: &least, Maximum: &top},
		{Type: "array", MaxItems: &most, Items: huma.SchemaFromType(r, typeOf[offerShape]())},
	}}
}

func (o offers) alternatives() []testbeds.Alternative {
	var out []testbeds.Alternative
	for _, c := range o.Chosen {
		out = append(out, testbeds.Alternative{Slot: *c.Slot.slot(), Placement: c.Placement, Devices: devices(c.Devices)})
	}
	return out
}

type rejection struct {
	Reason       string      `json:"reason"`
	Alternatives offers      `json:"alternatives,omitzero"`
	HoldFor      periodShape `json:"hold_for,omitzero" doc:"how long the offers hold their capacity, ISO 8601"`
	DryRun       bool        `json:"dry_run,omitempty"`
}

type moving struct {
	Slot      *slotShape         `json:"slot,omitempty"`
	Placement testbeds.Placement `json:"placement,omitempty"`
	Devices   *[]deviceShape     `json:"devices,omitempty" doc:"instead of the present ones; an empty list asks for none"`
	Override  *overrideShape     `json:"override,omitempty"`
	Reason    string             `json:"reason,omitempty"`
	DryRun    bool               `json:"dry_run,omitempty"`
}

// Reasoned is the body of a step that takes a reason. It is exported, as Stating is, because the document leaves out fields of embedded structs
// whose type is not.
type Reasoned struct {
	Reason string `json:"reason,omitempty"`
	DryRun bool   `json:"dry_run,omitempty"`
}

// Stating is the body of a step that leads to one of two statuses.
type Stating struct {
	State  scheduler.Status `json:"state,omitempty" doc:"start: INSTANTIATING or RUNNING (default); complete: TERMINATING or COMPLETED (default)"`
	Reason string           `json:"reason,omitempty"`
	DryRun bool             `json:"dry_run,omitempty"`
}

type starting struct {
	Stating
	Override *overrideShape `json:"override,omitempty" doc:"overbook: start without the units; approvals: start without an approval"`
	Actual   *startedShape  `json:"actual,omitempty" doc:"the actual time, for a late report"`
}

type startedShape struct {
	Start time.Time `json:"start" doc:"actual start"`
}

type ending struct {
	Stating
	Actual *actualShape `json:"actual,omitempty" doc:"the actual times, for a late report, also of a slot that was never reported"`
}

type failing struct {
	Reasoned
	Actual *actualShape `json:"actual,omitempty" doc:"the actual times, for a late report, also of a slot that was never reported"`
}

type actualShape struct {
	Start *time.Time `json:"start,omitempty" doc:"actual start"`
	End   *time.Time `json:"end,omitempty" doc:"actual end; default: now"`
}

func (a *actualShape) actual() *scheduler.Actual {
	if a == nil {
		return nil
	}
	return &scheduler.Actual{Start: a.Start, End: a.End}
}

type confirming struct {
	Needed bool   `json:"needed" doc:"false gives the slot back: it cancels the request"`
	Reason string `json:"reason,omitempty"`
	DryRun bool   `json:"dry_run,omitempty"`
}

type assigning struct {
	Mentor string `json:"mentor"`
	Reason string `json:"reason,omitempty"`
	DryRun bool   `json:"dry_run,omitempty"`
}

type approving struct {
	Decision scheduler.Decision `json:"decision" enum:"approved,refused"`
	Reason   string             `json:"reason,omitempty" doc:"mandatory if refused"`
	DryRun   bool               `json:"dry_run,omitempty"`
}

// Decision is the request in the path, the revision that the caller saw, and a body.
type Decision[T any] struct {
	One
	Revised
	Body T
}

// decide registers a step of a request that requires a body.
func decide[T any](a *api, id, path, summary, more string, take func(ctx context.Context, actor account.Actor, id string, revision int64, in T) (scheduler.Outcome, error)) {
	add(a, operation{id: id, method: "POST", path: "/requests/{id}/" + path, tag: "decisions", summary: summary, more: more},
		func(ctx context.Context, actor account.Actor, in *Decision[T]) (*tagged[scheduler.Outcome], error) {
			return a.decided(in.Revised, func(revision int64) (scheduler.Outcome, error) {
				return take(ctx, actor, in.ID, revision, in.Body)
			})
		})
}

func (a *api) decisionRoutes() {
	decide(a, "schedule-request", "schedule", "Grant a slot",
		"The slot is checked again; one that does not fit is a 409. An override displaces named requests, overbooks, or skips approvals.",
		func(ctx context.Context, actor account.Actor, id string, revision int64, in granted) (scheduler.Outcome, error) {
			s := scheduler.Schedule{Slot: in.Slot.slot(), Placement: in.Placement, Override: in.Override.override(), Reason: in.Reason, DryRun: in.DryRun, Revision: revision}
			if in.Devices != nil {
				list := devices(in.Devices)
				s.Devices = &list
			}
			return a.service.Schedule(ctx, actor, id, s)
		})
	decide(a, "reject-request", "reject", "Reject a request, with offers",
		"Each offer holds its capacity until it expires or is accepted.",
		func(ctx context.Context, actor account.Actor, id string, revision int64, in rejection) (scheduler.Outcome, error) {
			return a.service.Reject(ctx, actor, id, scheduler.Reject{Reason: in.Reason, Count: in.Alternatives.Count, Offers: in.Alternatives.alternatives(),
				HoldFor: in.HoldFor.Period, DryRun: in.DryRun, Revision: revision})
		})
	decide(a, "move-request", "move", "Move, extend or shorten a request, or change its placement or devices", "Only the end of a running experiment can be moved. A move that needs further approvals waits for them (pending_move), and the request keeps its slot until then.",
		func(ctx context.Context, actor account.Actor, id string, revision int64, in moving) (scheduler.Outcome, error) {
			m := scheduler.Move{Slot: in.Slot.slot(), Placement: in.Placement, Override: in.Override.override(), Reason: in.Reason, DryRun: in.DryRun, Revision: revision}
			if in.Devices != nil {
				list := devices(in.Devices)
				m.Devices = &list
			}
			return a.service.Move(ctx, actor, id, m)
		})
	decide(a, "cancel-request", "cancel", "Cancel a request before it runs", "",
		func(ctx context.Context, actor account.Actor, id string, revision int64, in Reasoned) (scheduler.Outcome, error) {
			return a.service.Cancel(ctx, actor, id, scheduler.Step{Reason: in.Reason, DryRun: in.DryRun, Revision: revision})
		})
	decide(a, "confirm-request", "confirm", "Say whether a slot is still needed", "Possible once that was asked (still_needed), until the slot begins; cancelling is possible without.",
		func(ctx context.Context, actor account.Actor, id string, revision int64, in confirming) (scheduler.Outcome, error) {
			return a.service.Confirm(ctx, actor, id, scheduler.Confirm{Needed: in.Needed, Reason: in.Reason, DryRun: in.DryRun, Revision: revision})
		})
	decide(a, "start-request", "start", "Report that orchestration or the experiment has started", "Possible from the beginning of setup, with all approvals and units. A late report gives the actual time. Where the rest of the slot was given back meanwhile (released), a start takes it again, or is a 409 that says who has it.",
		func(ctx context.Context, actor account.Actor, id string, revision int64, in starting) (scheduler.Outcome, error) {
			s := in.step(revision)
			s.Override = in.Override.override()
			if in.Actual != nil {
				s.Actual = &scheduler.Actual{Start: &in.Actual.Start}
			}
			return a.service.Start(ctx, actor, id, s)
		})
	decide(a, "complete-request", "complete", "Report that tear-down has started or that the experiment is over", "The rest of the slot becomes free. Of a request whose start was never reported, within its slot, the actual start must be given. Up to 30 days after a request was closed as a no-show it can still be reported as over, or as failed, with actual.start and actual.end: it then counts as used, and its ticket follows.",
		func(ctx context.Context, actor account.Actor, id string, revision int64, in ending) (scheduler.Outcome, error) {
			s := in.step(revision)
			s.Actual = in.Actual.actual()
			return a.service.Complete(ctx, actor, id, s)
		})
	decide(a, "fail-request", "fail", "Report that the experiment failed", "The rest of the slot becomes free. A reason is mandatory.",
		func(ctx context.Context, actor account.Actor, id string, revision int64, in failing) (scheduler.Outcome, error) {
			return a.service.Fail(ctx, actor, id, scheduler.Step{Reason: in.Reason, Actual: in.Actual.actual(), DryRun: in.DryRun, Revision: revision})
		})
	decide(a, "assign-request", "assign", "Assign a request to a mentor", "",
		func(ctx context.Context, actor account.Actor, id string, revision int64, in assigning) (scheduler.Outcome, error) {
			return a.service.Assign(ctx, actor, id, scheduler.Assign{Mentor: in.Mentor, Reason: in.Reason, DryRun: in.DryRun, Revision: revision})
		})
	a.approvalRoute()
	a.offerRoutes()
	a.waitlistRoutes()
}

func (s Stating) step(revision int64) scheduler.Step {
	return scheduler.Step{State: s.State, Reason: s.Reason, DryRun: s.DryRun, Revision: revision}
}

func (a *api) approvalRoute() {
	type approval struct {
		Decision[approving]
		Testbed string `path:"testbed" maxLength:"64"`
	}
	add(a, operation{id: "approve-request", method: "PUT", path: "/requests/{id}/approvals/{testbed}", tag: "decisions",
		summary: "Approve or refuse a request for a testbed", more: "For the testbed's providers; administrators may decide for them. If a move is pending, the decision is about the move: the last approval makes it, a refusal drops it."},
		func(ctx context.Context, actor account.Actor, in *approval) (*tagged[scheduler.Outcome], error) {
			return a.decided(in.Revised, func(revision int64) (scheduler.Outcome, error) {
				return a.service.Approve(ctx, actor, in.ID, in.Testbed, scheduler.Approve{Decision: in.Body.Decision, Reason: in.Body.Reason, DryRun: in.Body.DryRun, Revision: revision})
			})
		})
}

func (a *api) offerRoutes() {
	type accept struct {
		One
		Offer string `path:"offer" maxLength:"32"`
		Body  *struct {
			DryRun bool `json:"dry_run,omitempty"`
		}
	}
	add(a, operation{id: "accept-offer", method: "POST", path: "/requests/{id}/offers/{offer}/accept", tag: "offers", status: http.StatusCreated,
		summary: "Accept an offer", more: "The offer of a rejected request creates a new, linked request for the offered slot, which stays held until that is granted or the offer expires. A request that is not over takes the offered slot itself; created is then missing."},
		func(ctx context.Context, actor account.Actor, in *accept) (*created[scheduler.Outcome], error) {
			out, err := a.service.AcceptOffer(ctx, actor, in.ID, in.Offer, in.Body != nil && in.Body.DryRun)
			return accepted(out), err
		})
	type link struct {
		Body struct {
			Link string `json:"link" maxLength:"512" doc:"the accept_link of an offer"`
		}
	}
	type offered struct {
		Request int64           `json:"request"`
		Name    string          `json:"name"`
		Offer   scheduler.Offer `json:"offer"`
	}
	add(a, operation{id: "read-offer-link", method: "POST", path: "/offers/read", tag: "offers", summary: "Show the offer behind a signed link"},
		func(ctx context.Context, _ account.Actor, in *link) (*body[offered], error) {
			r, o, err := a.service.OfferByLink(ctx, in.Body.Link)
			return answer(offered{r.Number, r.Name, o}), err
		})
	add(a, operation{id: "accept-offer-link", method: "POST", path: "/offers/accept", tag: "offers", status: http.StatusCreated,
		summary: "Accept an offer by its signed link", more: "The link works once and needs no sign-in."},
		func(ctx context.Context, _ account.Actor, in *link) (*created[scheduler.Outcome], error) {
			out, err := a.service.AcceptByLink(ctx, in.Body.Link)
			return accepted(out), err
		})
}

func accepted(out scheduler.Outcome) *created[scheduler.Outcome] {
	c := &created[scheduler.Outcome]{Body: out}
	if out.Created != nil {
		c.Location, c.ETag = fmt.Sprintf("%s/requests/%s", prefix, out.Created.ID), etag(out.Created.Revision)
	} else { // it took the offer itself
		c.Location, c.ETag = fmt.Sprintf("%s/requests/%s", prefix, out.Request.ID), etag(out.Request.Revision)
	}
	return c
}
