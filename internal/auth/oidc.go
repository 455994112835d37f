package auth

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"berth/scheduler"
	"berth/scheduler/account"
)

// OIDCSettings holds the settings for signing in with an OpenID Connect provider.
type OIDCSettings struct {
	Issuer   string
	Client   string
	Secret   string
	Callback string  // address of this site to which the provider returns
	Claim    string  // the claim that lists a person's groups
	Grants   []Grant // the roles that groups give
	Log      *slog.Logger
	HTTP     *http.Client // default: one with a time limit
}

// Grant gives the members of a group a role; with a testbed it makes them its providers.
type Grant struct {
	Group   string
	Role    account.Role
	Testbed string
}

// OIDC signs people in through a provider: the authorization code flow with PKCE, state and nonce.
type OIDC struct {
	auth     *Auth
	settings OIDCSettings

	mu       sync.Mutex
	provider *oidc.Provider
}

// NewOIDC makes a door. It asks the provider for its addresses at the first sign-in.
func (a *Auth) NewOIDC(s OIDCSettings) *OIDC {
	if s.HTTP == nil {
		s.HTTP = &http.Client{Timeout: 15 * time.Second}
	}
	return &OIDC{auth: a, settings: s}
}

// passage is the state of a sign-in, kept in a cookie while the person is at the provider.
type passage struct{ state, nonce, verifier string }

// String encodes a passage for the cookie. None of its parts contains a dot.
func (p passage) String() string { return strings.Join([]string{p.state, p.nonce, p.verifier}, ".") }

// readPassage decodes a passage; any other text yields one that fails.
func readPassage(s string) (p passage) {
	if parts := strings.Split(s, "."); len(parts) == 3 {
		p.state, p.nonce, p.verifier = parts[0], parts[1], parts[2]
	}
	return p
}

// Begin returns the address at the provider, and the value that the browser must keep and bring back.
func (d *OIDC) Begin(ctx context.Context) (to, kept string, err error) {
	config, _, err := d.ready(ctx)
	if err != nil {
		return "", "", err
	}
	p := passage{state: newSecret(), nonce: newSecret(), verifier: oauth2.GenerateVerifier()}
	return config.AuthCodeURL(p.state, oidc.Nonce(p.nonce), oauth2.S256ChallengeOption(p.verifier)), p.String(), nil
}

