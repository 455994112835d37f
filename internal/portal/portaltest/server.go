// Package portaltest provides a 5GinFIRE portal for tests, and for the demo. It answers as the two generations of the portal were seen to answer, with
// their oddities: a list and not a page of deployments, 404 for who is not logged in, the record chosen by the id in the body, statuses that any change
// sets in the first generation and four that do something in the second, feedback as one text that programs overwrite, dates as milliseconds.
package portaltest

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

// Generation selects the portal that the server resembles.
type Generation string

const (
	First  Generation = "first"  // June to November 2018
	Second Generation = "second" // December 2018 to October 2019
)

// Key is that of the portal's administrator.
const Key = "5e0f7a62-an-api-key-of-the-test"

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

// base is the path of the API.
const base = "/5ginfireportal/services/api/repo"

// Server is a running portal with its deployments.
type Server struct {
	*httptest.Server
	generation Generation
	clock      func() time.Time

	mu       sync.Mutex
	serial   int
	users    map[string]user // by key
	sites    []record
	nsds     []record
	list     []record // deployments
	faults   func(*http.Request) Fault
	late     []late
	took     time.Duration // by each automatic step
	deploys  bool
	log      []string
	mails    []string // to owners, one for each change
	wrongs   []string
	launched map[int64]int
}

// user is a person with an account there.
type user struct {
	fields record
	admin  bool
}

// record is a record of the portal, as JSON has it.
type record map[string]any

// New starts a portal that ends with its owner.
func New(tb Owner, g Generation, clock func() time.Time) *Server {
	s := &Server{generation: g, clock: clock, users: map[string]user{}, took: 40 * time.Second, launched: map[int64]int{}}
	s.addUser(Key, "admin", "Portal Administrator", "portal@example.org", true)
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	tb.Cleanup(s.Close)
	return s
}

// API returns the address of the portal's API.
func (s *Server) API() string { return s.URL + base }

// AddUser makes a person who can ask for deployments, and returns the key.
func (s *Server) AddUser(username, name, email string) (key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key = "key-of-" + username
	s.addUser(key, username, name, email, false)
	return key
}

func (s *Server) addUser(key, username, name, email string, admin bool) {
	s.serial++
	s.users[key] = user{record{"id": s.serial, "organization": "University of Patras", "name": name, "username": username, "email": email}, admin}
}

// SetKey gives the administrator another key.
func (s *Server) SetKey(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, u := range s.users {
		if u.admin {
			delete(s.users, k)
			s.users[key] = u
			return
		}
	}
}

// AddInfrastructure makes a VIM of the portal, and returns its id.
func (s *Server) AddInfrastructure(name, datacenter, vim string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	x := record{"id": s.serial, "organization": "University of Patras", "name": name, "email": "vim@example.org", "datacentername": datacenter}
	if s.generation == Second {
		x["vimid"], x["refSupportedImages"] = vim, []any{}
	}
	s.sites = append(s.sites, x)
	return s.serial
}

// AddExperiment makes an NSD of the portal. Its members are numbered from 1.
func (s *Server) AddExperiment(name string, vnfs ...string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	x := record{"id": s.serial, "uuid": s.uuid(), "name": name, "constituentVxF": members(vnfs)}
	if s.generation == Second {
		x["experimentOnBoardDescriptors"] = []any{record{"id": s.serial, "deployId": s.uuid(), "onBoardingStatus": "ONBOARDED", "obMANOprovider": record{"id": 1, "name": "Patras 5G OSM FIVE"}}}
	}
	s.nsds = append(s.nsds, x)
	return s.serial
}

func members(vnfs []string) []any {
	list := make([]any, len(vnfs))
	for i, v := range vnfs {
		list[i] = record{"membervnfIndex": i + 1, "vnfdidRef": v}
	}
	return list
}

// SetFaults sets the fault of each request; nil for none.
func (s *Server) SetFaults(faults func(*http.Request) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = faults
}

// SetDeploys lets a portal of the second generation instantiate and terminate by itself what is SCHEDULED; each step takes some time.
func (s *Server) SetDeploys(deploys bool, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deploys, s.took = deploys, took
}

// Requests lists the requests, each as its method and path.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.log...)
}

// Mails lists the mails to owners.
func (s *Server) Mails() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.mails...)
}

// Wrongs lists what a client did that none may do: changing another record than the path says, losing fields, starting what already runs.
func (s *Server) Wrongs() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.wrongs...)
}

// uuid makes an id, the same for the same calls.
func (s *Server) uuid() string {
	s.serial++
	sum := sha256.Sum256([]byte(fmt.Sprint(s.generation, s.serial)))
	x := hex.EncodeToString(sum[:16])
	return strings.Join([]string{x[:8], x[8:12], "4" + x[13:16], "8" + x[17:20], x[20:32]}, "-")
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, r.Method+" "+strings.TrimPrefix(r.URL.Path, base))
	fault := None
	if s.faults != nil {
		fault = s.faults(r)
	}
	switch fault {
	case CutBefore:
		panic(http.ErrAbortHandler)
	case Internal:
		w.WriteHeader(http.StatusInternalServerError)
		return
	case Gateway:
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html>Bad Gateway</html>")
		return
	}
	s.advance()
	raw, _ := io.ReadAll(r.Body)
	if fault == Late {
		again := r.Clone(context.WithoutCancel(r.Context()))
		s.late = append(s.late, late{s.clock().Add(80 * time.Second), func() { s.route(again, raw) }})
		panic(http.ErrAbortHandler)
	}
	a := s.route(r, raw)
	if fault == CutAfter {
		panic(http.ErrAbortHandler)
	}
	if text, ok := a.body.(string); ok {
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, text)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	if a.body != nil {
		_ = json.NewEncoder(w).Encode(a.body)
	}
}

// late is a request whose work is done later.
type late struct {
	due  time.Time
	work func()
}

// reply is an answer of the server; a text is no JSON.
type reply struct {
	status int
	body   any
}

// The answers to whom the portal does not know.
const (
	notLoggedIn = "User not found in portal registry or not logged in"
	notAdmin    = "User not found in portal registry or not logged in as admin"
)

// route answers a request.
func (s *Server) route(r *http.Request, raw []byte) reply {
	path := strings.Trim(strings.TrimPrefix(r.URL.Path, base), "/")
	who, known := s.users[r.Header.Get("X-APIKEY")]
	switch {
	case r.Method == http.MethodGet && path == "experiments":
		return reply{200, list(s.nsds)}
	case !known && r.Method == http.MethodPut:
		return reply{http.StatusNotAcceptable, notAdmin}
	case !known:
		return reply{http.StatusNotFound, notLoggedIn}
	case r.Method == http.MethodGet && path == "admin/infrastructures":
		return reply{200, list(s.sites)}
	case r.Method == http.MethodGet && path == "admin/deployments":
		return reply{200, s.deployments(who, r.URL.Query().Get("status"))}
	case r.Method == http.MethodPost && path == "admin/deployments":
		return s.create(who, raw)
	case strings.HasPrefix(path, "admin/deployments/"):
		return s.deployment(r.Method, strings.TrimPrefix(path, "admin/deployments/"), who, raw)
	}
	return reply{http.StatusNotFound, "<html>HTTP Status 404</html>"}
}

func list(all []record) []record {
	if all == nil {
		return []record{}
	}
	return all
}

// decode reads a body as the server's Jackson does: numbers stay what they are.
func decode(raw []byte) (record, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var x record
	err := d.Decode(&x)
	return x, err
}
