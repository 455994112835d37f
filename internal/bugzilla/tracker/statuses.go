package tracker

import (
	"fmt"
	"slices"

	"berth/internal/bugzilla"
	"berth/internal/tickets"
	"berth/scheduler"
)

// Stock maps the statuses of requests to those of a stock installation.
func Stock() tickets.StatusMap {
	progress := tickets.TrackerStatus{Status: "IN_PROGRESS"}
	return tickets.StatusMap{
		scheduler.UnderReview: {Status: "CONFIRMED"}, scheduler.Scheduled: progress, scheduler.Instantiating: progress, scheduler.Running: progress,
		scheduler.Terminating: progress, scheduler.Completed: {Status: "RESOLVED", Resolution: "FIXED"}, scheduler.Rejected: {Status: "RESOLVED", Resolution: "INVALID"},
		scheduler.Cancelled: {Status: "RESOLVED", Resolution: "WONTFIX"}, scheduler.Failed: {Status: "CONFIRMED"},
	}
}

// CheckStatuses lists the faults of a status map in a workflow: a line for each wrong status, and one for each missing way.
func CheckStatuses(m tickets.StatusMap, w bugzilla.Workflow) []string {
	var wrong []string
	for _, status := range scheduler.Statuses {
		if text := statusFault(m, w, status); text != "" {
			wrong = append(wrong, fmt.Sprintf("%s: %s", status, text))
		}
	}
	return append(wrong, missingWays(m, w)...)
}

// statusFault describes the fault of one status.
func statusFault(m tickets.StatusMap, w bugzilla.Workflow, status scheduler.Status) string {
	at, given := m[status]
	step, known := w[at.Status]
	switch {
	case !given:
		return "no status is given"
	case !known:
		return "there is no status " + at.Status
	case step.Open && at.Resolution != "":
		return at.Status + " is open and takes no resolution"
	case !step.Open && at.Resolution == "":
		return at.Status + " takes a resolution"
	}
	return ""
}

// missingWays lists the ways between statuses of tickets that a workflow lacks, each once, with the statuses of requests that need it.
func missingWays(m tickets.StatusMap, w bugzilla.Workflow) (lines []string) {
	var seen []string
	for _, from := range scheduler.Statuses {
		for _, to := range scheduler.Statuses {
			way := m[from].Status + " to " + m[to].Status
			_, known := w[m[from].Status]
			_, there := w[m[to].Status]
			if _, ok := w.Path(m[from].Status, m[to].Status); ok || !known || !there || slices.Contains(seen, way) {
				continue
			}
			seen = append(seen, way)
			lines = append(lines, fmt.Sprintf("there is no way from %s, such as from %s to %s", way, from, to))
		}
	}
	return lines
}
