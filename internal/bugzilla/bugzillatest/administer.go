package bugzillatest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Always is a fault that strikes every request.
func Always(f Fault) func(*http.Request) Fault { return func(*http.Request) Fault { return f } }

// SetLate makes changes bear a stamp from before they can be seen, as those do that had to wait for a lock.
func (s *Server) SetLate(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.late = by
}

// TakeComments makes steps of the workflow take a comment, each named as "FROM TO"; a star stands for any status.
func (s *Server) TakeComments(steps ...string) { s.locked(func() { s.talkers = steps }) }

// takesComment reports whether a step takes a comment.
func (s *Server) takesComment(from, to string) bool {
	return slices.ContainsFunc(s.talkers, func(step string) bool {
		a, b, _ := strings.Cut(step, " ")
		return (a == "*" || a == from) && (b == "*" || b == to)
	})
}

// SetMost lowers max_search_results: every list is cut to so many, without a word.
func (s *Server) SetMost(n int) { s.locked(func() { s.most = n }) }

// AddComponent makes another component.
func (s *Server) AddComponent(name string) { s.locked(func() { s.parts = append(s.parts, name) }) }

// RefuseLinks makes the server refuse see_also.
func (s *Server) RefuseLinks() { s.locked(func() { s.alone = true }) }

// SetParameter sets a parameter that whoever has signed in may see.
func (s *Server) SetParameter(name, value string) {
	s.locked(func() {
		if s.params == nil {
			s.params = map[string]string{}
		}
		s.params[name] = value
	})
}

// DropStep takes a step out of the workflow.
func (s *Server) DropStep(from, to string) {
	s.locked(func() { s.dropped = append(s.dropped, from+" "+to) })
}

// SetKey gives Berth's account another key; the one of before is refused.
func (s *Server) SetKey(key string) { s.locked(func() { s.key = key }) }

// RequireLogin lets nobody read who has not signed in, as the parameter of that name does.
func (s *Server) RequireLogin() { s.locked(func() { s.closed = true }) }

// Untime takes time tracking away, as an administrator does who leaves timetrackinggroup empty; Time gives it back.
func (s *Server) Untime() { s.locked(func() { s.untimed = true }) }
func (s *Server) Time()   { s.locked(func() { s.untimed = false }) }

// Commit lets the writes through that wait for a lock. They bear the stamps of when they began, and bring what they were checked against then.
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
