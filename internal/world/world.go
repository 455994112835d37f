package world

import (
	"fmt"
	"log/slog"
	"net/http/httptest"
	"sync"
	"time"

	"berth/internal/bugzilla/bugzillatest"
	"berth/internal/caldavclient/caldavtest"
	"berth/internal/config"
	"berth/internal/osm/osmtest"
	"berth/internal/portal/portaltest"
	"berth/testbeds"
)

// poll is how often Berth looks at each system: more often than at a real one, so that people need not wait.
const poll = 5 * time.Second

// pace is how long the OSM takes to instantiate and to terminate.
const pace = 8 * time.Second

// World is the running systems.
type World struct {
	Bugzilla *bugzillatest.Server
	OSM      *osmtest.Server
	Portal   *portaltest.Server
	Lab      *caldavtest.Server // the calendars of 5G-VINO

	lines []string
	log   *slog.Logger

	mu   sync.Mutex
	ends []func()
}

// Options are what the systems need of the demo.
type Options struct {
	Facility  testbeds.Facility
	Catalogue testbeds.Catalogue
	Mails     []string // of the people, who have accounts in Bugzilla
	Clock     func() time.Time
	Log       *slog.Logger
}

// Start starts the systems, and writes into the settings where they are.
func Start(s *config.Settings, o Options) *World {
	w := &World{log: o.Log}
	w.startBugzilla(s, o)
	w.startOSM(s, o)
	w.startPortal(s, o)
	w.startLab(s, o)
	return w
}

// Lines says where the systems are, for people.
func (w *World) Lines() []string { return w.lines }

func (w *World) say(format string, args ...any) {
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
}

// Cleanup and Errorf make the world the owner of its servers.
func (w *World) Cleanup(end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ends = append(w.ends, end)
}

// Errorf reports that Berth asked a server for what no real one answers.
func (w *World) Errorf(format string, args ...any) {
	w.log.Error(fmt.Sprintf(format, args...))
}

// Close ends all systems, the last one first.
func (w *World) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := len(w.ends) - 1; i >= 0; i-- {
		w.ends[i]()
	}
	w.ends = nil
}

func (w *World) startBugzilla(s *config.Settings, o Options) {
	w.Bugzilla = bugzillatest.New(w, bugzillatest.V52, o.Clock, o.Mails...)
	b := &s.Bugzilla
	b.URL, b.Key, b.Login, b.Poll = w.Bugzilla.URL, bugzillatest.Key, bugzillatest.Login, poll
	b.Product, b.Component = bugzillatest.Product, bugzillatest.Component
	w.say("Bugzilla 5.2   %s (REST only)", w.Bugzilla.URL)
}

func (w *World) startLab(s *config.Settings, o Options) {
	w.Lab = caldavtest.New(maintenance, bookings)
	server := httptest.NewServer(w.Lab)
	w.Cleanup(server.Close)
	w.keepLab(o.Clock())
	shared := config.Calendar{Testbed: lab, URL: server.URL, User: caldavtest.User, Password: caldavtest.Password, Private: true, Poll: poll}
	in, out := shared, shared
	in.Name, in.Calendar = "5g-vino-maintenance", maintenance
	out.Name, out.Calendar, out.Write = "5g-vino-bookings", bookings, true
	s.Calendars = append(s.Calendars, in, out)
	w.say("CalDAV         %s%s and …/%s/, as %s with %s", server.URL, caldavtest.Path(maintenance), bookings, caldavtest.User, caldavtest.Password)
}
