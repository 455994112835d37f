package phrases

import (
	"berth/scheduler"
	"berth/testbeds"
)

// Room says until when a slot could be prolonged: "free until Thu 26 Nov, 17:00".
func (x Reader) Room(h scheduler.Headroom, s testbeds.Slot) string {
	until := x.At(h.End)
	switch {
	case h.By == scheduler.LimitedByFacility:
		return "cannot be prolonged: it can no longer run where it is placed"
	case !h.End.After(s.End) && h.By == scheduler.LimitedByCapacity:
		return "taken right behind it"
	case !h.End.After(s.End):
		return "as long as it may be"
	case h.By == scheduler.LimitedByHorizon:
		return "free until " + until + ", as far as can be booked"
	case h.By == scheduler.LimitedByLength:
		return "free until " + until + ", as long as a slot may be"
	}
	return "free until " + until
}

// Earlier says from when on a slot could begin; empty where it cannot begin earlier.
func (x Reader) Earlier(h scheduler.Headroom, s testbeds.Slot) string {
	if !h.Start.Before(s.Start) {
		return ""
	}
	return "could begin at " + x.At(h.Start)
}
