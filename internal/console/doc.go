// Package console is Berth on a terminal: it turns what was typed into questions to the scheduler, and the answers into tables for
// people, or JSON for programs. Instants are written in UTC, and beside them in the testbed's own zone where that differs.
//
// Whoever can open the database can do everything in it anyway; so the console acts as the local administrator, under a name of its
// own in every history.
package console
