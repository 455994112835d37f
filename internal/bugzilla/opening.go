package bugzilla

import (
	"context"
	"fmt"
	"strings"

	"berth/scheduler"
)

// ticket is the bug of a request: the one that it has, or a new one, whose description then is what is to be said of the event.
func (t *Tickets) ticket(ctx context.Context, v scheduler.View, e scheduler.Event) (id int64, err error) {
	r := v.Request
	if r.Ticket != nil {
		return r.Ticket.ID, nil
	}
	f, _, err := t.requests.Facility(ctx, scheduler.System)
	if err != nil {
		return 0, err
	}
	n := NewBug{Product: t.settings.Product, Component: t.settings.componentOf(r), Extra: t.settings.extra(), Version: t.settings.Version, OpSys: t.settings.OpSys, Platform: t.settings.Platform,
		Summary: summary(r), Alias: alias(r), URL: t.page(r), Deadline: day(r)}
	said := description(v, f, t.settings)
	login := t.login(ctx, r.Experimenter)
	if login != "" {
		n.CC = []string{login}
	}
	mark := token(e)
	if e.Action != scheduler.ActionSubmit && e.Action != scheduler.ActionTicketNote {
		mark = fmt.Sprintf("[berth:%s/0]", r.ID) // the description does not say what happened: a comment is going to
	}
	n.Description = said + "\n\n" + mark
	ours := func(b Bug) bool { return b.URL == n.URL || strings.EqualFold(b.Creator, t.settings.Login) }
	id, err = t.client.Create(ctx, n, ours)
	if IsNoSuchPerson(err) && len(n.CC) > 0 {
		n.CC = nil
		n.Description = said + fmt.Sprintf("\n\n%s has no account in Bugzilla (%s) and could not be put into CC.", r.Experimenter, login) + "\n\n" + mark
		id, err = t.client.Create(ctx, n, ours)
	}
	if err != nil {
		return 0, err
	}
	return id, t.link(ctx, r.ID, id)
}

// alias is the request's UUID: what makes the ticket one of its kind.
func alias(r scheduler.Request) string { return r.ID }

func summary(r scheduler.Request) string {
	return titled(fmt.Sprintf("[PORTAL] Deployment Request of NSD:%s,User: %s", r.NSD, r.Experimenter))
}

func (t *Tickets) page(r scheduler.Request) string {
	return fmt.Sprintf("%s/requests/%d", t.settings.Site, r.Number)
}

// day is when the slot ends, as far as Bugzilla knows days.
func day(r scheduler.Request) string { return r.Slot.End.UTC().Format("2006-01-02") }
