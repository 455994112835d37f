package calendar

import (
	"slices"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// Duty is a task of the operators at a time.
type Duty struct {
	At      time.Time
	What    string // orchestrate, or tear down
	Request scheduler.Request
	Late    bool // its time has passed
}

// Granted are the statuses of requests whose slots need the operators.
var Granted = []scheduler.Status{scheduler.Scheduled, scheduler.Instantiating, scheduler.Running, scheduler.Terminating}

// Duties lists the tasks of operators until an instant, in order of time: orchestrate when the first setup begins, tear down when the slot
// ends. Overdue tasks are included.
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
