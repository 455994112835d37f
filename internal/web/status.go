package web

import (
	"berth/internal/web/timeline"
	"berth/scheduler"
)

// chips maps each status to the look of its chip, a class.
var chips = map[scheduler.Status]string{
	scheduler.UnderReview: "wait", scheduler.Scheduled: "set", scheduler.Instantiating: "now", scheduler.Running: "now", scheduler.Terminating: "now",
	scheduler.Completed: "done", scheduler.Rejected: "bad", scheduler.Cancelled: "done", scheduler.Failed: "bad",
}

// barStates maps the statuses that take capacity to their look in the schedule.
var barStates = map[scheduler.Status]timeline.State{
	scheduler.UnderReview: timeline.Pending, scheduler.Scheduled: timeline.Scheduled, scheduler.Instantiating: timeline.Running, scheduler.Running: timeline.Running,
	scheduler.Terminating: timeline.Running, scheduler.Completed: timeline.Ended, scheduler.Failed: timeline.Failed, scheduler.Rejected: timeline.Withdrawn, scheduler.Cancelled: timeline.Withdrawn,
}

// MissingStatus lists the places of the pages without anything for a status; none if it is known to all.
func MissingStatus(s scheduler.Status) (places []string) {
	if chips[s] == "" {
		places = append(places, "the chips (chips)")
	}
	state, known := barStates[s]
	if !known {
		places = append(places, "the bars of the schedule (barStates)")
	}
	if !state.Drawn() {
		places = append(places, "the looks of the picture (timeline)")
	}
	return places
}
