package app

import (
	"context"
	"log/slog"
	netmail "net/mail"
	"time"

	"berth/internal/config"
	"berth/internal/delivery"
	"berth/internal/mail"
	"berth/scheduler"
)

func sender(settings config.Mail) (*mail.SMTP, error) {
	return mail.NewSMTP(mail.Server{Host: settings.Host, Port: settings.Port, Security: mail.Security(settings.Security), User: settings.User, Password: settings.Password})
}

// mailJob sends people mail about events, and asks for the digest of each day.
type mailJob struct {
	deliver job
	service *scheduler.Service
	digest  *time.Duration // after midnight UTC; nil for none
	clock   func() time.Time
	asked   string // the day whose digest was last asked for
}

// mailJob returns nil without a mail server.
func (a *App) mailJob(site string) (job, error) {
	m := a.settings.Mail
	if m.Host == "" {
		return nil, nil
	}
	smtp, err := sender(m)
	if err != nil {
		return nil, err
	}
	p := a.parts
	post := mail.New(p.directory(), smtp, mail.Settings{From: mail.Address(m.From), List: m.List, Site: site, Later: p.Store.Site().Later}, p.Clock, a.options.Log)
	d := &mailJob{deliver: delivering(mailCourier(p, post, a.options.Log), p.Clock), service: p.Service, digest: m.Digest, clock: p.Clock}
	return d.run, nil
}

func mailCourier(p *Parts, post *mail.Mailer, log *slog.Logger) *delivery.Courier {
	return p.courier(p.Store, post.Deliver, delivery.Options{Channel: mail.Channel, Log: log})
}

func (d *mailJob) run(ctx context.Context) (done int, next *time.Time, err error) {
	if err := d.ask(ctx); err != nil {
		return 0, nil, err
	}
	return d.deliver(ctx)
}

// ask asks for the digest of the day, once its time has come.
func (d *mailJob) ask(ctx context.Context) error {
	now := d.clock().UTC()
	day := now.Format(time.DateOnly)
	if d.digest == nil || d.asked == day || now.Sub(now.Truncate(24*time.Hour)) < *d.digest {
		return nil
	}
	if _, err := d.service.Digest(ctx, day); err != nil {
		return err
	}
	d.asked = day
	return nil
}

// SendTestMail mails a few lines to an address, with the mail server of the settings, and returns the fault.
func SendTestMail(ctx context.Context, settings config.Settings, o Options, to string) error {
	if a, err := netmail.ParseAddress(to); err != nil || a.Name != "" {
		return scheduler.Errorf(scheduler.CodeInvalid, "%q is not an address such as ada@example.org", to)
	}
	smtp, err := sender(settings.Mail)
	if err != nil {
		return err
	}
	post := mail.New(nil, smtp, mail.Settings{From: mail.Address(settings.Mail.From), Site: settings.Base(settings.Listen).String()}, o.clock(), o.Log)
	if err := post.Test(ctx, to); err != nil {
		return scheduler.Errorf(scheduler.CodeUnavailable, "%v", err)
	}
	return nil
}
