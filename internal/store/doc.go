// Package store keeps everything in SQL: one text for SQLite and PostgreSQL. Their differences are in dialect.go.
//
// Rows are locked in one fixed order: the facility (only by a change of it), then testbeds by id, then requests. A decision that
// touches capacity holds the rows of its testbeds until it has committed, so that the next one sees its writes.
//
// An answered decision survives a power cut: SQLite flushes every commit to the disk (synchronous FULL), and so does PostgreSQL unless
// its operator disabled that. A transaction that the database aborts (deadlock, serialization, busy file) is repeated, a bounded
// number of times; others are not.
//
// Text that PostgreSQL cannot store in a column (NUL, broken UTF-8) is refused on both engines, and never found by a search. Keys are
// compared and sorted by their bytes on both.
//
// Instants are whole numbers: seconds of Unix time for slots and claims, microseconds for recorded actions.
package store
