package mail

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"berth/calendar"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds"
	"berth/testbeds/plain"
)

// What is done with several occurrences of a series in one step is one mail: of its events, the one that speaks for all causes it.

// speaks reports whether an event is that of a whole step.
func speaks(e scheduler.Event) bool { return e.Series == nil || e.Series.Lead }

// of returns an event as one about another request of its step.
func of(e scheduler.Event, number int64) scheduler.Event {
	e.Request, e.Number = strconv.FormatInt(number, 10), number
	return e
}

// concerned lists whom an event concerns: with a step of a series, by any of its requests.
func (p *Mailer) concerned(ctx context.Context, e scheduler.Event) ([]string, error) {
	targets, err := p.concernedBy(ctx, e)
	if err != nil || e.Series == nil {
		return targets, err
	}
	seen := map[string]bool{}
	for _, number := range e.Series.All {
		v, err := p.requests.Get(ctx, account.System, strconv.FormatInt(number, 10))
		if err != nil {
			return nil, err
		}
		alike := fmt.Sprint(v.Experimenter, "\n", v.Mentor, "\n", v.Testbeds(), "\n", invites(e, v.Request))
		if number == e.Number || seen[alike] {
			continue
		}
		seen[alike] = true
		more, err := p.concernedBy(ctx, of(e, number))
		if err != nil {
			return nil, err
		}
		for _, t := range more {
			if !slices.Contains(targets, t) {
				targets = append(targets, t)
			}
		}
	}
	return targets, nil
}

// others reads the other requests of an event's step, as far as the reader may know them.
func (p *Mailer) others(ctx context.Context, e scheduler.Event, to reader) (list []scheduler.View, err error) {
	if e.Series == nil {
		return nil, nil
	}
	for _, number := range e.Series.All {
		if number == e.Number {
			continue
		}
		v, err := p.requests.Get(ctx, to.actor, strconv.FormatInt(number, 10))
		if scheduler.CodeOf(err) == scheduler.CodeNotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

// listed adds to a letter about one request the others of its step.
func (p *Mailer) listed(l *letter, e scheduler.Event, v scheduler.View, others []scheduler.View, f testbeds.Facility, to reader) {
	if len(others) == 0 {
		return
	}
	at := to.times(phrases.Public(v.Request, f, p.clock()))
	all := append([]scheduler.View{v}, others...)
	slices.SortFunc(all, func(a, b scheduler.View) int { return a.Slot.Start.Compare(b.Slot.Start) })
	var lines []string
	for _, x := range all {
		lines = append(lines, fmt.Sprintf("#%d %s, %s", x.Number, at.Slot(x.Slot), phrases.Status(x.Status)))
	}
	l.More = append(l.More, fmt.Sprintf("The same goes for %s of the series.", plain.Count(len(others), "other occurrence")))
	l.Lists = append(l.Lists, bullets{"All of them", lines})
	l.Links = append(l.Links, link{Label: "Open the series", URL: fmt.Sprintf("%s/series/%d", p.settings.Site, e.Series.Number)})
}

// furtherInvitations writes those of the other requests of a step: each is an event of its own.
func (p *Mailer) furtherInvitations(e scheduler.Event, others []scheduler.View, f testbeds.Facility, to reader, method calendar.Method) (list []string) {
	for _, v := range others {
		if invites(e, v.Request) == method {
			list = append(list, p.calendar.Invitation(v.Request, f, method, calendar.Party(p.settings.From), calendar.Party(to.address)))
		}
	}
	return list
}
