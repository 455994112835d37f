package auth_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"berth/internal/auth"
	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
)

// provider is an OpenID Connect provider: discovery, authorization with PKCE, tokens, keys.
type provider struct {
	*httptest.Server
	t     *testing.T
	key   *rsa.PrivateKey
	says  map[string]any // claims of the next person
	wrong func(claims map[string]any)

	mu    sync.Mutex
	codes map[string]url.Values // the parameters of the request for each code
}

const (
	client = "berth"
	secret = "the client's secret"
)

func newProvider(t *testing.T) *provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{t: t, key: key, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "1", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("client_id") != client || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" {
			http.Error(w, "no", http.StatusBadRequest)
			return
		}
		code := rand.Text()
		p.mu.Lock()
		p.codes[code] = q
		p.mu.Unlock()
		http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		id, password, _ := r.BasicAuth()
		p.mu.Lock()
		asked, ok := p.codes[r.PostFormValue("code")]
		delete(p.codes, r.PostFormValue("code"))
		p.mu.Unlock()
		sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		if unescaped, err := url.QueryUnescape(password); err != nil || !ok || id != client || unescaped != secret || base64.RawURLEncoding.EncodeToString(sum[:]) != asked.Get("code_challenge") {
			w.WriteHeader(http.StatusBadRequest)
			answer(w, map[string]any{"error": "invalid_grant"})
			return
		}
		now := time.Now()
		claims := map[string]any{"iss": p.URL, "aud": client, "exp": now.Add(time.Hour).Unix(), "iat": now.Unix(), "nonce": asked.Get("nonce")}
		for k, v := range p.says {
			claims[k] = v
		}
		if p.wrong != nil {
			p.wrong(claims)
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: p.key, KeyID: "1"}}, nil)
		if err != nil {
			t.Error(err)
		}
		token, err := jwt.Signed(signer).Claims(claims).Serialize()
		if err != nil {
			t.Error(err)
		}
		answer(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": token})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

// visit signs in at the provider and returns the call that its browser then makes here.
func (p *provider) visit(to string) *http.Request {
	p.t.Helper()
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Get(to)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusFound {
		p.t.Fatalf("the provider answers %s", res.Status)
	}
	return httptest.NewRequestWithContext(p.t.Context(), http.MethodGet, res.Header.Get("Location"), nil)
}

type hall struct {
	store *store.Store
	auth  *auth.Auth
	door  *auth.OIDC
	here  string // the browser's present session
	*provider
}

func newHall(t *testing.T, grants ...auth.Grant) *hall {
	t.Helper()
	h := &hall{store: testdb.Open(t, testdb.SQLite(t)), provider: newProvider(t)}
	h.auth = auth.New(h.store, time.Now)
	h.door = h.auth.NewOIDC(auth.OIDCSettings{Issuer: h.URL, Client: client, Secret: secret, Callback: "https://berth.example/sign-in/callback", Claim: "groups", Grants: grants, Log: slog.New(slog.DiscardHandler)})
	return h
}

// signIn runs the whole flow.
func (h *hall) signIn() (account.Actor, error) {
	h.t.Helper()
	cookie, err := h.flow()
	if err != nil {
		return account.Actor{}, err
	}
	return h.auth.Session(h.t.Context(), cookie)
}

func (h *hall) flow() (cookie string, err error) {
	h.t.Helper()
	to, kept, err := h.door.Begin(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return h.door.Finish(h.visit(to), kept, h.here)
}

// cookie returns the session of the next person.
func (h *hall) cookie() string {
	h.t.Helper()
	cookie, err := h.flow()
	if err != nil {
		h.t.Fatal(err)
	}
	return cookie
}

var mentors = auth.Grant{Group: "mentors", Role: account.RoleMentor}

func (h *hall) put(p account.Person) {
	h.t.Helper()
	p.Created, p.Revision = time.Now(), 1
	if err := h.store.Change(h.t.Context(), nil, func(tx scheduler.Tx) error { return tx.PutPerson(context.Background(), p) }); err != nil {
		h.t.Fatal(err)
	}
}

func TestSomebodyNewSignsInElsewhere(t *testing.T) {
	t.Parallel()
	h := newHall(t, auth.Grant{Group: "mentors", Role: account.RoleMentor}, auth.Grant{Group: "iris", Role: account.RoleProvider, Testbed: "wins-5g"})
	h.put(account.Person{Username: "ada", Name: "Another Ada", Roles: []account.Role{account.RoleAdministrator}})
	h.says = map[string]any{"sub": "17", "preferred_username": "Ada", "name": "Ada Lovelace", "email": "ada@id.example", "email_verified": true, "groups": []string{"mentors", "iris"}}
	a, err := h.signIn()
	if err != nil || a.Username != "ada-2" || a.Name != "Ada Lovelace" || !a.Is(account.RoleMentor) || !a.Provides("wins-5g") || a.Is(account.RoleAdministrator) {
		t.Fatalf("%+v, %v", a, err)
	}
	h.says["preferred_username"], h.says["groups"] = "renamed", "mentors"
	a, err = h.signIn()
	if err != nil || a.Username != "ada-2" || !a.Is(account.RoleMentor) || a.Is(account.RoleProvider) || len(a.Testbeds) != 0 {
		t.Errorf("out of a group: %+v, %v", a, err)
	}
	h.says["groups"] = nil
	if a, err = h.signIn(); err != nil || !slices.Equal(a.Roles, []account.Role{account.RoleExperimenter}) {
		t.Errorf("out of all groups: %+v, %v", a, err)
	}
}

// TestAnAccountIsTakenOverByNobody checks that only a verified address leads to an earlier account, and only
// once.
func TestAnAccountIsTakenOverByNobody(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.put(account.Person{Username: "grace", Name: "Grace", Email: "grace@people.example", Roles: []account.Role{account.RoleMentor}})
	h.put(account.Person{Username: "gone", Name: "Gone", Email: "gone@people.example", Roles: []account.Role{account.RoleMentor}, Disabled: true})
	h.says = map[string]any{"sub": "1", "email": "grace@people.example", "preferred_username": "grace"}
	if a, err := h.signIn(); err != nil || a.Username == "grace" || a.Is(account.RoleMentor) {
		t.Errorf("with an address that nobody verified: %+v, %v", a, err)
	}
	h.says = map[string]any{"sub": "2", "email": "Grace@People.example", "email_verified": true, "preferred_username": "whoever"}
	if a, err := h.signIn(); err != nil || a.Username != "grace" || !a.Is(account.RoleMentor) {
		t.Errorf("with a verified one: %+v, %v", a, err)
	}
	h.says = map[string]any{"sub": "3", "email": "grace@people.example", "email_verified": true, "preferred_username": "x"}
	if a, err := h.signIn(); err != nil || a.Username == "grace" {
		t.Errorf("another subject with the same address: %+v, %v", a, err)
	}
	h.says = map[string]any{"sub": "4", "email": "gone@people.example", "email_verified": true}
	if a, err := h.signIn(); scheduler.CodeOf(err) != scheduler.CodeForbidden {
		t.Errorf("a disabled account: %+v, %v", a, err)
	}
}

func TestWhatComesBackIsLookedAt(t *testing.T) {
	t.Parallel()
	for what, spoil := range map[string]func(h *hall, r *http.Request, kept *string) *http.Request{
		"another browser": func(_ *hall, r *http.Request, kept *string) *http.Request { *kept = ""; return r },
		"another state": func(h *hall, r *http.Request, _ *string) *http.Request {
			q := r.URL.Query()
			q.Set("state", "x")
			r.URL.RawQuery = q.Encode()
			return r
		},
		"no code": func(h *hall, r *http.Request, _ *string) *http.Request {
			q := r.URL.Query()
			q.Del("code")
			r.URL.RawQuery = q.Encode()
			return r
		},
		"somebody else's code": func(h *hall, r *http.Request, kept *string) *http.Request {
			to, _, err := h.door.Begin(h.t.Context())
			if err != nil {
				h.t.Fatal(err)
			}
			q := r.URL.Query()
			q.Set("code", h.visit(to).URL.Query().Get("code"))
			r.URL.RawQuery = q.Encode()
			return r
		},
		"another nonce": func(h *hall, r *http.Request, kept *string) *http.Request {
			parts := strings.Split(*kept, ".")
			*kept = parts[0] + ".other." + parts[2]
			return r
		},
		"another audience": func(h *hall, r *http.Request, _ *string) *http.Request {
			h.wrong = func(c map[string]any) { c["aud"] = "somebody" }
			return r
		},
		"another issuer": func(h *hall, r *http.Request, _ *string) *http.Request {
			h.wrong = func(c map[string]any) { c["iss"] = "https://evil.example" }
			return r
		},
		"too late": func(h *hall, r *http.Request, _ *string) *http.Request {
			h.wrong = func(c map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() }
			return r
		},
		"another key": func(h *hall, r *http.Request, _ *string) *http.Request {
			h.key, _ = rsa.GenerateKey(rand.Reader, 2048)
			return r
		},
		"nobody": func(h *hall, r *http.Request, _ *string) *http.Request {
			h.wrong = func(c map[string]any) { delete(c, "sub") }
			return r
		},
		"refused there": func(h *hall, r *http.Request, _ *string) *http.Request {
			q := r.URL.Query()
			q.Set("error", "access_denied")
			r.URL.RawQuery = q.Encode()
			return r
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h := newHall(t)
			h.says = map[string]any{"sub": "17", "preferred_username": "ada"}
			to, kept, err := h.door.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			r := spoil(h, h.visit(to), &kept)
			cookie, err := h.door.Finish(r, kept, "")
			if cookie != "" || scheduler.CodeOf(err) != scheduler.CodeUnauthenticated {
				t.Errorf("%q, %v", cookie, err)
			}
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Error(err)
			}
		})
	}
}

