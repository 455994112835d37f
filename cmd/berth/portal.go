package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"berth/internal/app"
	"berth/scheduler"
	"berth/scheduler/account"
)

type portalCommands struct {
	Check  portalCheck  `cmd:"" help:"Check that each portal answers, and that its orders can be taken; it writes nothing there."`
	Status portalStatus `cmd:"" help:"List for each portal when it was last asked, which order is which request, and what is wrong."`
}

// withPortals runs fn with the parts of an instance that has a portal.
func (s *session) withPortals(ctx context.Context, fn func(parts *app.Parts) error) error {
	if len(s.settings.Portals) == 0 {
		return scheduler.Errorf(scheduler.CodeInvalid, "there is no portal: set portals_file")
	}
	return s.looking(ctx, fn)
}

type portalCheck struct{}

func (c *portalCheck) Run(ctx context.Context, s *session) error {
	return s.withPortals(ctx, func(parts *app.Parts) error {
		all, err := parts.CheckPortals(ctx, s.settings, s.options().Log)
		if err != nil {
			return err
		}
		var shown findings
		for _, p := range all {
			fmt.Fprintf(s.stdout, "%s\n", p.Name)
			for _, f := range p.List {
				shown.print(s, f.OK, f.What, f.Detail, f.Remedy)
			}
		}
		return shown.verdict()
	})
}

type portalStatus struct{}

func (c *portalStatus) Run(ctx context.Context, s *session) error {
	return s.withPortals(ctx, func(parts *app.Parts) error {
		desk, err := parts.Portals(s.settings, "", s.options().Log)
		if err != nil {
			return err
		}
		list, err := desk.List(ctx, account.System)
		if err != nil {
			return err
		}
		for _, p := range list {
			if err := s.showPortal(p); err != nil {
				return err
			}
		}
		return nil
	})
}

// showPortal prints one portal.
func (s *session) showPortal(p scheduler.Portal) error {
	fmt.Fprintf(s.stdout, "%s  %s (%s)\nlast poll     %s\nfollows       %s\norders        %d listed, %d taken so far, %d not taken\n", p.Name, p.Site, p.Kind, when(p.Polled), p.Follow, p.Total, p.Taken, len(p.Loose))
	if p.Failure != "" {
		fmt.Fprintf(s.stdout, "last poll failed: %s\n", p.Failure)
		if p.Remedy != "" {
			fmt.Fprintf(s.stdout, "              → %s\n", p.Remedy)
		}
	}
	w := tabwriter.NewWriter(s.stdout, 0, 8, 2, ' ', 0)
	for _, o := range p.Orders {
		number := "-"
		if o.Number > 0 {
			number = fmt.Sprintf("#%d", o.Number)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", number, o.Key, o.Name, o.Word, o.Trouble)
		if o.Trouble != "" && o.Remedy != "" {
			fmt.Fprintf(w, "\t\t\t\t→ %s\n", o.Remedy)
		}
	}
	for _, o := range p.Loose {
		fmt.Fprintf(w, "not taken\t%s\t%s\t%s\t%s\n", o.Key, o.Name, o.Word, o.Why)
	}
	return w.Flush()
}
