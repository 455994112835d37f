package series

import (
	"cmp"
	"slices"
	"time"

	"berth/testbeds"
)

// Kind says in which way a way differs from the series as it was asked for.
type Kind string

// The kinds of ways.
const (
	KindShift   Kind = "shift"   // all at another time of the same days
	KindWeekday Kind = "weekday" // all on another day
	KindAlone   Kind = "alone"   // some occurrences go elsewhere on their own
	KindSkip    Kind = "skip"    // some occurrences are left out
	KindMixed   Kind = "mixed"   // more than one of these
)

// Way is a way to grant a whole series: every one of its occurrences passed the check when it was found, beside all others.
type Way struct {
	Change
	Kind        Kind         `json:"kind"`
	Occurrences []Occurrence `json:"occurrences"`
	Cost        float64      `json:"cost"` // in hours of shift, of all occurrences together
	Text        string       `json:"text"` // the change, for people
}

// Search asks for ways to grant a series.
type Search struct {
	Plan        Plan
	Occurrences []Occurrence // as asked for
	NotBefore   time.Time    // no occurrence starts earlier
	Limit       int          // most ways; 0 means 5

	// Fits checks slots of the series by their places, each beside all others of the list.
	Fits func([]Occurrence) []bool
	// Alone finds the cheapest alternative for one occurrence beside the others.
	Alone func(o Occurrence, others []Occurrence) (testbeds.Alternative, bool)

	ShiftCost float64 // of an hour of shift
	LostCost  float64 // of an hour lost
}

// step is the raster in which times of day are searched, in minutes, and most how far.
const (
	step        = 30
	most        = 12 * 60
	mostOnDays  = 4 * 60 // on another day
	hourly      = 60
	daysEachWay = 3
	oneDay      = 24 * 60
)

// Suggest finds the cheapest ways to grant a series that does not fit as it is, cheapest first; none for one that fits. Where more were found than
// wanted, the cheapest of each kind stay before a second of the same kind does. The same question has the same answer: nothing depends on time.
func Suggest(q Search) []Way {
	fits := q.Fits(q.Occurrences)
	if !slices.Contains(fits, false) {
		return nil
	}
	found := q.staying(fits)
	zone := q.Plan.Location()
	for _, minutes := range shifts() {
		if w, ok := q.shifted(minutes, zone); ok {
			found = append(found, w)
		}
	}
	slices.SortStableFunc(found, func(a, b Way) int {
		return cmp.Or(cmp.Compare(a.Cost, b.Cost), cmp.Compare(len(a.Skip)+len(a.Moves), len(b.Skip)+len(b.Moves)), cmp.Compare(abs(a.Shift), abs(b.Shift)), cmp.Compare(b.Shift, a.Shift))
	})
	found = choose(found, cmp.Or(max(0, q.Limit), 5))
	for i, w := range found {
		found[i].Text = q.Plan.Words(q.Occurrences, w.Change)
	}
	return found
}

// shifts lists the shifts that are tried, in minutes.
func shifts() []int {
	var list []int
	for m := step; m <= most; m += step {
		list = append(list, m, -m)
	}
	for d := 1; d <= daysEachWay; d++ {
		for m := -mostOnDays; m <= mostOnDays; m += hourly {
			list = append(list, d*oneDay+m, -d*oneDay+m)
		}
	}
	return list
}

