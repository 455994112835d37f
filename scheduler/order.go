package scheduler

import "time"

// OrderTie ties an order of a portal to the request that was made of it.
type OrderTie struct {
	Portal   string // by its name in the settings
	Key      string // of the order there
	Request  string // empty: there is none yet
	Number   int64
	Over     bool   // nothing can happen to the order any more
	Revision int64  // 0: not stored yet
	State    string // as package intake writes it
}

// Portal is a system whose orders become requests, as people see it.
type Portal struct {
	Name    string       `json:"name"`
	Kind    string       `json:"kind" doc:"5ginfire or openslice"`
	Site    string       `json:"site"`
	Follow  string       `json:"follow" doc:"which changes made there become steps: nothing, progress or all"`
	Polled  *time.Time   `json:"polled,omitempty" doc:"last successful poll"`
	Failure string       `json:"failure,omitempty" doc:"failure of the last poll"`
	Remedy  string       `json:"remedy,omitempty"`
	Total   int          `json:"total" doc:"orders that it listed"`
	Taken   int64        `json:"taken" doc:"orders that became requests, in all"`
	Orders  []Order      `json:"orders" doc:"that are not over: first those that need a person"`
	Loose   []LooseOrder `json:"loose" doc:"orders that are not taken, and why"`
}

// Order is an order of a portal that became a request, or will, as people see it.
type Order struct {
	Key     string      `json:"key" doc:"its id there"`
	URL     string      `json:"url,omitempty" doc:"its page there"`
	Name    string      `json:"name"`
	Request string      `json:"request,omitempty" doc:"its UUID; empty: there is none yet"`
	Number  int64       `json:"number,omitempty"`
	Word    string      `json:"word" doc:"its state, in the portal's words"`
	Owner   string      `json:"owner,omitempty" doc:"whose it is, by username"`
	Trouble string      `json:"trouble,omitempty" doc:"why it and its request are not alike"`
	Remedy  string      `json:"remedy,omitempty"`
	Facts   []OrderFact `json:"facts,omitempty" doc:"what the portal knows about it, such as addresses of what runs"`
}

// OrderFact is something that a portal knows about an order.
type OrderFact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// LooseOrder is an order that is not taken.
type LooseOrder struct {
	Key  string `json:"key"`
	URL  string `json:"url,omitempty"`
	Name string `json:"name,omitempty"`
	Word string `json:"word,omitempty"`
	Why  string `json:"why"`
}
