package bugzillatest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Always makes a fault that strikes every request.
func Always(f Fault) func(*http.Request) Fault { return func(*http.Request) Fault { return f } }

// SetLate gives changes a stamp from before they become visible, like that of changes that waited for a lock.
func (s *Server) SetLate(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.late = by
}

// TakeComments makes steps of the workflow require a comment, each named as "FROM TO"; a star stands for any status.
func (s *Server) TakeComments(steps ...string) { s.locked(func() { s.talkers = steps }) }

// takesComment reports whether a step requires a comment.
func (s *Server) takesComment(from, to string) bool {
	return slices.ContainsFunc(s.talkers, func(step string) bool {
		a, b, _ := strings.Cut(step, " ")
		return (a == "*" || a == from) && (b == "*" || b == to)
	})
}

// SetMost lowers max_search_results: every list is silently cut to n entries.
func (s *Server) SetMost(n int) { s.locked(func() { s.most = n }) }

// AddComponent makes another component.
func (s *Server) AddComponent(name string) { s.locked(func() { s.parts = append(s.parts, name) }) }

// RefuseLinks makes the server refuse see_also.
func (s *Server) RefuseLinks() { s.locked(func() { s.alone = true }) }

// SetParameter sets a parameter that every signed-in user may see.
func (s *Server) SetParameter(name, value string) {
	s.locked(func() {
		if s.params == nil {
			s.params = map[string]string{}
		}
		s.params[name] = value
	})
}

// DropStep removes a step from the workflow.
func (s *Server) DropStep(from, to string) {
	s.locked(func() { s.dropped = append(s.dropped, from+" "+to) })
}

// SetKey gives Berth's account another key; the old one is refused.
func (s *Server) SetKey(key string) { s.locked(func() { s.key = key }) }

// RequireLogin refuses reads without signing in, as the parameter of that name does.
func (s *Server) RequireLogin() { s.locked(func() { s.closed = true }) }

// Untime takes time tracking away, like an empty timetrackinggroup; Time gives it back.
func (s *Server) Untime() { s.locked(func() { s.untimed = true }) }
func (s *Server) Time()   { s.locked(func() { s.untimed = false }) }

// Commit finishes the writes that wait for a lock. They bear the stamps of their start, and bring the values that were checked then.
func (s *Server) Commit() {
	s.locked(func() {
		for _, write := range s.waiting {
			write()
		}
		s.waiting = nil
	})
}

// Disable disables an account; Demote takes its groups away.
func (s *Server) Disable(name string) { s.locked(func() { s.people[name].disabled = true }) }
func (s *Server) Demote(name string)  { s.locked(func() { s.people[name].groups = nil }) }

// RemovePerson deletes an account.
func (s *Server) RemovePerson(name string) { s.locked(func() { delete(s.people, name) }) }

// AddPerson makes an account.
func (s *Server) AddPerson(name string) {
	s.locked(func() { s.people[name] = &person{name: name, groups: []string{"editbugs", "canconfirm"}} })
}

func (s *Server) locked(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn()
}
