package web

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"berth/testbeds/wallclock"
)

// agendaDays is the number of days that the agenda covers.
const agendaDays = 7

// soon is how long before it is due a task stands among those of now.
const soon = time.Hour

// agenda lists the operators' work: what is late or due now, the rest of today, and the week.
type agenda struct{ Now, Today, Week []task }

// Empty reports whether there is nothing to do.
func (a agenda) Empty() bool { return len(a.Now)+len(a.Today)+len(a.Week) == 0 }

// task is something that operators must do at an instant.
type task struct {
	scheduler.Duty
	Verb  string
	By    string   // the experimenter, by name
	Where string   // testbeds with their VIMs
	Units []string // with names, where they are chosen
	Setup string   // how long it takes to set up
	Late  string   // by how much
	Room  string   // until when it could go on
	Day   string   // where it is not today's
	Deed  *deed
	Wait  string // why there is no step yet
	OSM   string // the name of the network service there
}

// agenda lists the operators' work of the days ahead, and overdue work.
func (s *site) agenda(ctx context.Context, who account.Actor) (a agenda, err error) {
	now := s.o.Clock().UTC()
	duties, err := s.service.Duties(ctx, who, now, now.AddDate(0, 0, agendaDays))
	if err != nil {
		return a, err
	}
	var views []scheduler.View
	for _, d := range duties {
		views = append(views, scheduler.View{Request: d.Request})
	}
	n, err := s.namesIn(ctx, who, views)
	if err != nil {
		return a, err
	}
	x := s.readerOf(who)
	today := wallclock.Day(now, x.zone, now)
	for _, d := range duties {
		t := x.task(who, d, n)
		if day := wallclock.Day(d.At, x.zone, now); day != today {
			t.Day = day
		}
		switch {
		case d.At.Before(now.Add(soon)):
			a.Now = append(a.Now, t)
		case t.Day == "":
			a.Today = append(a.Today, t)
		default:
			a.Week = append(a.Week, t)
		}
	}
	return a, nil
}

// task words a duty for the reader.
func (x reader) task(who account.Actor, d scheduler.Duty, n names) task {
	r := d.Request
	t := task{Duty: d, Verb: "Orchestrate", Where: deployedOn(r, n), OSM: fmt.Sprintf("berth-%d", r.Number), By: n.Person(r.Experimenter)}
	for _, u := range r.Units {
		t.Units = append(t.Units, u.Units...)
	}
	if h := r.Headroom; h != nil && d.What != "orchestrate" {
		t.Room = phrases.Reader{Zone: x.zone, Now: x.now}.Room(*h, r.Slot)
	}
	if d.Late {
		late := x.now.Sub(d.At)
		if late > time.Hour {
			late = late.Truncate(time.Hour)
		}
		t.Late = lasting(late) + " late"
	}
	if setup := r.Slot.Start.Sub(d.At); d.What == "orchestrate" && setup > 0 {
		t.Setup = lasting(setup) + " of setup"
	}
	operates := who.Is(account.RoleOperator) || who.Is(account.RoleAdministrator)
	button := func(label, action string) {
		t.Deed = &deed{Label: label, Value: named(action, r), Primary: !d.At.After(x.now)}
	}
	switch {
	case d.What == "orchestrate" && d.At.After(x.now):
		t.Wait = "Start from " + d.At.In(x.zone).Format("15:04")
	case d.What == "orchestrate":
		button("Start", "start")
	default:
		t.Verb = "Tear down"
		t.down(x, button)
	}
	if !operates {
		t.Deed, t.Wait = nil, ""
	}
	return t
}

// down chooses the step of a tear-down: none before the deployment runs.
func (t *task) down(x reader, button func(label, action string)) {
	switch r := t.Request; {
	case r.Status == scheduler.Scheduled && t.At.After(x.now):
		t.Wait = "Not started yet"
	case r.Status == scheduler.Instantiating && t.At.After(x.now):
		button("It runs", "start")
	case r.Status == scheduler.Terminating:
		button("It is down", "end")
	case t.At.After(x.now):
		t.Deed = &deed{Label: "End early…", URL: fmt.Sprintf("/requests/%d", r.Number)}
	default:
		button("End", "end")
	}
}

// deployedOn names the testbeds of a request with the VIMs that it runs on.
func deployedOn(r scheduler.Request, n names) string {
	var list []string
	add := func(text string) {
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	for _, c := range r.Components {
		if testbed, vim, ok := strings.Cut(r.Placement[c.Member], "/"); ok {
			add(n.Bed(testbed) + " / " + vim)
		}
	}
	for _, d := range r.Devices {
		if name := n.Bed(d.Testbed); !slices.ContainsFunc(list, func(s string) bool { return strings.HasPrefix(s, name) }) {
			add(name)
		}
	}
	return strings.Join(list, ", ")
}