// claims are the provider's statements about a person.
type claims struct {
	Subject  string `json:"sub"`
	Username string `json:"preferred_username"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Verified truth  `json:"email_verified"`
	Nonce    string `json:"nonce"`
}

// truth is a boolean that some providers write as text: "true". Any other value counts as false.
type truth bool

// UnmarshalJSON never fails: an odd spelling of a claim that is not needed must not keep a person out.
func (t *truth) UnmarshalJSON(b []byte) error {
	*t = truth(string(b) == "true" || strings.EqualFold(string(b), `"true"`))
	return nil
}

var errElsewhere = scheduler.Errorf(scheduler.CodeUnauthenticated, "the sign-in at the provider failed; try again")

// Finish begins a session for a person who returns from the provider with a code. If the browser has a session here already, its account
// is linked.
func (d *OIDC) Finish(r *http.Request, kept, session string) (secret string, err error) {
	p := readPassage(kept)
	ctx := oidc.ClientContext(r.Context(), d.settings.HTTP)
	q := r.URL.Query()
	if p.state == "" || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(p.state)) != 1 {
		return "", errElsewhere // this browser did not begin the sign-in
	}
	if q.Get("error") != "" {
		return "", scheduler.Errorf(scheduler.CodeUnauthenticated, "the provider answered %q", short(q.Get("error")))
	}
	config, provider, err := d.ready(ctx)
	if err != nil {
		return "", err
	}
	token, err := config.Exchange(ctx, q.Get("code"), oauth2.VerifierOption(p.verifier))
	if err != nil {
		if _, refused := errors.AsType[*oauth2.RetrieveError](err); refused {
			return "", errElsewhere
		}
		return "", d.unreachable(ctx, err)
	}
	raw, _ := token.Extra("id_token").(string)
	verified, err := provider.Verifier(&oidc.Config{ClientID: d.settings.Client, Now: d.auth.clock}).Verify(ctx, raw)
	if err != nil {
		return "", errElsewhere
	}
	var c claims
	var all map[string]any
	if err := errors.Join(verified.Claims(&c), verified.Claims(&all)); err != nil {
		return "", errElsewhere
	}
	if subtle.ConstantTimeCompare([]byte(c.Nonce), []byte(p.nonce)) != 1 || c.Subject == "" {
		return "", errElsewhere
	}
	here, _ := d.auth.Session(ctx, session) // none if there is no session
	person, err := d.person(ctx, c, here.Username, groups(all[d.settings.Claim]))
	if scheduler.CodeOf(err) == scheduler.CodeForbidden && person.Username != "" {
		err = cmp.Or(d.auth.trail(ctx, account.AuditEvent{Person: person.Username, Action: account.Failed, Address: origin(r), Text: "signed in elsewhere; the account is disabled"}), err)
	}
	if err != nil {
		return "", err
	}
	return d.auth.begin(r, person.Username, "browser, signed in elsewhere")
}

// ready returns the configuration for talking to the provider.
func (d *OIDC) ready(ctx context.Context) (oauth2.Config, *oidc.Provider, error) {
	provider, err := d.discovered(ctx)
	if err != nil {
		return oauth2.Config{}, nil, d.unreachable(ctx, err)
	}
	return oauth2.Config{ClientID: d.settings.Client, ClientSecret: d.settings.Secret, Endpoint: provider.Endpoint(), RedirectURL: d.settings.Callback,
		Scopes: []string{oidc.ScopeOpenID, "profile", "email"}}, provider, nil
}

// discovered returns the provider with its addresses. Each caller asks for them until one gets an answer, and without the lock: a provider
// that does not answer delays visitors in parallel, not one after the other.
func (d *OIDC) discovered(ctx context.Context) (*oidc.Provider, error) {
	d.mu.Lock()
	known := d.provider
	d.mu.Unlock()
	if known != nil {
		return known, nil
	}
	provider, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), d.settings.HTTP), d.settings.Issuer)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.provider == nil {
		d.provider = provider
	}
	return d.provider, nil
}

// unreachable tells people that the provider is down, and the log why.
func (d *OIDC) unreachable(ctx context.Context, err error) error {
	d.settings.Log.WarnContext(ctx, "the OpenID Connect provider cannot be reached", "issuer", d.settings.Issuer, "error", err)
	return scheduler.Errorf(scheduler.CodeUnavailable, "your organisation's sign-in cannot be reached: sign in with a password here, or try again later")
}

// groups reads a claim that is a text or a list of texts.
func groups(claim any) (list []string) {
	switch c := claim.(type) {
	case string:
		return []string{c}
	case []any:
		for _, x := range c {
			if s, ok := x.(string); ok {
				list = append(list, s)
			}
		}
	}
	return list
}

// person finds the account of the provider's subject: the one linked to the subject, else the one with the same verified email address,
// else a new one. It brings the roles that their groups grant up to date each time. here is the user signed in here with a password, if
// any.
func (d *OIDC) person(ctx context.Context, c claims, here string, groups []string) (p account.Person, err error) {
	subject := d.settings.Issuer + " " + c.Subject
	err = d.auth.store.Change(ctx, nil, func(tx scheduler.Tx) error {
		found, err := bySubject(ctx, tx, subject, here, c)
		if err != nil {
			return err
		}
		if found != nil {
			p = *found
		} else if p, err = d.newcomer(ctx, tx, c); err != nil {
			return err
		}
		if p.Disabled {
			return scheduler.Errorf(scheduler.CodeForbidden, "the account %s is disabled", p.Username)
		}
		before := p
		p.Subject = subject
		d.grant(&p, groups)
		if found != nil && before.Subject == p.Subject && slices.Equal(before.Roles, p.Roles) && slices.Equal(before.Testbeds, p.Testbeds) {
			return nil
		}
		p.Revision++
		return d.auth.storePerson(ctx, tx, account.ActorOf(p), found, p)
	})
	return p, err
}

// bySubject finds the account linked to a subject, or with the verified address and no subject yet. An address alone never leads to an
// administrator's account: otherwise anyone who can have addresses verified at the provider could become one. Administrators are linked by
// signing in here first.
func bySubject(ctx context.Context, tx scheduler.Reader, subject, here string, c claims) (*account.Person, error) {
	var byMail *account.Person
	for after := ""; ; {
		list, err := tx.People(ctx, after, 500)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			return byMail, linkable(byMail, here)
		}
		for i, x := range list {
			after = x.Username
			switch {
			case x.Subject == subject:
				return &list[i], nil
			case bool(c.Verified) && c.Email != "" && x.Subject == "" && strings.EqualFold(x.Email, c.Email):
				if byMail != nil {
					return nil, scheduler.Errorf(scheduler.CodeConflict, "more than one account has the address %s; ask an administrator", c.Email)
				}
				byMail = &list[i]
			}
		}
	}
}

func linkable(p *account.Person, here string) error {
	if p == nil || p.Username == here || !slices.Contains(p.Roles, account.RoleAdministrator) {
		return nil
	}
	return scheduler.Errorf(scheduler.CodeConflict, "the address %s belongs to an administrator's account here, which is not linked by an address alone: "+
		"sign in here with its password, then follow /sign-in/elsewhere once in the same browser", p.Email)
}

// newcomer makes a person with no earlier account.
func (d *OIDC) newcomer(ctx context.Context, tx scheduler.Reader, c claims) (account.Person, error) {
	n := account.Newcomer{Name: c.Name, Username: c.Username}
	if c.Username == "" {
		n.Username = c.Email
	}
	if bool(c.Verified) {
		n.Email = c.Email
	}
	return d.auth.newcomer(ctx, tx, n)
}

// grant sets a person's roles from their groups: roles that some group grants come from groups only.
func (d *OIDC) grant(p *account.Person, groups []string) {
	if len(d.settings.Grants) == 0 {
		return
	}
	p.Roles, p.Testbeds = slices.Clone(p.Roles), slices.Clone(p.Testbeds)
	for _, g := range d.settings.Grants {
		p.Roles = slices.DeleteFunc(p.Roles, func(r account.Role) bool { return r == g.Role })
		if g.Testbed != "" {
			p.Testbeds = slices.DeleteFunc(p.Testbeds, func(t string) bool { return t == g.Testbed })
		}
	}
	for _, g := range d.settings.Grants {
		if !slices.Contains(groups, g.Group) {
			continue
		}
		if !slices.Contains(p.Roles, g.Role) {
			p.Roles = append(p.Roles, g.Role)
		}
		if g.Testbed != "" && !slices.Contains(p.Testbeds, g.Testbed) {
			p.Testbeds = append(p.Testbeds, g.Testbed)
		}
	}
	if len(p.Roles) == 0 {
		p.Roles = []account.Role{account.RoleExperimenter}
	}
}

func short(s string) string { return s[:min(len(s), 80)] }
