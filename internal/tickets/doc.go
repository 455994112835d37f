// Package tickets synchronises requests with their tickets, both ways: a ticket receives every event of its request, and a user's change of
// the ticket is applied to the request, with the rights of that user. It recognises its own echoes by content, never by time.
//
// There are two entry points, and each reads from top to bottom: outbound.go delivers an event, poll.go looks for changes by users. Both
// lock the ticket (lock.go), apply the users' changes in Berth (inbound.go, inbound_status.go), and bring the ticket in line with its
// request (converge.go, write.go). sync_state.go has the state kept per ticket in between.
//
// The package knows no particular tracker, only the interface Tracker. Package berth/internal/bugzilla/tracker implements it for Bugzilla;
// another tracker would stand beside it.
package tickets
