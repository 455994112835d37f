package bugzilla

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"berth/scheduler"
)

// Standing is how a bug stands for a status of its request.
type Standing struct{ Status, Resolution string }

// Standings say so for every status.
type Standings map[scheduler.Status]Standing

// Usual are the standings of a stock installation.
func Usual() Standings {
	progress := Standing{Status: "IN_PROGRESS"}
	return Standings{
		scheduler.UnderReview: {Status: "CONFIRMED"}, scheduler.Scheduled: progress, scheduler.Instantiating: progress, scheduler.Running: progress,
		scheduler.Terminating: progress, scheduler.Completed: {"RESOLVED", "FIXED"}, scheduler.Rejected: {"RESOLVED", "INVALID"},
		scheduler.Cancelled: {"RESOLVED", "WONTFIX"}, scheduler.Failed: {Status: "CONFIRMED"},
	}
}

// With are the standings with others for some statuses, each written as "RESOLVED FIXED".
func (s Standings) With(others map[string]string) Standings {
	s = maps.Clone(s)
	for status, text := range others {
		at, resolution, _ := strings.Cut(text, " ")
		s[scheduler.Status(status)] = Standing{at, resolution}
	}
	return s
}

// Check says what is wrong with the standings in a workflow: one line for each status that is, and one for each way that there is not.
func (s Standings) Check(w Workflow) []string {
	var wrong []string
	for _, status := range scheduler.Statuses {
		if text := s.fault(w, status); text != "" {
			wrong = append(wrong, fmt.Sprintf("%s: %s", status, text))
		}
	}
	return append(wrong, s.missing(w)...)
}

// fault is what is wrong with the standing of one status.
func (s Standings) fault(w Workflow, status scheduler.Status) string {
	at, given := s[status]
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

// missing are the ways that there are not between statuses of tickets, each once, with the requests that would have to go it.
func (s Standings) missing(w Workflow) (lines []string) {
	var seen []string
	for _, from := range scheduler.Statuses {
		for _, to := range scheduler.Statuses {
			way := s[from].Status + " to " + s[to].Status
			_, known := w[s[from].Status]
			_, there := w[s[to].Status]
			if _, ok := w.Path(s[from].Status, s[to].Status); ok || !known || !there || slices.Contains(seen, way) {
				continue
			}
			seen = append(seen, way)
			lines = append(lines, fmt.Sprintf("there is no way from %s, such as from %s to %s", way, from, to))
		}
	}
	return lines
}

// token marks the comment of an event, so that it is known to be there.
func token(e scheduler.Event) string { return fmt.Sprintf("[berth:%s/%d]", e.Request, e.Sequence) }

// titled is a summary that fits, on one line.
func titled(s string) string {
	const most = 255
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
