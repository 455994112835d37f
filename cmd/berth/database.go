package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"text/tabwriter"

	"berth/internal/app"
	"berth/internal/console"
	"berth/scheduler"
)

type loadCommand struct {
	changing
	Files   []string `arg:"" name:"file" help:"Facility or catalogue in YAML."`
	Force   bool     `help:"Change it although bookings lose their capacity; they are named and flagged."`
	Reason  string   `help:"Why, for the history; mandatory with --force." placeholder:"TEXT"`
	Replace bool     `help:"Delete what the files do not have: testbeds, closures, providers and approval policies made over the API."`
	JSON    bool     `name:"json" help:"Write JSON."`
}

func (c *loadCommand) Run(ctx context.Context, p *process, open opening) error {
	sources, err := console.ReadSources(c.Files)
	if err != nil {
		return err
	}
	return c.at(ctx, p, open, c.JSON, creating, func(out console.Console) error {
		return out.Load(ctx, sources, c.Replace, scheduler.ChangeOptions{DryRun: c.DryRun, Force: c.Force, Reason: c.Reason})
	})
}

type verifyCommand struct {
	JSON bool `name:"json" help:"Write JSON."`
}

func (c *verifyCommand) Run(ctx context.Context, s *session) error {
	return s.looking(ctx, func(parts *app.Parts) error {
		err := s.console(parts, c.JSON).Verify(ctx)
		if err == nil || errors.Is(err, console.ErrNo) {
			_ = parts.NoteVerified(ctx, err == nil) // for the administration's page; a database that cannot be written was verified as well
		}
		return err
	})
}

// recorded notes what was done by other means, if that is all that was asked for. A file and a record exclude one another.
func (s *session) recorded(ctx context.Context, file string, record bool, rule string, note func(*app.Parts, context.Context) error) (done bool, err error) {
	if (file == "") != record {
		return true, scheduler.Errorf(scheduler.CodeInvalid, "%s", rule)
	}
	if !record {
		return false, nil
	}
	return true, s.with(ctx, func(parts *app.Parts) error { return note(parts, ctx) })
}

type backupCommand struct {
	File   string `arg:"" optional:"" help:"File to write; it must not be there yet."`
	Record bool   `help:"Make no copy; record that one was made by other means, such as pg_dump, for those who watch its age."`
}

func (c *backupCommand) Run(ctx context.Context, s *session) error {
	if done, err := s.recorded(ctx, c.File, c.Record, "name the file to write, or say --record alone", (*app.Parts).NoteBackup); done {
		return err
	}
	if err := app.Backup(ctx, s.settings, s.options(), c.File); err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "wrote %s\n", c.File)
	return nil
}

type restoreCommand struct {
	File   string `arg:"" optional:"" help:"Backup to put in the place of the database."`
	Record bool   `help:"Copy nothing; record that the database was restored by other means, such as pg_restore: say it before berth serves again."`
}

func (c *restoreCommand) Run(ctx context.Context, s *session) error {
	if done, err := s.recorded(ctx, c.File, c.Record, "name the backup, or say --record alone", (*app.Parts).NoteRestored); done {
		return err
	}
	aside, err := app.Restore(ctx, s.settings, s.options(), c.File)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "restored %s from %s\n", s.settings.Database, c.File)
	if aside != "" {
		fmt.Fprintf(s.stdout, "the database from before is in %s\n", aside)
	}
	fmt.Fprintln(s.stdout, "next: berth verify, then berth serve")
	return nil
}

type configCommand struct {
	JSON bool `name:"json" help:"Write JSON."`
}

func (c *configCommand) Run(s *session) error {
	entries := s.settings.Entries()
	if c.JSON {
		e := json.NewEncoder(s.stdout)
		e.SetIndent("", "  ")
		return e.Encode(entries)
	}
	w := tabwriter.NewWriter(s.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "SETTING\tVALUE\tFROM")
	for _, e := range entries {
		fmt.Fprintf(w, "%s\t%s\t%s\n", e.Name, e.Value, e.Origin)
	}
	return w.Flush()
}

type versionCommand struct{}

func (c *versionCommand) Run(p *process) error {
	_, err := fmt.Fprintf(p.stdout, "berth %s\n", Version())
	return err
}

// Version returns the version of the build: make's, else the Go tool's.
func Version() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
