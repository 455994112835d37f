package web

import (
	"berth/scheduler/account"
	"berth/scheduler/phrases"
	"net/http"
	"slices"
	"strings"
)

// accountPage shows a user's own settings.
type accountPage struct {
	Person   account.Person
	Topics   []topic
	Sessions []session
	Others   int      // tokens, app passwords and feeds
	Zones    []string // to choose from
}

// session is a browser that is signed in.
type session struct {
	account.Token
	Here bool // the present one
}

// topic is a kind of news, and whether the user gets it by mail and on the pages. Some come by mail only.
type topic struct {
	Name          account.Topic
	About         string
	Mailed, Shown bool
	MailOnly      bool
}

func (s *site) account(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	p := accountPage{}
	var err error
	if p.Person, err = s.people.Person(r.Context(), who, who.Username); err != nil {
		return err
	}
	for _, t := range account.Topics {
		p.Topics = append(p.Topics, topic{t, phrases.Topic(t), !slices.Contains(p.Person.Muted, t), !slices.Contains(p.Person.Quiet, t), !slices.Contains(account.PageTopics, t)})
	}
	f, _, err := s.service.Facility(r.Context(), who)
	if err != nil {
		return err
	}
	p.Zones = zones(f, s.readerOf(who).zone)
	tokens, err := s.people.List(r.Context(), who, who.Username)
	if err != nil {
		return err
	}
	for _, t := range valid(tokens, s.o.Clock()) {
		if slices.Contains(t.Scopes, account.ScopeSession) {
			p.Sessions = append(p.Sessions, session{t, t.ID == who.Token})
		} else {
			p.Others++
		}
	}
	s.show(w, r, http.StatusOK, "account.html", "Account", who, p)
	return nil
}

func (s *site) password(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if r.PostFormValue("new") != r.PostFormValue("again") {
		return invalid("again", "must be the same as the new password")
	}
	if err := s.people.SetPassword(r.Context(), who, who.Username, r.PostFormValue("old"), r.PostFormValue("new"), r.PostFormValue("everything") != ""); err != nil {
		return err
	}
	return done(w, r, "/account", "password-changed")
}

// mail stores of what a user is told: an unticked kind is not sent, or not announced on the pages.
func (s *site) mail(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	unticked := func(field string, among []account.Topic) []account.Topic {
		left := []account.Topic{}
		for _, t := range among {
			if !slices.Contains(r.PostForm[field], string(t)) {
				left = append(left, t)
			}
		}
		return left
	}
	if _, err := s.people.Mute(r.Context(), who, unticked("mail", account.Topics), unticked("page", account.PageTopics)); err != nil {
		return err
	}
	return done(w, r, "/account", "mail-saved")
}

// zone stores the time zone in which a user reads times.
func (s *site) zone(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if _, err := s.people.SetZone(r.Context(), who, strings.TrimSpace(r.PostFormValue("zone"))); err != nil {
		return err
	}
	return done(w, r, "/account", "zone-saved")
}

// revoke ends a session.
func (s *site) revoke(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if _, err := s.people.Revoke(r.Context(), who, who.Username, r.PostFormValue("token")); err != nil {
		return err
	}
	return done(w, r, "/account", "session-ended")
}