func TestAProviderThatIsDownIsAskedAgain(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.Close()
	if _, _, err := h.door.Begin(t.Context()); scheduler.CodeOf(err) != scheduler.CodeUnavailable {
		t.Errorf("%v (%s)", err, scheduler.CodeOf(err))
	}
}

// TestAnAddressIsVerifiedWhereTheProviderSaysSo, as a boolean or as text.
func TestAnAddressIsVerifiedWhereTheProviderSaysSo(t *testing.T) {
	t.Parallel()
	for claim, links := range map[any]bool{true: true, "true": true, "True": true, false: false, "false": false, "yes": false, 1: false, "": false} {
		h := newHall(t)
		h.put(account.Person{Username: "grace", Name: "Grace", Email: "grace@people.example", Roles: []account.Role{account.RoleMentor}})
		h.says = map[string]any{"sub": "1", "email": "grace@people.example", "email_verified": claim, "preferred_username": "x"}
		if a, err := h.signIn(); err != nil || (a.Username == "grace") != links {
			t.Errorf("email_verified %#v: %+v, %v", claim, a, err)
		}
	}
}

// TestAnAdministratorIsNotLinkedByAnAddress, but by signing in here first.
func TestAnAdministratorIsNotLinkedByAnAddress(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.put(account.Person{Username: "adele", Name: "Adele", Email: "adele@people.example", Roles: []account.Role{account.RoleAdministrator}, Password: testdb.PasswordHash(good)})
	h.put(account.Person{Username: "hector", Name: "Hector", Roles: []account.Role{account.RoleMentor}, Password: testdb.PasswordHash(good)})
	h.says = map[string]any{"sub": "1", "email": "adele@people.example", "email_verified": true, "preferred_username": "adele"}
	session := func(who string) string {
		secret, err := h.auth.SignIn(httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/sign-in", nil), who, good)
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	for _, here := range []string{"", "nonsense", session("hector")} {
		h.here = here
		if a, err := h.signIn(); scheduler.CodeOf(err) != scheduler.CodeConflict {
			t.Errorf("%+v, %v", a, err)
		}
	}
	h.here = session("adele")
	if a, err := h.signIn(); err != nil || a.Username != "adele" {
		t.Fatalf("signed in here: %+v, %v", a, err)
	}
	h.here = ""
	if a, err := h.signIn(); err != nil || a.Username != "adele" || !a.Is(account.RoleAdministrator) {
		t.Errorf("linked: %+v, %v", a, err)
	}
}

// TestASlowProviderKeepsNobodyElseWaiting lets two visitors ask for its addresses at the same time.
func TestASlowProviderKeepsNobodyElseWaiting(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	asked, answer := make(chan struct{}), make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-answer
		http.Error(w, "no", http.StatusServiceUnavailable)
	}))
	t.Cleanup(slow.Close)
	door := h.auth.NewOIDC(auth.OIDCSettings{Issuer: slow.URL, Client: client, Log: slog.New(slog.DiscardHandler)})
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if _, _, err := door.Begin(t.Context()); scheduler.CodeOf(err) != scheduler.CodeUnavailable {
				t.Error(err)
			}
		})
	}
	<-asked
	<-asked // while the first still waits for its answer
	close(answer)
	both.Wait()
}

