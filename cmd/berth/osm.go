package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"berth/internal/app"
	"berth/scheduler"
	"berth/scheduler/account"
)

type osmCommands struct {
	Check  osmCheck  `cmd:"" help:"Check everything that watching and driving each OSM depend on, and say what would fail."`
	Status osmStatus `cmd:"" help:"List for each OSM when it was last asked, and what runs there for which request."`
}

// withOSMs runs fn with the parts of an instance that has an OSM.
func (s *session) withOSMs(ctx context.Context, fn func(parts *app.Parts) error) error {
	if len(s.settings.OSMs) == 0 {
		return scheduler.Errorf(scheduler.CodeInvalid, "there is no OSM: set osm_file")
	}
	return s.looking(ctx, fn)
}

type osmCheck struct{}

func (c *osmCheck) Run(ctx context.Context, s *session) error {
	return s.withOSMs(ctx, func(parts *app.Parts) error {
		all, err := parts.CheckOSMs(ctx, s.settings)
		if err != nil {
			return err
		}
		var shown findings
		for _, o := range all {
			fmt.Fprintf(s.stdout, "%s\n", o.Name)
			for _, f := range o.List {
				shown.print(s, f.OK, f.What, f.Detail, f.Remedy)
			}
		}
		return shown.verdict()
	})
}

type osmStatus struct{}

func (c *osmStatus) Run(ctx context.Context, s *session) error {
	return s.withOSMs(ctx, func(parts *app.Parts) error {
		desk, err := parts.Orchestrators(s.settings, s.options().Log)
		if err != nil {
			return err
		}
		list, err := desk.List(ctx, account.System)
		if err != nil {
			return err
		}
		for _, o := range list {
			if err := s.showOSM(o); err != nil {
				return err
			}
		}
		return nil
	})
}

// showOSM prints one OSM.
func (s *session) showOSM(o scheduler.Orchestrator) error {
	drives := "nothing, it is only watched"
	if len(o.Drives) > 0 {
		drives = strings.Join(o.Drives, ", ")
	}
	fmt.Fprintf(s.stdout, "%s  %s\nlast poll     %s\ndrives        %s\nservices      %d, %d of them without a request\n", o.Name, o.Site, when(o.Polled), drives, o.Total, len(o.Loose))
	if o.Failure != "" {
		fmt.Fprintf(s.stdout, "last poll failed: %s\n", o.Failure)
		if o.Remedy != "" {
			fmt.Fprintf(s.stdout, "              → %s\n", o.Remedy)
		}
	}
	w := tabwriter.NewWriter(s.stdout, 0, 8, 2, ' ', 0)
	for _, p := range o.Pools {
		vim := p.VIM
		if vim == "" {
			vim = "no VIM that Berth knows"
		}
		fmt.Fprintf(w, "vim\t%s\t%s\t%s\n", p.Name, p.ID, vim)
	}
	for _, d := range o.Tied {
		need := strings.TrimSpace(d.Question + " " + d.Trouble + " " + d.Waits)
		fmt.Fprintf(w, "#%d\t%s\t%s\t%s\t%s\n", d.Number, d.Name, d.Service, d.Phase, need)
	}
	return w.Flush()
}
