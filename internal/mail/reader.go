package mail

import (
	"context"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// isList reports whether a target is the tickets list rather than a person. No username has an @.
func isList(target string) bool { return strings.Contains(target, "@") }

// listReader stands for the tickets list: it may read everything about requests, and do nothing.
var listReader = account.Actor{Username: "the tickets list", Roles: []account.Role{account.RoleOperator}, Scopes: []account.Scope{account.ScopeRead}}

// reader is the reader of a mail.
type reader struct {
	actor   account.Actor
	address Address
	person  account.Person // none for the list
}

func (r reader) wants(t account.Topic) bool {
	return !slices.Contains(r.person.Muted, t)
}

// topic returns the topic under which the reader gets the mail of an event, and can mute it.
func (r reader) topic(e scheduler.Event) account.Topic {
	if slices.Contains(e.Mentions, r.person.Username) && r.wants(account.TopicMentions) {
		return account.TopicMentions
	}
	return scheduler.TopicOf(e.Action)
}

// reader finds the reader for a target; ok is false if nobody is to be mailed any more.
func (p *Mailer) reader(ctx context.Context, target string) (r reader, ok bool, err error) {
	if isList(target) {
		return reader{actor: listReader, address: Address{Address: target}}, target == p.settings.List, nil
	}
	person, err := p.requests.Person(ctx, account.System, target)
	if scheduler.CodeOf(err) == scheduler.CodeNotFound {
		return r, false, nil
	}
	if err != nil {
		return r, false, err
	}
	return reader{account.ActorOf(person), Address{person.Name, person.Email}, person}, !person.Disabled && person.Email != "", nil
}

// names returns how people are called in mails: by their names.
func (p *Mailer) names(ctx context.Context) func(username string) string {
	return func(username string) string {
		if username == "" || username == account.System.Username {
			return username
		}
		if x, err := p.requests.Person(ctx, account.System, username); err == nil && x.Name != "" {
			return x.Name
		}
		return username
	}
}

// spoken calls the people of an event by their names, and the reader "you".
func spoken(e scheduler.Event, who func(string) string, to reader) scheduler.Event {
	if e.Actor != "" && e.Actor == to.person.Username {
		e.Actor = "you"
	}
	e.Actor = who(e.Actor)
	if from, to, ok := strings.Cut(strings.TrimPrefix(e.Text, "from "), " to "); ok && e.Action == scheduler.ActionAssign {
		e.Text = "from " + who(from) + " to " + who(to)
	}
	return e
}

// times returns how times are written for the reader: in the zone that they chose, else as for anybody.
func (r reader) times(anybody phrases.Reader) phrases.Reader {
	if zone, err := wallclock.Zone(r.person.Zone); err == nil {
		return phrases.Reader{Zone: zone, Now: anybody.Now, Beds: anybody.Beds}
	}
	return anybody
}

// zones lists the zones beside the reader's own: those of the testbeds, and UTC for readers whose own is not known.
func zones(r scheduler.Request, f testbeds.Facility, at phrases.Reader) []*time.Location {
	list := phrases.Zones(r, f)
	if at.Named {
		list = append(list, time.UTC)
	}
	return list
}

// why gives the reason for writing to a reader.
func why(to reader, r scheduler.Request) string {
	switch u := to.person.Username; {
	case u == "":
		return "This list gets mail about every request."
	case u == r.Experimenter:
		return "You get this mail because this is your request."
	case u == r.Mentor:
		return "You get this mail as its mentor."
	case slices.ContainsFunc(r.Testbeds(), to.actor.Provides):
		return "You get this mail as a provider of a testbed that it uses."
	case to.actor.Is(account.RoleOperator):
		return "You get this mail as an operator."
	default:
		return "You get this mail because it concerns you."
	}
}
