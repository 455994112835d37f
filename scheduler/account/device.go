package account

import "time"

// DeviceLogin is a program that waits until a person confirms on a page that it may act for them (RFC 8628). The program keeps one secret, people
// read another, shorter one from its screen; both are stored as hashes.
type DeviceLogin struct {
	Hash    string      `json:"-"`       // of the program's secret
	Code    string      `json:"-"`       // hash of the short code
	Program string      `json:"program"` // as it calls itself
	Address string      `json:"address"` // from which it asked
	Scopes  []Scope     `json:"scopes"`  // that it wants; those that it gets once a person has confirmed
	Asked   time.Time   `json:"asked"`
	Until   *time.Time  `json:"until,omitempty"` // until when its token will be valid; nil: until it is revoked
	Expires time.Time   `json:"-"`
	Answer  LoginAnswer `json:"-"`
	Person  string      `json:"-"` // who answered
	Pace    int         `json:"-"` // seconds that it has to wait between two questions
	Polls   int         `json:"-"` // how often it has asked for the answer
	Polled  *time.Time  `json:"-"` // when it did so last
}

// LoginAnswer is what a person said to a program that waits.
type LoginAnswer string

const (
	LoginWaits     LoginAnswer = ""
	LoginConfirmed LoginAnswer = "confirmed"
	LoginRefused   LoginAnswer = "refused"
)

// LoginState is what a program that waits is told instead of its token, in the words of RFC 8628, section 3.5.
type LoginState string

const (
	LoginPending LoginState = "authorization_pending"
	LoginHasty   LoginState = "slow_down" // it must wait five seconds more between two questions from now on
	LoginExpired LoginState = "expired_token"
	LoginDenied  LoginState = "access_denied"
)

// DeviceCodes is what a program that begins to wait gets: its own secret, and the code that it shows.
type DeviceCodes struct {
	Secret  string
	Code    string
	Expires time.Time
	Pace    time.Duration
}

// DeviceScopes lists the scopes that a program may ask for. None of them lets it act as another person.
var DeviceScopes = []Scope{ScopeRead, ScopeWrite, ScopeAdmin}
