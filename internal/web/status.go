package web

import (
	"slices"

	"berth/internal/web/timeline"
	"berth/scheduler"
	"berth/scheduler/phrases"
)

// usual is how a request goes through its life where nobody reports more than they have to.
var usual = []scheduler.Status{scheduler.UnderReview, scheduler.Scheduled, scheduler.Running, scheduler.Completed}

// paths are the ways of requests through their life, by where they are.
var paths = map[scheduler.Status][]scheduler.Status{
	scheduler.UnderReview: usual, scheduler.Scheduled: usual, scheduler.Running: usual, scheduler.Completed: usual,
	scheduler.Instantiating: slices.Insert(slices.Clone(usual), 2, scheduler.Instantiating),
	scheduler.Terminating:   slices.Insert(slices.Clone(usual), 3, scheduler.Terminating),
	scheduler.Failed:        {scheduler.UnderReview, scheduler.Scheduled, scheduler.Failed},
	scheduler.Rejected:      {scheduler.UnderReview, scheduler.Rejected},
	scheduler.Cancelled:     {scheduler.UnderReview, scheduler.Cancelled},
}

// barStates are how requests look in the schedule whose capacity is taken.
var barStates = map[scheduler.Status]timeline.State{
	scheduler.UnderReview: timeline.Pending, scheduler.Scheduled: timeline.Scheduled, scheduler.Instantiating: timeline.Running, scheduler.Running: timeline.Running,
	scheduler.Terminating: timeline.Running, scheduler.Completed: timeline.Ended, scheduler.Failed: timeline.Failed, scheduler.Rejected: timeline.Withdrawn, scheduler.Cancelled: timeline.Withdrawn,
}

// MissingStatus names the places of the pages that have nothing for a status; none where all have.
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

// path is the way of a request through its life as far as it has come, and what is still ahead.
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
