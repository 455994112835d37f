package scheduler

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

// is reports whether the actor is the owner of something, or an administrator, who is everybody in this.
func (a Actor) is(owner string) bool { return a.Username == owner || a.Is(RoleAdministrator) }

// KeepTokens is CodeForbidden where the actor may neither make nor revoke tokens of an owner.
func (a Actor) KeepTokens(owner string) error {
	if !a.Can(ScopeAdmin) || !a.is(owner) {
		return Errorf(CodeForbidden, "%s may not keep tokens of %s, or not with this token", a.Username, owner)
	}
	return nil
}

// MakeTokens is CodeForbidden where the actor may not make tokens of an owner. One of another user takes the scope password: whoever has it is
// that user.
func (a Actor) MakeTokens(owner string) error {
	if err := a.KeepTokens(owner); err != nil {
		return err
	}
	if a.Username != owner && !a.Can(ScopePassword) {
		return Errorf(CodeForbidden, "%s may not make tokens of %s with this token: it takes the scope password", a.Username, owner)
	}
	return nil
}

// SeeTokens is CodeForbidden where the actor may not know which tokens an owner has.
func (a Actor) SeeTokens(owner string) error {
	if !a.Can(ScopeRead) || !a.is(owner) {
		return Errorf(CodeForbidden, "%s may not see the tokens of %s", a.Username, owner)
	}
	return nil
}

// SetPassword is CodeForbidden where the actor may not give a user a password.
func (a Actor) SetPassword(username string) error {
	if !a.Can(ScopePassword) || !a.is(username) {
		return Errorf(CodeForbidden, "%s may not change the password of %s, or not with this token: it takes the scope password", a.Username, username)
	}
	return nil
}

// InCalendars is the actor as a calendar client lets them act: they read, and move where they may at all. It is CodeUnauthenticated where the
// token is not for calendars.
func (a Actor) InCalendars() (client Actor, moves bool, err error) {
	if !a.Can(ScopeCalendar) && !a.Can(ScopeCalendarMove) && !a.Can(ScopeRead) {
		return a, false, Errorf(CodeUnauthenticated, "this token is not for calendars")
	}
	moves = a.Can(ScopeCalendarMove) || a.Can(ScopeWrite)
	a.Scopes = []Scope{ScopeRead}
	if moves {
		a.Scopes = append(a.Scopes, ScopeWrite)
	}
	return a, moves, nil
}
