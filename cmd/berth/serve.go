package main

import (
	"context"

	"berth/internal/app"
)

type serveCommand struct {
	Demo      bool `help:"Fill an empty database with the 5GinFIRE facility, people and requests; on loopback only."`
	DemoWorld bool `help:"The demo with systems around it that exist in this process only: a Bugzilla, an OSM, a 5GinFIRE portal with deployments, a testbed's calendars."`
}

func (c *serveCommand) Run(ctx context.Context, s *session) error {
	return app.New(s.settings, s.options(), app.Serving{Demo: c.Demo || c.DemoWorld, World: c.DemoWorld, Out: s.stdout, Manager: s.env("NOTIFY_SOCKET")}).Run(ctx)
}

// options returns the options of the application that the process sets.
func (s *session) options() app.Options {
	return app.Options{Log: app.NewLogger(s.stderr, s.settings), Version: Version(), Clock: s.clock}
}
