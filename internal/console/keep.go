package console

import (
	"fmt"
	"slices"
	"strings"

	"berth/testbeds"
)

// A file says what its author knows of. What others made meanwhile over the API and on the pages is not in it: testbeds, closures, who the
// providers of a testbed are and whether they are asked. It stays, unless it is to be replaced. What a testbed consists of is the file's alone.

// missing are what the facility has and a file does not, as it is said to people.
type missing []string

func (m *missing) add(format string, args ...any) { *m = append(*m, fmt.Sprintf(format, args...)) }

// kept is the facility of a file together with what only the known one has, and what that is.
func kept(known, file testbeds.Facility) (both testbeds.Facility, only missing) {
	both = file
	both.Testbeds = slices.Clone(file.Testbeds)
	for _, was := range known.Testbeds {
		i := slices.IndexFunc(both.Testbeds, func(t testbeds.Testbed) bool { return t.ID == was.ID })
		if i < 0 {
			only.add("testbed %s (%s)", was.ID, was.Name)
			both.Testbeds = append(both.Testbeds, was)
			continue
		}
		both.Testbeds[i] = only.of(was, both.Testbeds[i])
	}
	return both, only
}

// of is a testbed of a file with what only the known one has.
func (m *missing) of(was, now testbeds.Testbed) testbeds.Testbed {
	now.Closures = slices.Clone(now.Closures)
	for _, c := range was.Closures {
		if made(c) && !slices.ContainsFunc(now.Closures, func(x testbeds.Closure) bool { return x.ID == c.ID }) {
			m.add("closure %s of testbed %s: %s, from %s for %s", c.ID, was.ID, c.Summary, c.Start, c.Duration)
			now.Closures = append(now.Closures, c)
		}
	}
	if len(now.Providers) == 0 && len(was.Providers) > 0 {
		m.add("providers of testbed %s: %s", was.ID, strings.Join(was.Providers, ", "))
		now.Providers = was.Providers
	}
	if now.Approval == "" && was.Approval != "" {
		m.add("approval of testbed %s: %s", was.ID, was.Approval)
		now.Approval = was.Approval
	}
	return now
}

// made reports whether a closure was made over the API, which gives them ids of this form.
func made(c testbeds.Closure) bool { return strings.HasPrefix(c.ID, "c-") }

// tell says before anything is done what the files do not have, and what becomes of it.
func (c Console) tell(only missing, replace bool) {
	if c.JSON || len(only) == 0 {
		return
	}
	if replace {
		c.printf("not in the files, and deleted:\n")
	} else {
		c.printf("not in the files, and kept (--replace deletes it):\n")
	}
	for _, line := range only {
		c.printf("  %s\n", line)
	}
}
