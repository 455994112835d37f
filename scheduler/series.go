package scheduler

import (
	"time"

	"berth/scheduler/series"
	"berth/testbeds"
)

// A series is one experiment that is repeated. Its occurrences are ordinary requests, each with its own life, which know their place in it. The record
// of the series says how it was asked for, and never changes: what became of it is told by its requests.

// Series is the record of a series.
type Series struct {
	ID           string         `json:"id"`     // UUID
	Number       int64          `json:"number"` // of its first request; people say "the series of #42"
	Plan         series.Plan    `json:"plan"`   // as it was asked for
	Change       *series.Change `json:"change,omitempty"`
	Name         string         `json:"name"`
	Experimenter string         `json:"experimenter"`
	AllOrNothing bool           `json:"all_or_nothing"` // it is of use only as a whole
	Testbeds     []string       `json:"testbeds"`
	Created      time.Time      `json:"created"`
	Members      []SeriesMember `json:"members"` // as they were submitted, by their places
}

// SeriesMember names the request that was submitted for a place of a series.
type SeriesMember struct {
	Place   int    `json:"place"`
	Request string `json:"request"`
	Number  int64  `json:"number"`
}

// InSeries is a request's place in a series.
type InSeries struct {
	ID     string `json:"id"`     // of the series
	Number int64  `json:"number"` // of its first request
	Place  int    `json:"place"`  // 1 for the first
	Of     int    `json:"of"`     // places that were asked for
}

// SeriesStep marks what was done with several occurrences of a series in one step.
type SeriesStep struct {
	Series string  `json:"series"`         // its id
	Number int64   `json:"number"`         // of its first request
	Step   string  `json:"step"`           // UUID; the same for all occurrences of the step
	Of     int     `json:"of"`             // occurrences of the step
	Lead   bool    `json:"lead,omitempty"` // the one that speaks for all of them
	All    []int64 `json:"all,omitempty"`  // the requests of the step; with the lead only
}

// SeriesAsk describes a series: when it takes place, and what is repeated.
type SeriesAsk struct {
	series.Plan
	Change      series.Change         `json:"change,omitzero"`
	NSD         string                `json:"nsd,omitempty"`
	Components  []testbeds.Component  `json:"components,omitempty"`
	Placement   testbeds.Placement    `json:"placement,omitempty"`
	Devices     []testbeds.DeviceNeed `json:"devices"` // nil: the NSD's; empty: none
	MinDuration testbeds.Period       `json:"min_duration,omitzero"`
	Limit       int                   `json:"limit,omitempty"` // of ways and of alternatives: 1 to 50, default 5
}

// SeriesSubmission is a new series.
type SeriesSubmission struct {
	SeriesAsk
	Creation
	Name         string `json:"name"`
	Description  string `json:"description,omitempty"`
	Organisation string `json:"organisation,omitempty"`
	Mentor       string `json:"mentor,omitempty"`
	Experimenter string `json:"experimenter,omitempty"`
	AllOrNothing *bool  `json:"all_or_nothing,omitempty"` // default: true; false leaves out what does not fit
	Anyway       bool   `json:"anyway,omitempty"`         // submit even what does not fit
	DryRun       bool   `json:"dry_run,omitempty"`
}

// SeriesChoice says with which occurrences of a series a step is taken, and how.
type SeriesChoice struct {
	Places       []int `json:"occurrences,omitempty"`    // default: all that the step can be taken with
	AllOrNothing *bool `json:"all_or_nothing,omitempty"` // default: as the series; false does what can be done
	DryRun       bool  `json:"dry_run,omitempty"`
	Revision     int64 `json:"-"` // of the series, that the caller saw; 0: any
}

// Part is an answer about one occurrence of a series.
type Part struct {
	Place        int                    `json:"place"`
	Slot         testbeds.Slot          `json:"slot"`
	Request      string                 `json:"request,omitempty"`
	Number       int64                  `json:"number,omitempty"`
	Status       Status                 `json:"status,omitempty"`
	Revision     int64                  `json:"revision,omitempty"`
	Waits        []string               `json:"waits_for,omitempty"` // testbeds whose approval is missing
	Moving       *testbeds.Slot         `json:"moving,omitempty"`    // where a move leads that waits for approvals
	Done         bool                   `json:"done,omitempty"`      // the step was taken with it
	Fit          *testbeds.Verdict      `json:"fit,omitempty"`
	Alternatives []testbeds.Alternative `json:"alternatives,omitempty"`
	Actions      []Action               `json:"actions,omitempty"` // that the actor may take now
	Refused      *Refusal               `json:"refused,omitempty"` // why the step was not taken with it
}

// Refusal says why a step was not taken with one occurrence.
type Refusal struct {
	Code    Code         `json:"code"`
	Message string       `json:"message"`
	Fields  []FieldError `json:"errors,omitempty"`
	Allowed []Action     `json:"allowed,omitempty"`
}

// SeriesView is a series with what became of its occurrences.
type SeriesView struct {
	Series
	Said     string   `json:"said"`             // the plan for people: "every Tuesday, 09:00–13:00 (Europe/Dublin)"
	Revision int64    `json:"revision"`         // grows with every change of any occurrence
	Ticket   *Ticket  `json:"ticket,omitempty"` // the one of all its occurrences, where they share one
	Parts    []Part   `json:"occurrences"`
	Actions  []Action `json:"actions"` // that the actor may take now with at least one occurrence
}

// ListedSeries is a series in a list, with what became of the occurrences that the reader may know of.
type ListedSeries struct {
	Series
	Said     string         `json:"said"`           // the plan for people
	Statuses map[Status]int `json:"statuses"`       // how many occurrences have each
	Next     *testbeds.Slot `json:"next,omitempty"` // the first one that is not over
}

// SeriesOutcome is the answer to a step with a series.
type SeriesOutcome struct {
	Series   *SeriesView  `json:"series,omitempty"` // afterwards; none for a dry run of a submission
	Parts    []Part       `json:"occurrences"`
	Done     int          `json:"done"`
	Refused  int          `json:"refused"`
	Ways     []series.Way `json:"ways,omitempty"` // where it does not fit: how all of it would
	DryRun   bool         `json:"dry_run,omitempty"`
	Repeated bool         `json:"-"`
}

// part makes an answer of a request.
func partOf(r Request) Part {
	p := Part{Slot: r.Slot, Request: r.ID, Number: r.Number, Status: r.Status, Revision: r.Revision}
	if r.Series != nil {
		p.Place = r.Series.Place
	}
	if r.Status.Ahead() {
		p.Waits = unapproved(r.Approvals)
	}
	if r.PendingMove != nil {
		p.Moving, p.Waits = new(r.PendingMove.Slot), r.PendingMove.waitsFor()
	}
	return p
}

// of returns the answer with the outcome of a step.
func (p Part) of(out Outcome) Part {
	fit := out.Fit
	p.Fit, p.Alternatives = &fit, out.Alternatives
	return p
}

// refusal makes the answer of an error; ok is false for an error that is not meant for people.
func (p Part) refused(err *Error) Part {
	p.Refused = &Refusal{Code: err.Code, Message: err.Message, Fields: err.Fields, Allowed: err.Allowed}
	p.Fit, p.Alternatives = err.Verdict, err.Alternatives
	return p
}
