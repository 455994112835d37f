package app

import (
	"log/slog"

	"berth/internal/webhook"
)

// hooks are the webhooks as the settings say.
func (a *App) hooks(site string) *webhook.Service {
	return webhook.New(a.parts.Store, a.parts.directory(), webhook.Settings{Anywhere: a.settings.Webhooks.Anywhere, Site: site, Version: a.options.Version}, a.parts.Clock)
}

// webhookJob tells webhooks what happens. Its lanes end after the duties, whose context they share.
func (a *App) webhookJob(desk *webhook.Service, log *slog.Logger) job {
	l := &lanes{queue: a.parts.Store, desk: desk, clock: a.parts.Clock, log: log, tell: desk.Deliver}
	a.stack.push("webhook calls", hooksBy, l.stop)
	return l.run
}
