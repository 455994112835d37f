// Package openslicetest provides an Openslice for tests and demos: the token endpoint of its Keycloak, and its service orders (TMF641). It answers as the sources of
// Openslice's release of 2023 say, with their oddities: lists without items and notes, an unknown order as 200 without a body, notes for each change of
// state, orders that are complete as soon as their services are there. It refuses what they do not have.
package openslicetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"
)

// Client and Secret are what Keycloak knows; Account is the name of the client's service account.
const (
	Client  = "berth"
	Secret  = "a-client-secret-of-the-test"
	Account = "service-account-berth"
)

// Paths of the two servers, which are one here.
const (
	TokenPath = "/auth/realms/openslice/protocol/openid-connect/token"
	APIPath   = "/tmf-api"
)

// Fault is the failure of one request.
type Fault int

const (
	None      Fault = iota
	CutBefore       // the connection ends before any work
	CutAfter        // the connection ends after all work
	Internal        // 500 of Openslice; nothing was done
	Gateway         // 502 and a page; nothing was done
	Late            // the connection ends, and the work is done 80 seconds later
)

// Owner is who starts a server, such as a test: what is given to Cleanup ends it.
type Owner interface{ Cleanup(func()) }

// Server is a running server with its orders.
type Server struct {
	*httptest.Server
	clock func() time.Time

	mu     sync.Mutex
	serial int
	secret string
	roles  []string
	life   time.Duration
	wrong  int // sign-ins with a wrong secret
	tokens map[string]time.Time
	orders []*order
	faults func(*http.Request) Fault
	late   []late // work that is done later, in its order
	log    []string
	osom   bool // its orchestrator runs
	wrongs []string
}

// late is a request whose work is done later.
type late struct {
	due  time.Time
	work func()
}

// New starts a server that ends with its owner. Its orchestrator does not run.
func New(owner Owner, clock func() time.Time) *Server {
	s := newServer(clock)
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	owner.Cleanup(s.Close)
	return s
}

// NewTLS starts a server with a certificate of its own.
func NewTLS(owner Owner, clock func() time.Time) *Server {
	s := newServer(clock)
	s.Server = httptest.NewTLSServer(http.HandlerFunc(s.serve))
	owner.Cleanup(s.Close)
	return s
}

// Handler makes a server without a listener of its own.
func Handler(clock func() time.Time) (*Server, http.Handler) {
	s := newServer(clock)
	return s, http.HandlerFunc(s.serve)
}

func newServer(clock func() time.Time) *Server {
	return &Server{clock: clock, secret: Secret, roles: []string{"USER", "ADMIN"}, life: 5 * time.Minute, tokens: map[string]time.Time{}}
}

func (s *Server) locked(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
}

// SetFaults sets the fault of each request; nil for none.
func (s *Server) SetFaults(faults func(*http.Request) Fault) { s.locked(func() { s.faults = faults }) }

// SetSecret gives the client another secret.
func (s *Server) SetSecret(secret string) { s.locked(func() { s.secret = secret }) }

// SetRoles gives the client's service account other roles, from its next token on.
func (s *Server) SetRoles(roles ...string) { s.locked(func() { s.roles = roles }) }

// SetLife sets how long tokens live.
func (s *Server) SetLife(life time.Duration) { s.locked(func() { s.life = life }) }

// ForgetTokens makes all tokens unknown, as another key of the realm does.
func (s *Server) ForgetTokens() { s.locked(func() { s.tokens = map[string]time.Time{} }) }

// SetOrchestrator lets Openslice's own orchestrator run, or not.
func (s *Server) SetOrchestrator(runs bool) { s.locked(func() { s.osom = runs }) }

// Requests lists the requests, each as its method, path and query.
func (s *Server) Requests() (list []string) {
	s.locked(func() { list = slices.Clone(s.log) })
	return list
}

// Wrong counts sign-ins with a wrong secret.
func (s *Server) Wrong() (n int) {
	s.locked(func() { n = s.wrong })
	return n
}

// Wrongs lists what a client did that this Openslice would not have understood.
func (s *Server) Wrongs() (list []string) {
	s.locked(func() { list = slices.Clone(s.wrongs) })
	return list
}

// id makes an id: the same for the same calls.
func (s *Server) id() string {
	s.serial++
	sum := sha256.Sum256([]byte(fmt.Sprint("openslice", s.serial)))
	x := hex.EncodeToString(sum[:16])
	return strings.Join([]string{x[:8], x[8:12], "4" + x[13:16], "8" + x[17:20], x[20:32]}, "-")
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, strings.TrimSuffix(r.Method+" "+r.URL.Path+"?"+r.URL.RawQuery, "?"))
	fault := None
	if s.faults != nil {
		fault = s.faults(r)
	}
	switch fault {
	case CutBefore:
		panic(http.ErrAbortHandler)
	case Internal:
		write(w, spring(http.StatusInternalServerError, r.URL.Path, "Could not open JPA EntityManager for transaction"))
		return
	case Gateway:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html>Bad Gateway</html>")
		return
	}
	s.advance()
	if fault == Late {
		s.delay(r)
		panic(http.ErrAbortHandler)
	}
	a := s.route(r)
	if fault == CutAfter {
		panic(http.ErrAbortHandler)
	}
	write(w, a)
}

