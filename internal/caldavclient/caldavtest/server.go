// Package caldavtest is a CalDAV server in memory that answers as Radicale 3 was seen to: with discovery, entity tags, ctag, sync-collection with
// tombstones, calendar-multiget and calendar-query (which gives everything, whatever the time range), conditional writes, and one UID in one object alone.
// It can be less able, fail, and forget, as other servers do. The demo's world uses it as well as the tests.
package caldavtest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// User and Password are those of the only account.
const (
	User     = "lab"
	Password = "secret-of-the-calendar"
)

// Ability says what the server lacks, compared with Radicale.
type Ability struct {
	NoSync     bool // no sync-collection
	NoTag      bool // no ctag
	NoMultiget bool
	Steps      int // the most changes in one answer to sync-collection; 0: all
}

// Server is a server with collections of one account. Its addresses are /lab/NAME/.
type Server struct {
	Ability
	// Fail may answer a request instead of the server, and then reports true. It is called without the server's lock.
	Fail func(w http.ResponseWriter, r *http.Request) bool

	mu          sync.Mutex
	collections map[string]*collection
	epoch       int
	calls       map[string]int
}

type collection struct {
	objects map[string]object
	log     []string // names of objects, by their changes
	pruned  int      // changes that are forgotten
}

type object struct{ text, tag string }

// New makes a server with empty collections.
func New(names ...string) *Server {
	s := &Server{collections: map[string]*collection{}, calls: map[string]int{}}
	for _, name := range names {
		s.collections[name] = &collection{objects: map[string]object{}}
	}
	return s
}

// Path returns the path of a collection.
func Path(name string) string { return "/" + User + "/" + name + "/" }

// Put writes an object, as a person with another client does.
func (s *Server) Put(name, object, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.collections[name].put(object, text)
}

// Delete deletes an object, as a person does.
func (s *Server) Delete(name, object string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.collections[name].delete(object)
}

// Objects returns the texts of a collection, by name.
func (s *Server) Objects(name string) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]string{}
	for k, o := range s.collections[name].objects {
		all[k] = o.text
	}
	return all
}

// Restart makes all sync tokens unknown, as a server does whose history is gone. With empty it loses its objects as well.
func (s *Server) Restart(empty bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.epoch++
	for _, c := range s.collections {
		if empty {
			clear(c.objects)
		}
		c.pruned, c.log = 0, slices.Sorted(maps.Keys(c.objects))
	}
}

// Calls returns how often a method was called.
func (s *Server) Calls(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

func (c *collection) put(name, text string) {
	sum := sha256.Sum256([]byte(text))
	c.objects[name] = object{text, `"` + hex.EncodeToString(sum[:8]) + `"`}
	c.log = append(c.log, name)
}

func (c *collection) delete(name string) {
	if _, ok := c.objects[name]; ok {
		delete(c.objects, name)
		c.log = append(c.log, name)
	}
}

func (c *collection) seq() int { return c.pruned + len(c.log) }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.Fail != nil && s.Fail(w, r) {
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 8<<20))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[r.Method]++
	if r.URL.Path == "/.well-known/caldav" {
		w.Header().Set("Location", "/")
		w.WriteHeader(http.StatusMovedPermanently)
		return
	}
	if user, password, _ := r.BasicAuth(); user != User || password != Password {
		w.Header().Set("WWW-Authenticate", `Basic realm="calendar"`)
		http.Error(w, "Access to the requested resource forbidden.", http.StatusUnauthorized)
		return
	}
	parts := strings.SplitN(strings.TrimPrefix(r.URL.Path, "/"), "/", 3)
	if len(parts) < 3 || parts[1] == "" {
		s.serveHome(w, r)
		return
	}
	c := s.collections[parts[1]]
	if c == nil || parts[0] != User {
		http.Error(w, "The requested resource could not be found.", http.StatusNotFound)
		return
	}
	if parts[2] == "" {
		s.serveCollection(w, r, c, r.URL.Path, string(body))
		return
	}
	serveObject(w, r, c, parts[2], string(body))
}

