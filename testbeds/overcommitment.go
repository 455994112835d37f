package testbeds

import (
	"fmt"

	"berth/testbeds/plain"
)

// Overcommitment is one interval in which bookings claim more of a resource, or of a named unit, than there is.
type Overcommitment struct {
	Resource Resource `json:"resource"`
	Unit     string   `json:"unit,omitempty"`
	Interval Slot     `json:"interval"`
	Total    int64    `json:"total"` // of a unit one, or none where it is closed or missing
	Booked   int64    `json:"booked"`
	Bookings []int64  `json:"bookings"` // in the order of their ids
	Recorded bool     `json:"recorded"` // it exists only because of bookings recorded as overbooked
	Missing  bool     `json:"missing"`  // the facility has no such resource, or the device no such unit
}

// String words the overcommitment as one sentence.
func (o Overcommitment) String() string {
	what := o.Resource.Words()
	if o.Unit != "" {
		what += " " + o.Unit
	}
	size := func(n int64) string { return plain.Size(o.Resource.Quantity, n) }
	there := "only " + size(o.Total) + " there"
	switch {
	case o.Total < 0:
		there = "overbooked by " + size(-o.Total)
	case o.Total == 0:
		there = "none there"
	}
	return fmt.Sprintf("%s: %s booked, %s, %s", what, size(o.Booked), there, o.Interval)
}
