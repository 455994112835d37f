package api

import (
	"context"
	"net/http"
	"net/url"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/series"
	"berth/testbeds"
)

// schemaName names a type in the document. Those of series have names that others have too.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == typeOf[scheduler.Series]():
		return "SeriesRecord"
	case t.PkgPath() == typeOf[series.Plan]().PkgPath():
		return "Series" + name
	}
	return name
}

// wallShape is a time on the wall clock.
type wallShape struct{ testbeds.LocalTime }

// Schema reports a malformed one as a fault of its own field.
func (wallShape) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: `^\d{4}-\d\d-\d\d(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?)?$`, PatternDescription: "wall-clock time without a zone, such as 2026-03-03T09:00",
		Examples: []any{"2026-03-03T09:00"}}
}

type changeShape struct {
	Shift int              `json:"shift_minutes,omitempty" doc:"of all occurrences alike, on the wall clock; negative: earlier"`
	Skip  []int            `json:"skip,omitempty" maxItems:"100" doc:"occurrences that are left out"`
	Moves []seriesMoveItem `json:"moves,omitempty" maxItems:"100" doc:"occurrences that go elsewhere on their own"`
}

type seriesMoveItem struct {
	Place     int                `json:"place" doc:"1 for the first occurrence"`
	Slot      slotShape          `json:"slot"`
	Placement testbeds.Placement `json:"placement,omitempty"`
	Devices   *[]deviceShape     `json:"devices,omitempty"`
}

func (c changeShape) change() series.Change {
	out := series.Change{Shift: c.Shift, Skip: c.Skip}
	for _, m := range c.Moves {
		out.Moves = append(out.Moves, series.Move{Place: m.Place, Slot: *m.Slot.slot(), Placement: m.Placement, Devices: devices(m.Devices)})
	}
	return out
}

// SeriesShape describes when a series takes place, and what is repeated.
type SeriesShape struct {
	Zone        string             `json:"timezone" maxLength:"64" doc:"IANA time zone on whose wall clock it is repeated, such as Europe/Dublin"`
	Start       wallShape          `json:"start" doc:"of the first occurrence, on that wall clock"`
	Duration    periodShape        `json:"duration" doc:"of an occurrence; days are nominal"`
	Rule        string             `json:"rrule" maxLength:"256" doc:"RFC 5545 recurrence rule with COUNT or UNTIL, such as FREQ=WEEKLY;COUNT=6"`
	Except      []wallShape        `json:"exdates,omitempty" maxItems:"100" doc:"days on which no occurrence starts; COUNT counts them all the same"`
	Change      changeShape        `json:"change,omitzero" doc:"in what it is to differ from the rule, as ways say"`
	NSD         string             `json:"nsd,omitempty" doc:"network service of the catalogue"`
	Components  []componentShape   `json:"components,omitempty" doc:"components, instead of an nsd"`
	Placement   testbeds.Placement `json:"placement,omitempty" doc:"maps members to testbed/vim; the key all stands for every member"`
	Devices     *[]deviceShape     `json:"devices,omitempty" doc:"default: the devices of the NSD; an empty list: no devices"`
	MinDuration periodShape        `json:"min_duration,omitzero" doc:"shortest useful duration of an occurrence"`
	Limit       int                `json:"limit,omitempty" minimum:"1" maximum:"50" doc:"number of ways and of alternatives"`
}

func (s SeriesShape) ask() scheduler.SeriesAsk {
	out := scheduler.SeriesAsk{Plan: series.Plan{Zone: s.Zone, Start: s.Start.LocalTime, Duration: s.Duration.Period, Rule: s.Rule}, Change: s.Change.change(),
		NSD: s.NSD, Components: components(s.Components), Placement: s.Placement, Devices: devices(s.Devices), MinDuration: s.MinDuration.Period, Limit: s.Limit}
	for _, t := range s.Except {
		out.Except = append(out.Except, t.LocalTime)
	}
	return out
}

type seriesSubmission struct {
	SeriesShape
	Name         string `json:"name" doc:"name of each deployment"`
	Description  string `json:"description,omitempty"`
	Organisation string `json:"organisation,omitempty"`
	Mentor       string `json:"mentor,omitempty" doc:"username of the preferred mentor"`
	Experimenter string `json:"experimenter,omitempty" doc:"username of the experimenter, if a mentor or an administrator submits for them"`
	AllOrNothing *bool  `json:"all_or_nothing,omitempty" doc:"default true: the series is of use only as a whole; false leaves out what does not fit"`
	Anyway       bool   `json:"submit_anyway,omitempty" doc:"submit even occurrences that do not fit"`
	DryRun       bool   `json:"dry_run,omitempty"`
}

