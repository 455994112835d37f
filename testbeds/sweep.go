package testbeds

import (
	"fmt"
	"maps"
	"slices"
)

// Overcommitment is one resource, or one named unit, being booked beyond what there is during one interval.
type Overcommitment struct {
	Resource Resource `json:"resource"`
	Unit     string   `json:"unit,omitempty"`
	Interval Slot     `json:"interval"`
	Total    int64    `json:"total"` // of a unit one, or none where it is closed or missing
	Booked   int64    `json:"booked"`
	Bookings []int64  `json:"bookings"` // in the order of their ids
	Recorded bool     `json:"recorded"` // it would not be there but for bookings recorded as overbooked
	Missing  bool     `json:"missing"`  // the facility has no such resource, or the device no such unit
}

// String is the overcommitment in one sentence.
func (o Overcommitment) String() string {
	what := o.Resource.String()
	if o.Unit != "" {
		what += " " + o.Unit
	}
	return fmt.Sprintf("%s: %d booked, there are %d (%s)", what, o.Booked, o.Total, o.Interval)
}

// Sweep finds every overcommitment from nothing: amounts beyond what there is, named units that are held twice at once, or held while they
// are closed, or that the facility does not have. Pending bookings do not count, and nothing outside of the horizon does.
//
// It judges what the engine decided, and therefore shares the model with it and nothing else: what there is it expands anew (see supply),
// and what is booked it adds up along a line of time (see line).
func Sweep(f Facility, horizon Slot, bookings []Booking) ([]Overcommitment, error) {
	l := line{bookings: bookings, from: horizon.Start.Unix(), to: horizon.End.Unix()}
	parts := partsOf(bookings)
	var found []Overcommitment
	for _, r := range slices.SortedFunc(maps.Keys(parts), Resource.Compare) {
		s, known, err := supplyOf(f, r, l.from, l.to)
		if err != nil {
			return nil, err
		}
		found = l.sweep(found, Overcommitment{Resource: r, Missing: !known}, parts[r], s.amount(r.Quantity))
		if known && r.Device != "" {
			found = l.units(found, r, parts[r], s)
		}
	}
	return found, nil
}

// part is one claim of one of the bookings, by their places.
type part struct{ booking, claim int32 }

// partsOf are the claims that take something, by what they take it of.
func partsOf(bookings []Booking) map[Resource][]part {
	parts := map[Resource][]part{}
	for i, b := range bookings {
		if b.Strength != Firm && b.Strength != Held {
			continue
		}
		for j, c := range b.Claims {
			parts[c.Resource] = append(parts[c.Resource], part{int32(i), int32(j)})
		}
	}
	return parts
}

// units sweeps the named units of a device, each as a thing of which there is one.
func (l *line) units(found []Overcommitment, device Resource, parts []part, s supply) []Overcommitment {
	held := map[string][]part{}
	for _, p := range parts {
		for _, u := range l.claim(p).Units {
			if n := len(held[u]); n == 0 || held[u][n-1] != p {
				held[u] = append(held[u], p)
			}
		}
	}
	for _, u := range slices.Sorted(maps.Keys(held)) {
		what := Overcommitment{Resource: device, Unit: u, Missing: !slices.Contains(s.names, u)}
		found = l.sweep(found, what, held[u], s.unit(u))
	}
	return found
}
