package profile

import (
	"cmp"
	"slices"
)

// Deltas is a list of deltas for profiles of one width. It takes little memory for each.
type Deltas struct {
	width int
	spans []struct{ from, to int64 }
	by    []int64 // the amounts of all of them
}

// NewDeltas makes an empty list for profiles of a width, with room for so many deltas.
func NewDeltas(width, room int) *Deltas {
	d := &Deltas{width: width}
	d.spans, d.by = slices.Grow(d.spans, room), slices.Grow(d.by, room*width)
	return d
}

// Add adds a delta to the list. It copies the amounts.
func (d *Deltas) Add(from, to int64, by []int64) {
	if from < to && !zero(by) {
		d.spans = append(d.spans, struct{ from, to int64 }{from, to})
		d.by = append(d.by, by...)
	}
}

// Len counts the deltas that change anything.
func (d *Deltas) Len() int { return len(d.spans) }

func (d *Deltas) of(i int) []int64 { return d.by[i*d.width:][:d.width] }

// event is an instant at which a delta begins or, negated bit by bit, ends.
type event struct {
	at    int64
	delta int
}

// events lists the begins and ends of all deltas in the order of time.
func (d *Deltas) events() []event {
	events := make([]event, 0, 2*len(d.spans))
	for i, s := range d.spans {
		events = append(events, event{s.from, i}, event{s.to, ^i})
	}
	slices.SortFunc(events, func(a, b event) int { return cmp.Compare(a.at, b.at) })
	return events
}

// pass changes free by what begins or ends with an event.
func (d *Deltas) pass(e event, free []int64) {
	if e.delta < 0 {
		for c, n := range d.of(^e.delta) {
			free[c] -= n
		}
		return
	}
	for c, n := range d.of(e.delta) {
		free[c] += n
	}
}

// AddAll adds all deltas of a list, which it may change: the same as Add one by one. If they are many, it builds the profile anew.
func (p *Profile) AddAll(d *Deltas) {
	if d.Len() < p.points {
		for i, s := range d.spans {
			p.Add(s.from, s.to, d.of(i))
		}
		return
	}
	first, last, by := make([]int64, p.width), make([]int64, p.width), make([]int64, p.width)
	p.At(beginning, first)
	copy(last, first)
	p.Steps(beginning, forever, func(at int64, free []int64) bool {
		for c, n := range free {
			by[c], last[c] = n-last[c], n
		}
		d.Add(at, forever, by)
		return true
	})
	*p = *d.build(first)
}
