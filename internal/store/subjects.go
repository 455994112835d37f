package store

import (
	"hash/fnv"
	"slices"
	"strings"

	"berth/scheduler"
)

// Subjects of a policy have no rows: PostgreSQL locks numbers as well (advisory locks), which writes nothing, and frees them with the transaction. The
// number of a subject is a hash of its name; two subjects that share one wait for each other, and no harm is done.

// subjectNumber returns the second half of a subject's number.
func subjectNumber(lock string) int32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(lock)) // never fails
	return int32(h.Sum32())
}

// lockingSubjects locks the subjects among what a decision locks, in the order of their numbers. A statement's columns are worked out from left to
// right.
func (w *writer) lockingSubjects(lock []string) (list []statement) {
	names := map[int32][]string{}
	var numbers []int32
	for _, id := range lock {
		if scheduler.IsSubject(id) {
			n := subjectNumber(id)
			names[n] = append(names[n], id)
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	for part := range slices.Chunk(slices.Compact(numbers), chunk) {
		var columns []string
		for _, place := range strings.Split(places(1, len(part)), ",") {
			if w.got == nil {
				columns = append(columns, lockSubject+place+`) IS NOT NULL`) // it returns nothing that can be read
			} else {
				columns = append(columns, tryToLockSubject+place+`)`)
			}
		}
		list = append(list, statement{what: "lock", query: `SELECT ` + strings.Join(columns, ", "), args: anys(part), row: func(s scan) error {
			locked := make([]bool, len(part))
			into := make([]any, len(part))
			for i := range locked {
				into[i] = &locked[i]
			}
			if err := s(into...); err != nil || w.got == nil {
				return err
			}
			for i, n := range part {
				for _, id := range names[n] {
					w.got[id] = locked[i]
				}
			}
			return nil
		}})
	}
	return list
}

// The first half of the numbers is nobody else's in the database.
const (
	lockSubject      = `pg_advisory_xact_lock(723094, `
	tryToLockSubject = `pg_try_advisory_xact_lock(723094, `
)
