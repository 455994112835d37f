package client

import (
	"berth/scheduler"
	"berth/testbeds"
)

// Ask describes an experiment and its time. Durations are in ISO 8601.
type Ask struct {
	NSD         string                 `json:"nsd,omitempty"`
	Placement   testbeds.Placement     `json:"placement,omitempty"`
	Devices     *[]testbeds.DeviceNeed `json:"devices,omitempty"` // nil: those of the NSD
	Slot        *testbeds.Slot         `json:"slot,omitempty"`
	Window      *testbeds.Slot         `json:"window,omitempty"`
	Duration    string                 `json:"duration,omitempty"`
	MinDuration string                 `json:"min_duration,omitempty"`
	Limit       int                    `json:"limit,omitempty"`
}

// Submission is a new request.
type Submission struct {
	Ask
	Name         string `json:"name"`
	Description  string `json:"description,omitempty"`
	Organisation string `json:"organisation,omitempty"`
	Mentor       string `json:"mentor,omitempty"`
	Experimenter string `json:"experimenter,omitempty"`
	Anyway       bool   `json:"submit_anyway,omitempty"`
	DryRun       bool   `json:"dry_run,omitempty"`
}

// Suggestion is the answer to a search.
type Suggestion struct {
	Fit          testbeds.Verdict       `json:"fit"`
	Alternatives []testbeds.Alternative `json:"alternatives"`
}

// Step is the body of a step in the life of a request: each step reads some of the fields.
type Step struct {
	Slot         *testbeds.Slot         `json:"slot,omitempty"`
	Placement    testbeds.Placement     `json:"placement,omitempty"`
	Devices      *[]testbeds.DeviceNeed `json:"devices,omitempty"`
	Override     *Override              `json:"override,omitempty"`
	Reason       string                 `json:"reason,omitempty"`
	State        scheduler.Status       `json:"state,omitempty"`
	Actual       *scheduler.Actual      `json:"actual,omitempty"`
	Mentor       string                 `json:"mentor,omitempty"`
	Alternatives int                    `json:"alternatives,omitempty"` // offers of a rejection
	HoldFor      string                 `json:"hold_for,omitempty"`
	DryRun       bool                   `json:"dry_run,omitempty"`
}

// Override is a step against a rule, with the reason for it.
type Override struct {
	Mode     scheduler.OverrideMode `json:"mode"`
	Reason   string                 `json:"reason"`
	Displace []string               `json:"displace,omitempty"`
}

// Edit changes a request under review; nil leaves a field as it is.
type Edit struct {
	Name        *string                `json:"name,omitempty"`
	Description *string                `json:"description,omitempty"`
	NSD         *string                `json:"nsd,omitempty"`
	Placement   *testbeds.Placement    `json:"placement,omitempty"`
	Devices     *[]testbeds.DeviceNeed `json:"devices,omitempty"`
	Slot        *testbeds.Slot         `json:"slot,omitempty"`
	Window      *testbeds.Slot         `json:"window,omitempty"`
	MinDuration *string                `json:"min_duration,omitempty"`
	Anyway      bool                   `json:"submit_anyway,omitempty"`
	DryRun      bool                   `json:"dry_run,omitempty"`
}

// Availability is the capacity of a testbed over a span.
type Availability struct {
	Testbed string            `json:"testbed"`
	Slot    testbeds.Slot     `json:"-"`
	Series  []testbeds.Series `json:"series"`
}

// Subscription holds what a calendar client needs.
type Subscription struct {
	Server    string `json:"server"`
	Username  string `json:"username"`
	Calendars []struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		URL      string `json:"url"`
		Writable bool   `json:"writable"`
	} `json:"calendars"`
}
