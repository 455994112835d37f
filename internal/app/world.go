package app

import (
	"context"
	"net"
	"time"

	"berth/internal/demo"
	"berth/internal/world"
	"berth/scheduler"
	"berth/scheduler/account"
)

// surround starts the systems around a demo, and stops them with the instance.
func (a *App) surround() error {
	if !a.serving.World {
		return nil
	}
	facility, catalogue, err := demo.Sample()
	if err != nil {
		return err
	}
	var mails []string
	for _, p := range demo.People() {
		mails = append(mails, p.Email)
	}
	clock := a.options.Clock
	if clock == nil {
		clock = time.Now
	}
	w := world.Start(&a.settings, world.Options{Facility: facility, Catalogue: catalogue, Mails: mails, Clock: clock, Log: a.options.Log})
	a.stack.push("world", databaseBy, func(context.Context) error { w.Close(); return nil })
	a.around = w
	return nil
}

// DemoBugzilla is a Bugzilla in memory on a listener, in which some people have accounts, until the context ends. It says what Berth's settings have to
// be to use it.
func DemoBugzilla(ctx context.Context, l net.Listener, mails []string, o Options, say func(setting, value string)) {
	w, settings := world.Bugzilla(l, mails, o.clock(), o.Log)
	defer w.Close()
	for _, x := range settings {
		say(x[0], x[1])
	}
	<-ctx.Done()
}

// worldMentor is the demo's mentor, who approves at once what begins soon: a visitor sees it run, and decides on the rest.
func (a *App) worldMentor() job {
	if a.around == nil {
		return nil
	}
	const every = 5 * time.Second
	refused := map[string]string{} // what was said last, by request
	return func(ctx context.Context) (done int, next *time.Time, err error) {
		now := a.parts.Clock()
		next = new(now.Add(every))
		page, err := a.parts.Service.List(ctx, account.System, scheduler.RequestFilter{Status: []scheduler.Status{scheduler.UnderReview}, To: now.Add(world.Soon), Limit: 50}, "")
		if err != nil {
			return 0, next, err
		}
		mentor, err := a.parts.Auth.Person(ctx, account.System, demo.Mentor)
		if err != nil {
			return 0, next, err
		}
		for _, r := range page.Items {
			if r.Slot.Start.Before(now.Add(-world.Soon)) {
				continue
			}
			if err := a.grant(ctx, account.ActorOf(mentor), r); err != nil {
				if text := err.Error(); refused[r.ID] != text { // it is tried again and again
					refused[r.ID] = text
					a.options.Log.WarnContext(ctx, "the demo's mentor cannot schedule a request", "number", r.Number, "error", err)
				}
				continue
			}
			done++
		}
		return done, next, nil
	}
}

// grant schedules a request that begins soon.
func (a *App) grant(ctx context.Context, mentor account.Actor, r scheduler.Request) error {
	if r.Mentor == "" { // the portal names nobody
		if _, err := a.parts.Service.Assign(ctx, mentor, r.ID, scheduler.Assign{Mentor: mentor.Username}); err != nil {
			return err
		}
	}
	_, err := a.parts.Service.Schedule(ctx, mentor, r.ID, scheduler.Schedule{Reason: "It fits, and begins soon."})
	return err
}
