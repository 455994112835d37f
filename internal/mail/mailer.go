package mail

import (
	"context"
	"log/slog"
	"time"

	"berth/calendar"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds"
)

// Channel is the channel of deliveries of mails.
const Channel = "mail"

// Requests reads the subjects of the mails.
type Requests interface {
	Get(ctx context.Context, a account.Actor, id string) (scheduler.View, error)
	Duties(ctx context.Context, a account.Actor, now, until time.Time) ([]scheduler.Duty, error)
	Facility(ctx context.Context, a account.Actor) (testbeds.Facility, int64, error)
	Person(ctx context.Context, a account.Actor, username string) (account.Person, error)
	People(ctx context.Context, a account.Actor, cursor string, limit int) (scheduler.Page[account.Person], error)
	Feedback(ctx context.Context, a account.Actor, id, cursor string, limit int) (scheduler.Page[scheduler.Feedback], error)
	FeedbackText(ctx context.Context, a account.Actor, e scheduler.Event) (string, error)
	NeededLink(ctx context.Context, a account.Actor, id, person string) (string, error)
	ApprovalLink(ctx context.Context, a account.Actor, id, testbed, person string) (string, error)
	MuteLink(ctx context.Context, a account.Actor, person string, topic account.Topic) (string, error)
}

// Sender sends one mail. For errors that retrying cannot mend it returns a retry.Permanent.
type Sender interface {
	Send(ctx context.Context, m Mail) error
}

// Settings configure the texts of the mails and their readers.
type Settings struct {
	From  Address
	List  string        // address of the tickets list, which gets mail about every request; empty for none
	Site  string        // address of Berth's pages
	Later int64         // of the calendar's site
	Days  int           // the span of a digest; default 3
	Late  time.Duration // age at which an unsent reminder or digest is dropped; default 6 h
}

// Address is a person in the header of a mail.
type Address struct{ Name, Address string }

// Mailer writes the mails.
type Mailer struct {
	requests Requests
	sender   Sender
	settings Settings
	calendar calendar.Site
	clock    func() time.Time
	log      *slog.Logger
}

// New makes a post.
func New(requests Requests, sender Sender, s Settings, clock func() time.Time, log *slog.Logger) *Mailer {
	if s.Days == 0 {
		s.Days = 3
	}
	if s.Late == 0 {
		s.Late = 6 * time.Hour
	}
	return &Mailer{requests, sender, s, calendar.Site{URL: s.Site, Later: s.Later}, clock, log}
}

// Takes reports whether an event causes mail.
func Takes(e scheduler.Event) bool {
	_, known := rules[e.Action]
	return known && e.Request != "" && speaks(e) || e.Action == scheduler.ActionDigest
}

// Deliver tells the people concerned by an event: for a message without a target it returns all targets, one with a target it mails.
func (p *Mailer) Deliver(ctx context.Context, m scheduler.Delivery) (targets []string, err error) {
	e := m.Event
	if !Takes(e) {
		return nil, nil
	}
	if p.tooLate(e) {
		p.log.InfoContext(ctx, "too late for a reminder", "event", e.Sequence, "at", e.At, "target", m.Target)
		return nil, nil
	}
	if e.Action == scheduler.ActionDigest {
		if m.Target == "" {
			return p.readers(ctx)
		}
		return nil, p.digest(ctx, e, m.Target)
	}
	if m.Target == "" {
		return p.concerned(ctx, e)
	}
	return nil, p.notify(ctx, e, m.Target)
}

// tooLate reports whether the news of an event has lost its use.
func (p *Mailer) tooLate(e scheduler.Event) bool {
	return (e.Kind == scheduler.EventReminder || e.Kind == scheduler.EventDigest) && p.clock().Sub(e.At) > p.settings.Late
}

// notify mails an event to one target.
func (p *Mailer) notify(ctx context.Context, e scheduler.Event, target string) error {
	to, ok, err := p.reader(ctx, target)
	topic := to.topic(e)
	if err != nil || !ok || !to.wants(topic) {
		return err
	}
	v, err := p.requests.Get(ctx, to.actor, e.Request)
	hidden := scheduler.CodeOf(err) == scheduler.CodeNotFound
	if err != nil && !hidden {
		return err
	}
	others, err := p.others(ctx, e, to)
	if err != nil {
		return err
	}
	if hidden && len(others) == 0 {
		return nil // the reader may no longer know of it
	}
	if hidden { // but of another one of its step
		v, others = others[0], others[1:]
		e.Request, e.Number = v.ID, v.Number
	}
	f, _, err := p.requests.Facility(ctx, account.System)
	if err != nil {
		return err
	}
	letter, err := p.about(ctx, e, v, f, to)
	if err != nil {
		return err
	}
	p.listed(&letter, e, v, others, f, to)
	if err := p.choice(ctx, &letter, to, topic); err != nil {
		return err
	}
	mail := p.mail(letter, to)
	mail.ID, mail.Thread = p.identity(e, target)
	if method := invites(e, v.Request); method != "" && !isList(target) && to.wants(account.TopicInvitations) {
		mail.Invitation = p.calendar.Invitation(v.Request, f, method, calendar.Party(p.settings.From), calendar.Party(to.address))
		mail.Method = string(method)
		mail.Further = p.furtherInvitations(e, others, f, to, method)
	}
	return p.sender.Send(ctx, mail)
}

// invites chooses the change that an event makes to people's calendars: add the slot, or remove it. It goes by the present state, so
// several late events agree, and an earlier one never undoes a later one.
func invites(e scheduler.Event, r scheduler.Request) calendar.Method {
	switch {
	case e.Kind == scheduler.EventReminder || e.Action == scheduler.ActionFeedback || e.Action == scheduler.ActionApprove:
		return ""
	case e.Status.Granted() && r.Status.Granted() && (!e.From.Granted() || e.Action == scheduler.ActionMove || e.Action == scheduler.ActionOverrun || e.Action == scheduler.ActionAssign):
		return calendar.MethodRequest
	case e.From.Granted() && !e.Status.Granted() && !r.Status.Granted() && !r.Status.Ended():
		return calendar.MethodCancel
	default:
		return ""
	}
}

// choice gives a reader the links to stop mails of this kind, and to choose among all kinds. The list has no choice.
func (p *Mailer) choice(ctx context.Context, l *letter, to reader, topic account.Topic) error {
	if to.person.Username == "" {
		return nil
	}
	sealed, err := p.requests.MuteLink(ctx, account.System, to.person.Username, topic)
	if err != nil {
		return err
	}
	l.Stop = p.settings.Site + "/mails/" + sealed
	l.Choices = []link{{Label: "Stop " + phrases.Topic(topic), URL: l.Stop}, {Label: "Choose your mails", URL: p.settings.Site + "/account#mail"}}
	return nil
}

// Test mails a few lines to an address, to check the delivery.
func (p *Mailer) Test(ctx context.Context, address string) error {
	now := p.clock().UTC()
	l := letter{Subject: "[Berth] A test", First: "Mail from Berth arrives", More: []string{"Sent at " + now.Format(time.RFC3339) + "."}, Why: "An administrator of Berth asked for this test."}
	mail := p.mail(l, reader{address: Address{Address: address}})
	mail.ID, _ = p.identity(scheduler.Event{Kind: "test", Sequence: now.UnixNano()}, address)
	return p.sender.Send(ctx, mail)
}
