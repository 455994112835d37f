package scheduler

import "time"

// Webhook is an address that is told what happens, as far as its owner may know it.
type Webhook struct {
	ID      string    `json:"id"`
	Owner   string    `json:"owner"`
	Name    string    `json:"name"`
	URL     string    `json:"url"`
	Actions []Action  `json:"actions,omitempty"` // that it is told of; empty: all
	Off     string    `json:"off,omitempty"`     // why it is not told anything; empty: it is
	Secret  string    `json:"-"`                 // that messages are signed with, as its owner keeps it
	Created time.Time `json:"created"`
}
