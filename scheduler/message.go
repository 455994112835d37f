package scheduler

import "time"

// Message is an event on its way to another system. It is kept until it has arrived, and of one request the earlier goes first.
type Message struct {
	ID       int64
	Channel  string // the system
	Attempts int64  // that were begun before
	Due      time.Time
	Event    Event
}

// Backlog is what waits in a channel.
type Backlog struct {
	Waiting int64      `json:"waiting"`
	Stuck   int64      `json:"stuck"`            // waits for somebody to do something
	Oldest  *time.Time `json:"oldest,omitempty"` // when what waits longest happened
}
