package scheduler

import "time"

// Channel is a way by which other systems and people are told what happens.
type Channel struct {
	Name  string
	Takes func(Event) bool // which events
}

// OfRequests takes every event about a request.
func OfRequests(e Event) bool { return e.Request != "" }

// Delivery is an event on its way to another system. It is kept until it has arrived, and of one request the earlier goes first.
type Delivery struct {
	ID       int64
	Channel  string // the way
	Target   string // to whom, where the way leads to several; empty while it is not known to whom
	State    DeliveryState
	Attempts int64 // that were begun before
	Due      time.Time
	Settled  *time.Time // when it arrived
	Failure  string     // of the last attempt
	Remedy   string     // what somebody can do about it
	Event    Event
}

// DeliveryState says whether a message has arrived.
type DeliveryState string

// The states of messages.
const (
	DeliveryWaiting DeliveryState = "waiting" // it will be tried, or is being tried
	DeliveryStuck   DeliveryState = "stuck"   // it waits until somebody has done something about it
	DeliveryDone    DeliveryState = "done"    // it has arrived
)

// DeliveryStates lists all states of messages.
var DeliveryStates = []DeliveryState{DeliveryWaiting, DeliveryStuck, DeliveryDone}

// Backlog is what waits in a channel.
type Backlog struct {
	Waiting     int64      `json:"waiting"`
	Stuck       int64      `json:"stuck"`                  // waits for somebody to do something
	Oldest      *time.Time `json:"oldest,omitempty"`       // when what waits longest happened
	LastSuccess *time.Time `json:"last_success,omitempty"` // when something last arrived
}

// TicketState is what is remembered of a ticket between two times that somebody works on it.
type TicketState struct {
	Key     string
	Request string
	Locked  time.Time // until when whoever has locked it is at work on it
	State   string    // as package tickets writes it
}
