package api

import (
	"bytes"
	"context"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/report"
	"berth/testbeds/wallclock"
)

type useQuestion struct {
	From    time.Time        `query:"from" required:"true" doc:"start of the span"`
	To      time.Time        `query:"to" required:"true" doc:"end of the span, at most 1830 days later"`
	By      report.Dimension `query:"by" enum:"testbed,resource,organisation,experimenter,experiment,month" default:"testbed" doc:"what the lines are about"`
	Testbed string           `query:"testbed" maxLength:"64" doc:"only this testbed"`
	Zone    string           `query:"zone" maxLength:"64" doc:"time zone in which months begin, such as Europe/Dublin; default UTC"`
}

// UseAmounts are hours, and hours times what was taken.
type UseAmounts struct {
	Hours       float64 `json:"hours" doc:"of experiments"`
	VCPUHours   float64 `json:"vcpu_hours"`
	DeviceHours float64 `json:"device_hours" doc:"of all kinds of devices"`
	UnitHours   float64 `json:"unit_hours,omitempty" doc:"of the line's resource, in its own unit"`
}

// UseLine counts the requests that touch one thing.
type UseLine struct {
	Key         string                 `json:"key,omitempty" doc:"a testbed, a resource such as wins-5g/iris/vcpu, a username, a month such as 2026-11"`
	Name        string                 `json:"name,omitempty"`
	Requests    int                    `json:"requests"`
	Fates       map[report.Fate]int    `json:"fates" doc:"how many are waiting, ahead, running, completed, failed, no_show, cancelled, rejected"`
	Refusals    map[report.Refusal]int `json:"refusals" doc:"why they were rejected: approval, deployable, capacity, other"`
	Overbooked  int                    `json:"overbooked"`
	Planned     UseAmounts             `json:"planned"`
	Used        UseAmounts             `json:"used" doc:"as operators reported it"`
	Decisions   int                    `json:"decisions"`
	MedianHours float64                `json:"median_hours_to_decision" doc:"from submission to the first decision"`
}

// UseReport is the use of testbeds over a span.
type UseReport struct {
	From  time.Time        `json:"from"`
	To    time.Time        `json:"to"`
	Zone  string           `json:"zone"`
	By    report.Dimension `json:"by"`
	Total UseLine          `json:"total"`
	Lines []UseLine        `json:"lines"`
}

func amounts(a report.Amounts) UseAmounts {
	return UseAmounts{report.Hours(a.Time), report.Hours(a.VCPU), report.Hours(a.Devices), report.Hours(a.Units)}
}

func useLine(l report.Line) UseLine {
	x := UseLine{Key: l.Key, Name: l.Name, Requests: l.Requests, Fates: l.Fates, Refusals: l.Refusals, Overbooked: l.Overbooks, Planned: amounts(l.Planned), Used: amounts(l.Used),
		Decisions: l.Decisions, MedianHours: l.Decision.Hours()}
	if x.Fates == nil { // a month without a request
		x.Fates, x.Refusals = map[report.Fate]int{}, map[report.Refusal]int{}
	}
	return x
}

func useReport(r report.Report) UseReport {
	if r.Zone == nil { // of a question that was refused
		return UseReport{}
	}
	out := UseReport{From: r.Span.Start, To: r.Span.End, Zone: r.Zone.String(), By: r.By, Total: useLine(r.Total), Lines: []UseLine{}}
	for _, l := range r.Lines {
		out.Lines = append(out.Lines, useLine(l))
	}
	return out
}

// table is an answer that is written as it is.
type table struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

const whoseUse = "Mentors, operators and administrators see all of it, providers their testbeds, and everybody their own requests. A plan or a run counts with its part in the " +
	"span, and as far as 31 days beyond the slot of its request."

func (a *api) reportRoutes() {
	add(a, operation{id: "report-use", method: "GET", path: "/reports/use", tag: "reports", summary: "Show how testbeds were planned and used", more: whoseUse},
		func(ctx context.Context, actor account.Actor, in *useQuestion) (*body[UseReport], error) {
			r, err := a.use(ctx, actor, *in)
			return &body[UseReport]{useReport(r)}, err
		})
	add(a, operation{id: "report-use-table", method: "GET", path: "/reports/use.csv", tag: "reports", summary: "Download how testbeds were planned and used, as CSV",
		more: "One row for each line, and the total last. Texts that begin like a formula have an apostrophe before them. " + whoseUse},
		func(ctx context.Context, actor account.Actor, in *useQuestion) (*table, error) {
			r, err := a.use(ctx, actor, *in)
			if err != nil {
				return nil, err
			}
			var b bytes.Buffer
			err = r.CSV(&b)
			return &table{"text/csv; charset=utf-8", `attachment; filename="use.csv"`, b.Bytes()}, err
		})
}

func (a *api) use(ctx context.Context, actor account.Actor, in useQuestion) (r report.Report, err error) {
	zone := time.UTC
	if in.Zone != "" {
		if zone, err = wallclock.Zone(in.Zone); err != nil {
			return r, invalid("zone", "is not the name of a time zone such as Europe/Dublin")
		}
	}
	return a.service.Use(ctx, actor, scheduler.Question{From: in.From, To: in.To, Zone: zone, By: in.By, Testbed: in.Testbed})
}