// Choosing says with which occurrences a step is taken.
type Choosing struct {
	Places       []int `json:"occurrences,omitempty" maxItems:"100" doc:"default: all with which the step can be taken"`
	AllOrNothing *bool `json:"all_or_nothing,omitempty" doc:"default: as the series; false does what can be done, and answers for each occurrence"`
	DryRun       bool  `json:"dry_run,omitempty"`
}

func (c Choosing) choice(revision int64) scheduler.SeriesChoice {
	return scheduler.SeriesChoice{Places: c.Places, AllOrNothing: c.AllOrNothing, DryRun: c.DryRun, Revision: revision}
}

type seriesGrant struct {
	Choosing
	Change   changeShape    `json:"change,omitzero" doc:"grant other slots; occurrences that it leaves out stay under review"`
	Override *overrideShape `json:"override,omitempty" doc:"overbook or approvals"`
	Reason   string         `json:"reason,omitempty"`
}

type seriesRejection struct {
	Choosing
	Reason       string      `json:"reason"`
	Alternatives int         `json:"alternatives,omitempty" minimum:"0" maximum:"10" doc:"number of cheapest alternatives to offer for each occurrence"`
	Change       changeShape `json:"change,omitzero" doc:"offer each occurrence as this change would have it, instead"`
	HoldFor      periodShape `json:"hold_for,omitzero" doc:"how long the offers hold their capacity, ISO 8601"`
}

type seriesMoving struct {
	Choosing
	Change   changeShape    `json:"change" doc:"where to; occurrences that it leaves out stay"`
	Override *overrideShape `json:"override,omitempty" doc:"overbook or approvals"`
	Reason   string         `json:"reason,omitempty"`
}

type seriesReasoned struct {
	Choosing
	Reason string `json:"reason,omitempty"`
}

type seriesAssigning struct {
	Choosing
	Mentor string `json:"mentor"`
	Reason string `json:"reason,omitempty"`
}

type seriesApproving struct {
	Choosing
	Decision scheduler.Decision `json:"decision" enum:"approved,refused"`
	Reason   string             `json:"reason,omitempty" doc:"mandatory if refused"`
}

type seriesChecked struct {
	OK    bool             `json:"ok" doc:"all occurrences fit, one beside the other"`
	Parts []scheduler.Part `json:"occurrences"`
}

type seriesSuggestion struct {
	Fit  seriesChecked `json:"fit"`
	Ways []series.Way  `json:"ways" doc:"ways in which all would fit, cheapest first; the change of a way can be submitted, granted or moved to. The cost is in hours of shift, of all occurrences together"`
}

type seriesWays struct {
	Ways []series.Way `json:"ways" doc:"cheapest first"`
}

func checkedParts(parts []scheduler.Part) seriesChecked {
	out := seriesChecked{OK: true, Parts: parts}
	for _, p := range parts {
		out.OK = out.OK && p.Fit != nil && p.Fit.Fits
	}
	return out
}

