package web

import (
	"context"
	"slices"

	"berth/scheduler/account"
)

// checklist says what an instance still needs before people can work with it.
type checklist struct {
	Steps []step
	Done  int
}

// step is one thing to set up.
type step struct {
	Name, About string
	Done        bool
	Optional    bool
	URL, Action string // where it is done
	Settings    string // with which it is done instead, outside the pages
}

// Open reports whether a step that is not optional is left.
func (c checklist) Open() bool {
	for _, x := range c.Steps {
		if !x.Done && !x.Optional {
			return true
		}
	}
	return false
}

// Next returns the first step that is left; nil if all are done.
func (c checklist) Next() *step {
	for i := range c.Steps {
		if !c.Steps[i].Done {
			return &c.Steps[i]
		}
	}
	return nil
}

// checklist works out what is set up.
func (s *site) checklist(ctx context.Context, who account.Actor) (c checklist, err error) {
	f, _, err := s.service.Facility(ctx, who)
	if err != nil {
		return c, err
	}
	k, _, err := s.service.Catalogue(ctx, who)
	if err != nil {
		return c, err
	}
	_, _, people, err := s.people.FindPeople(ctx, who, account.Search{}, "", 1)
	if err != nil {
		return c, err
	}
	tokens, err := s.people.List(ctx, who, who.Username)
	if err != nil {
		return c, err
	}
	subscribed := false
	for _, t := range valid(tokens, s.o.Clock()) {
		subscribed = subscribed || t.Feed != "" || ofCalendars(t)
	}
	c.Steps = []step{
		{Name: "Facility", About: "The testbeds with their VIMs and devices: everything that can be booked.", Done: len(f.Testbeds) > 0, URL: "/admin/facility", Action: "Add a testbed"},
		{Name: "Catalogue", About: "The network services that people deploy, and on which VIMs they can run.", Done: len(k.NSDs) > 0, URL: "/admin/catalogue", Action: "Add a service"},
		{Name: "People", About: "Experimenters, mentors, the testbeds’ providers and the operators.", Done: people > 1, URL: "/admin/invite", Action: "Invite somebody"},
		{Name: "Mail", About: "Decisions, reminders and invitations reach people by mail.", Done: s.o.About.Mail != "", Optional: true, Settings: "mail_server = \"smtp.example.org:587\"\nmail_from = \"Berth <berth@example.org>\"\nmail_user = \"berth\"\nmail_password_file = \"/etc/berth/mail\""},
		{Name: "Tickets", About: "Each request gets a ticket in Bugzilla, which always says the same.", Done: s.o.About.Tickets != "", Optional: true, Settings: "bugzilla_url = \"https://bugzilla.example.org\"\nbugzilla_login = \"berth@example.org\"\nbugzilla_key_file = \"/etc/berth/bugzilla\""},
		{Name: "Calendar", About: "The schedule in the calendar that you already use.", Done: subscribed, Optional: true, URL: "/subscribe", Action: "Subscribe"},
	}
	for _, x := range c.Steps {
		if x.Done {
			c.Done++
		}
	}
	return c, nil
}

// ofCalendars reports whether a token is an app password of a calendar client.
func ofCalendars(t account.Token) bool {
	return slices.Contains(t.Scopes, account.ScopeCalendar) || slices.Contains(t.Scopes, account.ScopeCalendarMove)
}
