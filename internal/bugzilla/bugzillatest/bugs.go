package bugzillatest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// bug is one bug with its comments and its history.
type bug struct {
	id                                           int64
	alias                                        []string
	product, component, summary                  string
	status, resolution                           string
	dupeOf                                       int64
	creator, assignee, url, whiteboard, deadline string
	cc                                           []string
	changed                                      time.Time
	comments                                     []comment
	entries                                      []entry
	hidden                                       bool
	created                                      time.Time
	seeAlso                                      []string
	chosen                                       map[string]any // chosen fields, as they were given
}

type comment struct {
	id      int64
	creator string
	at      time.Time
	text    string
}

type entry struct {
	at    time.Time
	who   string
	field string
	from  string
	to    string
}

// steps holds the stock workflow.
var steps = map[string][]string{
	"": {"UNCONFIRMED", "CONFIRMED", "IN_PROGRESS"}, "UNCONFIRMED": {"CONFIRMED", "IN_PROGRESS", "RESOLVED"}, "CONFIRMED": {"IN_PROGRESS", "RESOLVED"},
	"IN_PROGRESS": {"CONFIRMED", "RESOLVED"}, "RESOLVED": {"UNCONFIRMED", "CONFIRMED", "VERIFIED"}, "VERIFIED": {"UNCONFIRMED", "CONFIRMED"},
}

var resolutions = []string{"FIXED", "INVALID", "WONTFIX", "DUPLICATE", "WORKSFORME"}

func open(status string) bool { return status != "RESOLVED" && status != "VERIFIED" }

// find finds a bug by its number or an alias.
func (s *Server) find(name string) (*bug, *answer) {
	var b *bug
	if n, err := strconv.ParseInt(name, 10, 64); err == nil {
		if n < 1 || n > int64(len(s.bugs)) {
			a := s.fail(http.StatusNotFound, 101, "Bug #%d does not exist.", n)
			return nil, &a
		}
		b = s.bugs[n-1]
	} else if b = s.aliased(name); b == nil {
		a := s.fail(http.StatusBadRequest, 100, "'%s' is not a valid bug number nor an alias to a bug.", name)
		return nil, &a
	}
	if b.hidden {
		a := s.fail(http.StatusUnauthorized, 102, "You are not authorized to access bug %s.", name)
		return nil, &a
	}
	return b, nil
}

func (s *Server) aliased(alias string) *bug {
	for _, b := range s.bugs {
		if slices.ContainsFunc(b.alias, func(a string) bool { return strings.EqualFold(a, alias) }) {
			return b
		}
	}
	return nil
}

// spoken returns a text as it is stored: line ends as LF, no white space at its end; and bytes beyond ASCII spoilt by some versions.
func spoken(text string) string {
	return strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), " \t\n")
}

func (s *Server) create(who *person, in map[string]any) answer {
	text := func(name string) string { v, _ := in[name].(string); return v }
	for _, f := range []struct{ name, label string }{{"op_sys", "OS"}, {"platform", "Hardware"}, {"product", "Product"}, {"version", "Version"}} {
		if text(f.name) == "" {
			return s.fail(http.StatusBadRequest, 50, "You must select/enter a %s.", f.label)
		}
	}
	switch {
	case text("product") != Product:
		return s.fail(http.StatusUnauthorized, 106, "The product '%s' does not exist or you don't have access to it.", text("product"))
	case text("component") == "":
		return s.fail(http.StatusBadRequest, 105, "You must select a component.")
	case !slices.Contains(s.parts, text("component")):
		return s.fail(http.StatusNotFound, 51, "There is no component named '%s' in the '%s' product.", text("component"), Product)
	case text("version") != "unspecified":
		return s.fail(http.StatusNotFound, 51, "There is no version named '%s' in the '%s' product.", text("version"), Product)
	case text("summary") == "":
		return s.fail(http.StatusBadRequest, 107, "You must enter a summary for this bug.")
	case utf8.RuneCountInString(text("summary")) > 255:
		return s.fail(http.StatusBadRequest, 104, "The text you entered in the Summary field is too long.")
	case utf8.RuneCountInString(text("description")) > 65535:
		return s.fail(http.StatusBadRequest, 114, "Comments cannot be longer than 65535 characters.")
	}
	for name := range in {
		if !slices.Contains([]string{"product", "component", "version", "op_sys", "platform", "summary", "description", "alias", "url", "whiteboard", "deadline", "assigned_to", "cc"}, name) && !s.choosable(name) {
			return s.fail(http.StatusBadRequest, 53, "%s is not a valid parameter for the Bugzilla::Bug::create function.", name)
		}
	}
	b := &bug{id: int64(len(s.bugs) + 1), product: Product, component: text("component"), chosen: map[string]any{}, summary: strings.NewReplacer("\n", " ", "\t", " ").Replace(text("summary")),
		status: "CONFIRMED", creator: who.name, assignee: Assignee, url: text("url"), whiteboard: text("whiteboard"), changed: s.stamp(), created: s.stamp()}
	if refusal := s.choose(b, in); refusal != nil {
		return *refusal
	}
	for _, c := range list(in["cc"]) {
		if s.people[c] == nil {
			return s.fail(http.StatusUnauthorized, 504, "There is no user named '%s'.", c)
		}
		b.cc = append(b.cc, c)
	}
	if alias := text("alias"); alias != "" {
		if s.version == V53 && !slices.Contains(who.groups, "editbugs") {
			return s.fail(http.StatusUnauthorized, 115, "You tried to set the Alias field, but only a user with the required permissions may change that field.")
		}
		if bad := s.badAlias(alias); bad != nil {
			return *bad
		}
		b.alias = strings.FieldsFunc(alias, func(r rune) bool { return r == ' ' || r == ',' })
	}
	if slices.Contains(who.groups, "editbugs") { // without the group they are silently dropped
		if a := text("assigned_to"); a != "" {
			if s.people[a] == nil {
				return s.fail(http.StatusNotFound, 51, "There is no user named '%s'.", a)
			}
			b.assignee = a
		}
		if !s.untimed {
			b.deadline = text("deadline")
		}
	}
	for _, other := range list(in["see_also"]) {
		if s.alone {
			return s.fail(http.StatusBadRequest, 112, "%s is not a valid bug number or alias.", other)
		}
		kin, refusal := s.find(other)
		if refusal != nil {
			return *refusal
		}
		b.seeAlso = append(b.seeAlso, s.URL+"/show_bug.cgi?id="+other)
		kin.seeAlso, kin.changed = append(kin.seeAlso, fmt.Sprintf("%s/show_bug.cgi?id=%d", s.URL, b.id)), s.stamp()
		s.mail(kin, who.name)
	}
	s.comment++
	b.comments = []comment{{s.comment, who.name, b.changed, spoken(text("description"))}}
	s.bugs = append(s.bugs, b)
	s.mail(b, who.name)
	return ok(map[string]any{"id": b.id})
}