// staying keeps the time of the series: what does not fit goes elsewhere on its own, or is left out.
func (q Search) staying(fits []bool) []Way {
	var stays []Occurrence
	for i, o := range q.Occurrences {
		if fits[i] {
			stays = append(stays, o)
		}
	}
	var skip, alone, either Change
	all, each := slices.Clone(stays), slices.Clone(stays)
	var aloneCost, eitherCost, skipCost float64
	movable := true
	for i, o := range q.Occurrences {
		if fits[i] {
			continue
		}
		skip.Skip, skipCost = append(skip.Skip, o.Place), skipCost+q.lost(o)
		if movable {
			var cost float64
			if alone, all, cost, movable = q.moved(alone, all, o); movable {
				aloneCost += cost
			}
		}
		if with, list, cost, ok := q.moved(either, each, o); ok && cost <= q.lost(o) {
			either, each, eitherCost = with, list, eitherCost+cost
		} else {
			either.Skip, eitherCost = append(either.Skip, o.Place), eitherCost+q.lost(o)
		}
	}
	var ways []Way
	if movable {
		ways = append(ways, q.way(KindAlone, alone, all, aloneCost))
	}
	if len(stays) > 0 {
		ways = append(ways, q.way(KindSkip, skip, stays, skipCost))
	}
	if len(either.Skip) > 0 && len(either.Moves) > 0 {
		ways = append(ways, q.way(KindMixed, either, each, eitherCost))
	}
	return slices.DeleteFunc(ways, func(w Way) bool { return !q.holds(w) })
}

// moved adds to a change that an occurrence goes elsewhere on its own.
func (q Search) moved(c Change, others []Occurrence, o Occurrence) (Change, []Occurrence, float64, bool) {
	a, ok := q.Alone(o, others)
	if !ok {
		return c, others, 0, false
	}
	m := Move{Place: o.Place, Slot: a.Slot.UTC(), Placement: a.Placement, Devices: a.Devices}
	c.Moves = append(slices.Clip(c.Moves), m)
	o.Slot = m.Slot
	return c, append(slices.Clip(others), o), a.Cost, true
}

// shifted shifts all occurrences alike, and leaves out those that do not fit there either, if they are no more than half.
func (q Search) shifted(minutes int, zone *time.Location) (Way, bool) {
	list := q.Plan.applied(q.Occurrences, Change{Shift: minutes}, zone)
	fits := q.Fits(list)
	c, cost := Change{Shift: minutes}, 0.0
	var stay []Occurrence
	for i, o := range list {
		if fits[i] && !o.Slot.Start.Before(q.NotBefore) {
			stay = append(stay, o)
			cost += o.Slot.Start.Sub(q.Occurrences[i].Slot.Start).Abs().Hours() * q.ShiftCost
			continue
		}
		c.Skip, cost = append(c.Skip, o.Place), cost+q.lost(o)
	}
	kind := KindShift
	switch {
	case 2*len(c.Skip) > len(list):
		return Way{}, false
	case len(c.Skip) > 0:
		kind = KindMixed
	case abs(minutes) > most:
		kind = KindWeekday
	}
	w := q.way(kind, c, stay, cost)
	return w, q.holds(w)
}

// lost returns the cost of leaving an occurrence out.
func (q Search) lost(o Occurrence) float64 { return o.Slot.Duration().Hours() * q.LostCost }

// holds checks a way as a whole: its occurrences must fit beside one another.
func (q Search) holds(w Way) bool {
	plain, own := []Occurrence{}, 0
	for _, o := range w.Occurrences {
		if m, ok := w.Of(o.Place); ok && (m.Placement != nil || m.Devices != nil) {
			own++ // it was found beside the others, and needs something else
			continue
		}
		plain = append(plain, o)
	}
	return len(plain)+own > 0 && !slices.Contains(q.Fits(plain), false)
}

func (q Search) way(kind Kind, c Change, list []Occurrence, cost float64) Way {
	slices.SortFunc(list, func(a, b Occurrence) int { return cmp.Compare(a.Place, b.Place) })
	const precision = 1e4
	return Way{Change: c, Kind: kind, Occurrences: list, Cost: float64(int64(cost*precision+0.5)) / precision}
}

// choose keeps the cheapest of each kind before a second of the same kind, in the order of their costs.
func choose(found []Way, limit int) []Way {
	if len(found) <= limit {
		return found
	}
	var first, rest []int
	seen := map[Kind]bool{}
	for i, w := range found {
		if seen[w.Kind] {
			rest = append(rest, i)
		} else {
			first = append(first, i)
		}
		seen[w.Kind] = true
	}
	kept := append(first, rest...)[:limit]
	slices.Sort(kept)
	out := make([]Way, 0, limit)
	for _, i := range kept {
		out = append(out, found[i])
	}
	return out
}

func abs(n int) int { return max(n, -n) }
