package terminal

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"berth/internal/console"
	"berth/testbeds"
	"berth/testbeds/plain"
	"berth/testbeds/wallclock"
)

// The picture of a week: a row for each resource, a cell for each three hours, seven days.
const (
	weekDays = 7
	cellTime = 3 * time.Hour
	dayCells = int(24 * time.Hour / cellTime)
	label    = 18 // columns
)

// shades say how much of a resource is taken at most within a cell: nothing, some, half, most, all. What is closed has a shade of its own.
var shades = []struct {
	mark  string
	style style
}{{"·", faint}, {"░", good}, {"▒", waiting}, {"▓", waiting}, {"█", bad}}

const closedMark = "x"

// Week draws how much of a testbed is taken in the seven days from a day on.
func (d *Desk) Week(ctx context.Context, testbed, from string) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	day := d.dayOf(d.Now)
	if from != "" {
		var err error
		if _, day, err = d.moment(strings.Join(strings.Fields(from), " ")); err != nil {
			return console.Faults{{Field: "from", Rule: err.Error()}}.Err()
		}
	}
	span := testbeds.Slot{Start: d.at(day, 0), End: d.at(day.AddDate(0, 0, weekDays), 0)}
	a, err := d.Client.Availability(ctx, testbed, span)
	if err != nil {
		return err
	}
	if done, err := d.machine(a.Raw); done {
		return err
	}
	if d.Format != FormatTable {
		return d.list(capacity(a.Value.Series), a.Raw)
	}
	d.say("%s, %s, in %s", testbed, wallclock.SaidSpan(span.Start, span.End, d.Zone, d.Now), d.Zone)
	head := strings.Repeat(" ", label)
	for i := range weekDays {
		name := day.AddDate(0, 0, i).Format("Mon 2")
		head += " " + name + strings.Repeat(" ", dayCells-utf8.RuneCountInString(name))
	}
	d.say("%s", strings.TrimRight(head, " "))
	for _, s := range a.Value.Series {
		name := strings.TrimPrefix(s.Resource.Words(), testbed+" ")
		if utf8.RuneCountInString(name) > label-1 {
			name = plain.Clip(name, label-2)
		}
		line := name + strings.Repeat(" ", label-utf8.RuneCountInString(name))
		for i := range weekDays {
			line += " "
			for c := range dayCells {
				begin := d.at(day.AddDate(0, 0, i), time.Duration(c)*cellTime)
				line += d.shade(s.Steps, testbeds.Slot{Start: begin, End: begin.Add(cellTime)})
			}
		}
		if _, err := d.Out.Write([]byte(line + "\n")); err != nil {
			return err
		}
	}
	d.say("%s free  ░ some  ▒ half  ▓ most  █ all taken  %s closed; each mark is three hours", shades[0].mark, closedMark)
	return nil
}

// shade draws the greatest share that is taken within a span.
func (d *Desk) shade(steps []testbeds.Step, span testbeds.Slot) string {
	most, closed := 0.0, true
	for i, s := range steps {
		if !s.At.Before(span.End) || i+1 < len(steps) && !steps[i+1].At.After(span.Start) {
			continue
		}
		if s.Total > 0 {
			closed = false
			most = max(most, float64(s.Total-s.Free)/float64(s.Total))
		} else if s.Free < 0 {
			most, closed = 1, false
		}
	}
	if closed {
		return string(d.styled(closedMark, faint))
	}
	at := 0
	switch {
	case most >= 1:
		at = 4
	case most > 2.0/3:
		at = 3
	case most > 1.0/3:
		at = 2
	case most > 0:
		at = 1
	}
	return string(d.styled(shades[at].mark, shades[at].style))
}

// capacity is a table of the steps of all resources.
func capacity(series []testbeds.Series) table {
	t := table{Head: []string{"resource", "from", "free", "total"}}
	for _, s := range series {
		for _, x := range s.Steps {
			t.Rows = append(t.Rows, []cell{said(s.Resource.String()), said(date(x.At)), said(itoa(x.Free)), said(itoa(x.Total))})
		}
	}
	return t
}
