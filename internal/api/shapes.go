package api

import (
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"berth/scheduler"
	"berth/testbeds"
)

// The shapes of request bodies. They add the required fields that the scheduler's own types leave open.

// periodShape is an ISO 8601 duration.
type periodShape struct{ testbeds.Period }

// Schema reports a malformed one as a fault of its own field.
func (periodShape) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^P(\d+W|(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?)$`, PatternDescription: "ISO 8601 duration of weeks, or of days and time, such as PT6H or P3D",
		Examples: []any{"PT6H"}}
}

type slotShape struct {
	Start time.Time `json:"start" doc:"first instant, RFC 3339, whole seconds"`
	End   time.Time `json:"end" doc:"first instant that is no longer in the slot"`
}

func (s *slotShape) slot() *testbeds.Slot {
	if s == nil {
		return nil
	}
	return &testbeds.Slot{Start: s.Start, End: s.End}
}

type componentShape struct {
	Member    string           `json:"member" doc:"member-vnf-index, or any name"`
	VNF       string           `json:"vnf,omitempty" doc:"VNF of the catalogue"`
	Size      map[string]int64 `json:"size,omitempty" doc:"amounts such as vcpu, memory_mb, storage_gb; default: the VNF's"`
	Requires  []string         `json:"requires,omitempty"`
	Onboarded []string         `json:"onboarded,omitempty" doc:"VIMs (testbed/vim) that have the image; for a VNF the catalogue lists them"`
}

type deviceShape struct {
	Testbed string   `json:"testbed"`
	Device  string   `json:"device"`
	Count   int64    `json:"count"`
	Units   []string `json:"units,omitempty" doc:"named units that the request insists on"`
}

// AskShape describes a demand and its time.
type AskShape struct {
	NSD         string             `json:"nsd,omitempty" doc:"network service of the catalogue"`
	Components  []componentShape   `json:"components,omitempty" doc:"components, instead of an nsd"`
	Placement   testbeds.Placement `json:"placement,omitempty" doc:"maps members to testbed/vim; the key all stands for every member"`
	Devices     *[]deviceShape     `json:"devices,omitempty" doc:"default: the devices of the NSD; an empty list: no devices"`
	Slot        *slotShape         `json:"slot,omitempty"`
	Window      *slotShape         `json:"window,omitempty" doc:"period in which another slot is acceptable"`
	Duration    periodShape        `json:"duration,omitzero" doc:"duration for suggestions without a slot, ISO 8601, such as PT6H"`
	MinDuration periodShape        `json:"min_duration,omitzero" doc:"shortest useful duration, ISO 8601"`
	Limit       int                `json:"limit,omitempty" doc:"number of alternatives, 1 to 50"`
	Request     string             `json:"request,omitempty" doc:"a request whose own booking is ignored in the check"`
}

func components(in []componentShape) []testbeds.Component {
	var out []testbeds.Component
	for _, c := range in {
		out = append(out, testbeds.Component{Member: c.Member, VNF: c.VNF, Size: c.Size, Requires: c.Requires, Onboarded: c.Onboarded})
	}
	return out
}

func devices(in *[]deviceShape) []testbeds.DeviceNeed {
	if in == nil {
		return nil
	}
	out := []testbeds.DeviceNeed{}
	for _, d := range *in {
		out = append(out, testbeds.DeviceNeed{Testbed: d.Testbed, Device: d.Device, Count: d.Count, Units: d.Units})
	}
	return out
}

func (q AskShape) ask() scheduler.Ask {
	out := scheduler.Ask{NSD: q.NSD, Components: components(q.Components), Placement: q.Placement, Devices: devices(q.Devices),
		Window: q.Window.slot(), Duration: q.Duration.Period, MinDuration: q.MinDuration.Period, Limit: q.Limit, Request: q.Request}
	if q.Slot != nil {
		out.Slot = *q.Slot.slot()
	}
	return out
}

type overrideShape struct {
	Mode     scheduler.OverrideMode `json:"mode" enum:"displace,overbook,approvals,policy" doc:"kind of override"`
	Reason   string                 `json:"reason" doc:"mandatory; shown to everybody concerned"`
	Displace []string               `json:"displace,omitempty" doc:"UUIDs or numbers of the requests to displace"`
	Policy   bool                   `json:"policy,omitempty" doc:"against the policy as well"`
}

func (o *overrideShape) override() *scheduler.Override {
	if o == nil {
		return nil
	}
	return &scheduler.Override{Mode: o.Mode, Reason: o.Reason, Displace: o.Displace, Policy: o.Policy}
}

// One names a request.
type One struct {
	ID string `path:"id" doc:"UUID or number" maxLength:"64"`
}

// Revised carries the revision that the caller saw.
type Revised struct {
	IfMatch string `header:"If-Match" doc:"ETag that you read; if it is out of date the answer is 412"`
}

// revision parses the number in an ETag such as "7"; 0 for any.
func (r Revised) revision() (int64, error) { return revisionOf(r.IfMatch) }

func revisionOf(tag string) (int64, error) {
	tag = strings.TrimSpace(tag)
	if tag == "" || tag == "*" {
		return 0, nil
	}
	text, quoted := strings.CutPrefix(tag, `"`)
	text, closed := strings.CutSuffix(text, `"`)
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || !quoted || !closed || n < 1 {
		return 0, scheduler.Errorf(scheduler.CodePrecondition, "If-Match names a revision that never existed")
	}
	return n, nil
}

func etag(revision int64) string { return `"` + strconv.FormatInt(revision, 10) + `"` }

// Repeatable carries an idempotency key.
type Repeatable struct {
	Key string `header:"Idempotency-Key" maxLength:"255" pattern:"^[!-~]*$" doc:"makes it safe to repeat the call: a repeat returns what the first call created"`
}

// Paged selects a page of a list.
type Paged struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"500" doc:"default 50"`
	Cursor string `query:"cursor" maxLength:"256" doc:"next of the previous page"`
}

// body is an answer without headers of its own.
type body[T any] struct {
	Body T
}

func answer[T any](v T) *body[T] { return &body[T]{Body: v} }

// tagged is an answer with the revision of its content.
type tagged[T any] struct {
	ETag string `header:"ETag"`
	Body T
}

// created is an answer with the address of the new object.
type created[T any] struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     T
}