// TestTheTrailOfSigningInElsewhere records new, linked and refused people.
func TestTheTrailOfSigningInElsewhere(t *testing.T) {
	t.Parallel()
	h := newHall(t, mentors)
	h.put(account.Person{Username: "gone", Name: "Gone", Email: "gone@people.example", Roles: []account.Role{account.RoleMentor}, Disabled: true})
	h.says = map[string]any{"sub": "17", "preferred_username": "ada", "groups": []string{"mentors"}, "name": "A\u202eda"}
	if a, err := h.signIn(); err != nil || a.Name != "A da" {
		t.Fatalf("%+v, %v", a, err)
	}
	h.says = map[string]any{"sub": "18", "email": "gone@people.example", "email_verified": true}
	if a, err := h.signIn(); scheduler.CodeOf(err) != scheduler.CodeForbidden {
		t.Errorf("%+v, %v", a, err)
	}
	var got []string
	err := h.store.View(t.Context(), func(tx scheduler.Reader) error {
		list, err := tx.AccountEvents(t.Context(), account.Filter{Limit: 10})
		for _, e := range list {
			got = append(got, e.Person+" "+string(e.Action)+" "+e.Text)
		}
		return err
	})
	want := []string{"gone failed signed in elsewhere; the account is disabled", "ada sign-in browser, signed in elsewhere", "ada linked " + h.URL + " 17", "ada made experimenter, mentor"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, want %q, %v", got, want, err)
	}
}
