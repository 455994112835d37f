package bugzillatest

import (
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

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

// without lists the entries of a list that are missing in another one, in the form of the history.
func without(list, others []string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(list), func(x string) bool { return slices.Contains(others, x) }), ", ")
}

// changeable lists the fields that servers were seen to accept in a change.
var changeable = []string{"alias", "assigned_to", "cc", "comment", "component", "deadline", "dupe_of", "resolution", "status", "summary", "url", "whiteboard"}

// known fails the test of a client that changes a field that no server was seen to accept: servers silently ignore such a field.
func (s *Server) known(in map[string]any) {
	for name := range in {
		if !slices.Contains(changeable, name) {
			s.tb.Errorf("a client changes %q, which servers ignore", name)
		}
	}
}

// apply changes a copy of a bug. It ignores unknown fields.
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
