package app

import (
	"context"
	"errors"
	"log/slog"

	"berth/internal/outbox"
	"berth/internal/webhook"
	"berth/scheduler"
)

// hooks are the webhooks as the settings say.
func (a *App) hooks(site string) *webhook.Desk {
	return webhook.New(a.parts.Store, a.parts.Service, webhook.Settings{Anywhere: a.settings.Webhooks.Anywhere, Site: site, Version: a.options.Version}, a.parts.Clock)
}

// hookDuty tells webhooks what happens. Its lanes end after the duties, whose context they share.
func (a *App) hookDuty(desk *webhook.Desk, log *slog.Logger) duty {
	l := &lanes{queue: a.parts.Store, desk: desk, clock: a.parts.Clock, log: log, tell: tells(desk)}
	a.stack.push("webhook calls", hooksBy, l.stop)
	return l.run
}

// tells says in the outbox's words what does not go away by trying again.
func tells(desk *webhook.Desk) outbox.Deliver {
	return func(ctx context.Context, m scheduler.Message) ([]string, error) {
		targets, err := desk.Deliver(ctx, m)
		if refused, ok := errors.AsType[webhook.Refused](err); ok {
			return nil, outbox.Permanent{Err: refused, Remedy: refused.Remedy}
		}
		return targets, err
	}
}
