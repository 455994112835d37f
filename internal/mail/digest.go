package mail

import (
	"context"
	"fmt"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds/wallclock"
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
	at := to.times(phrases.Reader{Zone: time.UTC, Now: e.At, Named: true})
	l := letter{Subject: "[Berth] To do from " + wallclock.Day(e.At, at.Zone, e.At), Why: "You get this mail as an operator.",
		First: counted(duties, at.At(until)), Links: []link{{Label: "Open Berth", URL: p.settings.Site + "/"}}}
	l.More = []string{"The first one: " + task(duties[0]) + ", " + at.At(duties[0].At) + "."}
	for _, d := range duties {
		day := wallclock.Day(d.At, at.Zone, e.At)
		if n := len(l.Lists); n == 0 || l.Lists[n-1].Title != day {
			l.Lists = append(l.Lists, bullets{Title: day})
		}
		lines := &l.Lists[len(l.Lists)-1].Lines
		*lines = append(*lines, d.At.In(at.Zone).Format("15:04")+"  "+sentence(d, at))
	}
	if err := p.choice(ctx, &l, to, account.TopicDigest); err != nil {
		return err
	}
	mail := p.mail(l, to)
	mail.ID, mail.Thread = p.identity(e, target)
	return p.sender.Send(ctx, mail)
}

// counted says how many tasks there are of each kind: "2 overdue, 1 to orchestrate and 3 to tear down until Fri 27 Nov, 06:00".
func counted(duties []scheduler.Duty, until string) string {
	late, kinds := 0, map[string]int{}
	for _, d := range duties {
		if d.Late {
			late++
			continue
		}
		kinds[d.What]++
	}
	var list []string
	if late > 0 {
		list = append(list, fmt.Sprintf("%d overdue", late))
	}
	for _, what := range []string{"orchestrate", "tear down"} {
		if n := kinds[what]; n > 0 {
			list = append(list, fmt.Sprintf("%d to %s", n, what))
		}
	}
	last := len(list) - 1
	if len(kinds) > 0 {
		list[last] += " until " + until
	}
	if last == 0 {
		return list[0]
	}
	return strings.Join(list[:last], ", ") + " and " + list[last]
}

// task names a task: "orchestrate #7 Trial".
func task(d scheduler.Duty) string {
	return fmt.Sprintf("%s #%d %s", d.What, d.Request.Number, d.Request.Name)
}

// sentence describes a task.
func sentence(d scheduler.Duty, at phrases.Reader) string {
	text := task(d)
	if d.At.Equal(d.Request.Slot.End) {
		text += " (" + phrases.Status(d.Request.Status) + ")"
	} else {
		text += ", whose slot begins at " + d.Request.Slot.Start.In(at.Zone).Format("15:04")
	}
	if d.Late {
		text += ", overdue"
	}
	return text
}
