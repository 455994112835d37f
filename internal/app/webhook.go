package app

import (
	"context"
	"errors"
	"log/slog"

	"berth/internal/outbox"
	"berth/internal/webhook"
	"berth/scheduler"
)

// hooksAbreast is how many webhooks are called at a time: a slow one keeps only so many others waiting.
const hooksAbreast = 8

// hooks are the webhooks as the settings say.
func (a *App) hooks(site string) *webhook.Desk {
	return webhook.New(a.parts.Store, a.parts.Service, webhook.Settings{Anywhere: a.settings.Webhooks.Anywhere, Site: site, Version: a.options.Version}, a.parts.Clock)
}

// hookDuty tells webhooks what happens.
func (a *App) hookDuty(desk *webhook.Desk, log *slog.Logger) duty {
	courier := outbox.New(a.parts.Store, func(ctx context.Context, m scheduler.Message) ([]string, error) {
		targets, err := desk.Deliver(ctx, m)
		if refused, ok := errors.AsType[webhook.Refused](err); ok {
			return nil, outbox.Permanent{Err: refused, Remedy: refused.Remedy}
		}
		return targets, err
	}, outbox.Options{Channel: webhook.Channel, Clock: a.parts.Clock, Log: log, Abreast: hooksAbreast})
	return delivering(courier, a.parts.Clock)
}
