package web

import (
	"html/template"
	"net/url"
	"time"

	"berth/scheduler/report"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// usePart is what a reader asks of the page of use.
type usePart struct {
	Span    string // a name of a preset, or range
	Slot    testbeds.Slot
	By      report.Dimension
	Testbed string
	Page    int
	zone    *time.Location
}

// useSpans are the presets, with their labels.
var useSpans = []struct{ name, label string }{{"month", "This month"}, {"last-month", "Last month"}, {"quarter", "This quarter"}, {"year", "This year"}, {"12-months", "12 months"}}

// useDimensions are the tabs, with their labels.
var useDimensions = []struct {
	by    report.Dimension
	label string
}{{report.ByTestbed, "Testbeds"}, {report.ByResource, "Resources"}, {report.ByOrganisation, "Organisations"}, {report.ByExperimenter, "Experimenters"}, {report.ByExperiment, "Experiments"}, {report.ByMonth, "Months"}}

// readUse reads what a reader asks for; by default the present month, by testbed.
func (x reader) readUse(q url.Values) (u usePart, err error) {
	u = usePart{Span: q.Get("span"), By: report.Dimension(q.Get("by")), Testbed: q.Get("testbed"), zone: x.zone}
	if u.By == "" {
		u.By = report.ByTestbed
	}
	page, err := number(q, "page")
	if err != nil {
		return u, err
	}
	u.Page = int(min(page, 1<<20))
	today := x.now.In(x.zone)
	year, month := today.Year(), today.Month()
	first := func(y int, m time.Month) time.Time {
		return wallclock.Instant(time.Date(y, m, 1, 0, 0, 0, 0, time.UTC), x.zone)
	}
	switch u.Span {
	case "last-month":
		u.Slot = testbeds.Slot{Start: first(year, month-1), End: first(year, month)}
	case "quarter":
		begin := month - (month-1)%3
		u.Slot = testbeds.Slot{Start: first(year, begin), End: first(year, begin+3)}
	case "year":
		u.Slot = testbeds.Slot{Start: first(year, 1), End: first(year+1, 1)}
	case "12-months":
		u.Slot = testbeds.Slot{Start: first(year, month-11), End: first(year, month+1)}
	case "range":
		if u.Slot.Start, err = readDay("from", q.Get("from"), x.zone, 0); err == nil {
			u.Slot.End, err = readDay("to", q.Get("to"), x.zone, 1)
		}
	default:
		u.Span, u.Slot = "month", testbeds.Slot{Start: first(year, month), End: first(year, month+1)}
	}
	return u, err
}

// readDay reads a day, and returns the midnight with which it, or a later one, begins.
func readDay(field, text string, zone *time.Location, later int) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day, invalid(field, "must be a day such as 2026-11-24")
	}
	return wallclock.Instant(day.AddDate(0, 0, later), zone), nil
}

// From and To are the first and the last day, as fields hold them.
func (u usePart) From() string { return u.Slot.Start.In(u.zone).Format(time.DateOnly) }

// To is the last day that belongs to the span.
func (u usePart) To() string { return u.Slot.End.Add(-time.Second).In(u.zone).Format(time.DateOnly) }

// query returns the part as an address has it.
func (u usePart) query() url.Values {
	q := url.Values{"span": {u.Span}, "by": {string(u.By)}}
	if u.Span == "range" {
		q.Set("from", u.From())
		q.Set("to", u.To())
	}
	if u.Testbed != "" {
		q.Set("testbed", u.Testbed)
	}
	return q
}

// with returns the address of the page with one thing otherwise.
func (u usePart) with(path, name, value string) template.URL {
	q := u.query()
	q.Set(name, value)
	return template.URL(path + "?" + q.Encode())
}
