package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"berth"
	"berth/internal/api"
	"berth/internal/auth"
	"berth/internal/calendarsync"
	"berth/internal/config"
	"berth/internal/dav"
	"berth/internal/delivery"
	"berth/internal/demo"
	"berth/internal/intake"
	"berth/internal/metrics"
	"berth/internal/orchestration"
	"berth/internal/store"
	"berth/internal/tmf685"
	"berth/internal/web"
	"berth/internal/web/manual"
	"berth/internal/webhook"
	"berth/internal/world"
	"berth/scheduler/account"
	"berth/scheduler/trace"
)

// App is a serving instance of Berth. New makes one, Start begins to serve, Stop ends it; Run does all of that.
type App struct {
	settings config.Settings
	options  Options
	serving  Serving

	metrics   *metrics.Metrics
	around    *world.World // nil: no systems but those of the settings
	parts     *Parts
	server    *server
	calendars *dav.Server
	bookings  gate // shut until the bookings are in memory
	events    gate // shut until the calendars are
	stack     stack
	stopping  chan struct{}
	stopOnce  sync.Once
	stopErr   error
}

// Serving holds the options of serving instances only.
type Serving struct {
	Demo  bool
	World bool      // also the systems around the demo; see package world
	Out   io.Writer // lines for the user who started it: the address, the demo's people
	// Manager is the socket of the service manager that wants to know when the instance serves, as NOTIFY_SOCKET names it; empty if there is none.
	Manager string
}

// New makes an instance. It touches nothing before Start.
func New(settings config.Settings, o Options, s Serving) *App {
	m := metrics.New(o.Version)
	o.metrics = m
	o.Log = slog.New(trace.Logged(m.Counted(o.Log.Handler())))
	return &App{settings: settings, options: o, serving: s, metrics: m, stopping: make(chan struct{}),
		bookings: gate{reason: "berth is reading the bookings", always: map[string]bool{"/healthz": true}},
		events:   gate{reason: "berth is reading the calendars"}}
}

// Start opens the database, fills the demo if wanted, and begins to serve. If a step fails, Start stops the parts that it has started.
func (a *App) Start(ctx context.Context) error {
	err := a.start(ctx)
	if err != nil {
		err = errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
	}
	return err
}