func (a *api) seriesRoutes() {
	type filter struct {
		Paged
		Experimenter string           `query:"experimenter" maxLength:"64"`
		Testbed      string           `query:"testbed" maxLength:"64" doc:"series that use it"`
		Experiment   string           `query:"experiment" maxLength:"200" doc:"what is repeated: the NSD, or the name of what has none"`
		Text         string           `query:"q" maxLength:"200" doc:"text in the name or the NSD"`
		Status       scheduler.Status `query:"status" doc:"series with at least one occurrence in it; a page may then be short, and have a next one"`
	}
	add(a, operation{id: "list-series", method: "GET", path: "/series", tag: "series", summary: "List the series that you may see, newest first"},
		func(ctx context.Context, actor account.Actor, in *filter) (*list[scheduler.ListedSeries], error) {
			page, err := a.service.ListSeries(ctx, actor, scheduler.SeriesFilter{Experimenter: in.Experimenter, Testbed: in.Testbed, Experiment: in.Experiment, Text: in.Text,
				Status: in.Status, Limit: in.Limit}, in.Cursor)
			query := in.Paged.query(url.Values{})
			for name, value := range map[string]string{"experimenter": in.Experimenter, "testbed": in.Testbed, "experiment": in.Experiment, "q": in.Text, "status": string(in.Status)} {
				if value != "" {
					query.Set(name, value)
				}
			}
			return part(page, "/series", query), err
		})
	add(a, operation{id: "get-series", method: "GET", path: "/series/{id}", tag: "series", summary: "Show a series with its occurrences",
		more: "By its UUID, or by the number of one of its requests. Occurrences under review are checked one beside the other, as if those before were granted. The ETag changes with any occurrence."},
		func(ctx context.Context, actor account.Actor, in *One) (*tagged[scheduler.SeriesView], error) {
			v, err := a.service.GetSeries(ctx, actor, in.ID)
			return &tagged[scheduler.SeriesView]{etag(v.Revision), v}, err
		})
	add(a, operation{id: "check-series", method: "POST", path: "/series/check", tag: "series", summary: "Check whether a series fits",
		more: "Each occurrence is checked beside those before it, as if they were granted. Changes nothing."},
		func(ctx context.Context, actor account.Actor, in *struct{ Body SeriesShape }) (*body[seriesChecked], error) {
			parts, err := a.service.CheckSeries(ctx, actor, in.Body.ask())
			return answer(checkedParts(parts)), err
		})
	add(a, operation{id: "suggest-series", method: "POST", path: "/series/suggest", tag: "series", summary: "Suggest ways in which a series fits as a whole",
		more: "All occurrences shifted alike, on another day of the week, some left out or moved alone, ranked by one cost. None where it fits as it is."},
		func(ctx context.Context, actor account.Actor, in *struct{ Body SeriesShape }) (*body[seriesSuggestion], error) {
			ways, parts, err := a.service.SuggestSeries(ctx, actor, in.Body.ask())
			return answer(seriesSuggestion{checkedParts(parts), orNone(ways)}), err
		})
	type submit struct {
		Repeatable
		Body    seriesSubmission
		RawBody []byte
	}
	add(a, operation{id: "create-series", method: "POST", path: "/series", tag: "series", status: http.StatusCreated, summary: "Submit a series",
		more: "One request for each occurrence, all in one step. If one does not fit, it is a 409 with the answer for each occurrence and the ways in which all would fit, unless submit_anyway is true or all_or_nothing is false. A dry run also answers 201, and creates nothing."},
		func(ctx context.Context, actor account.Actor, in *submit) (*created[scheduler.SeriesOutcome], error) {
			s := in.Body
			out, err := a.service.SubmitSeries(ctx, actor, scheduler.SeriesSubmission{SeriesAsk: s.ask(), Name: s.Name, Description: s.Description, Organisation: s.Organisation,
				Mentor: s.Mentor, Experimenter: s.Experimenter, AllOrNothing: s.AllOrNothing, Anyway: s.Anyway, DryRun: s.DryRun, Creation: in.creation("create-series", in.RawBody)})
			if out.Series == nil {
				return &created[scheduler.SeriesOutcome]{Body: out}, err
			}
			return &created[scheduler.SeriesOutcome]{prefix + "/series/" + out.Series.ID, etag(out.Series.Revision), out}, err
		})
	add(a, operation{id: "list-series-ways", method: "GET", path: "/series/{id}/ways", tag: "series", summary: "Suggest ways in which the rest of a series fits as a whole",
		more: "For its occurrences that are still ahead; what they have counts as free. None where they fit as they are."},
		func(ctx context.Context, actor account.Actor, in *struct {
			One
			Limit int `query:"limit" minimum:"1" maximum:"50" doc:"default 5"`
		}) (*body[seriesWays], error) {
			found, err := a.service.WaysOfSeries(ctx, actor, in.ID, in.Limit)
			return answer(seriesWays{orNone(found)}), err
		})
	a.seriesSteps()
}

