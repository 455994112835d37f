package tickets

import (
	"context"
	"strings"

	"berth/scheduler"
)

// actor is who has a login, with the rights that they have in Berth. Berth's own account has none: nobody knows who used it.
func (s *Service) actor(ctx context.Context, login string) (a scheduler.Actor, known bool, err error) {
	if login == "" || s.own(login) {
		return a, false, nil
	}
	p, known, err := s.requests.PersonByMail(ctx, scheduler.System, login)
	if err != nil || !known {
		return a, false, err
	}
	a = scheduler.ActorOf(p)
	a.Scopes, a.Via = []scheduler.Scope{scheduler.ScopeRead, scheduler.ScopeWrite}, s.about.Via
	return a, true, nil
}

// own reports whether a login is that of Berth's account.
func (s *Service) own(login string) bool { return strings.EqualFold(login, s.about.Login) }

// login is somebody's name in the tracker: their address of mail, empty where none is known.
func (s *Service) login(ctx context.Context, username string) string {
	if username == "" {
		return ""
	}
	p, err := s.requests.Person(ctx, scheduler.System, username)
	if err != nil {
		return ""
	}
	return p.Email
}

// assignable is the login of somebody who can be an assignee; empty where the tracker does not know them.
func (s *Service) assignable(ctx context.Context, username string) (login string, err error) {
	if login = s.login(ctx, username); login == "" {
		return "", nil
	}
	known, err := s.tracker.HasAccount(ctx, login)
	if err != nil || !known {
		return "", err
	}
	return login, nil
}

// shown is a login as it is written where others read it.
func shown(login string) string { return strings.Join(strings.Fields(login), " ") }
