package tracker

import (
	"slices"
	"strings"

	"berth/internal/bugzilla"
	"berth/scheduler"
)

// Kinds of requests that may have a component of their own: pending and granted ones.
const (
	KindRequests    = "requests"
	KindDeployments = "deployments"
)

// Place returns the component of a request's ticket: that of its testbed, of its kind, or the general one.
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

// components lists all components with tickets, each once.
func (s Settings) components() []string {
	list := []string{s.Component}
	for _, c := range s.Components {
		list = append(list, c)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// owns reports whether a bug is in a place of requests' tickets. A bug that users moved elsewhere stays there.
func (s Settings) owns(b bugzilla.Bug) bool {
	return b.Product == s.Product && slices.Contains(s.components(), b.Component)
}

// lists names the fields that take a list even for one value.
var lists = []string{"groups", "keywords", "see_also"}

// extra returns the fields of a new ticket that the settings give.
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
