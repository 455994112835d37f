package account

import (
	"slices"
	"time"
)

// Role is what a person may be. A person may have several.
type Role string

const (
	RoleExperimenter  Role = "experimenter"  // asks for slots
	RoleMentor        Role = "mentor"        // decides on the requests assigned to them
	RoleProvider      Role = "provider"      // has a say about named testbeds
	RoleOperator      Role = "operator"      // orchestrates and tears down
	RoleAdministrator Role = "administrator" // everything, overrides included
)

// Roles are all roles, in the order in which they are listed to people.
var Roles = []Role{RoleExperimenter, RoleMentor, RoleProvider, RoleOperator, RoleAdministrator}

// Person is somebody who can sign in.
type Person struct {
	Username     string    `json:"username"`
	Name         string    `json:"name"`
	Email        string    `json:"email,omitempty"`
	Organisation string    `json:"organisation,omitempty"`
	Roles        []Role    `json:"roles"`
	Testbeds     []string  `json:"testbeds,omitempty"` // of a provider
	Disabled     bool      `json:"disabled,omitempty"`
	Subject      string    `json:"subject,omitempty"` // who they are at an OpenID Connect provider: issuer and subject
	Muted        []Topic   `json:"muted,omitempty"`   // what they do not want to be mailed
	Password     string    `json:"-"`                 // argon2id in PHC form, empty where there is none
	Created      time.Time `json:"created"`
	Revision     int64     `json:"revision"`
}

// Topic is something that people may be mailed, or choose not to be.
type Topic string

const (
	TopicRequests    Topic = "requests"    // steps in the life of requests
	TopicFeedback    Topic = "feedback"    // remarks on them
	TopicReminders   Topic = "reminders"   // of orchestration, tear-down, and offers that end
	TopicInvitations Topic = "invitations" // scheduled slots for their own calendar, with the mails of the requests
	TopicDigest      Topic = "digest"      // the days ahead, for operators
)

// Topics are all of them.
var Topics = []Topic{TopicRequests, TopicFeedback, TopicReminders, TopicInvitations, TopicDigest}

// Scope limits what a token may be used for.
type Scope string

const (
	ScopeRead  Scope = "read"  // look, nothing else
	ScopeWrite Scope = "write" // everything about requests that its owner may do
	ScopeAdmin Scope = "admin" // people, tokens, facility and catalogue as well, where its owner may

	ScopePassword Scope = "password" // and give passwords, and tokens of others: with either a program is somebody else, whatever its own token may do

	ScopeCalendar     Scope = "calendar"      // calendars, to look at: an app password
	ScopeCalendarMove Scope = "calendar:move" // and to move bookings in them
	ScopeFeed         Scope = "feed"          // one calendar, by an address that is a secret
	ScopeSession      Scope = "session"       // a browser's, by a cookie: everything
)

// Token is a secret with which a program acts for its owner. The secret itself is shown once and kept as a hash.
type Token struct {
	ID       string     `json:"id"`
	Owner    string     `json:"owner"`
	Name     string     `json:"name"`
	Hash     string     `json:"-"` // SHA-256 of the secret, hexadecimal
	Scopes   []Scope    `json:"scopes"`
	Feed     string     `json:"feed,omitempty"` // the collection, of a token with the scope feed
	Created  time.Time  `json:"created"`
	Expires  *time.Time `json:"expires,omitempty"`
	LastUsed *time.Time `json:"last_used,omitempty"`
	Revoked  *time.Time `json:"revoked,omitempty"`
}

// Actor is who does something: a person, within the scopes of the means by which they signed in. It is handed to every method, and
// never taken from an input.
type Actor struct {
	Username string
	Name     string
	Roles    []Role
	Testbeds []string // of a provider
	Scopes   []Scope
	Token    string // id of the token or session with which they signed in; empty for a password
	Via      string // by which other system, such as "bugzilla"; empty for Berth itself
}

// System is Berth itself: time passing, a setting.
var System = Actor{Username: "berth", Name: "Berth", Roles: []Role{RoleAdministrator}, Scopes: AllScopes()}

// ActorOf is the person with all scopes.
func ActorOf(p Person) Actor {
	return Actor{Username: p.Username, Name: p.Name, Roles: p.Roles, Testbeds: p.Testbeds,
		Scopes: AllScopes()}
}

// AllScopes is the scopes of somebody who signed in themself.
func AllScopes() []Scope { return []Scope{ScopeRead, ScopeWrite, ScopeAdmin, ScopePassword} }

// Is reports whether the actor has the role.
func (a Actor) Is(r Role) bool { return slices.Contains(a.Roles, r) }

// Can reports whether the actor signed in with the scope.
func (a Actor) Can(s Scope) bool { return slices.Contains(a.Scopes, s) }

// Provides reports whether the actor is a provider of the testbed.
func (a Actor) Provides(testbed string) bool {
	return a.Is(RoleProvider) && slices.Contains(a.Testbeds, testbed)
}

// SpeaksFor reports whether the actor decides for the testbed: as one of its providers, or as an administrator.
func (a Actor) SpeaksFor(testbed string) bool { return a.Provides(testbed) || a.Is(RoleAdministrator) }