// orNone returns an empty list for none.
func orNone[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// decideSeries registers a step of a series.
func decideSeries[T any](a *api, id, path, summary, more string, take func(ctx context.Context, actor account.Actor, id string, revision int64, in T) (scheduler.SeriesOutcome, error)) {
	add(a, operation{id: id, method: "POST", path: "/series/{id}/" + path, tag: "series", summary: summary, more: more},
		func(ctx context.Context, actor account.Actor, in *Decision[T]) (*tagged[scheduler.SeriesOutcome], error) {
			return a.decidedSeries(in.Revised, func(revision int64) (scheduler.SeriesOutcome, error) {
				return take(ctx, actor, in.ID, revision, in.Body)
			})
		})
}

// decidedSeries takes a step on the revision that the caller saw.
func (a *api) decidedSeries(r Revised, take func(revision int64) (scheduler.SeriesOutcome, error)) (*tagged[scheduler.SeriesOutcome], error) {
	revision, err := r.revision()
	if err != nil {
		return nil, err
	}
	out, err := take(revision)
	tag := ""
	if out.Series != nil {
		tag = etag(out.Series.Revision)
	}
	return &tagged[scheduler.SeriesOutcome]{tag, out}, err
}

func (a *api) seriesSteps() {
	decideSeries(a, "schedule-series", "schedule", "Grant occurrences of a series", "All or nothing, unless said otherwise: if one does not fit, it is a 409 with the answer for each and the ways in which all would fit.",
		func(ctx context.Context, actor account.Actor, id string, revision int64, in seriesGrant) (scheduler.SeriesOutcome, error) {
			return a.service.ScheduleSeries(ctx, actor, id, scheduler.SeriesSchedule{SeriesChoice: in.choice(revision), Change: in.Change.change(), Override: in.Override.override(), Reason: in.Reason})
		})
	decideSeries(a, "reject-series", "reject", "Reject occurrences of a series, with offers", "",
		func(ctx context.Context, actor account.Actor, id string, revision int64, in seriesRejection) (scheduler.SeriesOutcome, error) {
			return a.service.RejectSeries(ctx, actor, id, scheduler.SeriesReject{SeriesChoice: in.choice(revision), Reason: in.Reason, Count: in.Alternatives, Change: in.Change.change(), HoldFor: in.HoldFor.Period})
		})
	decideSeries(a, "accept-series", "accept", "Accept the first open offer of each rejected occurrence", "",
		func(ctx context.Context, actor account.Actor, id string, revision int64, in Choosing) (scheduler.SeriesOutcome, error) {
			return a.service.AcceptSeries(ctx, actor, id, scheduler.SeriesAccept{SeriesChoice: in.choice(revision)})
		})
	decideSeries(a, "move-series", "move", "Move occurrences of a series", "All alike on the wall clock, or some alone. None is in the way of another one that moves too.",
		func(ctx context.Context, actor account.Actor, id string, revision int64, in seriesMoving) (scheduler.SeriesOutcome, error) {
			return a.service.MoveSeries(ctx, actor, id, scheduler.SeriesMove{SeriesChoice: in.choice(revision), Change: in.Change.change(), Override: in.Override.override(), Reason: in.Reason})
		})
	decideSeries(a, "cancel-series", "cancel", "Cancel occurrences of a series before they run", "",
		func(ctx context.Context, actor account.Actor, id string, revision int64, in seriesReasoned) (scheduler.SeriesOutcome, error) {
			return a.service.CancelSeries(ctx, actor, id, scheduler.SeriesCancel{SeriesChoice: in.choice(revision), Reason: in.Reason})
		})
	decideSeries(a, "assign-series", "assign", "Hand occurrences of a series to a mentor", "",
		func(ctx context.Context, actor account.Actor, id string, revision int64, in seriesAssigning) (scheduler.SeriesOutcome, error) {
			return a.service.AssignSeries(ctx, actor, id, scheduler.SeriesAssign{SeriesChoice: in.choice(revision), Mentor: in.Mentor, Reason: in.Reason})
		})
	type approval struct {
		One
		Revised
		Testbed string `path:"testbed" maxLength:"64"`
		Body    seriesApproving
	}
	add(a, operation{id: "approve-series", method: "PUT", path: "/series/{id}/approvals/{testbed}", tag: "series", summary: "Approve or refuse occurrences of a series for a testbed"},
		func(ctx context.Context, actor account.Actor, in *approval) (*tagged[scheduler.SeriesOutcome], error) {
			return a.decidedSeries(in.Revised, func(revision int64) (scheduler.SeriesOutcome, error) {
				return a.service.ApproveSeries(ctx, actor, in.ID, in.Testbed, scheduler.SeriesApprove{SeriesChoice: in.Body.choice(revision), Decision: in.Body.Decision, Reason: in.Body.Reason})
			})
		})
}
