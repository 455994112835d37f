// Package console is Berth on a terminal: it turns flags into questions to the scheduler, and the answers into tables for people,
// or JSON for programs. Instants are written in UTC, and beside them in the testbed's own zone if that differs.
//
// Anyone who can open the database can change everything in it; so the console acts as the local administrator, under a name of its
// own in every history.
package console
