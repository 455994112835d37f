package web

import (
	"bytes"
	"cmp"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/report"
	"berth/testbeds"
	"berth/testbeds/plain"
)

// usePage shows how testbeds were planned and used.
type usePage struct {
	Part     usePart
	Whose    string // what the reader sees of it
	Spans    []link
	Tabs     []link
	Testbeds []testbeds.Testbed
	Column   string // what the lines are
	Total    report.Line
	Fates    []share
	Refusals []share
	Lines    []useRow
	Count    int
	Pages    []link
	CSV      template.URL
	Over     bool // the span has passed: what was used can be compared with what was planned
	Resource bool // the lines are resources, with units of their own
}

// share is a part of all requests.
type share struct {
	Name, Label string
	Count       int
	X, Width    string // of a bar that is a thousand wide
}

// useRow is a line with its bars.
type useRow struct {
	report.Line
	Title, Sub    string
	URL           template.URL
	Planned, Used string // widths of bars, of a thousand
}

// ended counts the requests with a fate.
func ended(l report.Line, fate string) int { return l.Fates[report.Fate(fate)] }

// rowsOfUse is the number of lines on a page.
const rowsOfUse = 50

// fateLabels and refusalLabels say what the reports count.
var (
	fateLabels = map[report.Fate]string{report.Waiting: "under review", report.Ahead: "ahead", report.Running: "running", report.Completed: "completed", report.Failed: "failed",
		report.NoShow: "not started", report.Cancelled: "cancelled", report.Rejected: "rejected"}
	refusalLabels = map[report.Refusal]string{report.ByTheTestbed: "a testbed refused", report.Impossible: "cannot be deployed", report.Taken: "its slot was taken", report.Otherwise: "another reason"}
)

func (s *site) asksUse(r *http.Request, who account.Actor) (u usePart, rep report.Report, err error) {
	x := s.readerOf(who)
	if u, err = x.readUse(r.URL.Query()); err != nil {
		return u, rep, err
	}
	rep, err = s.service.Use(r.Context(), who, scheduler.Question{From: u.Slot.Start, To: u.Slot.End, Zone: x.zone, By: u.By, Testbed: u.Testbed})
	return u, rep, err
}

func (s *site) use(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	u, rep, err := s.asksUse(r, who)
	if err != nil {
		return err
	}
	f, _, err := s.service.Facility(r.Context(), who)
	if err != nil {
		return err
	}
	p := usePage{Part: u, Whose: whose(who), Testbeds: f.Testbeds, Total: rep.Total, Count: len(rep.Lines), CSV: u.with("/use.csv", "by", string(u.By)), Resource: u.By == report.ByResource, Over: !s.o.Clock().Before(u.Slot.End),
		Fates: shares(report.Fates, fateLabels, rep.Total.Fates), Refusals: shares(report.Refusals, refusalLabels, rep.Total.Refusals)}
	for _, x := range useSpans {
		p.Spans = append(p.Spans, link{Label: x.label, URL: string(u.with("/use", "span", x.name)), Here: u.Span == x.name})
	}
	for _, x := range useDimensions {
		p.Tabs = append(p.Tabs, link{Label: x.label, URL: string(u.with("/use", "by", string(x.by))), Here: u.By == x.by})
		if u.By == x.by {
			p.Column = strings.TrimSuffix(x.label, "s")
		}
	}
	p.rows(rep, u, names{beds: f})
	s.show(w, r, http.StatusOK, "use.html", "Use", who, p)
	return nil
}

// whose says what a reader sees of the use.
func whose(who account.Actor) string {
	switch {
	case scheduler.VisibleTo(who) == nil:
		return "All requests."
	case len(who.Testbeds) > 0:
		return "Your testbeds, and your own requests."
	}
	return "Your own requests."
}

