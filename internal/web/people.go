package web

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// peoplePage lists people, searched.
type peoplePage struct {
	Search        account.Search
	Roles         []account.Role
	States        []account.State
	Items         []account.Person
	Matching, All int
	Next          template.URL
}

// peopleAtOnce is how many people a page lists.
const peopleAtOnce = 50

func (s *site) listPeople(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	q := r.URL.Query()
	p := peoplePage{Search: account.Search{Text: q.Get("text"), Role: account.Role(q.Get("role")), State: account.State(q.Get("state"))}, Roles: account.Roles, States: account.States}
	page, matching, all, err := s.people.FindPeople(r.Context(), who, p.Search, q.Get("after"), peopleAtOnce)
	if err != nil {
		return err
	}
	p.Items, p.Matching, p.All = page.Items, matching, all
	if page.Next != "" {
		q.Set("after", page.Next)
		p.Next = template.URL("/admin/people?" + q.Encode())
	}
	s.show(w, r, http.StatusOK, "people.html", "People", who, p)
	return nil
}

// personPage shows the form of a person, and what an administrator can do with the account.
type personPage struct {
	Person   account.Person
	Choices  []roleChoice
	Testbeds []testbedChoice
	Tokens   int  // valid sessions, tokens, app passwords and feeds
	Mails    bool // an invitation can be mailed
	Mine     bool
}

type roleChoice struct {
	Role  account.Role
	About string
	On    bool
}

type testbedChoice struct {
	ID, Name string
	On       bool
}

// aboutRoles says what each role is for.
var aboutRoles = map[account.Role]string{
	account.RoleExperimenter: "asks for slots", account.RoleMentor: "decides about the requests that are assigned to them", account.RoleProvider: "approves for the testbeds below, and keeps their closures and capacity",
	account.RoleOperator: "sees what to orchestrate and tear down, and says when it is done", account.RoleAdministrator: "may do everything, and manages people, facility and catalogue",
}

func (s *site) personForm(ctx context.Context, who account.Actor, p account.Person) (personPage, error) {
	x := personPage{Person: p, Mails: s.o.Invite != nil, Mine: p.Username == who.Username}
	for _, role := range account.Roles {
		x.Choices = append(x.Choices, roleChoice{role, aboutRoles[role], slices.Contains(p.Roles, role)})
	}
	f, _, err := s.service.Facility(ctx, who)
	for _, t := range f.Testbeds {
		x.Testbeds = append(x.Testbeds, testbedChoice{t.ID, title(t), slices.Contains(p.Testbeds, t.ID)})
	}
	return x, err
}

// administers refuses everybody but administrators.
func administers(who account.Actor) error {
	return scheduler.Require(who, account.ScopeAdmin, account.RoleAdministrator)
}

// askInvite shows the form that invites somebody.
func (s *site) askInvite(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := administers(who); err != nil {
		return err
	}
	p, err := s.personForm(r.Context(), who, account.Person{Roles: []account.Role{account.RoleExperimenter}})
	if err != nil {
		return err
	}
	s.show(w, r, http.StatusOK, "invite.html", "Invite somebody", who, p)
	return nil
}

// invite makes an account, and the link that sets its first password.
func (s *site) invite(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	p, err := s.people.PutPerson(r.Context(), who, readPerson(r))
	if scheduler.CodeOf(err) == scheduler.CodePrecondition {
		err = invalid("username", "is taken already")
	}
	if err == nil {
		err = s.letProvide(r.Context(), who, p)
	}
	if err != nil {
		return err
	}
	return s.invitation(w, r, who, p.Username)
}

// letProvide keeps a person among the providers of the testbeds that they speak for, and of no others.
func (s *site) letProvide(ctx context.Context, who account.Actor, p account.Person) error {
	f, _, err := s.service.Facility(ctx, who)
	if err != nil {
		return err
	}
	for _, t := range f.Testbeds {
		speaks := slices.Contains(p.Roles, account.RoleProvider) && slices.Contains(p.Testbeds, t.ID)
		if speaks == slices.Contains(t.Providers, p.Username) {
			continue
		}
		t.Providers = slices.DeleteFunc(slices.Clone(t.Providers), func(name string) bool { return name == p.Username })
		if speaks {
			t.Providers = append(t.Providers, p.Username)
		}
		if _, err := s.service.PutTestbed(ctx, who, t, scheduler.ChangeOptions{}); err != nil {
			return err
		}
	}
	return nil
}

