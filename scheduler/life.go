package scheduler

import (
	"berth/scheduler/account"
	"slices"
	"time"
)

// relation is an actor's part in a request; an actor may have several. Rights follow from relations, never from names.
type relation string

const (
	owner         relation = "owner"      // its experimenter
	itsMentor     relation = "mentor"     // the mentor that it is assigned to
	anyMentor     relation = "any mentor" // anybody with the role
	provider      relation = "provider"   // of a testbed that it touches
	operator      relation = "operator"
	administrator relation = "administrator"
)

// step is one row of the table of a request's life.
type step struct {
	from     []Status      // statuses in which it may be taken
	to       []Status      // statuses to which it may lead; empty: the status stays
	who      []relation    // relations that may take it
	override []relation    // those of who that may take it against a conflict, or without an approval
	scope    account.Scope // the scope that a token needs for it
}

// deciders are the relations that may decide against a conflict, or without an approval.
var deciders = []relation{itsMentor, administrator}

// reportable are the statuses in which a request can be reported as over: Cancelled only where it was closed as a no-show, see open.
var reportable = append(slices.Clone(Granted), Cancelled)

// life lists every step of a request, and who may take it. A step that is missing is refused. Conditions beyond status and relation stand with the
// step: an owner moves a scheduled request only within its slot, a provider approves for their own testbed.
var life = map[Action]step{
	ActionView:     {from: Statuses, who: []relation{owner, anyMentor, provider, operator, administrator}, scope: account.ScopeRead},
	ActionFeedback: {from: Statuses, who: []relation{owner, anyMentor, provider, operator, administrator}, scope: account.ScopeWrite},

	ActionTicket:     {from: Statuses, who: []relation{administrator}, scope: account.ScopeWrite},
	ActionTicketNote: {from: Statuses, who: []relation{administrator}, scope: account.ScopeWrite},
	ActionFlag:       {from: Statuses, who: []relation{operator, administrator}, scope: account.ScopeWrite},
	ActionRemark:     {from: Statuses, who: []relation{owner, itsMentor, administrator}, scope: account.ScopeWrite},

	ActionSubmit:      {to: []Status{UnderReview}, who: []relation{owner, anyMentor, administrator}, override: deciders, scope: account.ScopeWrite},
	ActionEdit:        {from: []Status{UnderReview}, who: []relation{owner, itsMentor, administrator}, override: deciders, scope: account.ScopeWrite},
	ActionAssign:      {from: Live, who: []relation{anyMentor, administrator}, scope: account.ScopeWrite},
	ActionApprove:     {from: Movable, who: []relation{provider, administrator}, scope: account.ScopeWrite},
	ActionSchedule:    {from: []Status{UnderReview}, to: []Status{Scheduled}, who: []relation{itsMentor, administrator}, override: deciders, scope: account.ScopeWrite},
	ActionReject:      {from: Ahead, to: []Status{Rejected}, who: []relation{itsMentor, administrator}, scope: account.ScopeWrite},
	ActionWait:        {from: []Status{UnderReview}, who: []relation{owner, itsMentor, administrator}, scope: account.ScopeWrite},
	ActionStopWaiting: {from: []Status{UnderReview}, who: []relation{owner, itsMentor, administrator}, scope: account.ScopeWrite},
	ActionPriority:    {from: Live, who: []relation{owner, anyMentor, administrator}, scope: account.ScopeWrite},
	ActionAcceptOffer: {from: Offerable, who: []relation{owner, administrator}, scope: account.ScopeWrite},
	ActionMove:        {from: Movable, who: []relation{owner, itsMentor, administrator}, override: deciders, scope: account.ScopeWrite},
	ActionConfirm:     {from: []Status{Scheduled}, who: []relation{owner, itsMentor, administrator}, scope: account.ScopeWrite},
	ActionCancel:      {from: Ahead, to: []Status{Cancelled}, who: []relation{owner, itsMentor, administrator}, scope: account.ScopeWrite},
	ActionStart:       {from: []Status{Scheduled, Instantiating}, to: []Status{Instantiating, Running}, who: []relation{operator, administrator}, override: deciders, scope: account.ScopeWrite},
	ActionComplete:    {from: reportable, to: []Status{Terminating, Completed}, who: []relation{operator, administrator}, scope: account.ScopeWrite},
	ActionFail:        {from: reportable, to: []Status{Failed}, who: []relation{operator, administrator}, scope: account.ScopeWrite},
}

// actions lists the steps that are offered to people, in this order.
var actions = []Action{ActionEdit, ActionAssign, ActionApprove, ActionSchedule, ActionReject, ActionAcceptOffer, ActionWait, ActionStopWaiting, ActionPriority, ActionMove, ActionConfirm, ActionStart,
	ActionComplete, ActionFail, ActionCancel, ActionFeedback}

// party is what of a request says who has a part in it.
type party struct {
	experimenter, mentor string
	testbeds             []string
}