// rows fills in one page of lines, with bars against the longest of all.
func (p *usePage) rows(rep report.Report, u usePart, n names) {
	var most int64 = 1
	for _, l := range rep.Lines {
		most = max(most, measure(l, true), measure(l, false))
	}
	pages := (len(rep.Lines) + rowsOfUse - 1) / rowsOfUse
	p.Part.Page = min(max(u.Page, 1), max(pages, 1))
	for i := 1; pages > 1 && i <= pages; i++ {
		p.Pages = append(p.Pages, link{Label: strconv.Itoa(i), URL: string(u.with("/use", "page", strconv.Itoa(i))), Here: i == p.Part.Page})
	}
	from := (p.Part.Page - 1) * rowsOfUse
	for _, l := range rep.Lines[from:min(from+rowsOfUse, len(rep.Lines))] {
		row := useRow{Line: l, Title: titleOf(l, rep.By, n), Planned: part1000(measure(l, true), most), Used: part1000(measure(l, false), most)}
		switch rep.By {
		case report.ByTestbed:
			row.URL = template.URL("/testbeds/" + l.Key)
		case report.ByExperimenter:
			if l.Name != "" {
				row.Sub = l.Key
			}
		}
		p.Lines = append(p.Lines, row)
	}
}

// measure is what the bar of a line shows: units of a resource where the lines are resources of different kinds would not compare, so it is hours.
func measure(l report.Line, planned bool) int64 {
	if planned {
		return l.Planned.Time
	}
	return l.Used.Time
}

func titleOf(l report.Line, by report.Dimension, n names) string {
	switch {
	case l.Resource != nil:
		return n.Resource(*l.Resource)
	case by == report.ByMonth:
		if t, err := time.Parse("2006-01", l.Key); err == nil {
			return t.Format("January 2006")
		}
	case by == report.ByExperiment && l.Key == "":
		return "own components"
	case l.Name == "" && l.Key == "":
		return "not named"
	case l.Name == "":
		return l.Key
	}
	return l.Name
}

// shares lays the counts of something side by side, on a bar that is a thousand wide.
func shares[T ~string](order []T, labels map[T]string, counts map[T]int) (list []share) {
	all, before := 0, 0
	for _, n := range counts {
		all += n
	}
	for _, x := range order {
		if n := counts[x]; n > 0 {
			list = append(list, share{Name: string(x), Label: labels[x], Count: n, X: part1000(int64(before), int64(all)), Width: part1000(int64(n), int64(all))})
			before += n
		}
	}
	return list
}

// part1000 is a part of a whole, in thousandths.
func part1000(n, of int64) string {
	return strconv.FormatFloat(float64(n)/float64(of)*1000, 'f', 1, 64)
}

// useTable serves the same as a table.
func (s *site) useTable(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	_, rep, err := s.asksUse(r, who)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := rep.CSV(&b); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="use.csv"`)
	_, err = w.Write(b.Bytes())
	return err
}

// hoursWords writes seconds as hours: "0", "0.5", "12", "1,234".
func hoursWords(seconds int64) string {
	h := report.Hours(seconds)
	if h < 10 {
		return strings.TrimSuffix(strconv.FormatFloat(h, 'f', 1, 64), ".0")
	}
	digits := strconv.FormatInt(int64(h+.5), 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// ofPlan says how much of what was planned was used: "82 %"; empty where nothing was planned.
func ofPlan(used, planned int64) string {
	if planned == 0 {
		return ""
	}
	return strconv.Itoa(int(float64(used)/float64(planned)*100+.5)) + " %"
}

// unitsWords writes unit-seconds of a resource in hours of people's units: "160 GB-hours".
func unitsWords(l report.Line, seconds int64) string {
	if l.Resource == nil || seconds == 0 {
		return "–"
	}
	q := l.Resource.Quantity
	if strings.HasSuffix(q, "_mb") {
		return hoursWords(seconds/1024) + " GB-hours"
	}
	if strings.HasSuffix(q, "_gb") {
		return hoursWords(seconds) + " GB-hours"
	}
	return hoursWords(seconds) + " " + cmp.Or(plain.Quantity(q), "unit") + "-hours"
}

// took writes how long decisions took.
func took(l report.Line) string {
	if l.Decisions == 0 {
		return ""
	}
	return lasting(l.Decision)
}
