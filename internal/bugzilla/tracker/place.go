package tracker

import (
	"slices"
	"strings"

	"berth/internal/bugzilla"
	"berth/scheduler"
)

// Kinds of requests that may have a component of their own: those that are not granted, and those that are.
const (
	KindRequests    = "requests"
	KindDeployments = "deployments"
)

// Place says to which component the ticket of a request belongs: that of its testbed, of its kind, or the one of all.
func (t *Tracker) Place(r scheduler.Request) string {
	s := t.settings
	for _, testbed := range r.Demand.Testbeds() {
		if c := s.Components[testbed]; c != "" {
			return c
		}
	}
	kind := KindRequests
	if r.Scheduled != nil {
		kind = KindDeployments
	}
	if c := s.Components[kind]; c != "" {
		return c
	}
	return s.Component
}

// components lists all in which tickets are, each once.
func (s Settings) components() []string {
	list := []string{s.Component}
	for _, c := range s.Components {
		list = append(list, c)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// owns reports whether a bug is where tickets are. One that people have moved elsewhere stays there.
func (s Settings) owns(b bugzilla.Bug) bool {
	return b.Product == s.Product && slices.Contains(s.components(), b.Component)
}

// lists names fields that take several values, also where one is given.
var lists = []string{"groups", "keywords", "see_also"}

// extra gives the fields of a new ticket that the settings name.
func (s Settings) extra() map[string]any {
	extra := map[string]any{}
	for name, value := range s.Fields {
		if strings.Contains(value, "|") || slices.Contains(lists, name) {
			extra[name] = strings.Split(value, "|")
		} else {
			extra[name] = value
		}
	}
	return extra
}
