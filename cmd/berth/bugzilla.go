package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"berth/internal/app"
	"berth/scheduler"
)

type bugzillaCommands struct {
	Check  bugzillaCheck  `cmd:"" help:"Check everything that tickets depend on, and say what would fail."`
	Status bugzillaStatus `cmd:"" help:"List what waits, what is stuck and why, and when Bugzilla was last asked."`
	Sync   bugzillaSync   `cmd:"" help:"Bring one request and its ticket in line, now."`
	Demo   bugzillaDemo   `cmd:"" help:"Be a Bugzilla, to try Berth with: in memory, on this machine only, until it is stopped."`
}

// withTickets runs fn with the service of tickets; it fails without a Bugzilla.
func (s *session) withTickets(ctx context.Context, fn func(parts *app.Parts, tickets *app.Tickets) error) error {
	if err := s.connected(); err != nil {
		return err
	}
	return s.looking(ctx, func(parts *app.Parts) error {
		tickets, err := parts.Tickets(s.settings, parts.Store.Site().URL, s.options().Log)
		if err != nil {
			return err
		}
		return fn(parts, tickets)
	})
}

// connected returns an error without a Bugzilla.
func (s *session) connected() error {
	if s.settings.Bugzilla.URL == "" {
		return scheduler.Errorf(scheduler.CodeInvalid, "there is no Bugzilla: set bugzilla_url, bugzilla_login and bugzilla_key_file")
	}
	return nil
}

type bugzillaCheck struct{}

func (c *bugzillaCheck) Run(ctx context.Context, s *session) error {
	if err := s.connected(); err != nil {
		return err
	}
	list, err := app.CheckTickets(ctx, s.settings)
	if err != nil {
		return err
	}
	var shown findings
	for _, f := range list {
		shown.print(s, f.OK, f.What, f.Detail, f.Remedy)
	}
	return shown.verdict()
}

type bugzillaStatus struct{}

// shownStuck bounds the list of failed deliveries.
const shownStuck = 50

func (c *bugzillaStatus) Run(ctx context.Context, s *session) error {
	return s.withTickets(ctx, func(parts *app.Parts, tickets *app.Tickets) error {
		b, err := parts.Store.Backlog(ctx, app.TicketChannel)
		if err != nil {
			return err
		}
		p, err := tickets.Progress(ctx)
		if err != nil {
			return err
		}
		undone, err := parts.Store.Deliveries(ctx, app.TicketChannel, "", true, 0, shownStuck)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.stdout, "waiting       %d\nstuck         %d\noldest        %s\nlast success  %s\nlast poll     %s\n", b.Waiting, b.Stuck, when(b.Oldest), when(b.LastSuccess), when(&p.Polled))
		if p.Failure != "" {
			fmt.Fprintf(s.stdout, "last poll failed: %s\n", p.Failure)
			if p.Remedy != "" {
				fmt.Fprintf(s.stdout, "              → %s\n", p.Remedy)
			}
		}
		if len(p.Again) > 0 {
			fmt.Fprintf(s.stdout, "could not be handled, tried again: bugs %v\n", p.Again)
		}
		if len(p.Lost) > 0 {
			fmt.Fprintf(s.stdout, "no longer visible: bugs %v\n", p.Lost)
		}
		return troubles(s.stdout, undone)
	})
}

// troubles lists failed deliveries, grouped by their fault.
func troubles(out io.Writer, list []scheduler.Delivery) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	for i, m := range list {
		same := func(o scheduler.Delivery) bool { return o.Failure == m.Failure && o.State == m.State }
		if m.Failure == "" || slices.ContainsFunc(list[:i], same) {
			continue
		}
		more := ""
		if n := len(slices.DeleteFunc(slices.Clone(list[i+1:]), func(o scheduler.Delivery) bool { return !same(o) })); n > 0 {
			more = fmt.Sprintf(" and %d more", n)
		}
		fmt.Fprintf(w, "#%d%s\t%s\t%s\ttried %d times\t%s\n", m.Event.Number, more, m.Event.Action, m.State, m.Attempts, m.Failure)
		if m.Remedy != "" {
			fmt.Fprintf(w, "\t\t\t\t→ %s\n", m.Remedy)
		}
	}
	return w.Flush()
}

func when(t *time.Time) string {
	if t == nil || t.IsZero() {
		return "never"
	}
	return t.UTC().Format(time.RFC3339)
}

type bugzillaSync struct {
	Request string `required:"" help:"Number or UUID of the request." placeholder:"N"`
}

func (c *bugzillaSync) Run(ctx context.Context, s *session) error {
	return s.withTickets(ctx, func(parts *app.Parts, tickets *app.Tickets) error {
		v, told, err := parts.SyncTicket(ctx, tickets, c.Request, s.options().Log)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.stdout, "request #%d is %s, its ticket is %s; told %d events\n", v.Number, v.Status, v.Ticket.URL, told)
		return nil
	})
}