// serveHome answers discovery.
func (s *Server) serveHome(w http.ResponseWriter, r *http.Request) {
	if r.Method != "PROPFIND" {
		http.Error(w, "Method not allowed", http.StatusMethodNotAllowed)
		return
	}
	out := []string{reply(r.URL.Path, `<resourcetype><collection/></resourcetype><current-user-principal><href>/`+User+`/</href></current-user-principal><C:calendar-home-set><href>/`+User+`/</href></C:calendar-home-set>`)}
	if r.Header.Get("Depth") == "1" && r.URL.Path == "/"+User+"/" {
		for _, name := range slices.Sorted(maps.Keys(s.collections)) {
			out = append(out, s.describe(name, s.collections[name]))
		}
	}
	multi(w, out, "")
}

func (s *Server) token(c *collection) string {
	return fmt.Sprintf("http://radicale.org/ns/sync/%d-%d", s.epoch, c.seq())
}

// describe writes the properties of a collection.
func (s *Server) describe(name string, c *collection) string {
	props := `<resourcetype><C:calendar/><collection/></resourcetype><displayname>` + escape(name) + `</displayname><C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>`
	if !s.NoTag {
		props += `<CS:getctag>` + s.token(c) + `</CS:getctag>`
	}
	if !s.NoSync {
		props += `<sync-token>` + s.token(c) + `</sync-token><supported-report-set><supported-report><report><sync-collection/></report></supported-report></supported-report-set>`
	}
	return reply(Path(name), props)
}

func (s *Server) serveCollection(w http.ResponseWriter, r *http.Request, c *collection, path, body string) {
	name := strings.Split(path, "/")[2]
	names := slices.Sorted(maps.Keys(c.objects))
	switch {
	case r.Method == "PROPFIND":
		out := []string{s.describe(name, c)}
		if r.Header.Get("Depth") == "1" {
			for _, n := range names {
				out = append(out, reply(path+n, `<getetag>`+escape(c.objects[n].tag)+`</getetag>`))
			}
		}
		multi(w, out, "")
	case r.Method == "REPORT" && strings.Contains(body, "sync-collection") && !s.NoSync:
		s.serveSync(w, c, path, body)
	case r.Method == "REPORT" && strings.Contains(body, "calendar-multiget") && !s.NoMultiget:
		var out []string
		for _, href := range hrefs(body) {
			o, ok := c.objects[strings.TrimPrefix(href, path)]
			if !ok {
				out = append(out, `<response><href>`+escape(href)+`</href><status>HTTP/1.1 404 Not Found</status></response>`)
				continue
			}
			out = append(out, withData(href, o))
		}
		multi(w, out, "")
	case r.Method == "REPORT" && strings.Contains(body, "calendar-query"):
		var out []string
		for _, n := range names {
			out = append(out, withData(path+n, c.objects[n]))
		}
		multi(w, out, "")
	case r.Method == "REPORT":
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `<?xml version='1.0' encoding='utf-8'?><error xmlns="DAV:"><supported-report/></error>`)
	default:
		http.Error(w, "Method not allowed", http.StatusMethodNotAllowed)
	}
}

var tokenForm = regexp.MustCompile(`sync-token>([^<]*)<`)

