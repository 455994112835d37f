// Package store keeps everything in SQL: one text for SQLite and PostgreSQL. What differs between them is in dialect.go.
//
// Rows are locked in one fixed order: the facility (only by a change of it), then testbeds by id, then requests. A decision that
// touches capacity holds the rows of its testbeds until it has committed, so that the next one sees what it wrote.
//
// Instants are whole numbers: seconds of Unix time for slots and claims, microseconds for when something was done.
package store
