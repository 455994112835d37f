package config

import (
	"berth/scheduler/account"
	"log/slog"
	"net/mail"
	"net/netip"
	"net/url"
	"time"
)

// Settings holds all settings of an instance, checked. The table (see table.go) describes each of them.
type Settings struct {
	Listen      string // host:port; port 0 takes any free one
	Database    string // the path of a file, or a postgres:// address
	TLSCert     string // files in PEM; both or neither
	TLSKey      string
	BehindProxy []netip.Prefix // proxies whose X-Forwarded-For counts
	PublicURL   *url.URL       // nil: made from Listen

	Horizon   time.Duration
	HoldFor   time.Duration
	MaxHold   time.Duration
	ClaimFor  time.Duration
	Reminders []time.Duration

	LogLevel  slog.Level
	LogFormat string // text or json
	MaxBody   int64  // bytes
	StopAfter time.Duration

	Limits    Limits
	Policy    Policy
	Bugzilla  Bugzilla
	Mail      Mail
	Webhooks  Webhooks
	OIDC      OIDC
	OSMs      []OSM
	Calendars []Calendar
	Portals   []Portal

	environ map[string]string // for secrets that files name; only while settings are read
	origins map[string]Origin
	shown   map[string]string
	notes   []string
}

// Limits bound the possessions and actions of one user.
type Limits struct {
	Tokens   int
	Feeds    int
	Webhooks int
	Open     int // requests that are not over
	Remarks  int // in an hour
}

// Policy configures where the rules come from, beside those that are put in force by people.
type Policy struct {
	File    string // read at the start of a server; empty: none
	Hook    string // address of the system that is asked; empty: none
	Token   string // for it; empty: none
	Timeout time.Duration
	Open    bool // what it does not answer is allowed
	Private bool // it may be at an address that is not public
}

// Bugzilla configures the tickets of requests.
type Bugzilla struct {
	URL        string // empty: no tickets
	Key        string
	Product    string
	Component  string
	Version    string
	OpSys      string
	Platform   string
	Components map[string]string // other than Component: by "requests", "deployments", or testbed
	Fields     map[string]string // of the tickets, beyond Berth's own; several values with a bar between
	Login      string            // of the key's account
	Poll       time.Duration     // between two polls for users' changes
	Statuses   map[string]string // the status of a ticket, where it is not the usual one: "RESOLVED FIXED" by "COMPLETED"
	Marker     string            // before the number of a request in a ticket that was opened by hand
	OfferLinks bool
	PerSeries  bool // a series has one ticket

	keyFile string // with the key; empty if the key itself was given
}

// ReadKey returns the present key: a key in a file may change after the start.
func (b Bugzilla) ReadKey() (string, error) {
	if b.keyFile == "" {
		return b.Key, nil
	}
	return secret(b.keyFile)
}

// Mail configures mail to people.
type Mail struct {
	Host     string // of the mail server; empty: no mail
	Port     int
	Security string // starttls, tls or none
	User     string // empty: no sign-in
	Password string
	From     mail.Address
	List     string         // address that gets mail about every request; empty for none
	Digest   *time.Duration // time of the operators' digest after midnight UTC; nil for none
}

// Webhooks configure the calls to other programs.
type Webhooks struct {
	Anywhere bool // also to internal addresses, and without TLS
}

// OIDC configures signing in with a provider.
type OIDC struct {
	Issuer string // empty: no provider
	Client string
	Secret string
	Claim  string  // the provider's claim with a user's groups
	Grants []Grant // the roles of groups
}

// Grant gives the members of a group a role; with a testbed it makes them its providers.
type Grant struct {
	Group   string
	Role    account.Role
	Testbed string
}

// Origin names the origin of a setting, such as "default", "berth.toml", "BERTH_LISTEN" or "--listen".
type Origin string

// Entry is one setting as it is in force.
type Entry struct {
	Name   string `json:"name"`
	Value  string `json:"value"` // secrets masked
	Origin Origin `json:"origin"`
	Help   string `json:"help"`
}

// Entries lists all settings in force, in the order of the manual.
func (s Settings) Entries() []Entry {
	list := make([]Entry, len(table))
	for i, d := range table {
		list[i] = Entry{Name: d.Name, Value: d.shown(s.shown[d.Name]), Origin: s.origins[d.Name], Help: d.Help}
	}
	return list
}

// Notes lists oddities in the origins of the settings that do no harm.
func (s Settings) Notes() []string { return s.notes }

// Base returns the address under which people reach this instance: the public one, else the listening one.
func (s Settings) Base(addr string) *url.URL {
	if s.PublicURL != nil {
		return s.PublicURL
	}
	scheme := "http"
	if s.TLSCert != "" {
		scheme = "https"
	}
	return &url.URL{Scheme: scheme, Host: addr}
}
