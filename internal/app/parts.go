package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/google/uuid"

	"berth/internal/auth"
	"berth/internal/bugzilla"
	"berth/internal/config"
	"berth/internal/mail"
	"berth/internal/store"
	"berth/internal/webhook"
	"berth/scheduler"
)

// Options are what every part gets from the process.
type Options struct {
	Log     *slog.Logger
	Version string
}

// Parts are the parts that every command needs: the database, the rules over it, and who signs in with what.
type Parts struct {
	Store   *store.Store
	Service *scheduler.Service
	Auth    *auth.Auth
	Clock   func() time.Time
}

// now is the only clock there is.
func now() time.Time { return time.Now().UTC() }

// OpenExisting is Open for those who want to look at a database: a SQLite file that is not there is not made.
func OpenExisting(ctx context.Context, settings config.Settings, o Options) (*Parts, error) {
	if !config.IsPostgres(settings.Database) {
		if _, err := os.Stat(settings.Database); errors.Is(err, fs.ErrNotExist) {
			return nil, scheduler.Errorf(scheduler.CodeNotFound, "there is no database %s; say which one with --database", settings.Database)
		}
	}
	return Open(ctx, settings, o)
}

// Open opens the database, brings it up to date, and builds the rules over it.
func Open(ctx context.Context, settings config.Settings, o Options) (*Parts, error) {
	s, err := store.Open(ctx, settings.Database)
	if err != nil {
		return nil, err
	}
	s.SetChannels(channels(settings)...)
	return &Parts{Store: s, Service: newService(s, settings, o, now), Auth: auth.New(s, now, auth.Bounds{Tokens: settings.Limits.Tokens, Feeds: settings.Limits.Feeds}), Clock: now}, nil
}

func newService(s scheduler.Store, settings config.Settings, o Options, clock func() time.Time) *scheduler.Service {
	return scheduler.New(s, scheduler.Options{
		Clock: clock, NewID: uuid.NewString, Log: o.Log,
		Horizon: settings.Horizon, HoldFor: settings.HoldFor, MaxHold: settings.MaxHold, Reminders: settings.Reminders,
		MaxOpen: settings.Limits.Open, MaxRemarks: settings.Limits.Remarks,
	})
}

// channels are the ways by which others are told what happens, whoever made it happen: a server or a command.
func channels(settings config.Settings) (list []scheduler.Channel) {
	if settings.Bugzilla.URL != "" {
		list = append(list, scheduler.Channel{Name: bugzilla.Channel, Takes: bugzilla.Takes})
	}
	if settings.Mail.Host != "" {
		list = append(list, scheduler.Channel{Name: mail.Channel, Takes: mail.Takes})
	}
	return append(list, scheduler.Channel{Name: webhook.Channel, Takes: webhook.Takes})
}

func channelNames(settings config.Settings) (names []string) {
	for _, c := range channels(settings) {
		names = append(names, c.Name)
	}
	return names
}

// Backup makes a consistent copy of a SQLite database.
func (p *Parts) Backup(ctx context.Context, file string) error { return p.Store.Backup(ctx, file) }

// Close closes the database.
func (p *Parts) Close() error { return p.Store.Close() }

// HashPassword makes of a password that is good enough what is kept of it.
func HashPassword(password string) (string, error) {
	if err := auth.CheckPassword(password); err != nil {
		return "", err
	}
	return auth.Hash(password), nil
}
