package testbeds

import "time"

// Step is the capacity of a resource from an instant until the next step.
type Step struct {
	At    time.Time `json:"at"`
	Free  int64     `json:"free"`  // negative where more is booked than there is
	Total int64     `json:"total"` // less closures
}

// Series is the capacity of a resource over a span; the first step stands at the span's start.
type Series struct {
	Resource Resource `json:"resource"`
	Steps    []Step   `json:"steps"`
}
