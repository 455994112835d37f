package web

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"berth/calendar"
	"berth/scheduler/account"
)

// subscribePage sets a calendar client up in three steps.
type subscribePage struct {
	Server    string
	Username  string
	Calendars []shownCalendar
	Clients   []client
	Client    *client
	Secret    string // of an app password made just now
	Feed      string // an address made just now
	Webcal    template.URL
}

type shownCalendar struct {
	calendar.Collection
	URL string
}

// client is a calendar program, and how it is let in: by an app password, a profile, or the secret address of a feed.
type client struct {
	ID, Name, About string
	Means           string // password, profile or feed
}

var clients = []client{
	{"thunderbird", "Thunderbird", "on the desktop, live", "password"},
	{"apple", "Apple Calendar", "iPhone, iPad, Mac; live", "profile"},
	{"android", "Android", "with DAVx⁵; live", "password"},
	{"google", "Google Calendar", "read a few times a day", "feed"},
	{"outlook", "Outlook", "read a few times a day", "feed"},
	{"other", "Another client", "CalDAV: GNOME, KDE, Evolution, vdirsyncer; live", "password"},
}

func (s *site) subscribe(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	return s.subscription(w, r, who, r.URL.Query(), func(*subscribePage) {})
}

func (s *site) subscription(w http.ResponseWriter, r *http.Request, who account.Actor, asked url.Values, more func(*subscribePage)) error {
	f, _, err := s.service.Facility(r.Context(), who)
	if err != nil {
		return err
	}
	p := subscribePage{Server: s.o.Base + "/dav/", Username: who.Username, Clients: clients}
	for _, c := range calendar.Collections(who, f) {
		p.Calendars = append(p.Calendars, shownCalendar{c, s.o.Base + "/dav/calendars/" + url.PathEscape(who.Username) + "/" + url.PathEscape(c.ID) + "/"})
	}
	p.Client = chosenClient(asked)
	more(&p)
	heading := "Calendar"
	if p.Client != nil && p.Client.ID != "other" {
		heading = "The schedule in " + p.Client.Name
	}
	s.show(w, r, http.StatusOK, "subscribe.html", heading, who, p)
	return nil
}

// chosenClient returns the client that was chosen, or one that is let in as was asked for; nil for none.
func chosenClient(asked url.Values) *client {
	means := map[string]string{"password": "other", "profile": "apple", "feed": "google"}
	for _, id := range []string{asked.Get("client"), means[asked.Get("kind")]} {
		if i := slices.IndexFunc(clients, func(c client) bool { return c.ID == id }); i >= 0 {
			return &clients[i]
		}
	}
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
		return s.subscription(w, r, who, r.PostForm, func(p *subscribePage) { p.Secret = secret })
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
		if !slices.ContainsFunc(calendar.Collections(who, f), func(c calendar.Collection) bool { return c.ID == id }) {
			return invalid("calendar", "is not one of your calendars")
		}
		secret, _, err := s.people.CreateFeed(ctx, who, who.Username, name, id)
		if err != nil {
			return err
		}
		address := s.o.Base + "/feeds/" + secret + "/" + url.PathEscape(id) + ".ics"
		_, rest, _ := strings.Cut(address, "://")
		return s.subscription(w, r, who, r.PostForm, func(p *subscribePage) { p.Feed, p.Webcal = address, template.URL("webcal://"+rest) })
	default:
		return invalid("kind", "must be password, profile or feed")
	}
}
