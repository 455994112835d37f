package mail

import (
	"context"
	"fmt"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
)

// Invite mails a person the link that sets their password, which by has asked for.
func (p *Mailer) Invite(ctx context.Context, i account.Invitation, address, by string) error {
	to := reader{address: Address{i.Person.Name, i.Person.Email}, person: i.Person}
	until := to.times(phrases.Reader{Zone: time.UTC, Now: p.clock(), Named: true}).At(i.Expires)
	l := letter{Subject: "[Berth] Your account", First: by + " invites you to Berth",
		More:  []string{fmt.Sprintf("Berth books testbed slots for experiments. Your username is %s.", i.Person.Username)},
		Links: []link{{"Set your password", address, "For you alone; works once, until " + until + "."}},
		Why:   "You get this mail because an administrator made an account for you, or lets you set a new password."}
	m := p.mail(l, to)
	m.ID, _ = p.identity(scheduler.Event{Kind: "invitation", Sequence: i.Expires.UnixNano()}, i.Person.Username)
	return p.sender.Send(ctx, m)
}
