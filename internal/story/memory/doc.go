// Package memory is a scheduler.Store for tests that need no database: the scheduler's own, and most of the random stories.
package memory
