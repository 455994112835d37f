package config

import (
	"berth/scheduler/account"
	"log/slog"
	"net/mail"
	"net/netip"
	"net/url"
	"time"
)

// Settings holds all settings of an instance, checked. The table (see table.go) says what each of them is for.
type Settings struct {
	Listen      string // host:port; port 0 takes any free one
	Database    string // the path of a file, or a postgres:// address
	TLSCert     string // files in PEM; both or neither
	TLSKey      string
	BehindProxy []netip.Prefix // whose X-Forwarded-For is believed
	PublicURL   *url.URL       // nil: made from Listen

	Horizon   time.Duration
	HoldFor   time.Duration
	MaxHold   time.Duration
	Reminders []time.Duration

	LogLevel  slog.Level
	LogFormat string // text or json
	MaxBody   int64  // bytes
	StopAfter time.Duration

	Limits   Limits
	Bugzilla Bugzilla
	Mail     Mail
	Webhooks Webhooks
	OIDC     OIDC

	origins map[string]Origin
	shown   map[string]string
	notes   []string
}

// Limits are how much one person may have or do.
type Limits struct {
	Tokens   int
	Feeds    int
	Webhooks int
	Open     int // requests that are not over
	Remarks  int // in an hour
}

// Bugzilla is where requests have their tickets.
type Bugzilla struct {
	URL        string // empty: nowhere
	Key        string
	Product    string
	Component  string
	Version    string
	OpSys      string
	Platform   string
	Components map[string]string // other than Component: by "requests", "deployments", or testbed
	Fields     map[string]string // of the tickets, beyond those that Berth gives; several values with a bar between
	Login      string            // of the account that the key belongs to
	Poll       time.Duration     // between two questions for changes that people made there
	Statuses   map[string]string // how a ticket stands for a status of its request, where it is not as usual: "RESOLVED FIXED" by "COMPLETED"
	Marker     string            // before the number of a request in a ticket that was opened by hand
	OfferLinks bool

	keyFile string // that holds the key; empty where the key itself was given
}

// ReadKey is the key as it is now: one that stands in a file may be another one than at the start.
func (b Bugzilla) ReadKey() (string, error) {
	if b.keyFile == "" {
		return b.Key, nil
	}
	return secret(b.keyFile)
}

// Mail is how people are mailed.
type Mail struct {
	Host     string // of the mail server; empty: nobody is mailed
	Port     int
	Security string // starttls, tls or none
	User     string // empty: no sign-in
	Password string
	From     mail.Address
	List     string         // address that is told of every request; empty for none
	Digest   *time.Duration // after midnight UTC, at which operators get their digest; nil for none
}

// Webhooks are how other programs are called.
type Webhooks struct {
	Anywhere bool // also at addresses inside, and without TLS
}

// OIDC is how people sign in with a provider elsewhere.
type OIDC struct {
	Issuer string // empty: they do not
	Client string
	Secret string
	Claim  string  // in which the provider says the groups of somebody
	Grants []Grant // what groups make of people
}

// Grant makes the members of a group have a role; with a testbed it makes them its providers.
type Grant struct {
	Group   string
	Role    account.Role
	Testbed string
}

// Origin says where a setting comes from, in words such as "default", "berth.toml", "BERTH_LISTEN" or "--listen".
type Origin string

// Entry is one setting as it is in force.
type Entry struct {
	Name   string `json:"name"`
	Value  string `json:"value"` // secrets masked
	Origin Origin `json:"origin"`
	Help   string `json:"help"`
}

// Entries are all settings as they are in force, in the order of the manual.
func (s Settings) Entries() []Entry {
	list := make([]Entry, len(table))
	for i, d := range table {
		list[i] = Entry{Name: d.Name, Value: d.shown(s.shown[d.Name]), Origin: s.origins[d.Name], Help: d.Help}
	}
	return list
}

// Notes are what is odd about where the settings come from, and does no harm.
func (s Settings) Notes() []string { return s.notes }

// Base is the address under which people reach this instance: the public one, else the one that is listened on.
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
