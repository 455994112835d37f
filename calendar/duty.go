package calendar

import (
	"slices"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// Duty is something that operators have to do at a time.
type Duty struct {
	At      time.Time
	What    string // orchestrate, or tear down
	Request scheduler.Request
	Late    bool // it should have been done before now
}

// Granted are the statuses of requests whose slots operators work for.
var Granted = []scheduler.Status{scheduler.Scheduled, scheduler.Instantiating, scheduler.Running, scheduler.Terminating}

// Duties are what granted requests ask of operators until an instant, in the order of time: orchestrate when the first setup begins, tear down
// when the slot ends. What should have been done before now is among them.
func Duties(requests []scheduler.Request, f testbeds.Facility, now, until time.Time) (list []Duty) {
	for _, r := range requests {
		if begin := Occupied(r, f).Start; r.Status == scheduler.Scheduled && begin.Before(until) {
			list = append(list, Duty{begin, "orchestrate", r, begin.Before(now)})
		}
		if r.Slot.End.Before(until) {
			list = append(list, Duty{r.Slot.End, "tear down", r, r.Slot.End.Before(now)})
		}
	}
	slices.SortStableFunc(list, func(a, b Duty) int { return a.At.Compare(b.At) })
	return list
}
