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

// bug is one bug with its comments and what was changed of it.
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
	chosen                                       map[string]any // fields that were chosen, as they were given
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

// steps is the stock workflow.
var steps = map[string][]string{
	"": {"UNCONFIRMED", "CONFIRMED", "IN_PROGRESS"}, "UNCONFIRMED": {"CONFIRMED", "IN_PROGRESS", "RESOLVED"}, "CONFIRMED": {"IN_PROGRESS", "RESOLVED"},
	"IN_PROGRESS": {"CONFIRMED", "RESOLVED"}, "RESOLVED": {"UNCONFIRMED", "CONFIRMED", "VERIFIED"}, "VERIFIED": {"UNCONFIRMED", "CONFIRMED"},
}

var resolutions = []string{"FIXED", "INVALID", "WONTFIX", "DUPLICATE", "WORKSFORME"}

func open(status string) bool { return status != "RESOLVED" && status != "VERIFIED" }

// find is a bug by its number or an alias.
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

// spoken is how a text is kept: line ends as LF, nothing behind the last word; and where it came as bytes beyond ASCII, wrongly by some.
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
	if slices.Contains(who.groups, "editbugs") { // else they are dropped without a word
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

// stamp is the time that a change bears.
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

func (s *Server) change(who *person, name string, in map[string]any) answer {
	b, refusal := s.find(name)
	if refusal != nil {
		return *refusal
	}
	next := *b
	next.cc, next.alias = slices.Clone(b.cc), slices.Clone(b.alias)
	if refusal := s.apply(who, &next, in); refusal != nil {
		return *refusal // all or nothing
	}
	changes := map[string]any{}
	note := func(field, from, to string) {
		if from != to {
			changes[field] = map[string]any{"removed": from, "added": to}
			next.entries = append(next.entries, entry{s.stamp(), who.name, field, from, to})
		}
	}
	note("status", b.status, next.status)
	note("resolution", b.resolution, next.resolution)
	note("assigned_to", b.assignee, next.assignee)
	note("component", b.component, next.component)
	note("url", b.url, next.url)
	note("summary", b.summary, next.summary)
	note("deadline", b.deadline, next.deadline)
	note("cc", without(b.cc, next.cc), without(next.cc, b.cc))
	note("alias", without(b.alias, next.alias), without(next.alias, b.alias))
	if len(changes) > 0 || len(next.comments) > len(b.comments) {
		next.changed = s.stamp()
		s.mail(&next, who.name, append(slices.Clone(b.cc), b.assignee)...)
	}
	*b = next
	return ok(map[string]any{"bugs": []any{map[string]any{"id": b.id, "alias": append([]string{}, b.alias...), "changes": changes, "last_change_time": b.changed.Format(time.RFC3339)}}})
}

// without is what of a list is not in another one, as changes of lists are written.
func without(list, others []string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(list), func(x string) bool { return slices.Contains(others, x) }), ", ")
}

