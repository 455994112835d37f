package testbeds

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// Overcommitment is one resource, or one named unit, being booked beyond what there is during one interval.
type Overcommitment struct {
	Resource Resource `json:"resource"`
	Unit     string   `json:"unit,omitempty"`
	Interval Slot     `json:"interval"`
	Total    int64    `json:"total"`
	Booked   int64    `json:"booked"`
	Bookings []int64  `json:"bookings"`
	Recorded bool     `json:"recorded"` // it would not be there but for bookings recorded as overbooked
	Missing  bool     `json:"missing"`  // the facility has no such resource
}

// String is the overcommitment in one sentence.
func (o Overcommitment) String() string {
	what := o.Resource.String()
	if o.Unit != "" {
		what += " " + o.Unit
	}
	return fmt.Sprintf("%s: %d booked, there are %d (%s)", what, o.Booked, o.Total, o.Interval)
}

// holder is a claim with what Sweep has to know of its booking.
type holder struct {
	booking    int64
	from, to   int64
	amount     int64
	units      []string
	overbooked bool
}

// Sweep finds every overcommitment from nothing: it sorts and adds up all claims, without the timeline that Check asks. What there is to
// be had, closures taken off, it expands anew from the facility. Pending bookings do not count.
func Sweep(f Facility, horizon Slot, bookings []Booking) ([]Overcommitment, error) {
	held := map[Resource][]holder{}
	for _, b := range bookings {
		if !b.Strength.Blocks() {
			continue
		}
		for _, c := range b.Claims {
			held[c.Resource] = append(held[c.Resource], holder{b.ID, c.From.Unix(), c.To.Unix(), c.Amount, c.Units, b.Overbooked})
		}
	}
	totals, err := totals(f, horizon)
	if err != nil {
		return nil, err
	}
	var found []Overcommitment
	for _, r := range slices.SortedFunc(maps.Keys(held), Resource.Compare) {
		total, known := totals[r]
		found = append(found, sweep(r, total, known, horizon, held[r])...)
		found = append(found, twice(r, held[r])...)
	}
	return found, nil
}

// totals are the steps of what there is of each resource over the horizon, closures taken off.
func totals(f Facility, horizon Slot) (map[Resource][]Step, error) {
	all := map[Resource][]Step{}
	for _, t := range f.Testbeds {
		made, err := pools(t, horizon)
		if err != nil {
			return nil, err
		}
		for _, p := range made {
			for _, s := range p.series(horizon) {
				all[s.Resource] = s.Steps
			}
		}
	}
	return all, nil
}

// sweep compares what is booked with what there is, between each two instants at which either changes.
func sweep(r Resource, total []Step, known bool, horizon Slot, held []holder) []Overcommitment {
	at := []int64{horizon.Start.Unix(), horizon.End.Unix()}
	for _, h := range held {
		at = append(at, h.from, h.to)
	}
	for _, s := range total {
		at = append(at, s.At.Unix())
	}
	slices.Sort(at)
	at = slices.Compact(at)
	slices.SortFunc(held, func(a, b holder) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.booking, b.booking)) })
	var found []Overcommitment
	var now []holder
	step, next := -1, 0
	for i := 0; i+1 < len(at); i++ {
		from, to := at[i], at[i+1]
		for ; next < len(held) && held[next].from <= from; next++ {
			now = append(now, held[next])
		}
		now = slices.DeleteFunc(now, func(h holder) bool { return h.to <= from })
		for step+1 < len(total) && total[step+1].At.Unix() <= from {
			step++
		}
		if from < horizon.Start.Unix() || to > horizon.End.Unix() {
			continue
		}
		o := Overcommitment{Resource: r, Interval: slotOf(from, to), Missing: !known}
		if step >= 0 {
			o.Total = total[step].Total
		}
		rest := int64(0)
		for _, h := range now {
			o.Booked += h.amount
			o.Bookings = append(o.Bookings, h.booking)
			if !h.overbooked {
				rest += h.amount
			}
		}
		if o.Booked > o.Total {
			o.Recorded = rest <= o.Total
			found = join(found, o)
		}
	}
	return found
}

// join appends an overcommitment, or prolongs the last one where it says the same.
func join(found []Overcommitment, o Overcommitment) []Overcommitment {
	if n := len(found); n > 0 {
		last := &found[n-1]
		if last.Interval.End.Equal(o.Interval.Start) && last.Total == o.Total && last.Booked == o.Booked && slices.Equal(last.Bookings, o.Bookings) {
			last.Interval.End = o.Interval.End
			return found
		}
	}
	return append(found, o)
}

// twice finds the named units that two claims have at the same time.
func twice(r Resource, held []holder) []Overcommitment {
	var found []Overcommitment
	held = filter(held, func(h holder) bool { return len(h.units) > 0 })
	for i, a := range held {
		for _, b := range held[i+1:] {
			if a.from >= b.to || b.from >= a.to {
				continue
			}
			for _, u := range a.units {
				if slices.Contains(b.units, u) {
					found = append(found, Overcommitment{Resource: r, Unit: u, Interval: slotOf(max(a.from, b.from), min(a.to, b.to)), Total: 1, Booked: 2,
						Bookings: []int64{a.booking, b.booking}, Recorded: a.overbooked || b.overbooked})
				}
			}
		}
	}
	return found
}
