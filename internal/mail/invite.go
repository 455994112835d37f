package mail

import (
	"context"
	"fmt"

	"berth/scheduler"
	"berth/scheduler/account"
)

// Invite mails a person the link that sets their password, which by has asked for.
func (p *Mailer) Invite(ctx context.Context, i account.Invitation, address, by string) error {
	until := minute(i.Expires)
	l := letter{Subject: "[Berth] Your account", Heading: fmt.Sprintf("%s invites you to Berth", by),
		Said:  fmt.Sprintf("Berth books testbed slots for experiments. Your username is %s.", i.Person.Username),
		Links: []link{{"Set your password", address, "For you alone; works once, until " + until + "."}},
		Why:   "You get this mail because an administrator made an account for you, or lets you set a new password."}
	m := p.mail(l, reader{address: Address{i.Person.Name, i.Person.Email}, person: i.Person})
	m.ID, _ = p.identity(scheduler.Event{Kind: "invitation", Sequence: i.Expires.UnixNano()}, i.Person.Username)
	return p.sender.Send(ctx, m)
}
