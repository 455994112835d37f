package web

import (
	"net/http"
	"slices"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// adminPage shows people, and deliveries to other systems, to administrators.
type adminPage struct {
	Channels []channelState
	Undone   []scheduler.Delivery
	People   []account.Person
	Next     string
	Roles    []account.Role
	Testbeds []testbeds.Testbed
	Edit     *account.Person
}

type channelState struct {
	Name string
	scheduler.Backlog
}

// shownUndone bounds the list of failed deliveries.
const shownUndone = 100

func (s *site) admin(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	ctx := r.Context()
	people, err := s.people.People(ctx, who, r.URL.Query().Get("after"), 200)
	if err != nil {
		return err
	}
	f, _, err := s.service.Facility(ctx, who)
	if err != nil {
		return err
	}
	p := adminPage{People: people.Items, Next: people.Next, Roles: account.Roles, Testbeds: f.Testbeds}
	for _, c := range s.o.Channels {
		b, err := s.o.Deliveries.Backlog(ctx, c)
		if err != nil {
			return err
		}
		p.Channels = append(p.Channels, channelState{c, b})
	}
	undone, err := s.o.Deliveries.Deliveries(ctx, "", "", true, 0, shownUndone)
	if err != nil {
		return err
	}
	p.Undone = slices.DeleteFunc(undone, func(m scheduler.Delivery) bool { return m.Failure == "" })
	if name := r.URL.Query().Get("edit"); name != "" {
		x, err := s.people.Person(ctx, who, name)
		if err != nil {
			return err
		}
		p.Edit = &x
	}
	s.show(w, r, http.StatusOK, "admin.html", "Administration", who, p)
	return nil
}

func (s *site) retry(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if !who.Is(account.RoleAdministrator) {
		return scheduler.Errorf(scheduler.CodeForbidden, "%s may not do this", who.Username)
	}
	if _, err := s.o.Deliveries.Retry(r.Context(), r.PostFormValue("channel"), ""); err != nil {
		return err
	}
	return done(w, r, "/admin", "retried")
}

// putPerson adds or changes a person.
func (s *site) putPerson(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	form := r.PostForm
	revision, err := number(form, "revision")
	if err != nil {
		return err
	}
	p := account.Person{Username: strings.TrimSpace(form.Get("username")), Name: strings.TrimSpace(form.Get("name")), Email: strings.TrimSpace(form.Get("email")),
		Organisation: strings.TrimSpace(form.Get("organisation")), Testbeds: form["testbed"], Disabled: form.Get("disabled") != "", Revision: revision}
	for _, x := range form["role"] {
		p.Roles = append(p.Roles, account.Role(x))
	}
	if _, err := s.people.PutPerson(r.Context(), who, p); err != nil {
		return err
	}
	if secret := form.Get("password"); secret != "" {
		if err := s.people.SetPassword(r.Context(), who, p.Username, "", secret, false); err != nil {
			return err
		}
	}
	if form.Get("everything") != "" {
		if _, err := s.people.RevokeAll(r.Context(), who, p.Username); err != nil {
			return err
		}
	}
	return done(w, r, "/admin", "saved")
}
