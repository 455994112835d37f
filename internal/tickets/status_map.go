package tickets

import (
	"fmt"
	"maps"
	"strings"

	"berth/scheduler"
)

// StatusMap says which status a ticket has for each status of its request.
type StatusMap map[scheduler.Status]TrackerStatus

// With returns the map with other statuses for some requests, each written as "RESOLVED FIXED".
func (m StatusMap) With(others map[string]string) StatusMap {
	m = maps.Clone(m)
	for status, text := range others {
		at, resolution, _ := strings.Cut(text, " ")
		m[scheduler.Status(status)] = TrackerStatus{at, resolution}
	}
	return m
}

// asked lists the statuses that a user may mean for the request by giving its ticket another status, in the order in which they are tried.
// Users take no request back to review, and a status that a failure shares with review asks for nothing.
func (m StatusMap) asked(at TrackerStatus, w Workflow) []scheduler.Status {
	var list []scheduler.Status
	for _, status := range scheduler.Statuses {
		if status != scheduler.UnderReview && w.Same(m[status], at) && (status != scheduler.Failed || m[status] != m[scheduler.UnderReview]) {
			list = append(list, status)
		}
	}
	return list
}

// help lists the steps that a ticket offers.
func (m StatusMap) help() string {
	return fmt.Sprintf("%s schedules, %s rejects, %s cancels, %s ends what runs", m[scheduler.Scheduled], m[scheduler.Rejected], m[scheduler.Cancelled], m[scheduler.Completed])
}
