package main

import (
	"context"

	"berth/internal/app"
	"berth/internal/console"
)

type serveCommand struct {
	Demo      bool `help:"Fill an empty database with the 5GinFIRE facility, people and requests; on loopback only."`
	DemoWorld bool `help:"The demo with systems around it that exist in this process only: a Bugzilla, an OSM, a 5GinFIRE portal with deployments, a testbed's calendars."`
}

func (c *serveCommand) Run(ctx context.Context, s *session) error {
	out := console.Ahead(s.bar.End, s.process.stdout) // it says that it serves
	return app.New(s.settings, s.options(), app.Serving{Demo: c.Demo || c.DemoWorld, World: c.DemoWorld, Out: out, Manager: s.env("NOTIFY_SOCKET")}).Run(ctx)
}

// options returns the options of the application that the process sets.
func (s *session) options() app.Options {
	o := app.Options{Version: Version(), Clock: s.clock}
	if s.bar == nil {
		o.Log = app.NewLogger(s.stderr, s.settings)
	} else {
		o.Log, o.Tell = app.NewLogger(s.bar, s.settings), s.bar.Tell
	}
	return o
}
