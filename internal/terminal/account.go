package terminal

import (
	"bytes"
	"context"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/internal/console"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// Calendars lists the person's calendars with the addresses for their clients.
func (d *Desk) Calendars(ctx context.Context) error {
	a, err := d.Client.Calendars(ctx)
	if err != nil {
		return err
	}
	if d.Format == FormatTable {
		d.say("Clients that find calendars themselves: %s, as %s, with an app password (berth calendar password).", a.Value.Server, a.Value.Username)
	}
	t := table{Head: []string{"calendar", "address", "moves", "name"}}
	for _, c := range a.Value.Calendars {
		moves := "no"
		if c.Writable {
			moves = "yes"
		}
		t.Rows = append(t.Rows, []cell{said(c.ID), said(c.URL), said(moves), said(c.Name)})
	}
	out := d.Output
	out.Width = 0 // part of an address is of no use
	return out.list(t, a.Raw)
}

// CalendarPassword makes a password for a calendar client, which is shown once.
func (d *Desk) CalendarPassword(ctx context.Context, device string, moves bool) error {
	scopes := []account.Scope{account.ScopeCalendar}
	if moves {
		scopes = append(scopes, account.ScopeCalendarMove)
	}
	a, err := d.Client.CreateToken(ctx, device, scopes, nil)
	if err != nil {
		return err
	}
	if done, err := d.machine(a.Raw); done {
		return err
	}
	if d.Format == FormatTable {
		d.say("The app password of %q; it is shown only now:", device)
	}
	d.say("%s", a.Value.Secret)
	return nil
}

// Report shows the use of the testbeds from a day on, up to another.
func (d *Desk) Report(ctx context.Context, from, to, by, testbed string) error {
	if err := d.settle(ctx); err != nil {
		return err
	}
	var wrong console.Faults
	read := func(field, text string, otherwise time.Time) time.Time {
		if text == "" {
			return otherwise
		}
		at, err := d.Moment(text)
		wrong.Add(field, err)
		return at
	}
	now := d.Now.UTC().Truncate(time.Minute)
	span := testbeds.Slot{Start: read("from", from, now.AddDate(0, -1, 0)), End: read("to", to, now)}
	if err := wrong.Err(); err != nil {
		return err
	}
	machine := d.Format == FormatJSON || d.Format == FormatYAML
	a, err := d.Client.Use(ctx, span, by, testbed, d.Zone.String(), !machine)
	if err != nil {
		return err
	}
	if machine {
		return d.raw(a.Raw)
	}
	if d.Format == FormatCSV {
		_, err := d.Out.Write(a.Raw)
		return err
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(a.Raw, []byte("\ufeff")))).ReadAll()
	if err != nil || len(rows) == 0 {
		return scheduler.Errorf(scheduler.CodeUnavailable, "%s does not answer with a table: %v", d.Client.Server(), err)
	}
	return d.list(narrow(rows), nil)
}

// narrowColumns are the columns of a report that fit a terminal; the CSV has all.
var narrowColumns = []string{"key", "name", "requests", "completed", "no_show", "planned_hours", "used_hours", "planned_vcpu_hours", "used_vcpu_hours", "median_hours_to_decision"}

// rounded says a number with one decimal at most.
func rounded(exact string) cell {
	if n, err := strconv.ParseFloat(exact, 64); err == nil {
		return cell{Said: strings.TrimSuffix(strconv.FormatFloat(n, 'f', 1, 64), ".0"), Exact: exact}
	}
	return said(exact)
}

// narrow makes a table of the columns for people of a report in CSV.
func narrow(rows [][]string) table {
	t := table{None: "Nothing was booked then."}
	var at []int
	for i, name := range rows[0] {
		if slices.Contains(narrowColumns, name) {
			at = append(at, i)
			t.Head = append(t.Head, strings.ReplaceAll(name, "_", " "))
		}
	}
	for _, row := range rows[1:] {
		var cells []cell
		for _, i := range at {
			cells = append(cells, rounded(row[i]))
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}