func (s *Server) badAlias(alias string) *answer {
	var a answer
	taken := s.aliased(alias)
	_, numeric := strconv.ParseInt(alias, 10, 64)
	switch {
	case taken != nil && taken.hidden:
		a = s.fail(http.StatusBadRequest, 103, "Another bug has already taken the alias %s. Please choose another alias.", alias)
	case taken != nil:
		a = s.fail(http.StatusBadRequest, 103, "Bug %d has already taken the alias %s. Please choose another alias.", taken.id, alias)
	case len(alias) > 40 || numeric == nil:
		a = s.fail(http.StatusBadRequest, 103, "The alias you entered is not valid.")
	default:
		return nil
	}
	return &a
}

// stamp returns the time that a change bears.
func (s *Server) stamp() time.Time { return s.now().Add(-s.late) }

func list(v any) []string {
	var out []string
	switch x := v.(type) {
	case string:
		out = []string{x}
	case []any:
		for _, e := range x {
			if t, ok := e.(string); ok {
				out = append(out, t)
			}
		}
	}
	return out
}

func (s *Server) say(who *person, name string, in map[string]any) answer {
	b, refusal := s.find(name)
	if refusal != nil {
		return *refusal
	}
	said, _ := in["comment"].(string)
	switch {
	case said == "":
		return s.fail(http.StatusBadRequest, 50, "You must enter a comment.")
	case utf8.RuneCountInString(said) > 65535:
		return s.fail(http.StatusBadRequest, 114, "Comments cannot be longer than 65535 characters.")
	}
	s.comment++
	b.changed = s.stamp()
	b.comments = append(b.comments, comment{s.comment, who.name, b.changed, spoken(said)})
	s.mail(b, who.name)
	return answer{status: http.StatusCreated, body: map[string]any{"id": s.comment}}
}

// As acts as a user of Bugzilla's pages: it changes a bug, or comments on it, and fails as the pages would.
func (s *Server) As(name string, id int64, in map[string]any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.change(s.people[name], strconv.FormatInt(id, 10), in)
	if m, isMap := a.body.(map[string]any); isMap && m["error"] == true {
		return fmt.Errorf("%v", m["message"])
	}
	return nil
}

// Open opens a bug by hand, as a user.
func (s *Server) Open(name string, in map[string]any) (id int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for field, value := range map[string]string{"product": Product, "component": Component, "version": "unspecified", "op_sys": "All", "platform": "All"} {
		if in[field] == nil {
			in[field] = value
		}
	}
	a := s.create(s.people[name], in)
	m, _ := a.body.(map[string]any)
	if m["error"] == true {
		return 0, fmt.Errorf("%v", m["message"])
	}
	return m["id"].(int64), nil
}

// Hide makes a bug invisible to the account, and Show makes it visible; Move moves it to another product.
func (s *Server) Hide(id int64) { s.locked(func() { s.bugs[id-1].hidden = true }) }
func (s *Server) Show(id int64) { s.locked(func() { s.bugs[id-1].hidden = false }) }
func (s *Server) Move(id int64, product string) {
	s.locked(func() { s.bugs[id-1].product, s.bugs[id-1].changed = product, s.stamp() })
}

// Count returns the number of bugs.
func (s *Server) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.bugs)
}

// Said reports whether a comment of any bug has a text.
func (s *Server) Said(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.bugs, func(b *bug) bool {
		return slices.ContainsFunc(b.comments, func(c comment) bool { return strings.Contains(c.text, text) })
	})
}
