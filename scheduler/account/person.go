package account

import (
	"slices"
	"time"
)

// Role is a part that a person may play. A person may have several.
type Role string

const (
	RoleExperimenter  Role = "experimenter"  // asks for slots
	RoleMentor        Role = "mentor"        // decides on the requests assigned to them
	RoleProvider      Role = "provider"      // has a say about named testbeds
	RoleOperator      Role = "operator"      // orchestrates and tears down
	RoleAdministrator Role = "administrator" // everything, overrides included
)

// MayMentor reports whether somebody with the roles can be a request's mentor: mentors, and administrators, who may decide about every request.
func MayMentor(roles []Role) bool {
	return slices.Contains(roles, RoleMentor) || slices.Contains(roles, RoleAdministrator)
}

// Roles lists all roles, in the order in which people see them.
var Roles = []Role{RoleExperimenter, RoleMentor, RoleProvider, RoleOperator, RoleAdministrator}

// Person is a user who can sign in.
type Person struct {
	Username     string    `json:"username"`
	Name         string    `json:"name"`
	Email        string    `json:"email,omitempty"`
	Organisation string    `json:"organisation,omitempty"`
	Roles        []Role    `json:"roles"`
	Testbeds     []string  `json:"testbeds,omitempty"` // of a provider
	Disabled     bool      `json:"disabled,omitempty"`
	Subject      string    `json:"subject,omitempty"` // the identity at an OpenID Connect provider: issuer and subject
	Muted        []Topic   `json:"muted,omitempty"`   // mails that they do not want
	Quiet        []Topic   `json:"quiet,omitempty"`   // news that the pages do not announce to them
	Zone         string    `json:"zone,omitempty"`    // the time zone in which they read times, such as Europe/Dublin; empty: not chosen
	Password     string    `json:"-"`                 // argon2id in PHC form, empty where there is none
	Created      time.Time `json:"created"`
	Revision     int64     `json:"revision"`
}

// Newcomer is a person whom another system knows, and Berth does not yet.
type Newcomer struct {
	Username     string // as it is there; what stands after an @ does not count
	Name         string
	Email        string // that they were seen to read
	Organisation string
}

// Topic is a kind of news that people may get, or choose not to get, by mail and on the pages.
type Topic string

const (
	TopicRequests    Topic = "requests"    // steps in the life of requests
	TopicFeedback    Topic = "feedback"    // remarks on them
	TopicMentions    Topic = "mentions"    // remarks that mention the person
	TopicReminders   Topic = "reminders"   // of orchestration, tear-down, and offers that end
	TopicInvitations Topic = "invitations" // scheduled slots for their own calendar, with the mails of the requests; only by mail
	TopicDigest      Topic = "digest"      // the days ahead, for operators; only by mail
)

// Topics lists all topics.
var Topics = []Topic{TopicRequests, TopicFeedback, TopicMentions, TopicReminders, TopicInvitations, TopicDigest}

// PageTopics lists the topics that the pages announce.
var PageTopics = []Topic{TopicRequests, TopicFeedback, TopicMentions, TopicReminders}

// LinkedTopic is the kind of mail that a link in a mail stops for its reader.
type LinkedTopic struct {
	Person Person
	Topic  Topic
}

// Muted reports whether the person gets no such mail at present.
func (l LinkedTopic) Muted() bool { return slices.Contains(l.Person.Muted, l.Topic) }

// Scope limits what a token may be used for.
type Scope string

const (
	ScopeRead  Scope = "read"  // look, nothing else
	ScopeWrite Scope = "write" // everything about requests that its owner may do
	ScopeAdmin Scope = "admin" // people, tokens, facility and catalogue as well, where its owner may

	ScopePassword Scope = "password" // and give passwords, and tokens of others: with either a program can act as another user, whatever its own token may do

	ScopeCalendar     Scope = "calendar"      // read calendars: an app password
	ScopeCalendarMove Scope = "calendar:move" // and to move bookings in them
	ScopeFeed         Scope = "feed"          // one calendar, by an address that is a secret
	ScopeSession      Scope = "session"       // a browser's, by a cookie: everything
)

// Token is a secret with which a program acts for its owner. The secret is shown once and kept as a hash.
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

// Actor is the person who takes a step, within the scopes of the means by which they signed in. Every method gets it, and never from an input.
type Actor struct {
	Username string
	Name     string
	Roles    []Role
	Testbeds []string // of a provider
	Scopes   []Scope
	Token    string  // id of the token or session with which they signed in; empty for a password
	Zone     string  // in which they read times; empty: not known
	Quiet    []Topic // that the pages do not announce to them
	Via      string  // the other system, such as "bugzilla"; empty for Berth itself
}

// System is Berth itself, acting when time passes or a setting says so.
var System = Actor{Username: "berth", Name: "Berth", Roles: []Role{RoleAdministrator}, Scopes: AllScopes()}

// ActorOf makes a person an actor with all scopes.
func ActorOf(p Person) Actor {
	return Actor{Username: p.Username, Name: p.Name, Roles: p.Roles, Testbeds: p.Testbeds, Zone: p.Zone, Quiet: p.Quiet,
		Scopes: AllScopes()}
}

// AllScopes lists the scopes of a user who signed in themself.
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
