package web

import (
	"net/http"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// invitationPage lets an invited person choose a password.
type invitationPage struct {
	Person  account.Person
	Expires time.Time
}

// askInvited shows what an invitation is for. Nothing happens until the form is sent: mail scanners open links.
func (s *site) askInvited(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	i, err := s.people.Invited(r.Context(), r.PathValue("link"))
	if err != nil {
		return err
	}
	s.show(w, r, http.StatusOK, "invited.html", "Welcome to Berth, "+i.Person.Name, who, invitationPage{i.Person, i.Expires})
	return nil
}

// join sets the password of an invited person, and signs them in.
func (s *site) join(w http.ResponseWriter, r *http.Request, _ account.Actor) error {
	if err := repeated(r); err != nil {
		return err
	}
	secret, err := s.people.Join(r, r.PathValue("link"), r.PostFormValue("new"))
	if err != nil {
		return err
	}
	s.signedInAs(w, r, secret, "/?note=joined")
	return nil
}

// askSetup shows the form for the first account to whoever has the link that Berth printed.
func (s *site) askSetup(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := s.people.Setup(r.Context(), r.PathValue("link")); err != nil {
		return err
	}
	s.show(w, r, http.StatusOK, "setup.html", "Set up Berth", who, nil)
	return nil
}

// claim makes the first account, and signs it in.
func (s *site) claim(w http.ResponseWriter, r *http.Request, _ account.Actor) error {
	if err := repeated(r); err != nil {
		return err
	}
	secret, err := s.people.Claim(r, r.PathValue("link"), readPerson(r), r.PostFormValue("new"))
	if err != nil {
		return err
	}
	s.signedInAs(w, r, secret, "/admin?note=claimed")
	return nil
}

// repeated refuses a new password that was not typed the same twice.
func repeated(r *http.Request) error {
	if r.PostFormValue("new") != r.PostFormValue("again") {
		return invalid("again", "must be the same as the password above")
	}
	return nil
}

// readPerson reads what describes a person.
func readPerson(r *http.Request) account.Person {
	text := func(field string) string { return strings.TrimSpace(r.PostFormValue(field)) }
	p := account.Person{Username: text("username"), Name: text("name"), Email: text("email"), Organisation: text("organisation"), Testbeds: r.PostForm["testbed"]}
	for _, x := range r.PostForm["role"] {
		p.Roles = append(p.Roles, account.Role(x))
	}
	return p
}

// linked serves a page that needs no session: having its link is enough. A form that is not accepted comes back as it was typed.
func (s *site) linked(ask, act page) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, do := s.visitor(r), ask
		if r.Method == http.MethodPost {
			do = act
		}
		err := r.ParseForm()
		if err == nil {
			err = do(w, r, who)
		}
		if err == nil {
			return
		}
		if r.Method == http.MethodPost && scheduler.CodeOf(err) == scheduler.CodeInvalid {
			status, f := s.explained(who, err)
			if s.comesBack(w, r, who, post{origin: ask}, status, refusal{form: r.PostForm, message: "Nothing was saved. Please look at what is marked here.", faults: f.Fields}) {
				return
			}
		}
		s.refuse(w, r, err)
	}
}