// serveSync answers with what changed since a token.
func (s *Server) serveSync(w http.ResponseWriter, c *collection, path, body string) {
	since := c.pruned
	token := ""
	if m := tokenForm.FindStringSubmatch(body); m != nil {
		token = strings.TrimSpace(m[1])
	}
	if token != "" {
		var epoch, seq int
		if _, err := fmt.Sscanf(token, "http://radicale.org/ns/sync/%d-%d", &epoch, &seq); err != nil || epoch != s.epoch || seq < c.pruned || seq > c.seq() {
			w.Header().Set("Content-Type", "text/xml")
			w.WriteHeader(http.StatusConflict)
			fmt.Fprint(w, `<?xml version='1.0' encoding='utf-8'?><error xmlns="DAV:"><valid-sync-token/></error>`)
			return
		}
		since = seq
	}
	changes, next, more := c.log[since-c.pruned:], c.seq(), false
	if s.Steps > 0 && len(changes) > s.Steps {
		changes, next, more = changes[:s.Steps], since+s.Steps, true
	}
	var out []string
	done := map[string]bool{}
	for _, n := range changes {
		if done[n] {
			continue
		}
		done[n] = true
		if o, ok := c.objects[n]; ok {
			out = append(out, reply(path+n, `<getetag>`+escape(o.tag)+`</getetag>`))
		} else if token != "" || more {
			out = append(out, `<response><href>`+escape(path+n)+`</href><status>HTTP/1.1 404 Not Found</status></response>`)
		}
	}
	if more {
		out = append(out, `<response><href>`+escape(path)+`</href><status>HTTP/1.1 507 Insufficient Storage</status></response>`)
	}
	multi(w, out, fmt.Sprintf("http://radicale.org/ns/sync/%d-%d", s.epoch, next))
}

var uidForm = regexp.MustCompile(`(?m)^UID:(.*?)\r?$`)

func uidOf(text string) string {
	if m := uidForm.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

func serveObject(w http.ResponseWriter, r *http.Request, c *collection, name, body string) {
	have, there := c.objects[name]
	match, none := r.Header.Get("If-Match"), r.Header.Get("If-None-Match")
	wrong := match != "" && (!there || match != have.tag && match != "*") || none == "*" && there
	switch {
	case r.Method == "GET" && there:
		w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
		w.Header().Set("ETag", have.tag)
		if none == have.tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = io.WriteString(w, have.text)
	case r.Method == "PUT" && wrong, r.Method == "DELETE" && there && wrong:
		http.Error(w, "Precondition failed.", http.StatusPreconditionFailed)
	case r.Method == "PUT":
		for other, o := range c.objects {
			if other != name && uidOf(o.text) == uidOf(body) {
				w.Header().Set("Content-Type", "text/xml")
				w.WriteHeader(http.StatusConflict)
				fmt.Fprint(w, `<?xml version='1.0' encoding='utf-8'?><error xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><C:no-uid-conflict/></error>`)
				return
			}
		}
		c.put(name, body)
		w.Header().Set("ETag", c.objects[name].tag)
		w.WriteHeader(http.StatusCreated)
	case r.Method == "DELETE" && there:
		c.delete(name)
		multi(w, []string{`<response><href>` + escape(r.URL.Path) + `</href><status>HTTP/1.1 200 OK</status></response>`}, "")
	default:
		http.Error(w, "The requested resource could not be found.", http.StatusNotFound)
	}
}

// hrefs lists the hrefs of a report.
func hrefs(body string) (list []string) {
	d := xml.NewDecoder(strings.NewReader(body))
	in := false
	for {
		t, err := d.Token()
		if err != nil {
			return list
		}
		switch x := t.(type) {
		case xml.StartElement:
			in = x.Name.Local == "href"
		case xml.EndElement:
			in = false
		case xml.CharData:
			if in {
				list = append(list, string(x))
			}
		}
	}
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder never fails
	return b.String()
}

func reply(href, props string) string {
	return `<response><href>` + escape(href) + `</href><propstat><prop>` + props + `</prop><status>HTTP/1.1 200 OK</status></propstat></response>`
}

func withData(href string, o object) string {
	return reply(href, `<getetag>`+escape(o.tag)+`</getetag><C:calendar-data>`+escape(o.text)+`</C:calendar-data>`)
}

// multi writes a multistatus.
func multi(w http.ResponseWriter, responses []string, token string) {
	text := `<?xml version='1.0' encoding='utf-8'?><multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/">` + strings.Join(responses, "")
	if token != "" {
		text += `<sync-token>` + escape(token) + `</sync-token>`
	}
	text += `</multistatus>`
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(http.StatusMultiStatus)
	_, _ = io.WriteString(w, text)
}
