package console

import (
	"fmt"
	"slices"
	"strings"

	"berth/testbeds"
)

// A file holds only what its author knows. It lacks the changes made over the API and on the pages: testbeds, closures, a testbed's
// providers and whether it asks for approval. These are kept, unless they are to be replaced. The resources of a testbed come from the file
// alone.

// missing lists the objects of the facility that a file lacks, as texts.
type missing []string

func (m *missing) add(format string, args ...any) { *m = append(*m, fmt.Sprintf(format, args...)) }

// merged merges the facility of a file with the objects that only the known one has, and lists these.
func merged(known, file testbeds.Facility) (both testbeds.Facility, only missing) {
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

// of merges a testbed of a file with the parts that only the known one has.
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

// made reports whether a closure was made over the API, which gives out ids of this form.
func made(c testbeds.Closure) bool { return strings.HasPrefix(c.ID, "c-") }

// explain lists, before any change, the objects that the files lack, and what becomes of them.
func (c Console) explain(only missing, replace bool) {
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
