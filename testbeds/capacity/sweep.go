package capacity

import (
	"berth/testbeds"
	"maps"
	"slices"
)

// Sweep finds every overcommitment from nothing: amounts beyond what there is, named units that are held twice at once, or held while they
// are closed, or that the facility does not have. Pending bookings do not count, and nothing outside of the horizon does.
//
// It judges what the engine decided, and therefore shares the model with it and nothing else: what there is it expands anew (see supply),
// and what is booked it adds up along a line of time (see line).
func Sweep(f testbeds.Facility, horizon testbeds.Slot, bookings []testbeds.Booking) ([]testbeds.Overcommitment, error) {
	l := line{bookings: bookings, from: horizon.Start.Unix(), to: horizon.End.Unix()}
	parts := partsOf(bookings)
	var found []testbeds.Overcommitment
	for _, r := range slices.SortedFunc(maps.Keys(parts), testbeds.Resource.Compare) {
		s, known, err := supplyOf(f, r, l.from, l.to)
		if err != nil {
			return nil, err
		}
		found = l.sweep(found, testbeds.Overcommitment{Resource: r, Missing: !known}, parts[r], s.amount(r.Quantity))
		if known && r.Device != "" {
			found = l.units(found, r, parts[r], s)
		}
	}
	return found, nil
}

// part is one claim of one of the bookings, by their places.
type part struct{ booking, claim int32 }

// partsOf are the claims that take something, by what they take it of.
func partsOf(bookings []testbeds.Booking) map[testbeds.Resource][]part {
	parts := map[testbeds.Resource][]part{}
	for i, b := range bookings {
		if b.Strength != testbeds.Firm && b.Strength != testbeds.Held {
			continue
		}
		for j, c := range b.Claims {
			parts[c.Resource] = append(parts[c.Resource], part{int32(i), int32(j)})
		}
	}
	return parts
}

// units sweeps the named units of a device, each as a thing of which there is one.
func (l *line) units(found []testbeds.Overcommitment, device testbeds.Resource, parts []part, s supply) []testbeds.Overcommitment {
	held := map[string][]part{}
	for _, p := range parts {
		for _, u := range l.claim(p).Units {
			if n := len(held[u]); n == 0 || held[u][n-1] != p {
				held[u] = append(held[u], p)
			}
		}
	}
	for _, u := range slices.Sorted(maps.Keys(held)) {
		what := testbeds.Overcommitment{Resource: device, Unit: u, Missing: !slices.Contains(s.names, u)}
		found = l.sweep(found, what, held[u], s.unit(u))
	}
	return found
}