func partyOf(r Request) party { return party{r.Experimenter, r.Mentor, r.Testbeds()} }

// has reports whether an actor has a part in the request.
func (p party) has(a account.Actor, what relation) bool {
	switch what {
	case owner:
		return a.Username != "" && a.Username == p.experimenter
	case itsMentor:
		return account.MayMentor(a.Roles) && a.Username != "" && a.Username == p.mentor
	case anyMentor:
		return a.Is(account.RoleMentor)
	case provider:
		return slices.ContainsFunc(p.testbeds, a.Provides)
	case operator:
		return a.Is(account.RoleOperator)
	case administrator:
		return a.Is(account.RoleAdministrator)
	}
	return false
}

// relatedBy reports whether the actor has one of the relations to the request.
func relatedBy(a account.Actor, r Request, list []relation) bool {
	p := partyOf(r)
	return slices.ContainsFunc(list, func(x relation) bool { return p.has(a, x) })
}

// Testbeds lists the ids of the testbeds that the request touches, or would with its pending move.
func (r Request) Testbeds() []string {
	ids := r.Demand.Testbeds()
	if r.PendingMove != nil {
		ids = append(ids, r.PendingMove.Demand.Testbeds()...)
	}
	return ids
}

// may reports whether the actor may take the step at all, whatever the request's status.
func may(a account.Actor, action Action, r Request) bool {
	s, known := life[action]
	return known && a.Can(s.scope) && relatedBy(a, r, s.who)
}

// MayOverride reports whether the actor may take a step with the request against a conflict, or without an approval.
func MayOverride(a account.Actor, action Action, r Request) bool {
	return may(a, action, r) && relatedBy(a, r, life[action].override)
}

// sees reports whether the actor may know the request.
func sees(a account.Actor, r Request) bool { return may(a, ActionView, r) }

// allowed lists the steps that the actor may take with the request now.
func allowed(a account.Actor, r Request, now time.Time) []Action {
	list := []Action{}
	for _, action := range actions {
		if may(a, action, r) && r.open(action, now) {
			list = append(list, action)
		}
	}
	return list
}

// open reports whether the request's status allows a step. Once the request has begun, only a pending move is left to approve; a request that was
// never reported as started can be reported as over once its setup has begun.
func (r Request) open(action Action, now time.Time) bool {
	switch {
	case !slices.Contains(life[action].from, r.Status):
		return false
	case action == ActionWait:
		return r.Wait == nil && !r.holds(now)
	case action == ActionStopWaiting:
		return r.Wait != nil
	case action == ActionAcceptOffer && r.Status != Rejected:
		_, ok := r.openOffer(now)
		return ok
	case action == ActionApprove:
		return !r.Status.Begun() || r.PendingMove != nil
	case r.Status == Cancelled && (action == ActionComplete || action == ActionFail):
		return r.correctable(now)
	case r.Status == Scheduled && (action == ActionComplete || action == ActionFail):
		return !now.Before(r.begins())
	case action == ActionConfirm:
		return r.Needed != nil && r.Needed.Confirmed == nil && now.Before(r.Slot.Start)
	}
	return true
}

// permit refuses a step that the actor may not take, or not now. An actor who may not know the request learns nothing.
func permit(a account.Actor, action Action, r Request, now time.Time) error {
	if !sees(a, r) {
		return notFound(r.ID)
	}
	if !may(a, action, r) {
		e := Errorf(CodeForbidden, "%s may not %s request #%d", a.Username, action.words(), r.Number)
		if a.Is(account.RoleMentor) && r.Mentor != a.Username {
			e.Message += "; it is assigned to " + mentorOf(r) + " (a mentor takes a request over by assigning it to themself)"
		}
		e.Allowed = allowed(a, r, now)
		return e
	}
	if !r.open(action, now) {
		return notNow(a, action, r, now)
	}
	return nil
}

func mentorOf(r Request) string {
	if r.Mentor == "" {
		return "nobody"
	}
	return r.Mentor
}

// notNow refuses a step that the request's status does not allow.
func notNow(a account.Actor, action Action, r Request, now time.Time) error {
	e := Errorf(CodeConflict, "request #%d is %s: you cannot %s it now", r.Number, r.Status, action.words())
	e.Allowed = allowed(a, r, now)
	return e
}

func notFound(id string) error { return Errorf(CodeNotFound, "there is no request %q", clip(id)) }

// Require refuses an actor without one of the roles, or with a token that lacks the scope.
func Require(a account.Actor, s account.Scope, roles ...account.Role) error {
	if !a.Can(s) {
		return Errorf(CodeForbidden, "this needs a token with the scope %q", s)
	}
	if !slices.ContainsFunc(roles, a.Is) {
		return Errorf(CodeForbidden, "%s may not do this; it needs the role %s", a.Username, either(roles))
	}
	return nil
}

func either(roles []account.Role) string {
	words := ""
	for i, r := range roles {
		if i > 0 {
			words += " or "
		}
		words += string(r)
	}
	return words
}
