package scheduler

import "time"

// Channel is a way of notifying other systems and people.
type Channel struct {
	Name  string
	Takes func(Event) bool // which events
}

// OfRequests takes every event about a request.
func OfRequests(e Event) bool { return e.Request != "" }

// Delivery is an event on its way to another system. It is kept until it arrives; those of one request go in order.
type Delivery struct {
	ID       int64
	Channel  string // name of the channel
	Target   string // the receiver, where the channel has several; empty until it is known
	State    DeliveryState
	Attempts int64 // begun before
	Due      time.Time
	Settled  *time.Time // when it arrived
	Failure  string     // of the last attempt
	Remedy   string     // how to make it work
	Event    Event
}

// DeliveryState says whether a delivery has arrived.
type DeliveryState string

// The states of deliveries.
const (
	DeliveryWaiting DeliveryState = "waiting" // it will be tried, or is being tried
	DeliveryStuck   DeliveryState = "stuck"   // it waits until a person has removed the cause
	DeliveryDone    DeliveryState = "done"    // it has arrived
)

// DeliveryStates lists all states of deliveries.
var DeliveryStates = []DeliveryState{DeliveryWaiting, DeliveryStuck, DeliveryDone}

// Backlog counts what waits in a channel.
type Backlog struct {
	Waiting     int64      `json:"waiting"`
	Stuck       int64      `json:"stuck"`                  // waits for a person to remove the cause
	Oldest      *time.Time `json:"oldest,omitempty"`       // when the event that waits longest happened
	LastSuccess *time.Time `json:"last_success,omitempty"` // last arrival
}

// TicketState is kept of a ticket between two times that it is worked on.
type TicketState struct {
	Key     string
	Request string
	Locked  time.Time // until when its lock holds
	State   string    // as package tickets writes it
}
