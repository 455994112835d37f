// Package tickets keeps requests and their tickets alike, both ways: a ticket hears of every event of its request, and what people do
// with the ticket is done with the request, each with their own rights. Its own echoes it knows by content, never by time.
//
// Two ways lead in, and each reads from top to bottom: outbound.go delivers an event, poll.go looks for what people did. Both take the
// ticket for themselves (lock.go), do in Berth what people did with it (inbound.go, inbound_status.go), and bring it in line with its
// request (converge.go, write.go). What is remembered of a ticket between two of these is in sync_state.go.
//
// The package knows no tracker, but the few things that it needs of one: Tracker. Package berth/internal/bugzilla/tracker makes a Bugzilla
// one; another tracker stands beside it the same way.
package tickets
