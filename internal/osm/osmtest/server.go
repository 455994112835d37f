// Package osmtest provides an OSM's northbound interface for tests, and for the demo. It answers as the interfaces of three releases were seen to answer, with
// their oddities: the same name any number of times, a service that shows its old state while an operation has begun, records that vanish,
// BROKEN services that run, accounts that lock after wrong passwords.
package osmtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// Release selects the server that it resembles.
type Release string

const (
	Five     Release = "FIVE"
	Eight    Release = "EIGHT"
	Nineteen Release = "NINETEEN"
)

// User and Password are the account that the server knows.
const (
	User     = "berth"
	Password = "a-password-of-the-test"
	Project  = "admin"
)

// Fault is the failure of one request.
type Fault int

const (
	None      Fault = iota
	CutBefore       // the connection ends before any work
	CutAfter        // the connection ends after all work
	Internal        // 500; nothing was done
	Gateway         // 502 and a page; nothing was done
	Late            // the connection ends, and the work is done 80 seconds later
)

// Owner starts a server, and ends it: a test, or the demo.
type Owner interface {
	Cleanup(end func())
}

// Server is a running server with its network services.
type Server struct {
	*httptest.Server
	release Release
	clock   func() time.Time

	mu       sync.Mutex
	serial   int
	password string
	wrong    int // logins with a wrong password, in a row
	most     int // wrong passwords after which the account is locked; 0 for any number
	tokens   map[string]time.Time
	accounts []map[string]any
	nsds     []map[string]any
	packages []map[string]any
	services []*service
	faults   func(*http.Request) Fault
	late     []late    // work that is done later, in its order
	moment   time.Time // of the late work that is being done; zero: now
	log      []string
	took     time.Duration // by each operation
	outcome  func(name, kind string) Outcome
	orphans  []string // names of services whose machines nobody can find any more
	doubles  []string // names of services that were instantiated while they were being instantiated
}

// New starts a server that ends with its owner. Operations take 40 seconds of its clock.
func New(tb Owner, r Release, clock func() time.Time) *Server {
	s := newServer(r, clock)
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	tb.Cleanup(s.Close)
	return s
}

// NewTLS starts a server with a certificate of its own.
func NewTLS(tb Owner, r Release, clock func() time.Time) *Server {
	s := newServer(r, clock)
	s.Server = httptest.NewTLSServer(http.HandlerFunc(s.serve))
	tb.Cleanup(s.Close)
	return s
}

func newServer(r Release, clock func() time.Time) *Server {
	s := &Server{release: r, clock: clock, password: Password, tokens: map[string]time.Time{}, took: 40 * time.Second}
	if r == Nineteen {
		s.most = 5
	}
	return s
}

// SetFaults sets the fault of each request; nil for none.
func (s *Server) SetFaults(faults func(*http.Request) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = faults
}

// SetPace sets how long each operation takes, from the next one on.
func (s *Server) SetPace(took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.took = took
}

// SetPassword gives the account another password.
func (s *Server) SetPassword(password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.password = password
}

// Requests lists the requests, each as its method, path and query.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.log...)
}

// Locked reports whether the account is locked.
func (s *Server) Locked() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.locked()
}

func (s *Server) locked() bool { return s.most > 0 && s.wrong >= s.most }

// ForgetTokens makes all tokens unknown, as a restart of the server does.
func (s *Server) ForgetTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = map[string]time.Time{}
}

// id makes an id as OSM does: the same for the same calls.
func (s *Server) id() string {
	s.serial++
	sum := sha256.Sum256([]byte(fmt.Sprint(s.release, s.serial)))
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
		answer(w, refuse(http.StatusInternalServerError, "Internal Server Error"))
		return
	case Gateway:
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
	answer(w, a)
}

