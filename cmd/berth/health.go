package main

import (
	"context"
	"fmt"
	"time"

	"berth/internal/app"
)

type healthCommand struct {
	Alive   bool          `help:"Ask only whether it runs, not whether it can work: its database and its bookings."`
	Timeout time.Duration `help:"How long to wait for the answer." default:"5s"`
}

func (c *healthCommand) Run(ctx context.Context, s *session) error {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	said, err := app.AskHealth(ctx, s.settings, c.Alive)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.stdout, said)
	return err
}
