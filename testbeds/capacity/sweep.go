package capacity

import (
	"berth/testbeds"
	"maps"
	"slices"
)

// Sweep finds every overcommitment from scratch: amounts above the capacity, and named units that are held twice at once, held while
// closed, or unknown to the facility. Pending bookings do not count, nor does time outside the horizon.
//
// It checks the engine's decisions, so it shares the model with the engine and no code: it expands the capacity anew (see supply), and adds
// up the bookings along a line of time (see line).
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

// part is one claim of one booking, both by index.
type part struct{ booking, claim int32 }

// partsOf groups the claims that take capacity by their VIM or device.
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

// units sweeps the named units of a device, each as a resource with an amount of one.
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
