package calendarsync

import (
	"maps"
	"slices"
	"strings"
)

// doubtful decides whether a reading is believed only when a person says so. of is the number of events that closed something from now on, gone names those of
// them that the calendar does not have any more, and said tells which of these the server itself says were deleted. A reading is doubtful
//
//   - if nothing of it is left, or
//   - if at least three events are gone and more than half of all.
//
// Up to two events whose deletion the server itself says are never doubtful: that is what a person does who deletes an event.
func doubtful(of int, gone []string, said map[string]bool) bool {
	if len(gone) <= 2 && !slices.ContainsFunc(gone, func(k string) bool { return !said[k] }) {
		return false
	}
	return len(gone) == of || len(gone) >= 3 && 2*len(gone) > of
}

// fingerprint names a set of events.
func fingerprint(gone map[string]bool) string {
	return digest(strings.Join(slices.Sorted(maps.Keys(gone)), " "))[:16]
}
