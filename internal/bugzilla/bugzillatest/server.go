// Package bugzillatest provides a Bugzilla server for tests, and for the demo. It answers as servers of three versions were seen to answer, with their
// oddities: keys in headers that are ignored, errors with the status 200, codes as strings, changes that are made although the connection
// was cut, seconds, merged histories, a workflow.
package bugzillatest

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Version selects the server that it resembles.
type Version string

const (
	V50 Version = "5.0.6"
	V52 Version = "5.2"
	V53 Version = "5.3.3"
)

// Key is the API key that the server knows, and Login its account.
const (
	Key   = "test-key-0123456789abcdef"
	Login = "berth@bugs.example"
)

// Fault is the failure of one request.
type Fault int

const (
	None        Fault = iota
	CutBefore         // the connection ends before any work
	CutAfter          // the connection ends after all work
	Maintenance       // 503 and a page
	Empty             // 200 and nothing: the database is down
	Deadlock          // an internal error; nothing was done
	Waits             // the connection ends, and the write waits for a lock until Commit
)

// Owner starts a server, and ends it: a test, or the demo.
type Owner interface {
	Cleanup(end func())
	Errorf(format string, args ...any) // a client asked for what no server was seen to answer
}

// Server is a running server with its bugs.
type Server struct {
	*httptest.Server
	tb      Owner
	version Version
	clock   func() time.Time

	mu      sync.Mutex
	bugs    []*bug // by id, from 1 on
	people  map[string]*person
	comment int64 // last id
	log     []string
	changes []Change
	mails   []Mail
	faults  func(*http.Request) Fault
	waiting []func()          // writes that wait for a lock
	parts   []string          // components
	params  map[string]string // beside the usual ones
	alone   bool              // bugs refer to no other bugs
	fields  []field           // beyond the usual ones
	key     string            // of Berth's account
	closed  bool              // no reads without signing in: requirelogin
	most    int               // max_search_results; 0 for no limit
	dropped []string          // missing steps of the workflow, as "FROM TO"
	talkers []string          // steps of the workflow that require a comment, as "FROM TO"
	untimed bool              // no user may track time
	late    time.Duration     // time between the stamp of a change and the moment that it becomes visible
}

type person struct {
	name     string
	groups   []string
	disabled bool
}

// Product, Component and Assignee exist on the server.
const (
	Product   = "5GinFIRE Operations"
	Component = "Operations Support"
	Assignee  = "operations@bugs.example"
)

// New starts a server that ends with its owner, on a free port. Its accounts are its own, which may edit bugs, the component's assignee, and the
// given names.
func New(tb Owner, v Version, clock func() time.Time, names ...string) *Server {
	return At(nil, tb, v, clock, names...)
}

// At starts a server as New does, on a listener; nil is a free port.
func At(l net.Listener, tb Owner, v Version, clock func() time.Time, names ...string) *Server {
	s := &Server{tb: tb, key: Key, parts: []string{Component}, version: v, clock: clock, people: map[string]*person{}}
	for _, name := range append(names, Assignee) {
		s.people[name] = &person{name: name, groups: []string{"editbugs", "canconfirm"}}
	}
	s.people[Login] = &person{name: Login, groups: []string{"editbugs", "canconfirm"}}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	if l != nil {
		_ = s.Listener.Close()
		s.Listener = l
	}
	s.Start()
	tb.Cleanup(s.Close)
	return s
}

// SetFaults sets the fault of each request; nil for none.
func (s *Server) SetFaults(faults func(*http.Request) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = faults
}

// Requests lists the requests, each as its method, path and query: the lines of a server's access log.
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.log...)
}

// Change is a client's change of a bug.
type Change struct {
	Bug  string // as it was named
	Body map[string]any
}

// Changes lists the clients' changes, successful or not.
func (s *Server) Changes() []Change {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.changes)
}

// Mail is one mail of the server: about a bug, to a user.
type Mail struct {
	Bug int64
	To  string
}

// Mails lists the mails of the server.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// mail sends a mail about a change to all people of a bug except its author.
func (s *Server) mail(b *bug, by string, others ...string) {
	told := map[string]bool{by: true, "": true}
	for _, name := range append(append([]string{b.creator, b.assignee}, b.cc...), others...) {
		if !told[name] {
			told[name] = true
			s.mails = append(s.mails, Mail{b.id, name})
		}
	}
}

// now returns the server's time in whole seconds; a change bears the time at which its transaction began.
func (s *Server) now() time.Time { return s.clock().UTC().Truncate(time.Second) }

// answer is the result of a request.
type answer struct {
	status int
	body   any
	html   string
	empty  bool
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.log = append(s.log, r.Method+" "+r.URL.RequestURI())
	faults, fault := s.faults, None
	s.mu.Unlock()
	if faults != nil {
		fault = faults(r) // faults may itself change the server, at the very moment of the request
	}
	if fault == Waits && r.Method != http.MethodGet {
		s.locked(func() { s.delay(r) })
	}
	if fault == CutBefore || fault == Waits {
		panic(http.ErrAbortHandler)
	}
	var a answer
	switch fault {
	case Maintenance:
		a = answer{status: http.StatusServiceUnavailable, html: "<html><title>Bugzilla is Down</title></html>"}
	case Empty:
		a = answer{status: http.StatusOK, empty: true}
	case Deadlock:
		a = s.internal("DBD::MariaDB::db do failed: Deadlock found when trying to get lock; try restarting transaction at line 1 of a stack trace")
	default:
		s.mu.Lock()
		a = s.handle(r)
		s.mu.Unlock()
	}
	if fault == CutAfter {
		panic(http.ErrAbortHandler)
	}
	s.write(w, a)
}

