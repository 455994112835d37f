package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds/plain"
)

// About tells administrators how this instance is set up.
type About struct {
	Version  string
	Database string // its kind and its place, without secrets
	Mail     string // the sender; empty where no mail is sent
	Tickets  string // the address of the tracker; empty where there is none
	Verified func(ctx context.Context) (Verified, error)
}

// Verified is the result of the last check of the whole database; a zero At if there was none.
type Verified struct {
	At    time.Time
	Clean bool
}

// adminPage is the overview for administrators: what is left to set up, what works, and what is stuck.
type adminPage struct {
	Checklist checklist
	Health    []health
	Stuck     []scheduler.Delivery
	Webhooks  bool
}

// health is the state of one part, in a word and a line.
type health struct {
	Name, Word, Line string
	State            string // good, wait, bad or off: the look of the word
	At               *time.Time
	Before           string // the words before the instant
	Channel          string // that can be tried again; empty for none
	URL              string // of a page that says more
}

// shownStuck bounds the list of failed deliveries.
const shownStuck = 100

func (s *site) admin(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := administers(who); err != nil {
		return err
	}
	ctx := r.Context()
	var p adminPage
	var err error
	if p.Checklist, err = s.checklist(ctx, who); err != nil {
		return err
	}
	if p.Health, err = s.health(ctx); err != nil {
		return err
	}
	undone, err := s.o.Deliveries.Deliveries(ctx, "", "", true, 0, shownStuck)
	if err != nil {
		return err
	}
	p.Stuck = slices.DeleteFunc(undone, func(m scheduler.Delivery) bool { return m.Failure == "" })
	s.show(w, r, http.StatusOK, "admin.html", "Administration", who, p)
	return nil
}

// health looks at each part of the instance.
func (s *site) health(ctx context.Context) (list []health, err error) {
	for _, c := range []struct{ channel, name, off string }{{"ticket", "Tickets", "No tracker is set."}, {"mail", "Mail", "No mail server is set."}, {"portal", "Portals", "No portal is set."}, {"webhook", "Webhooks", ""}} {
		h := health{Name: c.name, Word: "off", State: "off", Line: c.off}
		if slices.Contains(s.o.Channels, c.channel) {
			b, err := s.o.Deliveries.Backlog(ctx, c.channel)
			if err != nil {
				return nil, err
			}
			h = channelHealth(c.name, c.channel, b)
		}
		list = append(list, h)
	}
	if c := s.o.TestbedCalendars; c != nil {
		all, err := c.List(ctx, account.System, "")
		if err != nil {
			return nil, err
		}
		if len(all) > 0 {
			list = append(list, calendarsHealth(all))
		}
	}
	return append(list, s.verified(ctx), health{Name: "Database", Word: "answers", State: "good", Line: s.o.About.Database}, health{Name: "Version", Word: s.o.About.Version, State: "plain"}), nil
}

// calendarsHealth words how the calendars of testbeds are.
func calendarsHealth(list []scheduler.TestbedCalendar) health {
	h := health{Name: "Calendars of testbeds", Word: "fine", State: "good", Line: "All are up to date.", URL: adminCalendarsPath}
	for _, c := range list {
		switch {
		case c.Held != nil:
			h.Word, h.State, h.Line = "waiting", "bad", "Most events of "+c.Name+" are gone, which a person must confirm."
			return h
		case c.Stale:
			h.Word, h.State, h.Line = "out of date", "bad", c.Name+" is out of date: what it said last stays in force."
		case h.State == "good" && (c.Failure != "" || len(c.Notes) > 0):
			h.Word, h.State, h.Line = "look", "wait", "Something of "+c.Name+" was not understood, or its last try failed."
		}
	}
	return h
}

// channelHealth words what waits in a channel.
func channelHealth(name, channel string, b scheduler.Backlog) health {
	h := health{Name: name, Word: "fine", State: "good", Line: "Nothing waits.", At: b.LastSuccess, Before: "Last delivered"}
	switch {
	case b.Stuck > 0:
		h.Word, h.State, h.Line, h.Channel = "stuck", "bad", fmt.Sprintf("%s until the cause is removed.", plain.Count(int(b.Stuck), "message")+" wait"), channel
	case b.Waiting > 0:
		h.Word, h.State, h.Line, h.Channel = "waiting", "wait", plain.Count(int(b.Waiting), "message")+" on the way.", channel
	}
	if h.State != "good" && b.Oldest != nil {
		h.At, h.Before = b.Oldest, "The oldest is of"
	}
	return h
}

// verified words the last result of berth verify.
func (s *site) verified(ctx context.Context) health {
	h := health{Name: "Consistency", Word: "not checked", State: "off", Line: "berth verify judges the whole database from nothing."}
	if s.o.About.Verified == nil {
		return h
	}
	v, err := s.o.About.Verified(ctx)
	switch {
	case err != nil || v.At.IsZero():
		return h
	case v.Clean:
		h.Word, h.State, h.Line = "clean", "good", "berth verify found nothing wrong."
	default:
		h.Word, h.State, h.Line = "not clean", "bad", "berth verify found contradictions: run it again to read them."
	}
	h.At, h.Before = &v.At, "Checked"
	return h
}

// retry delivers again what waits in a channel, or what waits of one request there.
func (s *site) retry(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := administers(who); err != nil {
		return err
	}
	if _, err := s.o.Deliveries.Retry(r.Context(), r.PostFormValue("channel"), r.PostFormValue("request")); err != nil {
		return err
	}
	return done(w, r, "/admin", "retried")
}
