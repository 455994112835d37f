package mail

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"berth/calendar"
	"berth/scheduler"
	"berth/testbeds"
)

// Channel is where what people have to be mailed waits.
const Channel = "mail"

// Requests is what the mails are about.
type Requests interface {
	Get(ctx context.Context, a scheduler.Actor, id string) (scheduler.View, error)
	List(ctx context.Context, a scheduler.Actor, f scheduler.RequestFilter, cursor string) (scheduler.Page[scheduler.Request], error)
	Facility(ctx context.Context, a scheduler.Actor) (testbeds.Facility, int64, error)
	Person(ctx context.Context, a scheduler.Actor, username string) (scheduler.Person, error)
	People(ctx context.Context, a scheduler.Actor, cursor string, limit int) (scheduler.Page[scheduler.Person], error)
	Feedback(ctx context.Context, a scheduler.Actor, id, cursor string, limit int) (scheduler.Page[scheduler.Feedback], error)
	Remark(ctx context.Context, a scheduler.Actor, e scheduler.Event) (string, error)
	ApprovalLink(ctx context.Context, a scheduler.Actor, id, testbed, person string) (string, error)
}

// Sender sends one mail. A retry.Permanent does not go away by trying again.
type Sender interface {
	Send(ctx context.Context, m Mail) error
}

// Settings are who writes, and where people find more.
type Settings struct {
	From Address
	List string        // address of the tickets list, which is told of every request; empty for none
	Site string        // where Berth's pages are
	Days int           // ahead, that a digest looks; default 3
	Late time.Duration // after which a reminder or digest that could not be sent is no longer worth sending; default 6 h
}

// Address is a person in the head of a mail.
type Address struct{ Name, Address string }

// Post writes the mails.
type Post struct {
	requests Requests
	sender   Sender
	settings Settings
	calendar calendar.Site
	clock    func() time.Time
	log      *slog.Logger
}

// New makes a post.
func New(requests Requests, sender Sender, s Settings, clock func() time.Time, log *slog.Logger) *Post {
	if s.Days == 0 {
		s.Days = 3
	}
	if s.Late == 0 {
		s.Late = 6 * time.Hour
	}
	return &Post{requests, sender, s, calendar.Site{URL: s.Site}, clock, log}
}

// Takes reports whether anybody is mailed of an event.
func Takes(e scheduler.Event) bool {
	_, known := rules[e.Action]
	return known && e.Request != "" || e.Action == scheduler.ActionDigest
}

// Deliver tells the people whom an event concerns: a message without a target is answered with all of them, one with a target is mailed.
func (p *Post) Deliver(ctx context.Context, m scheduler.Message) (targets []string, err error) {
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
	return nil, p.tell(ctx, e, m.Target)
}

// tooLate reports whether an event was only worth telling in its time.
func (p *Post) tooLate(e scheduler.Event) bool {
	return (e.Kind == scheduler.EventReminder || e.Kind == scheduler.EventDigest) && p.clock().Sub(e.At) > p.settings.Late
}

// isList reports whether a target is the tickets list rather than a person. No username has an @.
func isList(target string) bool { return strings.Contains(target, "@") }

// listReader is who the tickets list counts as: it reads everything about requests, and may do nothing.
var listReader = scheduler.Actor{Username: "the tickets list", Roles: []scheduler.Role{scheduler.RoleOperator}, Scopes: []scheduler.Scope{scheduler.ScopeRead}}

// reader is somebody who is mailed.
type reader struct {
	actor   scheduler.Actor
	address Address
	person  scheduler.Person // none for the list
}

func (r reader) wants(t scheduler.Topic) bool {
	return !slices.Contains(r.person.Muted, t)
}

// reader finds out who a target is; ok is false where there is nobody to be mailed any more.
func (p *Post) reader(ctx context.Context, target string) (r reader, ok bool, err error) {
	if isList(target) {
		return reader{actor: listReader, address: Address{Address: target}}, target == p.settings.List, nil
	}
	person, err := p.requests.Person(ctx, scheduler.System, target)
	if scheduler.CodeOf(err) == scheduler.CodeNotFound {
		return r, false, nil
	}
	if err != nil {
		return r, false, err
	}
	return reader{scheduler.ActorOf(person), Address{person.Name, person.Email}, person}, !person.Disabled && person.Email != "", nil
}

// tell mails one of those whom an event concerns.
func (p *Post) tell(ctx context.Context, e scheduler.Event, target string) error {
	to, ok, err := p.reader(ctx, target)
	if err != nil || !ok || !to.wants(rules[e.Action].topic) {
		return err
	}
	v, err := p.requests.Get(ctx, to.actor, e.Request)
	if scheduler.CodeOf(err) == scheduler.CodeNotFound {
		return nil // it is no longer theirs to know
	}
	if err != nil {
		return err
	}
	f, _, err := p.requests.Facility(ctx, scheduler.System)
	if err != nil {
		return err
	}
	letter, err := p.about(ctx, e, v, f, to)
	if err != nil {
		return err
	}
	mail := p.mail(letter, to)
	mail.ID, mail.Thread = p.identity(e, target)
	if method := invites(e, v.Request); method != "" && !isList(target) && to.wants(scheduler.TopicInvitations) {
		mail.Invitation = p.calendar.Invitation(v.Request, f, method, calendar.Party(p.settings.From), calendar.Party(to.address))
		mail.Method = string(method)
	}
	return p.sender.Send(ctx, mail)
}

// granted reports whether a request in the status has a slot that operators work for.
func granted(s scheduler.Status) bool { return slices.Contains(calendar.Granted, s) }

// invites is what an event asks of people's calendars: to take the slot in, or out. It goes by what is true now: of several events that
// arrive late together each says the same, and no earlier one undoes a later one.
func invites(e scheduler.Event, r scheduler.Request) calendar.Method {
	switch {
	case e.Kind == scheduler.EventReminder || e.Action == scheduler.ActionFeedback || e.Action == scheduler.ActionApprove:
		return ""
	case granted(e.Status) && granted(r.Status) && (!granted(e.From) || e.Action == scheduler.ActionMove || e.Action == scheduler.ActionOverrun || e.Action == scheduler.ActionAssign):
		return calendar.MethodRequest
	case granted(e.From) && !granted(e.Status) && !granted(r.Status) && r.Status != scheduler.Completed && r.Status != scheduler.Failed:
		return calendar.MethodCancel
	default:
		return ""
	}
}

// Test mails a few lines to an address, to see whether mail arrives.
func (p *Post) Test(ctx context.Context, address string) error {
	now := p.clock().UTC()
	l := letter{Subject: "[Berth] A test", Heading: "Mail from Berth arrives", Said: "Sent at " + now.Format(time.RFC3339) + ".", Why: "Somebody who runs Berth asked for this test."}
	mail := p.mail(l, reader{address: Address{Address: address}})
	mail.ID, _ = p.identity(scheduler.Event{Kind: "test", Sequence: now.UnixNano()}, address)
	return p.sender.Send(ctx, mail)
}
