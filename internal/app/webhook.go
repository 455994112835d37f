package app

import (
	"log/slog"

	"berth/internal/webhook"
)

// hooks makes the service of webhooks, by the settings.
func (a *App) hooks(site string) *webhook.Service {
	return webhook.New(a.parts.Store, a.parts.directory(), webhook.Settings{Anywhere: a.settings.Webhooks.Anywhere, Site: site, Version: a.options.Version}, a.parts.Clock)
}

// webhookJob delivers to webhooks. Its lanes end after the jobs, whose context they share.
func (a *App) webhookJob(desk *webhook.Service, log *slog.Logger) job {
	l := &lanes{queue: a.parts.Store, desk: desk, clock: a.parts.Clock, log: log, tell: desk.Deliver, make: a.parts.courier}
	a.stack.push("webhook calls", hooksBy, l.stop)
	return l.run
}
