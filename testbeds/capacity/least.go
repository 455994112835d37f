package capacity

import (
	"slices"
	"time"

	"berth/testbeds"
)

// Leaver is somebody whose bookings can go, all together.
type Leaver struct {
	Bookings []int64
	Weight   int64 // of equally few, those that weigh least go
	Cost     int64 // and of these, those that cost least
}

// Wanted is what is asked for: an experiment in a slot, or a booking that is to be had from an instant on as it was granted.
type Wanted struct {
	Experiment testbeds.Experiment
	Slot       testbeds.Slot
	Booking    *testbeds.Booking // instead of both
	Since      time.Time
}

// of returns what is wanted of a federation; ok is false where it can never be had.
func (q Wanted) of(f *Federation) (wants []want, s testbeds.Slot, ok bool) {
	if q.Booking != nil {
		return f.claimed(*q.Booking, q.Since), q.Booking.Slot, !q.Booking.Occupied().End.After(f.horizon.End)
	}
	wants, problems := f.wants(q.Experiment)
	return wants, q.Slot.UTC(), len(problems) == 0 && f.withinHorizon(wants, q.Slot.UTC())
}

// mostInTheWay bounds the bookings that are looked at.
const mostInTheWay = 300

// InTheWay lists the bookings that take part of what is wanted where it is short, and those whose units may be; more reports whether there are others.
func (f *Federation) InTheWay(q Wanted) (list []testbeds.Booking, more bool) {
	wants, s, _ := q.of(f)
	seen := map[int64]bool{}
	add := func(id int64) {
		if !seen[id] && id != 0 {
			if more = more || len(seen) == mostInTheWay; !more {
				seen[id] = true
				b, _ := f.Booking(id)
				list = append(list, b)
			}
		}
	}
	for _, w := range wants {
		from, to := w.span(s)
		short, _ := w.shortages(from, to, mostRows)
		if len(short) == 0 && !f.unitsFree(w, from, to) {
			f.overlapping(w.pool.key, from, to, func(g claimSpan) bool { add(g.Key); return true })
		}
		for _, x := range short {
			f.overlapping(w.pool.key, x.from, x.to, func(g claimSpan) bool {
				if w.pool.claimsOf(&g, x.col) {
					add(g.Key)
				}
				return true
			})
		}
		for _, h := range f.settledIn(w.pool, from, to) {
			if slices.ContainsFunc(h.units, func(u string) bool { return slices.Contains(w.pins, u) }) {
				add(h.booking)
			}
		}
	}
	return list, more
}

const (
	mostRows = 400 // stretches of time that are short, of each want
	mostCuts = 40  // choices that are taken back because no units can be named
)

// LeastToGo finds the fewest of some leavers without whose bookings the rest fits: of equally few, the lightest, then the cheapest. exact is false
// where the search gave up, and fewer might do. ok is false where nobody's leaving helps.
func (f *Federation) LeastToGo(q Wanted, leavers []Leaver) (chosen []int, exact, ok bool) {
	wants, s, ok := q.of(f)
	if !ok {
		return nil, true, false
	}
	c := &cover{}
	whose := map[int64]int{}
	for i, l := range leavers {
		c.items = append(c.items, coverItem{l.Weight, l.Cost})
		for _, id := range l.Bookings {
			whose[id] = i
		}
	}
	all := true
	for _, w := range wants {
		from, to := w.span(s)
		short, more := w.shortages(from, to, mostRows)
		all = all && !more
		for _, x := range short {
			c.rows = append(c.rows, f.rowsOf(w, x, whose)...)
		}
		for _, h := range f.settledIn(w.pool, from, to) {
			if !h.overlaps(span{from, to}) || !slices.ContainsFunc(h.units, func(u string) bool { return slices.Contains(w.pins, u) }) {
				continue
			}
			r := coverRow{need: 1}
			if i, goes := whose[h.booking]; goes && !h.closed {
				r.parts = []coverPart{{i, 1}}
			}
			c.rows = append(c.rows, r)
		}
	}
	c.rows = apart(c.rows)
	for range mostCuts {
		c.found = nil
		if chosen, exact, ok = c.solve(); !ok {
			return nil, true, false
		}
		var gone []int64
		for _, i := range chosen {
			gone = append(gone, leavers[i].Bookings...)
		}
		fork := f.Without(gone...)
		if left, _, _ := q.of(fork); fork.free(left, s) {
			return chosen, exact && all, true
		}
		// By number it would fit, and no units can be named: somebody else has to go as well, or instead.
		cut := coverRow{need: 1}
		for i := range leavers {
			if !slices.Contains(chosen, i) {
				cut.parts = append(cut.parts, coverPart{i, 1})
			}
		}
		c.rows = append(c.rows, cut)
	}
	return nil, false, false
}

// rowsOf makes a row of each stretch of a shortage in which the same is free and the same have it.
func (f *Federation) rowsOf(w want, x shortage, whose map[int64]int) (rows []coverRow) {
	type holder struct {
		span
		part coverPart
	}
	var holders []holder
	cuts := []int64{x.from, x.to}
	f.overlapping(w.pool.key, x.from, x.to, func(g claimSpan) bool {
		if i, goes := whose[g.Key]; goes && w.pool.claimsOf(&g, x.col) {
			in := span{g.From, g.To}.within(x.span)
			holders = append(holders, holder{in, coverPart{i, w.pool.amount(&g, x.col)}})
			cuts = append(cuts, in.from, in.to)
		}
		return true
	})
	w.pool.free.Steps(x.from, x.to, func(at int64, _ []int64) bool { cuts = append(cuts, at); return true })
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	for i := 1; i < len(cuts); i++ {
		in := span{cuts[i-1], cuts[i]}
		sums := map[int]int64{}
		for _, h := range holders {
			if h.overlaps(in) {
				sums[h.part.item] += h.part.amount
			}
		}
		r := coverRow{need: x.need - w.pool.free.Min(x.col, in.from, in.to)}
		for item, n := range sums {
			r.parts = append(r.parts, coverPart{item, n})
		}
		rows = append(rows, r)
	}
	return rows
}

// apart leaves of rows with the same parts the one that needs most.
func apart(rows []coverRow) (list []coverRow) {
	for _, r := range rows {
		slices.SortFunc(r.parts, func(a, b coverPart) int { return a.item - b.item })
		at := slices.IndexFunc(list, func(o coverRow) bool { return slices.Equal(o.parts, r.parts) })
		if at < 0 {
			list = append(list, r)
		} else {
			list[at].need = max(list[at].need, r.need)
		}
	}
	return list
}
