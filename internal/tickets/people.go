package tickets

import (
	"context"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
)

// actor finds the person of a login, with that person's rights in Berth. Berth's own account has none: its user is unknown.
func (s *Service) actor(ctx context.Context, login string) (a account.Actor, known bool, err error) {
	if login == "" || s.isOwn(login) {
		return a, false, nil
	}
	p, known, err := s.requests.PersonByMail(ctx, account.System, login)
	if err != nil || !known {
		return a, false, err
	}
	a = account.ActorOf(p)
	a.Scopes, a.Via = []account.Scope{account.ScopeRead, account.ScopeWrite}, s.about.Via
	return a, true, nil
}

// isOwn reports whether a login is that of Berth's account.
func (s *Service) isOwn(login string) bool { return strings.EqualFold(login, s.about.Login) }

// login returns the name of a person in the tracker: the mail address, empty if unknown.
func (s *Service) login(ctx context.Context, username string) string {
	if username == "" {
		return ""
	}
	p, err := s.requests.Person(ctx, account.System, username)
	if err != nil {
		return ""
	}
	return p.Email
}

// account returns the login of a person who can be an assignee; empty if the tracker does not know the person.
func (s *Service) account(ctx context.Context, username string) (login string, err error) {
	if login = s.login(ctx, username); login == "" {
		return "", nil
	}
	known, err := s.tracker.HasAccount(ctx, login)
	if err != nil || !known {
		return "", err
	}
	return login, nil
}

// shown writes a login where others read it.
func shown(login string) string { return strings.Join(strings.Fields(login), " ") }

// refusal reports whether Berth refused, for reasons that a user may know; other errors decide nothing.
func refusal(err error) bool {
	switch scheduler.CodeOf(err) {
	case scheduler.CodeConflict, scheduler.CodeForbidden, scheduler.CodeInvalid, scheduler.CodeNotFound:
		return true
	}
	return false
}