// late is a request whose work is done later.
type late struct {
	due  time.Time
	work func()
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

// present returns the moment at which something happens.
func (s *Server) present() time.Time {
	if !s.moment.IsZero() {
		return s.moment
	}
	return s.clock()
}

// reply is an answer of the server.
type reply struct {
	status   int
	location string
	body     any
}

func refuse(status int, format string, args ...any) reply {
	code := strings.ReplaceAll(strings.ToUpper(http.StatusText(status)), " ", "_")
	return reply{status: status, body: map[string]any{"code": code, "status": status, "detail": fmt.Sprintf(format, args...)}}
}

func answer(w http.ResponseWriter, a reply) {
	w.Header().Set("Content-Type", "application/json")
	if a.location != "" {
		w.Header().Set("Location", a.location)
	}
	w.WriteHeader(a.status)
	if a.body != nil {
		_ = json.NewEncoder(w).Encode(a.body)
	}
}

// route answers a request.
func (s *Server) route(r *http.Request) reply {
	path := strings.Trim(strings.TrimPrefix(r.URL.Path, "/osm"), "/")
	var body map[string]any
	if r.Method == http.MethodPost {
		raw, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(raw, &body)
	}
	switch {
	case r.Method == http.MethodGet && path == "version":
		return reply{status: 200, body: map[string]any{"version": "7.0.1.post23", "date": "2020-04-17"}}
	case r.Method == http.MethodPost && path == "admin/v1/tokens":
		return s.login(body)
	case !s.known(r.Header.Get("Authorization")):
		return refuse(http.StatusUnauthorized, "Invalid Token or Authorization HTTP header")
	case r.Method == http.MethodGet && path == "admin/v1/vim_accounts":
		return reply{status: 200, body: all(s.accounts)}
	case r.Method == http.MethodGet && path == "nsd/v1/ns_descriptors":
		return reply{status: 200, body: where(s.nsds, "id", r.URL.Query().Get("id"))}
	case r.Method == http.MethodGet && path == "vnfpkgm/v1/vnf_packages":
		return reply{status: 200, body: where(s.packages, "id", r.URL.Query().Get("id"))}
	case r.Method == http.MethodGet && path == "nslcm/v1/ns_lcm_op_occs":
		return reply{status: 200, body: s.operations(r.URL.Query().Get("nsInstanceId"))}
	case path == "nslcm/v1/ns_instances":
		return s.collection(r, body)
	case strings.HasPrefix(path, "nslcm/v1/ns_instances/"):
		return s.instance(r, strings.Split(strings.TrimPrefix(path, "nslcm/v1/ns_instances/"), "/"), body)
	}
	return refuse(http.StatusNotFound, "Unexpected URL %s", r.URL.Path)
}

// login gives a token for an hour.
func (s *Server) login(body map[string]any) reply {
	switch {
	case s.locked():
		return refuse(http.StatusUnauthorized, "Failed to login: maximum login attempts reached, the account is locked")
	case body["username"] != User || body["password"] != s.password:
		s.wrong++
		return refuse(http.StatusUnauthorized, "Invalid username/password")
	}
	s.wrong = 0
	token, now := strings.ReplaceAll(s.id(), "-", ""), s.present()
	s.tokens[token] = now.Add(time.Hour)
	stamp := float64(now.Unix())
	return reply{status: 200, location: "/osm/admin/v1/tokens/" + token, body: map[string]any{"issued_at": stamp, "expires": stamp + 3600, "_id": token, "id": token,
		"project_id": s.id(), "project_name": Project, "username": User, "admin": true, "roles": []any{map[string]any{"name": "system_admin"}}}}
}

func (s *Server) known(header string) bool {
	until, ok := s.tokens[strings.TrimPrefix(header, "Bearer ")]
	return ok && s.present().Before(until)
}

func all(list []map[string]any) []map[string]any {
	if list == nil {
		return []map[string]any{}
	}
	return list
}

func where(list []map[string]any, key, value string) []map[string]any {
	found := []map[string]any{}
	for _, x := range list {
		if value == "" || x[key] == value {
			found = append(found, x)
		}
	}
	return found
}
