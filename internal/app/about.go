package app

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"berth/internal/config"
	"berth/internal/mail"
	"berth/internal/store"
	"berth/internal/web"
	"berth/scheduler/account"
)

// about tells administrators how this instance is set up.
func (a *App) about() web.About {
	x := web.About{Version: a.options.Version, Database: "SQLite, " + filepath.Base(a.settings.Database), Tickets: a.settings.Bugzilla.URL, Verified: a.parts.verified}
	if config.IsPostgres(a.settings.Database) {
		x.Database = "PostgreSQL"
	}
	if a.settings.Mail.Host != "" {
		x.Mail = a.settings.Mail.From.Address
	}
	return x
}

// inviter mails invitations; nil without a mail server.
func (a *App) inviter(site string) (func(ctx context.Context, i account.Invitation, link, by string) error, error) {
	m := a.settings.Mail
	if m.Host == "" {
		return nil, nil
	}
	smtp, err := sender(m)
	if err != nil {
		return nil, err
	}
	post := mail.New(a.parts.directory(), smtp, mail.Settings{From: mail.Address(m.From), Site: site}, a.parts.Clock, a.options.Log)
	return post.Invite, nil
}

// welcome prints the link for the first account, where nobody has one yet.
func (a *App) welcome(ctx context.Context, site string) error {
	first, err := a.parts.Auth.Unclaimed(ctx)
	if err != nil || !first {
		return err
	}
	link, err := a.parts.Auth.SetupLink(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.serving.Out, "\nNobody has an account here yet. Open this link to make the first one, an administrator's.\nIt works once, within a day; a new start prints a new one.\n\n  %s/welcome/%s\n\n", site, link)
	return nil
}

// verifiedMark names the mark of the last check of the whole database.
const verifiedMark = "verified"

// NoteVerified records when the whole database was checked, and whether it was clean.
func (p *Parts) NoteVerified(ctx context.Context, clean bool) error {
	before, err := p.Store.Mark(ctx, verifiedMark)
	if err != nil {
		return err
	}
	_, err = p.Store.SetMark(ctx, verifiedMark, before, fmt.Sprintf("%s %t", p.Clock().UTC().Format(time.RFC3339), clean))
	return err
}

// backupMark names the mark of the last backup.
const backupMark = "backup"

// NoteBackup records that a backup was made, by whatever program.
func (p *Parts) NoteBackup(ctx context.Context) error { return noteBackup(ctx, p.Store, p.Clock()) }

func noteBackup(ctx context.Context, s *store.Store, at time.Time) error {
	before, err := s.Mark(ctx, backupMark)
	if err != nil {
		return err
	}
	_, err = s.SetMark(ctx, backupMark, before, at.UTC().Format(time.RFC3339))
	return err
}

// verified returns the result of the last check; a zero time if there was none.
func (p *Parts) verified(ctx context.Context) (v web.Verified, err error) {
	mark, err := p.Store.Mark(ctx, verifiedMark)
	if err != nil || mark == "" {
		return v, err
	}
	at, clean, _ := strings.Cut(mark, " ")
	v.Clean = clean == "true"
	v.At, err = time.Parse(time.RFC3339, at)
	return v, err
}
