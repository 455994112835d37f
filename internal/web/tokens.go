package web

import (
	"net/http"
	"slices"
	"strings"

	"berth/scheduler/account"
)

// tokensPage lists what lets programs in, and makes more of it.
type tokensPage struct {
	Base, Username string
	Tokens         []account.Token
	Kinds          []tokenKind
	Lives          []life
	Secret         string // of the token made just now
	Made           string // its kind
}

// tokenKind is a plain choice of scopes.
type tokenKind struct {
	ID, Name, About string
	Scopes          []account.Scope
	On              bool
}

// tokenKinds lists the choices, the least first.
var tokenKinds = []tokenKind{
	{ID: "read", Name: "Read", About: "Looks at everything that you may see: dashboards, reports.", Scopes: []account.Scope{account.ScopeRead}},
	{ID: "write", Name: "Read and write", About: "Asks for slots and decides about requests as you may: scripts, portals.", Scopes: []account.Scope{account.ScopeRead, account.ScopeWrite}},
	{ID: "admin", Name: "Everything that you may", About: "Also testbeds, people and tokens, as far as you may; passwords never.", Scopes: []account.Scope{account.ScopeRead, account.ScopeWrite, account.ScopeAdmin}},
	{ID: "calendar", Name: "Calendar client", About: "An app password for CalDAV: reads your calendars.", Scopes: []account.Scope{account.ScopeCalendar}},
	{ID: "calendar-move", Name: "Calendar client that moves bookings", About: "An app password for CalDAV: moves and cancels your own bookings as well.", Scopes: []account.Scope{account.ScopeCalendar, account.ScopeCalendarMove}},
}

// life is how long a token is valid.
type life struct {
	Days int
	Name string
	On   bool
}

var lives = []life{{30, "30 days", false}, {90, "90 days", true}, {365, "a year", false}, {0, "until it is revoked", false}}

func (s *site) tokens(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	return s.showTokens(w, r, who, tokensPage{})
}

func (s *site) showTokens(w http.ResponseWriter, r *http.Request, who account.Actor, p tokensPage) error {
	list, err := s.people.List(r.Context(), who, who.Username)
	if err != nil {
		return err
	}
	p.Base, p.Username, p.Kinds, p.Lives = s.o.Base, who.Username, slices.Clone(tokenKinds), lives
	p.Tokens = slices.DeleteFunc(valid(list, s.o.Clock()), func(t account.Token) bool { return slices.Contains(t.Scopes, account.ScopeSession) })
	slices.Reverse(p.Tokens)
	p.Kinds[0].On = true
	s.show(w, r, http.StatusOK, "tokens.html", "Tokens", who, p)
	return nil
}

// makeToken makes a token, whose secret is shown once.
func (s *site) makeToken(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	i := slices.IndexFunc(tokenKinds, func(k tokenKind) bool { return k.ID == r.PostFormValue("kind") })
	if i < 0 {
		return invalid("kind", "is missing: choose what the token may do")
	}
	expires, err := s.lasting(r.PostFormValue("days"))
	if err != nil {
		return err
	}
	secret, _, err := s.people.Create(r.Context(), who, who.Username, strings.TrimSpace(r.PostFormValue("name")), tokenKinds[i].Scopes, expires)
	if err != nil {
		return err
	}
	return s.showTokens(w, r, who, tokensPage{Secret: secret, Made: tokenKinds[i].ID})
}

// revokeToken makes a token worthless.
func (s *site) revokeToken(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	if _, err := s.people.Revoke(r.Context(), who, who.Username, r.PostFormValue("token")); err != nil {
		return err
	}
	return done(w, r, "/account/tokens", "token-revoked")
}

// saidScopes words what a token may do.
func saidScopes(t account.Token) string {
	if t.Feed != "" {
		return "feed of " + t.Feed
	}
	for _, k := range tokenKinds {
		if slices.Equal(slices.Sorted(slices.Values(k.Scopes)), slices.Sorted(slices.Values(t.Scopes))) {
			return strings.ToLower(k.Name[:1]) + k.Name[1:]
		}
	}
	names := make([]string, len(t.Scopes))
	for i, x := range t.Scopes {
		names[i] = string(x)
	}
	return strings.Join(names, ", ")
}
