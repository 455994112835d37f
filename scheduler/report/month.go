package report

import (
	"time"

	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// month is a calendar month of a zone, or the part of it that lies in a span.
type month struct {
	key  string // "2026-11"
	span testbeds.Slot
}

// monthsOf lists the months that a span touches, in order.
func monthsOf(span testbeds.Slot, zone *time.Location) (list []month) {
	for first := span.Start; first.Before(span.End); {
		next := wallclock.NextMonth(first, zone)
		list = append(list, month{wallclock.Month(first, zone), cut(testbeds.Slot{Start: first, End: next}, span)})
		first = next
	}
	return list
}
