package bugzillatest

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
)

// delay checks a write now, and makes it when Commit is called: it then overwrites all changes in between, as on servers, which check
// against the values from before the wait for a lock.
func (s *Server) delay(r *http.Request) {
	var in map[string]any
	raw, _ := io.ReadAll(r.Body)
	if json.Unmarshal(s.heard(raw), &in) != nil {
		return
	}
	who, refusal := s.who(r, in)
	if refusal != nil || who == nil {
		return
	}
	delete(in, "api_key")
	path := strings.Split(strings.TrimPrefix(r.URL.Path, "/rest/"), "/")
	if r.Method == http.MethodPost {
		s.waiting = append(s.waiting, func() {
			if len(path) == 1 {
				s.create(who, in)
				return
			}
			s.say(who, path[1], in)
		})
		return
	}
	b, refusal := s.find(path[1])
	if refusal != nil {
		return
	}
	before, after := *b, *b
	after.cc, after.alias, after.comments = slices.Clone(b.cc), slices.Clone(b.alias), slices.Clone(b.comments)
	if s.apply(who, &after, in) != nil {
		return
	}
	began := s.stamp()
	s.waiting = append(s.waiting, func() { s.overwrite(b, before, after, entry{at: began, who: who.name}) })
}

// overwrite applies the difference between two states of a bug to its present state.
func (s *Server) overwrite(b *bug, before, after bug, mark entry) {
	for _, f := range []struct {
		name      string
		at        *string
		from, now string
	}{{"status", &b.status, before.status, after.status}, {"resolution", &b.resolution, before.resolution, after.resolution},
		{"assigned_to", &b.assignee, before.assignee, after.assignee}, {"deadline", &b.deadline, before.deadline, after.deadline},
		{"summary", &b.summary, before.summary, after.summary}, {"url", &b.url, before.url, after.url}} {
		if f.from != f.now && *f.at != f.now {
			b.entries = append(b.entries, entry{mark.at, mark.who, f.name, *f.at, f.now})
			*f.at = f.now
		}
	}
	b.comments = append(b.comments, after.comments[len(before.comments):]...)
	b.changed = mark.at
}
