package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"

	"berth/calendar"
	"berth/internal/auth"
	"berth/internal/config"
	"berth/internal/intake"
	"berth/internal/mail"
	"berth/internal/metrics"
	"berth/internal/store"
	"berth/internal/tickets"
	"berth/internal/webhook"
	"berth/scheduler"
)

// Options come from the process, for every part.
type Options struct {
	Log     *slog.Logger
	Version string
	Clock   func() time.Time         // nil: the machine's
	Tell    func(scheduler.Progress) // is called now and then during work for which people wait; nil: nobody does

	metrics *metrics.Metrics // of a serving instance
}

// clock returns the clock of every part.
func (o Options) clock() func() time.Time {
	if o.Clock != nil {
		return o.Clock
	}
	return now
}

// Parts holds the parts that every command needs: the database, the rules over it, and the accounts.
type Parts struct {
	Store   *store.Store
	Service *scheduler.Service
	Auth    *auth.Auth
	Clock   func() time.Time

	metrics     *metrics.Metrics // nil: nobody counts
	hookFigures *hookFigures
}

// now reads the machine's clock.
func now() time.Time { return time.Now().UTC() }

// OpenExisting opens a database for commands that read or change it: a missing one is not made, and the schema stays.
func OpenExisting(ctx context.Context, settings config.Settings, o Options) (*Parts, error) {
	if err := there(settings); err != nil {
		return nil, err
	}
	return build(ctx, settings, o, opening{by: store.OpenAsIs})
}

// there returns not_found if the file of the database does not exist.
func there(settings config.Settings) error {
	if config.IsPostgres(settings.Database) {
		return nil
	}
	if _, err := os.Stat(settings.Database); errors.Is(err, fs.ErrNotExist) {
		return scheduler.Errorf(scheduler.CodeNotFound, "there is no database %s; name one with --database", settings.Database)
	}
	return nil
}

// OpenOrCreate makes the database if it does not exist; an existing one keeps its schema.
func OpenOrCreate(ctx context.Context, settings config.Settings, o Options) (*Parts, error) {
	return build(ctx, settings, o, opening{by: store.OpenOrCreate})
}

// Open opens the database, brings its schema up to date, and builds the rules over it.
func Open(ctx context.Context, settings config.Settings, o Options) (*Parts, error) {
	parts, err := build(ctx, settings, o, opening{by: store.Open})
	if err != nil {
		return nil, err
	}
	if u := parts.Store.Upgraded(); u.From > 0 && u.From != u.To {
		o.Log.WarnContext(ctx, "the database was brought up to date, and older programs can no longer open it; to go back, stop all processes, "+
			"restore the backup from before, and start the older program", "schema_before", u.From, "schema_now", u.To)
	}
	return parts, nil
}

// opening says in which way, and for which purpose, a database is opened.
type opening struct {
	by     func(ctx context.Context, dsn string, o store.Options) (*store.Store, error)
	site   string // address of the server that opens it; empty for commands
	silent bool   // no deliveries
}

// build opens the database and builds the rules over it. Servers and commands alike get their store here, and only here.
func build(ctx context.Context, settings config.Settings, o Options, w opening) (*Parts, error) {
	options := store.Options{Site: calendar.Site{URL: w.site}, Serving: w.site != "", Channels: channels(settings), Program: program(o.Version), Tell: o.Tell}
	if !options.Serving {
		options.Site.URL = settings.Base(settings.Listen).String() // unless a server has set another one
	}
	if w.silent {
		options.Channels = nil
	}
	s, err := w.by(ctx, settings.Database, options)
	if err != nil {
		return nil, err
	}
	figures := newHookFigures()
	asked, err := policyHook(settings.Policy, figures, o.Version)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &Parts{Store: s, Service: newService(s, settings, o, o.clock(), asked), hookFigures: figures, Auth: auth.New(s, o.clock(), auth.Bounds{Tokens: settings.Limits.Tokens, Feeds: settings.Limits.Feeds}), Clock: o.clock(), metrics: o.metrics}, nil
}

// program returns a version if it names one program only; else nothing.
func program(version string) string {
	if version == "unknown" || strings.Contains(version, "dirty") || strings.Contains(version, "devel") {
		return ""
	}
	return version
}

func newService(s scheduler.Store, settings config.Settings, o Options, clock func() time.Time, asked scheduler.Hook) *scheduler.Service {
	var tried func(scheduler.Tried)
	if o.metrics != nil {
		tried = o.metrics.Decision
	}
	return scheduler.New(s, scheduler.Options{
		Tried: tried, Tell: o.Tell,
		Clock: clock, NewID: uuid.NewString, Log: o.Log,
		Horizon: settings.Horizon, HoldFor: settings.HoldFor, MaxHold: settings.MaxHold, ClaimFor: settings.ClaimFor, Reminders: settings.Reminders,
		MaxOpen: settings.Limits.Open, MaxRemarks: settings.Limits.Remarks,
		Hook: asked, HookOpen: settings.Policy.Open, MaxWebhooks: settings.Limits.Webhooks, WebhookAddress: webhook.Address(settings.Webhooks.Anywhere),
	})
}

// channels lists the channels of deliveries, for the changes of servers and commands alike.
func channels(settings config.Settings) (list []scheduler.Channel) {
	if settings.Bugzilla.URL != "" {
		list = append(list, scheduler.Channel{Name: tickets.Channel, Takes: tickets.Takes})
	}
	if settings.Mail.Host != "" {
		list = append(list, scheduler.Channel{Name: mail.Channel, Takes: mail.Takes})
	}
	if len(settings.Portals) > 0 {
		list = append(list, scheduler.Channel{Name: intake.Channel, Takes: intake.Takes})
	}
	return append(list, scheduler.Channel{Name: webhook.Channel, Takes: webhook.Takes})
}

func channelNames(settings config.Settings) (names []string) {
	for _, c := range channels(settings) {
		names = append(names, c.Name)
	}
	return names
}

// Backup makes a consistent copy of a SQLite database, whatever its schema.
func Backup(ctx context.Context, settings config.Settings, o Options, file string) error {
	if err := there(settings); err != nil {
		return err
	}
	s, err := store.Attach(ctx, settings.Database)
	if err != nil {
		return err
	}
	if err := s.Backup(ctx, file, o.Tell); err != nil {
		return errors.Join(err, s.Close())
	}
	_ = noteBackup(ctx, s, o.clock()()) // an older schema, or a disk that cannot be written: the copy was made as well
	return s.Close()
}

// Restore puts a copy of a SQLite database in the place of the one in the settings, which is kept aside under the name that it returns.
func Restore(ctx context.Context, settings config.Settings, o Options, file string) (aside string, err error) {
	if config.IsPostgres(settings.Database) {
		return "", scheduler.Errorf(scheduler.CodeInvalid, "a PostgreSQL database is restored with pg_restore; then say: berth restore --record")
	}
	return store.Restore(ctx, file, settings.Database, o.clock()(), o.Tell)
}

// NoteRestored records that the database was restored from a copy, by whatever program.
func (p *Parts) NoteRestored(ctx context.Context) error { return p.Store.Restored(ctx, p.Clock()) }

// Close closes the database.
func (p *Parts) Close() error { return p.Store.Close() }

// HashPassword checks the strength of a password, and returns its stored form.
func HashPassword(password string) (string, error) {
	if err := auth.CheckPassword(password); err != nil {
		return "", err
	}
	return auth.Hash(password), nil
}