// apply changes a copy of a bug. What it does not know it ignores.
func (s *Server) apply(who *person, b *bug, in map[string]any) *answer {
	refuse := func(a answer) *answer { return &a }
	text := func(name string) (string, bool) { v, ok := in[name].(string); return v, ok }
	editor := slices.Contains(who.groups, "editbugs")
	if !editor && who.name != b.creator {
		for _, f := range []string{"status", "resolution", "assigned_to", "url", "summary", "deadline", "whiteboard"} {
			if _, given := in[f]; given {
				return refuse(s.fail(http.StatusUnauthorized, 115, "You tried to change the %s field, but only the assignee or reporter of the bug, or a user with the required permissions may change that field.", f))
			}
		}
	}
	if _, given := in["deadline"]; given && s.untimed {
		return refuse(s.fail(http.StatusUnauthorized, 115, "You tried to change the Deadline field, but only a user with the required permissions may change that field."))
	}
	status, moved := text("status")
	resolution, resolved := text("resolution")
	if moved && status != b.status {
		if _, known := steps[status]; !known || status == "" {
			return refuse(s.fail(http.StatusNotFound, 51, "There is no status named '%s'.", status))
		}
		if !slices.Contains(s.next(b.status), status) {
			return refuse(s.fail(http.StatusBadRequest, 123, "You are not allowed to change the bug status from %s to %s.", b.status, status))
		}
		if c, _ := in["comment"].(map[string]any); s.takesComment(b.status, status) && c["body"] == nil {
			return refuse(s.fail(http.StatusBadRequest, 32000, "You have to specify a comment when changing the Status of a bug from %s to %s.", b.status, status))
		}
		if !open(status) && b.resolution == "" && resolution == "" {
			return refuse(s.fail(http.StatusBadRequest, 121, "A valid resolution is required to mark bugs as %s.", status))
		}
		b.status = status
		if open(status) {
			b.resolution = ""
		}
	} else if resolved && !moved && open(b.status) {
		return refuse(s.fail(http.StatusBadRequest, 122, "You cannot set a resolution for open bugs."))
	}
	if resolved && !open(b.status) {
		if !slices.Contains(resolutions, resolution) {
			return refuse(s.fail(http.StatusNotFound, 51, "There is no resolution named '%s'.", resolution))
		}
		b.resolution = resolution
	}
	if n, given := in["dupe_of"].(int); given {
		b.status, b.resolution, b.dupeOf = "RESOLVED", "DUPLICATE", int64(n)
	}
	if a, given := text("assigned_to"); given {
		if s.people[a] == nil {
			return refuse(s.fail(http.StatusNotFound, 51, "There is no user named '%s'. Either you mis-typed the name or that user has not yet registered for a Bugzilla account.", a))
		}
		b.assignee = a
	}
	if cc, given := in["cc"].(map[string]any); given {
		for _, c := range list(cc["add"]) {
			if s.people[c] == nil {
				return refuse(s.fail(http.StatusNotFound, 51, "There is no user named '%s'.", c))
			}
			if !slices.Contains(b.cc, c) {
				b.cc = append(b.cc, c)
			}
		}
		for _, c := range list(cc["remove"]) {
			if c != who.name && !editor {
				return refuse(s.fail(http.StatusBadRequest, 32000, "You do not have permission to remove other people from the CC list."))
			}
			b.cc = slices.DeleteFunc(b.cc, func(x string) bool { return x == c })
		}
	} else if _, given := in["cc"]; given {
		return refuse(s.internal("Can't use an undefined value"))
	}
	if alias, given := in["alias"].(map[string]any); given {
		for _, a := range list(alias["add"]) {
			if other := s.aliased(a); other != nil && other.id != b.id {
				return s.badAlias(a)
			}
			if !slices.Contains(b.alias, a) {
				b.alias = append(b.alias, a)
			}
		}
	}
	if d, given := text("deadline"); given {
		if _, err := time.Parse(time.DateOnly, d); err != nil && d != "" {
			return refuse(s.fail(http.StatusBadRequest, 56, "'%s' is not a legal date. Please use the format 'YYYY-MM-DD'.", d))
		}
		b.deadline = d
	}
	if c, given := text("component"); given {
		if !slices.Contains(s.parts, c) {
			return refuse(s.fail(http.StatusNotFound, 51, "There is no component named '%s' in the '%s' product.", c, b.product))
		}
		b.component = c
	}
	if u, given := text("url"); given {
		b.url = u
	}
	if v, given := text("summary"); given {
		b.summary = v
	}
	if c, given := in["comment"].(map[string]any); given {
		said, _ := c["body"].(string)
		if utf8.RuneCountInString(said) > 65535 {
			return refuse(s.fail(http.StatusBadRequest, 114, "Comments cannot be longer than 65535 characters."))
		}
		s.comment++
		b.comments = append(slices.Clone(b.comments), comment{s.comment, who.name, s.stamp(), spoken(said)})
	}
	return nil
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

// As lets somebody do what they would do in Bugzilla's pages: change a bug, or comment on it. It fails as the pages would.
func (s *Server) As(name string, id int64, in map[string]any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.change(s.people[name], strconv.FormatInt(id, 10), in)
	if m, isMap := a.body.(map[string]any); isMap && m["error"] == true {
		return fmt.Errorf("%v", m["message"])
	}
	return nil
}

// Open lets somebody open a bug by hand.
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

// Hide makes a bug one that the account may not see, and Show one that it may; Move moves it to another product.
func (s *Server) Hide(id int64) { s.locked(func() { s.bugs[id-1].hidden = true }) }
func (s *Server) Show(id int64) { s.locked(func() { s.bugs[id-1].hidden = false }) }
func (s *Server) Move(id int64, product string) {
	s.locked(func() { s.bugs[id-1].product, s.bugs[id-1].changed = product, s.stamp() })
}

// Count is how many bugs there are.
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
