package account

import "fmt"

// neededScopes gives the scope that a user must have signed in with to hand out another. A scope that is not listed cannot be handed out.
var neededScopes = map[Scope]Scope{
	ScopeRead: ScopeRead, ScopeWrite: ScopeWrite, ScopeAdmin: ScopeAdmin, ScopePassword: ScopePassword,
	ScopeCalendar: ScopeRead, ScopeCalendarMove: ScopeWrite, ScopeFeed: ScopeRead,
}

// HandsOut reports whether the actor may give a token a scope, and whether anybody may: nobody gives more than they signed in with.
func (a Actor) HandsOut(s Scope) (may, known bool) {
	needed, known := neededScopes[s]
	return known && a.Can(needed), known
}

// Keeps reports whether the actor owns something or is an administrator, who keeps everything.
func (a Actor) Keeps(owner string) bool { return a.Username == owner || a.Is(RoleAdministrator) }

// KeepTokens returns why the actor may neither make nor revoke tokens of an owner, and nothing where they may.
func (a Actor) KeepTokens(owner string) (refusal string) {
	if !a.Can(ScopeAdmin) || !a.Keeps(owner) {
		return fmt.Sprintf("%s may not manage tokens of %s, or this token does not allow it", a.Username, owner)
	}
	return ""
}

// MakeTokens returns why the actor may not make tokens of an owner. A token of another user needs the scope password: its holder can act as that
// user.
func (a Actor) MakeTokens(owner string) (refusal string) {
	if refusal := a.KeepTokens(owner); refusal != "" {
		return refusal
	}
	if a.Username != owner && !a.Can(ScopePassword) {
		return fmt.Sprintf("%s may not make tokens of %s: the token needs the scope password", a.Username, owner)
	}
	return ""
}

// SeeTokens returns why the actor may not know which tokens an owner has.
func (a Actor) SeeTokens(owner string) (refusal string) {
	if !a.Can(ScopeRead) || !a.Keeps(owner) {
		return fmt.Sprintf("%s may not see the tokens of %s", a.Username, owner)
	}
	return ""
}

// SetPassword returns why the actor may not give a user a password.
func (a Actor) SetPassword(username string) (refusal string) {
	if !a.Can(ScopePassword) || !a.Keeps(username) {
		return fmt.Sprintf("%s may not change the password of %s, or the token needs the scope password", a.Username, username)
	}
	return ""
}

// InCalendars narrows the actor to the rights of a calendar client: it reads, and moves where the actor may. ok is false for a token that is not for
// calendars.
func (a Actor) InCalendars() (client Actor, moves, ok bool) {
	if !a.Can(ScopeCalendar) && !a.Can(ScopeCalendarMove) && !a.Can(ScopeRead) {
		return a, false, false
	}
	moves = a.Can(ScopeCalendarMove) || a.Can(ScopeWrite)
	a.Scopes = []Scope{ScopeRead}
	if moves {
		a.Scopes = append(a.Scopes, ScopeWrite)
	}
	return a, moves, true
}
