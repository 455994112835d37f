package mail

import (
	"context"
	"fmt"
	"slices"
	"time"

	"berth/calendar"
	"berth/scheduler"
	"berth/scheduler/words"
)

// operation is something that operators have to do.
type operation struct {
	at   time.Time
	text string
}

// digest mails an operator what is to be orchestrated and torn down in the days ahead; where that is nothing, nothing.
func (p *Post) digest(ctx context.Context, e scheduler.Event, target string) error {
	to, ok, err := p.reader(ctx, target)
	if err != nil || !ok || !to.wants(scheduler.TopicDigest) || !to.actor.Is(scheduler.RoleOperator) {
		return err
	}
	from := e.At
	until := from.AddDate(0, 0, p.settings.Days)
	operations, err := p.operations(ctx, to.actor, from, until)
	if err != nil || len(operations) == 0 {
		return err
	}
	l := letter{Subject: "[Berth] What to orchestrate and tear down from " + e.Text, Why: "You are told as an operator.",
		Heading: fmt.Sprintf("%d things to do until %s", len(operations), minute(until)),
		Links:   []link{{Label: "Open Berth", URL: p.settings.Site + "/"}}}
	for _, o := range operations {
		day := o.at.UTC().Format("Monday, 2 January 2006 (UTC)")
		if n := len(l.Lists); n == 0 || l.Lists[n-1].Title != day {
			l.Lists = append(l.Lists, bullets{Title: day})
		}
		lines := &l.Lists[len(l.Lists)-1].Lines
		*lines = append(*lines, o.at.UTC().Format("15:04")+"  "+o.text)
	}
	mail := p.mail(l, to)
	mail.ID, mail.Thread = p.identity(e, target)
	return p.sender.Send(ctx, mail)
}

// operations are those within a time, in their order. What should have been done before is among them.
func (p *Post) operations(ctx context.Context, reader scheduler.Actor, from, until time.Time) (list []operation, err error) {
	f, _, err := p.requests.Facility(ctx, scheduler.System)
	if err != nil {
		return nil, err
	}
	filter := scheduler.RequestFilter{Status: []scheduler.Status{scheduler.Scheduled, scheduler.Instantiating, scheduler.Running, scheduler.Terminating}, To: until, Limit: 500}
	for cursor := ""; ; {
		page, err := p.requests.List(ctx, reader, filter, cursor)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Items {
			title := fmt.Sprintf("#%d %s", r.Number, r.Name)
			if begin := calendar.Occupied(r, f).Start; r.Status == scheduler.Scheduled && begin.Before(until) {
				list = append(list, operation{begin, "orchestrate " + title + ", whose slot begins at " + r.Slot.Start.UTC().Format("15:04") + late(begin, from)})
			}
			if r.Slot.End.Before(until) {
				list = append(list, operation{r.Slot.End, "tear down " + title + " (" + words.Status(r.Status) + ")" + late(r.Slot.End, from)})
			}
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	slices.SortStableFunc(list, func(a, b operation) int { return a.at.Compare(b.at) })
	return list, nil
}

func late(at, now time.Time) string {
	if at.Before(now) {
		return ", overdue"
	}
	return ""
}