// invitedPage says how an invitation reaches its person.
type invitedPage struct {
	Person  account.Person
	Expires time.Time
	Mailed  bool
	Failure string // of the mail
	Link    string // to hand over, where it was not mailed
}

// invitation mails a link that sets a password; without mail, or if that fails, it is shown once, to be handed over.
func (s *site) invitation(w http.ResponseWriter, r *http.Request, who account.Actor, username string) error {
	link, i, err := s.people.Invite(r.Context(), who, username)
	if err != nil {
		return err
	}
	p := invitedPage{Person: i.Person, Expires: i.Expires, Link: s.o.Base + "/invitations/" + link}
	if s.o.Invite != nil && i.Person.Email != "" {
		if err := s.o.Invite(r.Context(), i, p.Link, who.Name); err != nil {
			s.o.Log.WarnContext(r.Context(), "an invitation was not mailed", "to", username, "error", err)
			p.Failure = err.Error()
		} else {
			p.Mailed, p.Link = true, ""
		}
	}
	s.show(w, r, http.StatusOK, "invite-sent.html", i.Person.Name+" is invited", who, p)
	return nil
}

func (s *site) person(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := administers(who); err != nil {
		return err
	}
	person, err := s.people.Person(r.Context(), who, r.PathValue("username"))
	if err != nil {
		return err
	}
	p, err := s.personForm(r.Context(), who, person)
	if err != nil {
		return err
	}
	tokens, err := s.people.List(r.Context(), who, person.Username)
	if err != nil {
		return err
	}
	p.Tokens = len(valid(tokens, s.o.Clock()))
	s.show(w, r, http.StatusOK, "person.html", person.Name, who, p)
	return nil
}

// valid lists the tokens that still work.
func valid(tokens []account.Token, now time.Time) (list []account.Token) {
	for _, t := range tokens {
		if t.Revoked == nil && (t.Expires == nil || now.Before(*t.Expires)) {
			list = append(list, t)
		}
	}
	return list
}

// putPerson changes what describes a person.
func (s *site) putPerson(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := administers(who); err != nil {
		return err
	}
	revision, err := number(r.PostForm, "revision")
	if err != nil {
		return err
	}
	before, err := s.people.Person(r.Context(), who, r.PathValue("username"))
	if err != nil {
		return err
	}
	p := readPerson(r)
	p.Username, p.Disabled, p.Revision = before.Username, before.Disabled, revision
	return s.storePerson(w, r, who, p, "person-saved")
}

func (s *site) storePerson(w http.ResponseWriter, r *http.Request, who account.Actor, p account.Person, note string) error {
	p, err := s.people.PutPerson(r.Context(), who, p)
	if err == nil {
		err = s.letProvide(r.Context(), who, p)
	}
	if err != nil {
		return err
	}
	return done(w, r, personPath(p.Username), note)
}

func personPath(username string) string { return "/admin/people/" + url.PathEscape(username) }

// keepPerson invites a person again, deactivates or activates the account, or ends all access.
func (s *site) keepPerson(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if err := administers(who); err != nil {
		return err
	}
	p, err := s.people.Person(r.Context(), who, r.PathValue("username"))
	if err != nil {
		return err
	}
	switch do := r.PathValue("do"); do {
	case "invitation":
		return s.invitation(w, r, who, p.Username)
	case "deactivate", "activate":
		if p.Username == who.Username {
			return scheduler.Errorf(scheduler.CodeConflict, "ask another administrator to deactivate your own account")
		}
		p.Disabled = do == "deactivate"
		return s.storePerson(w, r, who, p, do+"d")
	case "revoke":
		if _, err := s.people.RevokeAll(r.Context(), who, p.Username); err != nil {
			return err
		}
		return done(w, r, personPath(p.Username), "revoked-all")
	default:
		return scheduler.Errorf(scheduler.CodeNotFound, "there is nothing at this address")
	}
}