// delay keeps a request, and does its work 80 seconds later.
func (s *Server) delay(r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	again := r.Clone(context.WithoutCancel(r.Context()))
	s.late = append(s.late, late{s.clock().Add(80 * time.Second), func() {
		again.Body = io.NopCloser(bytes.NewReader(raw))
		s.route(again)
	}})
}

// advance does what time brings: late work, and the orchestrator's.
func (s *Server) advance() {
	now := s.clock()
	for len(s.late) > 0 && !now.Before(s.late[0].due) {
		work := s.late[0].work
		s.late = s.late[1:]
		work()
	}
	if s.osom {
		s.orchestrate(now)
	}
}

// reply is an answer of the server. An empty one has a nil body.
type reply struct {
	status int
	header map[string]string
	body   any
}

func write(w http.ResponseWriter, a reply) {
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	if a.body != nil {
		w.Header().Set("Content-Type", "application/json;charset=utf-8")
	}
	w.WriteHeader(a.status)
	if a.body != nil {
		_ = json.NewEncoder(w).Encode(a.body)
	}
}

// spring is an error as Spring Boot writes it.
func spring(status int, path, message string) reply {
	return reply{status: status, body: map[string]any{"timestamp": "2026-11-27T09:00:00.000+00:00", "status": status, "error": http.StatusText(status), "message": message, "path": path}}
}

// route answers a request.
func (s *Server) route(r *http.Request) reply {
	if r.URL.Path == TokenPath {
		return s.token(r)
	}
	rest, ours := strings.CutPrefix(r.URL.Path, APIPath+"/serviceOrdering/v4/serviceOrder")
	if !ours {
		return spring(http.StatusNotFound, r.URL.Path, "No message available")
	}
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	until, known := s.tokens[token]
	switch {
	case !bearer:
		return reply{status: http.StatusUnauthorized, header: map[string]string{"WWW-Authenticate": `Basic realm="Restricted Content"`}}
	case !known || !s.clock().Before(until):
		return reply{status: http.StatusUnauthorized, header: map[string]string{"WWW-Authenticate": `Bearer error="invalid_token", error_description="Jwt expired"`}}
	case !strings.Contains(claimsOf(token), `"USER"`):
		return spring(http.StatusForbidden, r.URL.Path, "Access Denied")
	}
	id := strings.Trim(rest, "/")
	var body map[string]any
	if r.Method == http.MethodPatch || r.Method == http.MethodPost {
		raw, _ := io.ReadAll(r.Body)
		if json.Unmarshal(raw, &body) != nil {
			return spring(http.StatusBadRequest, r.URL.Path, "JSON parse error")
		}
	}
	switch {
	case id == "" && r.Method == http.MethodGet:
		return reply{status: 200, body: s.list(strings.Contains(claimsOf(token), `"ADMIN"`))}
	case id == "" && r.Method == http.MethodPost:
		return reply{status: 200, body: s.create(body, Account, "").document()}
	case r.Method == http.MethodGet:
		if o := s.find(id); o != nil {
			return reply{status: 200, body: o.document()}
		}
		return reply{status: 200} // as it stands in its source
	case r.Method == http.MethodPatch:
		o := s.find(id)
		if o == nil {
			return spring(http.StatusInternalServerError, r.URL.Path, `Cannot invoke "ServiceOrder.getOrderItem()" because "so" is null`)
		}
		s.patch(o, body)
		return reply{status: 200, body: o.document()}
	case r.Method == http.MethodDelete:
		s.orders = slices.DeleteFunc(s.orders, func(o *order) bool { return o.id == id })
		return reply{status: 200}
	}
	return spring(http.StatusMethodNotAllowed, r.URL.Path, "Method Not Allowed")
}

// token gives a token by a client's credentials.
func (s *Server) token(r *http.Request) reply {
	refuse := func(status int, code, text string) reply {
		return reply{status: status, body: map[string]any{"error": code, "error_description": text}}
	}
	if r.ParseForm() != nil || r.PostForm.Get("grant_type") != "client_credentials" {
		return refuse(http.StatusBadRequest, "unsupported_grant_type", "Unsupported grant_type")
	}
	client, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if id, password, basic := r.BasicAuth(); basic {
		client, secret = id, password
	}
	if client != Client || secret != s.secret {
		s.wrong++
		return refuse(http.StatusUnauthorized, "unauthorized_client", "Invalid client or Invalid client credentials")
	}
	part := func(v any) string {
		raw, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	token := part(map[string]any{"alg": "RS256", "typ": "JWT"}) + "." + part(map[string]any{"jti": s.id(), "preferred_username": Account, "realm_access": map[string]any{"roles": s.roles}}) + ".c2lnbmF0dXJl"
	s.tokens[token] = s.clock().Add(s.life)
	return reply{status: 200, header: map[string]string{"Cache-Control": "no-store"}, body: map[string]any{"access_token": token, "expires_in": int(s.life / time.Second), "refresh_expires_in": 0,
		"token_type": "Bearer", "not-before-policy": 0, "scope": "email profile"}}
}

// claimsOf returns the claims of a token.
func claimsOf(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	raw, _ := base64.RawURLEncoding.DecodeString(parts[1])
	return string(raw)
}
