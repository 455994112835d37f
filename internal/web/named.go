package web

import (
	"context"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// names writes people by their names, and testbeds by theirs. What has no name keeps its identifier.
type names struct {
	people map[string]string
	beds   testbeds.Facility
}

// Person names somebody by their username.
func (n names) Person(username string) string {
	if username == account.System.Username {
		return account.System.Name
	}
	if name := n.people[username]; name != "" {
		return name
	}
	return username
}

// Bed names a testbed by its id.
func (n names) Bed(id string) string {
	if t, ok := n.beds.Testbed(id); ok {
		return title(t)
	}
	return id
}

// Place names a VIM at its testbed: "WINS_5G (Iris), iris".
func (n names) Place(where string) string {
	bed, vim, ok := cutPlace(where)
	if !ok {
		return where
	}
	return n.Bed(bed) + ", " + vim
}

// Resource names a resource, with its testbed by its name: "WINS_5G (Iris) usrp-n210".
func (n names) Resource(r testbeds.Resource) string {
	return n.Bed(r.Testbed) + strings.TrimPrefix(r.Words(), r.Testbed)
}

// conflict words a conflict, with the testbed by its name.
func (n names) conflict(x reader, c testbeds.Conflict) string {
	return n.Resource(c.Resource) + " " + x.shortage(c)
}

// conflicts words what is in the way of a request, with testbeds by their names.
func (n names) conflicts(x reader, v testbeds.Verdict) (lines []string) {
	for _, p := range v.Problems {
		lines = append(lines, p.Message)
	}
	for _, c := range v.Conflicts {
		lines = append(lines, n.conflict(x, c))
	}
	if v.Truncated {
		lines = append(lines, "and more")
	}
	return lines
}

// named reads the names of people beside those of testbeds.
func (s *site) named(ctx context.Context, who account.Actor, f testbeds.Facility, usernames ...string) (names, error) {
	people, err := s.service.Names(ctx, who, usernames)
	return names{people, f}, err
}

// peopleOf lists everybody whom the page of a request names.
func peopleOf(r scheduler.Request, feedback []scheduler.Feedback, history []scheduler.Entry) (list []string) {
	list = append(list, r.Experimenter, r.Mentor)
	for _, a := range r.Approvals {
		list = append(list, a.By)
	}
	if m := r.PendingMove; m != nil {
		list = append(list, m.By)
		for _, a := range m.Approvals {
			list = append(list, a.By)
		}
	}
	for _, o := range r.Overbooked {
		list = append(list, o.By)
	}
	for _, f := range feedback {
		list = append(list, f.Author)
	}
	for _, e := range history {
		list = append(list, e.Actor)
	}
	return list
}
