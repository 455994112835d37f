package account

import "fmt"

// neededScopes are what a user must have signed in with to hand out a scope. A scope that is not among them cannot be handed out.
var neededScopes = map[Scope]Scope{
	ScopeRead: ScopeRead, ScopeWrite: ScopeWrite, ScopeAdmin: ScopeAdmin, ScopePassword: ScopePassword,
	ScopeCalendar: ScopeRead, ScopeCalendarMove: ScopeWrite, ScopeFeed: ScopeRead,
}

// HandsOut reports whether the actor may give a token a scope, and whether anybody may: nobody gives more than they signed in with.
func (a Actor) HandsOut(s Scope) (may, known bool) {
	needed, known := neededScopes[s]
	return known && a.Can(needed), known
}

// Keeps reports whether the actor is the owner of something, or an administrator, who keeps everything.
func (a Actor) Keeps(owner string) bool { return a.Username == owner || a.Is(RoleAdministrator) }

// KeepTokens returns why the actor may neither make nor revoke tokens of an owner, and nothing where they may.
func (a Actor) KeepTokens(owner string) (refusal string) {
	if !a.Can(ScopeAdmin) || !a.Keeps(owner) {
		return fmt.Sprintf("%s may not keep tokens of %s, or not with this token", a.Username, owner)
	}
	return ""
}

// MakeTokens returns why the actor may not make tokens of an owner. One of another user takes the scope password: whoever has it is that user.
func (a Actor) MakeTokens(owner string) (refusal string) {
	if refusal := a.KeepTokens(owner); refusal != "" {
		return refusal
	}
	if a.Username != owner && !a.Can(ScopePassword) {
		return fmt.Sprintf("%s may not make tokens of %s with this token: it takes the scope password", a.Username, owner)
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
		return fmt.Sprintf("%s may not change the password of %s, or not with this token: it takes the scope password", a.Username, username)
	}
	return ""
}

// InCalendars narrows the actor to what a calendar client does for them: it reads, and moves where they may at all. ok is false where the token
// is not for calendars.
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
