package main

import (
	"context"
	"fmt"
	"net"
	"strconv"

	"berth/internal/app"
)

type bugzillaDemo struct {
	Port    int      `help:"Port of 127.0.0.1; 8090 by default, 0 is a free one." default:"8090" placeholder:"NUMBER"`
	Account []string `help:"Mail address of somebody who has an account there; repeatable." placeholder:"ADDRESS"`
}

// Run prints the settings with which Berth uses it.
func (c *bugzillaDemo) Run(ctx context.Context, s *session) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(c.Port)))
	if err != nil {
		return err
	}
	app.DemoBugzilla(ctx, l, c.Account, s.options(), func(setting, value string) { fmt.Fprintf(s.stdout, "%s = %q\n", setting, value) })
	return nil
}
