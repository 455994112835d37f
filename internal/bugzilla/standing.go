package bugzilla

import (
	"fmt"
	"maps"
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

// Check says what is wrong with the standings in a workflow.
func (s Standings) Check(w Workflow) []string {
	var wrong []string
	for _, status := range scheduler.Statuses {
		at, given := s[status]
		step, known := w[at.Status]
		switch {
		case !given:
			wrong = append(wrong, fmt.Sprintf("%s: no status is given", status))
		case !known:
			wrong = append(wrong, fmt.Sprintf("%s: there is no status %s", status, at.Status))
		case step.Open && at.Resolution != "":
			wrong = append(wrong, fmt.Sprintf("%s: %s is open and takes no resolution", status, at.Status))
		case !step.Open && at.Resolution == "":
			wrong = append(wrong, fmt.Sprintf("%s: %s takes a resolution", status, at.Status))
		}
		for _, next := range scheduler.Statuses {
			if _, ok := w.Path(at.Status, s[next].Status); known && !ok {
				wrong = append(wrong, fmt.Sprintf("from %s (%s) there is no way to %s (%s)", at.Status, status, s[next].Status, next))
			}
		}
	}
	return wrong
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
