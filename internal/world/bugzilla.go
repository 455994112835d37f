package world

import (
	"log/slog"
	"net"
	"time"

	"berth/internal/bugzilla/bugzillatest"
)

// Bugzilla starts a Bugzilla alone, for a Berth that has everything else. Its accounts are Berth's own and those of the mails. The settings are what
// berth.toml has to say to use it.
func Bugzilla(l net.Listener, mails []string, clock func() time.Time, log *slog.Logger) (w *World, settings [][2]string) {
	w = &World{log: log}
	w.Bugzilla = bugzillatest.At(l, w, bugzillatest.V52, clock, mails...)
	return w, [][2]string{{"bugzilla_url", w.Bugzilla.URL}, {"bugzilla_login", bugzillatest.Login}, {"bugzilla_key", bugzillatest.Key}, {"bugzilla_poll", "PT5S"}}
}
