package timeline

import (
	"slices"
	"strconv"
	"strings"

	"berth/testbeds/plain"
)

// use is what a cell shows.
type use struct {
	mean                       float64
	bookings, waiting          int
	mine, over, closed, booked bool
}

// words says what a cell shows.
func (u use) words(percent int) string {
	parts := []string{strconv.Itoa(percent) + " % used"}
	if u.bookings > 0 {
		parts = append(parts, plain.Count(u.bookings, "booking"))
	}
	if u.waiting > 0 {
		parts = append(parts, strconv.Itoa(u.waiting)+" under review")
	}
	for _, x := range []struct {
		is   bool
		word string
	}{{u.over, "overbooked"}, {u.closed, "closed in part"}, {u.mine, "yours among them"}} {
		if x.is {
			parts = append(parts, x.word)
		}
	}
	return strings.Join(parts, ", ")
}

// heatStep returns the step of a mean use: idle, and then quarters.
func heatStep(mean float64) int {
	if mean < .005 {
		return idle
	}
	return min(light+int(mean*4), full)
}

// measure returns what the cells of a lane show.
func (h *heat) measure(l Lane) []use {
	list := make([]use, len(h.cells))
	known, open := make([]int64, len(list)), make([]int64, len(list))
	// at visits the cells that a span touches, with the seconds in them.
	at := func(from, to int64, visit func(i int, seconds int64)) {
		i, _ := slices.BinarySearchFunc(h.cells, from, func(x cell, from int64) int {
			if x.End.Unix() <= from {
				return -1
			}
			return 1
		})
		for ; i < len(h.cells) && h.cells[i].Start.Unix() < to; i++ {
			visit(i, min(to, h.cells[i].End.Unix())-max(from, h.cells[i].Start.Unix()))
		}
	}
	for _, p := range pressures(l.Bands, h.cells[0].Start.Unix(), h.cells[len(h.cells)-1].End.Unix()) {
		at(p.from, p.to, func(i int, seconds int64) {
			u := &list[i]
			known[i] += seconds
			u.over = u.over || p.over
			u.booked = u.booked || p.share > 0
			if !p.closed {
				open[i] += seconds
				u.mean += p.share * float64(seconds)
			}
		})
	}
	for i := range list {
		if open[i] > 0 {
			list[i].mean /= float64(open[i])
		}
		list[i].closed = known[i] > 0 && open[i] == 0
	}
	for _, c := range l.Closures {
		at(c.Slot.Start.Unix(), c.Slot.End.Unix(), func(i int, _ int64) { list[i].closed = true })
	}
	for _, b := range l.Bars {
		at(b.Slot.Start.Unix(), b.Slot.End.Unix(), func(i int, _ int64) {
			u := &list[i]
			switch {
			case b.State == Pending:
				u.waiting++
			case lookOf(b.State).rank == takingRank || b.State == Ended:
				u.bookings++
			default:
				return
			}
			u.mine, u.over = u.mine || b.Mine, u.over || b.Overbooked
		})
	}
	return list
}
