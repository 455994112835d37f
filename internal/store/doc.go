// Package store keeps everything in SQL: one text for SQLite and PostgreSQL. What differs between them is in dialect.go.
//
// Rows are locked in one fixed order: the facility (only by a change of it), then testbeds by id, then requests. A decision that
// touches capacity holds the rows of its testbeds until it has committed, so that the next one sees what it wrote.
//
// A decision that was answered survives a power cut: SQLite flushes every commit to the disk (synchronous FULL), PostgreSQL does so
// unless its operator told it otherwise. A transaction that the database gives up (deadlock, serialization, busy file) is run again, a
// bounded number of times; nothing else is.
//
// Text that PostgreSQL cannot keep in a column (NUL, broken UTF-8) is refused on both engines, and never found by a search. Keys are
// compared and sorted by their bytes on both.
//
// Instants are whole numbers: seconds of Unix time for slots and claims, microseconds for when something was done.
package store
