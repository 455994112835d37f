package web

import (
	"net/http"
	"net/url"
	"strings"

	"berth/calendar"
	"berth/scheduler/account"
)

// subscribePage explains how to add the calendars to a client.
type subscribePage struct {
	Server    string
	Username  string
	Calendars []shownCalendar
	Secret    string // of an app password made just now
	Feed      string // an address made just now
	Webcal    string
}

type shownCalendar struct {
	calendar.Collection
	URL string
}

func (s *site) subscribe(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	return s.subscription(w, r, who, func(*subscribePage) {})
}

func (s *site) subscription(w http.ResponseWriter, r *http.Request, who account.Actor, more func(*subscribePage)) error {
	f, _, err := s.service.Facility(r.Context(), who)
	if err != nil {
		return err
	}
	p := subscribePage{Server: s.o.Base + "/dav/", Username: who.Username}
	for _, c := range calendar.Collections(who, f) {
		p.Calendars = append(p.Calendars, shownCalendar{c, s.o.Base + "/dav/calendars/" + url.PathEscape(who.Username) + "/" + url.PathEscape(c.ID) + "/"})
	}
	more(&p)
	s.show(w, r, http.StatusOK, "subscribe.html", "Calendar", who, p)
	return nil
}

// makeSecret makes an app password, the address of a feed, or a profile for Apple's devices. Each is shown once.
func (s *site) makeSecret(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	ctx, name := r.Context(), strings.TrimSpace(r.PostFormValue("name"))
	scopes := []account.Scope{account.ScopeCalendar}
	if r.PostFormValue("move") != "" {
		scopes = append(scopes, account.ScopeCalendarMove)
	}
	switch r.PostFormValue("kind") {
	case "password":
		secret, _, err := s.people.Create(ctx, who, who.Username, name, scopes, nil)
		if err != nil {
			return err
		}
		return s.subscription(w, r, who, func(p *subscribePage) { p.Secret = secret })
	case "profile":
		secret, t, err := s.people.Create(ctx, who, who.Username, name, scopes, nil)
		if err != nil {
			return err
		}
		b, err := calendar.AppleProfile(s.o.Base, who.Username, secret, t.ID)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/x-apple-aspen-config")
		w.Header().Set("Content-Disposition", `attachment; filename="berth.mobileconfig"`)
		_, _ = w.Write(b)
		return nil
	case "feed":
		f, _, err := s.service.Facility(ctx, who)
		if err != nil {
			return err
		}
		id := r.PostFormValue("calendar")
		known := false
		for _, c := range calendar.Collections(who, f) {
			known = known || c.ID == id
		}
		if !known {
			return invalid("calendar", "is not one of your calendars")
		}
		secret, _, err := s.people.CreateFeed(ctx, who, who.Username, name, id)
		if err != nil {
			return err
		}
		address := s.o.Base + "/feeds/" + secret + "/" + url.PathEscape(id) + ".ics"
		_, rest, _ := strings.Cut(address, "://")
		return s.subscription(w, r, who, func(p *subscribePage) { p.Feed, p.Webcal = address, "webcal://"+rest })
	default:
		return invalid("kind", "must be password, profile or feed")
	}
}