func (a *App) start(ctx context.Context) error {
	if err := a.surround(); err != nil {
		return err
	}
	if err := a.prepare(ctx); err != nil {
		return err
	}
	listener, err := listen(ctx, a.settings)
	if err != nil {
		return err
	}
	site := a.settings.Base(listener.Addr().String()).String()
	parts, err := build(ctx, a.settings, a.options, opening{by: store.Open, site: site})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	a.parts = parts
	a.stack.push("database", databaseBy, func(context.Context) error { return parts.Close() })
	if err := parts.applyPolicy(ctx, a.settings.Policy.File, a.options.Log); err != nil {
		return errors.Join(err, listener.Close())
	}
	hooks := a.hooks(site)
	desk, err := a.parts.Orchestrators(a.settings, a.options.Log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	outside, err := a.parts.TestbedCalendars(ctx, a.settings, a.options.Log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	portals, err := a.parts.Portals(a.settings, site, a.options.Log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	h, err := a.handler(site, hooks, desk, outside, portals)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	calendars := newCalendarJob(a.parts.Store, a.parts.Clock)
	tickets, err := a.ticketJob(site)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	mails, err := a.mailJob(site)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := a.retry(ctx); err != nil {
		return errors.Join(err, listener.Close())
	}
	a.server = newServer(listener, h, a.options.Log)
	a.server.start()
	go tightHeap(a.stopping)
	if err := a.parts.Service.Load(ctx); err != nil {
		return errors.Join(err, a.server.stop(ctx))
	}
	a.bookings.open.Store(true)
	keeping := &cleanupJob{store: a.parts.Store, clock: a.parts.Clock}
	reading, read := a.loadCalendars()
	a.runJobs(ctx, append(slices.Concat(alike("osm", osmJobs(desk)), alike("testbed_calendar", testbedCalendarJobs(outside)), a.parts.portalJobs(portals, a.options.Log)),
		named{"due", a.parts.Service.RunDue}, named{"lay_out", a.parts.Service.LayOut}, named{"demo_mentor", a.worldMentor()}, named{"read_calendars", reading},
		named{"draw_calendars", calendars.run}, named{"clean_up", keeping.run}, named{"tickets", tickets}, named{"mail", mails}, named{"webhooks", a.webhookJob(hooks, a.options.Log)})...)
	a.stack.push("server", serverBy, a.server.stop)
	select {
	case <-read:
	case <-time.After(calendarsWithin):
	}
	fmt.Fprintf(a.serving.Out, "berth %s serves %s\n", a.options.Version, a.settings.Base(a.Addr()))
	if err := a.welcome(ctx, site); err != nil { // it serves already: a database that stands still now ends nothing
		a.options.Log.WarnContext(ctx, "the link for the first account cannot be printed", "error", err)
	}
	return notify(a.serving.Manager, notifyReady)
}

// retry tries stuck deliveries at once: the user who starts an instance may just have repaired the cause.
func (a *App) retry(ctx context.Context) error {
	for _, c := range channelNames(a.settings) {
		if _, err := a.parts.Store.Retry(ctx, c, ""); err != nil {
			return err
		}
	}
	return nil
}

// calendarsWithin is how long a start waits for the calendars: those of most instances are there by then, and no client meets the gate.
const calendarsWithin = 500 * time.Millisecond

// loadCalendars returns the job that reads the calendars after a start, while everything else is served already. tried is closed after the first try.
func (a *App) loadCalendars() (read job, tried <-chan struct{}) {
	first := make(chan struct{})
	once := sync.OnceFunc(func() { close(first) })
	return func(ctx context.Context) (done int, next *time.Time, err error) {
		defer once()
		if a.events.open.Load() {
			return 0, nil, nil
		}
		if err := a.calendars.Load(ctx); err != nil {
			return 0, nil, fmt.Errorf("reading the calendars: %w", err)
		}
		a.events.open.Store(true)
		if _, err := a.parts.Service.Waiting(ctx, account.System); err != nil { // so that no page waits for it
			return 1, nil, fmt.Errorf("reading what waits: %w", err)
		}
		debug.FreeOSMemory() // what the reading took
		return 1, nil, nil
	}, first
}

// runJobs starts the jobs. When the instance stops they take no new work; work in progress is cut off when its time is over.
func (a *App) runJobs(ctx context.Context, list ...named) {
	working, cut := context.WithCancel(context.WithoutCancel(ctx))
	beginning, end := context.WithCancel(delivery.Enduring(working, working))
	var running sync.WaitGroup
	running.Go(func() {
		select {
		case <-a.stopping:
			end()
		case <-beginning.Done():
		}
	})
	for _, x := range list {
		if x.run == nil {
			continue
		}
		d := jobs{run: x.run, clock: a.parts.Clock, log: a.options.Log.With("job", x.name), ended: func(at time.Time, err error) { a.metrics.Round(x.name, at, err) }}
		running.Go(func() { d.Run(beginning) })
	}
	a.stack.push("duties", dutiesBy, func(ctx context.Context) error {
		end()
		defer cut()
		context.AfterFunc(ctx, cut)
		running.Wait()
		return nil
	})
}

// Addr returns the listening address, once Start has returned.
func (a *App) Addr() string { return a.server.listener.Addr().String() }

// Stop ends everything within the time of the settings: a part that does not end by itself is cut off, and a part that cannot be cut off is
// left behind. A second call returns the same result.
func (a *App) Stop(ctx context.Context) error {
	a.stopOnce.Do(func() {
		close(a.stopping)
		a.stopErr = a.stack.unwind(ctx, a.settings.StopAfter, a.options.Log)
	})
	return a.stopErr
}

// The shares of the time for stopping after which each part is cut off. The last part's share leaves as long again for all to end.
const (
	serverBy   = 0.6
	dutiesBy   = 0.8
	hooksBy    = 0.88
	databaseBy = 0.95
)

// Run serves until the context ends or serving fails. A context that ends during the start is a normal stop.
func (a *App) Run(ctx context.Context) error {
	if err := a.Start(ctx); err != nil {
		if ctx.Err() != nil {
			a.options.Log.Info("stopped while starting", "error", err)
			return nil
		}
		return err
	}
	var failure error
	select {
	case <-ctx.Done():
	case failure = <-a.server.failed:
	}
	a.options.Log.Info("stopping")
	if err := notify(a.serving.Manager, notifyStopping); err != nil {
		a.options.Log.Warn("stopping", "error", err) // systemd sees it anyway, when the process ends
	}
	return errors.Join(failure, a.Stop(context.WithoutCancel(ctx)))
}

// door returns the sign-in through a provider; nil if there is none.
func (a *App) door(base string) web.OIDC {
	o := a.settings.OIDC
	if o.Issuer == "" {
		return nil
	}
	s := auth.OIDCSettings{Issuer: o.Issuer, Client: o.Client, Secret: o.Secret, Callback: base + web.CallbackPath, Claim: o.Claim, Log: a.options.Log}
	for _, g := range o.Grants {
		s.Grants = append(s.Grants, auth.Grant(g))
	}
	return a.parts.Auth.NewOIDC(s)
}

// handler serves everything over HTTP.
func (a *App) handler(base string, hooks *webhook.Service, desk orchestration.Desk, outside calendarsync.Desk, portals intake.Desk) (http.Handler, error) {
	a.metrics.Register(slices.Concat(pollFigures(a.settings, a.parts), connectorFigures(a.settings, a.parts), a.parts.hookFigures.collectors(a.settings), calendarCollectors(outside), a.figures())...)
	rest := api.New(a.parts.Service, a.parts.Auth, api.Options{
		Log: a.options.Log, Clock: a.parts.Clock, Version: a.options.Version, Base: base,
		Database: a.parts.Store, MaxBody: a.settings.MaxBody, Calendars: a.parts.Store,
		Webhooks: hooks, Orchestrators: desk, TestbedCalendars: outside, Portals: portals, Deliveries: a.parts.Store, Channels: channelNames(a.settings),
		Metrics: a.metrics,
	})
	invite, err := a.inviter(base)
	if err != nil {
		return nil, err
	}
	document, err := api.Document()
	if err != nil {
		return nil, err
	}
	pages, err := web.New(a.parts.Service, a.parts.Auth, web.Options{Log: a.options.Log, Clock: a.parts.Clock, Base: base, Later: a.parts.Store.Site().Later, Deliveries: a.parts.Store, Channels: channelNames(a.settings), Webhooks: hooks, Orchestrators: shownDesk(desk), TestbedCalendars: outside, Portals: shownPortals(portals),
		About: a.about(), Sample: demo.Sample, OpenAPI: document, Manual: manual.New(berth.Documents), Invite: invite, OIDC: a.door(base)})
	if err != nil {
		return nil, err
	}
	a.calendars = dav.New(a.parts.Service, a.parts.Auth, a.parts.Store, dav.Options{Log: a.options.Log, Clock: a.parts.Clock, URL: base})
	elsewhere := a.metrics.Measured(area("elsewhere"), pages)
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.Path; {
		case path == "/healthz" || path == "/readyz" || path == "/metrics" || strings.HasPrefix(path, "/api/") || !strings.Contains(r.Header.Get("Accept"), "text/html"):
			rest.ServeHTTP(w, r)
		default:
			elsewhere.ServeHTTP(w, r) // the pages answer people, even where there is no page
		}
	})
	a.handle(mux, dav.Paths, a.events.guard(a.calendars))
	a.handle(mux, web.Paths, pages)
	pools := tmf685.New(a.parts.Service, a.parts.Auth, tmf685.Options{Log: a.options.Log, Clock: a.parts.Clock})
	a.handle(mux, tmf685.Paths, pools)
	return behindProxy(a.settings.BehindProxy, traced(onlyTLS(base, a.bookings.guard(within(untilStopped(a.stopping, open, a.metrics.Flying(mux))))))), nil
}
