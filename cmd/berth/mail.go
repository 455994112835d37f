package main

import (
	"context"
	"fmt"

	"berth/internal/app"
	"berth/scheduler"
)

type mailCommands struct {
	Test mailTest `cmd:"" help:"Mail a few lines to an address, to see whether mail arrives."`
}

type mailTest struct {
	To string `required:"" help:"Address to mail to." placeholder:"ADDRESS"`
}

func (c *mailTest) Run(ctx context.Context, s *session) error {
	if s.settings.Mail.Host == "" {
		return scheduler.Errorf(scheduler.CodeInvalid, "there is no mail server: set mail_server and mail_from")
	}
	if err := app.SendTestMail(ctx, s.settings, s.options(), c.To); err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "the mail server took a mail to %s\n", c.To)
	return nil
}
