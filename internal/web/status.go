package web

import (
	"slices"

	"berth/internal/web/timeline"
	"berth/scheduler"
	"berth/scheduler/phrases"
)

// usual is the path of a request with only the mandatory reports.
var usual = []scheduler.Status{scheduler.UnderReview, scheduler.Scheduled, scheduler.Running, scheduler.Completed}

// paths holds the paths of requests, by their present status.
var paths = map[scheduler.Status][]scheduler.Status{
	scheduler.UnderReview: usual, scheduler.Scheduled: usual, scheduler.Running: usual, scheduler.Completed: usual,
	scheduler.Instantiating: slices.Insert(slices.Clone(usual), 2, scheduler.Instantiating),
	scheduler.Terminating:   slices.Insert(slices.Clone(usual), 3, scheduler.Terminating),
	scheduler.Failed:        {scheduler.UnderReview, scheduler.Scheduled, scheduler.Failed},
	scheduler.Rejected:      {scheduler.UnderReview, scheduler.Rejected},
	scheduler.Cancelled:     {scheduler.UnderReview, scheduler.Cancelled},
}

// barStates maps the statuses that take capacity to their look in the schedule.
var barStates = map[scheduler.Status]timeline.State{
	scheduler.UnderReview: timeline.Pending, scheduler.Scheduled: timeline.Scheduled, scheduler.Instantiating: timeline.Running, scheduler.Running: timeline.Running,
	scheduler.Terminating: timeline.Running, scheduler.Completed: timeline.Ended, scheduler.Failed: timeline.Failed, scheduler.Rejected: timeline.Withdrawn, scheduler.Cancelled: timeline.Withdrawn,
}

// MissingStatus lists the places of the pages without anything for a status; none if it is known to all.
func MissingStatus(s scheduler.Status) (places []string) {
	if !slices.Contains(paths[s], s) {
		places = append(places, "the path on the page of a request (paths)")
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

// path returns the path of a request so far, and the steps ahead.
func path(at scheduler.Status) (list []pathStep) {
	state := "past"
	for _, x := range paths[at] {
		if x == at {
			state = "here"
		}
		list = append(list, pathStep{phrases.Status(x), state})
		if state == "here" {
			state = "ahead"
		}
	}
	return list
}
