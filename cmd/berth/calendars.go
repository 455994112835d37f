package main

import (
	"context"
	"fmt"

	"berth/internal/app"
	"berth/scheduler"
	"berth/scheduler/account"
)

type calendarsCommands struct {
	Check   calendarsCheck   `cmd:"" help:"Read each calendar, and say what it would close, what of it is not understood, and whom it would hit."`
	Status  calendarsStatus  `cmd:"" help:"List for each calendar when it was last read or written, and what needs a person."`
	Confirm calendarsConfirm `cmd:"" help:"Let a calendar be believed although most of its events are gone."`
	Forget  calendarsForget  `cmd:"" help:"Remove the closures of a calendar that is no longer in the settings."`
}

type calendarsCheck struct{}

func (c *calendarsCheck) Run(ctx context.Context, s *session) error {
	if len(s.settings.Calendars) == 0 {
		return scheduler.Errorf(scheduler.CodeInvalid, "there is no calendar: set calendars_file")
	}
	return s.looking(ctx, func(parts *app.Parts) error {
		all, err := parts.CheckTestbedCalendars(ctx, s.settings, s.options().Log)
		if err != nil {
			return err
		}
		var shown findings
		for _, x := range all {
			fmt.Fprintf(s.stdout, "%s\n", x.Name)
			for _, f := range x.List {
				shown.print(s, f.OK, f.What, f.Detail, f.Remedy)
			}
		}
		return shown.verdict()
	})
}

type calendarsStatus struct{}

func (c *calendarsStatus) Run(ctx context.Context, s *session) error {
	return s.looking(ctx, func(parts *app.Parts) error {
		desk, err := parts.TestbedCalendars(ctx, s.settings, s.options().Log)
		if err != nil {
			return err
		}
		list, err := desk.List(ctx, account.System, "")
		if err != nil {
			return err
		}
		if len(list) == 0 {
			fmt.Fprintln(s.stdout, "there is no calendar: set calendars_file")
		}
		for _, x := range list {
			s.showCalendar(x)
		}
		return nil
	})
}

// showCalendar prints one calendar.
func (s *session) showCalendar(x scheduler.TestbedCalendar) {
	what := "closes"
	if x.Writes {
		what = "gets the bookings of"
	}
	fmt.Fprintf(s.stdout, "%s  %s\n%-14s%s\n", x.Name, x.Site, what, x.Testbed)
	switch {
	case x.Left:
		fmt.Fprintf(s.stdout, "not in the settings; %d closures stay\n              → berth calendars forget %s\n", x.Closures, x.Name)
		return
	case x.Writes:
		fmt.Fprintf(s.stdout, "last written  %s\nbookings      %d\n", when(x.Read), x.Events)
	default:
		fmt.Fprintf(s.stdout, "last read     %s\nevents        %d, as %d closures\n", when(x.Read), x.Events, x.Closures)
	}
	if x.Stale {
		fmt.Fprintln(s.stdout, "stale         its last state stays in force")
	}
	if x.Failure != "" {
		fmt.Fprintf(s.stdout, "failed        %s\n              → %s\n", x.Failure, x.Remedy)
	}
	if h := x.Held; h != nil {
		fmt.Fprintf(s.stdout, "held          %d of %d events are gone since %s, which is not believed\n              → berth calendars confirm %s\n", h.Gone, h.Of, when(&h.Since), x.Name)
	}
	for _, n := range x.Notes {
		kept := ""
		if n.Kept {
			kept = "; it closes what it closed before"
		}
		fmt.Fprintf(s.stdout, "event         %q: %s%s\n", n.Event, n.Text, kept)
	}
	if x.More > 0 {
		fmt.Fprintf(s.stdout, "              and %d more\n", x.More)
	}
}

type calendarsConfirm struct {
	Name string `arg:"" help:"The calendar, as the settings call it."`
}

func (c *calendarsConfirm) Run(ctx context.Context, s *session) error {
	return s.looking(ctx, func(parts *app.Parts) error {
		desk, err := parts.TestbedCalendars(ctx, s.settings, s.options().Log)
		if err == nil {
			err = desk.Confirm(ctx, account.System, c.Name)
		}
		if err == nil {
			fmt.Fprintf(s.stdout, "the calendar %s is believed at its next reading\n", c.Name)
		}
		return err
	})
}

type calendarsForget struct {
	Name string `arg:"" help:"The calendar, as the settings called it."`
}

func (c *calendarsForget) Run(ctx context.Context, s *session) error {
	return s.looking(ctx, func(parts *app.Parts) error {
		desk, err := parts.TestbedCalendars(ctx, s.settings, s.options().Log)
		if err != nil {
			return err
		}
		change, err := desk.Forget(ctx, account.System, c.Name)
		if err == nil {
			fmt.Fprintf(s.stdout, "the calendar %s is forgotten: %d changes\n", c.Name, len(change.Differences))
		}
		return err
	})
}
