package mail

import (
	"context"
	"fmt"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
)

// digest mails an operator the work of the days ahead, what to orchestrate and what to tear down; without work it
// sends nothing.
func (p *Mailer) digest(ctx context.Context, e scheduler.Event, target string) error {
	to, ok, err := p.reader(ctx, target)
	if err != nil || !ok || !to.wants(account.TopicDigest) || !to.actor.Is(account.RoleOperator) {
		return err
	}
	from := e.At
	until := from.AddDate(0, 0, p.settings.Days)
	duties, err := p.requests.Duties(ctx, to.actor, from, until)
	if err != nil || len(duties) == 0 {
		return err
	}
	l := letter{Subject: "[Berth] Orchestrations and tear-downs from " + e.Text, Why: "You get this mail as an operator.",
		Heading: fmt.Sprintf("%d things to do until %s", len(duties), minute(until)),
		Links:   []link{{Label: "Open Berth", URL: p.settings.Site + "/"}}}
	for _, d := range duties {
		day := d.At.UTC().Format("Monday, 2 January 2006 (UTC)")
		if n := len(l.Lists); n == 0 || l.Lists[n-1].Title != day {
			l.Lists = append(l.Lists, bullets{Title: day})
		}
		lines := &l.Lists[len(l.Lists)-1].Lines
		*lines = append(*lines, d.At.UTC().Format("15:04")+"  "+sentence(d))
	}
	mail := p.mail(l, to)
	mail.ID, mail.Thread = p.identity(e, target)
	return p.sender.Send(ctx, mail)
}

// sentence describes a task.
func sentence(d scheduler.Duty) string {
	text := fmt.Sprintf("%s #%d %s", d.What, d.Request.Number, d.Request.Name)
	if d.At.Equal(d.Request.Slot.End) {
		text += " (" + phrases.Status(d.Request.Status) + ")"
	} else {
		text += ", whose slot begins at " + d.Request.Slot.Start.UTC().Format("15:04")
	}
	if d.Late {
		text += ", overdue"
	}
	return text
}