func (s *Server) write(w http.ResponseWriter, a answer) {
	switch {
	case a.empty:
		w.Header()["Content-Type"] = nil
		w.WriteHeader(a.status)
	case a.html != "":
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(a.status)
		fmt.Fprint(w, a.html)
	default:
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		w.WriteHeader(a.status)
		_ = json.NewEncoder(w).Encode(a.body)
	}
}

// fail makes an error in the form of this version.
func (s *Server) fail(status, code int, format string, args ...any) answer {
	body := map[string]any{"error": true, "code": code, "message": fmt.Sprintf(format, args...), "documentation": "https://bugzilla.readthedocs.org/en/5.0/api/"}
	if s.version == V53 {
		body["code"] = strconv.Itoa(code)
	}
	return answer{status: status, body: body}
}

// internal makes an internal error: with the status 200 on older servers, without a code on newer ones.
func (s *Server) internal(message string) answer {
	if s.version == V53 {
		return answer{status: http.StatusInternalServerError, body: map[string]any{"error": true, "message": "Procedure error: " + message}}
	}
	return s.fail(http.StatusOK, 100500, "%s", message)
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

// handle identifies the caller and dispatches the request.
func (s *Server) handle(r *http.Request) answer {
	path := strings.Split(strings.TrimPrefix(r.URL.Path, "/rest/"), "/")
	var in map[string]any
	if r.Method == http.MethodPost || r.Method == http.MethodPut {
		if s.version == V53 && r.Header.Get("Content-Type") != "application/json" {
			return s.fail(http.StatusBadRequest, 32000, "the content type must be application/json")
		}
		raw, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(s.heard(raw), &in); err != nil {
			return s.fail(http.StatusBadRequest, 32000, "the body cannot be parsed")
		}
	}
	s.strict(r)
	who, refusal := s.who(r, in)
	if refusal != nil {
		return *refusal
	}
	delete(in, "api_key")
	switch route := r.Method + " " + path[0]; {
	case route == "GET version":
		return ok(map[string]any{"version": string(s.version)})
	case who == nil && s.closed:
		return s.fail(http.StatusUnauthorized, 410, "You must log in before using this part of Bugzilla.")
	case route == "GET time":
		return s.time()
	case route == "GET valid_login":
		return ok(map[string]any{"result": who != nil && who.name == r.URL.Query().Get("login")})
	case route == "GET parameters":
		return s.allParameters(who)
	case route == "GET user":
		return s.user(r, who)
	case route == "GET product":
		return s.product(r)
	case route == "GET field":
		if len(path) == 2 {
			return s.allFields()
		}
		return s.values(path[len(path)-1])
	case route == "GET bug" && len(path) == 1:
		return s.search(r)
	case route == "GET bug" && len(path) == 2:
		return s.one(r, path[1])
	case route == "GET bug" && path[2] == "comment":
		return s.comments(r, path[1])
	case route == "GET bug" && path[2] == "history":
		return s.history(r, path[1])
	case who == nil:
		return s.fail(http.StatusUnauthorized, 410, "You must log in before using this part of Bugzilla.")
	case route == "POST bug" && len(path) == 1:
		return s.create(who, in)
	case route == "POST bug" && len(path) == 3 && path[2] == "comment":
		return s.say(who, path[1], in)
	case route == "PUT bug" && len(path) == 2:
		s.changes = append(s.changes, Change{path[1], in})
		s.known(in)
		return s.change(who, path[1], in)
	}
	s.tb.Errorf("a client asked for %s, which no server was seen to answer", r.URL.Path)
	return s.fail(http.StatusNotFound, 32614, "There is no such method.")
}

// heard decodes a body as this version does: the newest takes each byte beyond ASCII for a character of its own.
func (s *Server) heard(raw []byte) []byte {
	if s.version != V53 {
		return raw
	}
	var read []rune
	for _, b := range raw {
		read = append(read, rune(b))
	}
	return []byte(string(read))
}

// who returns the caller: none if the key is not where this version looks for it.
func (s *Server) who(r *http.Request, in map[string]any) (*person, *answer) {
	key := r.URL.Query().Get("api_key")
	if k, given := in["api_key"].(string); given {
		key = k
	}
	if key == "" && s.version == V53 {
		key = r.Header.Get("X-BUGZILLA-API-KEY")
	}
	if key == "" {
		return nil, nil
	}
	if key != s.key {
		a := s.fail(http.StatusBadRequest, 306, "The API key you specified is invalid. Please check that you typed it correctly.")
		return nil, &a
	}
	p := s.people[Login]
	if p.disabled {
		a := s.fail(http.StatusUnauthorized, 301, "Ask the administrator.")
		return nil, &a
	}
	return p, nil
}
