package phrases

import (
	"strings"

	"berth/scheduler"
)

// statuses gives the name of each status in a sentence, and the next step; empty where none follows.
var statuses = map[scheduler.Status]struct{ said, next string }{
	scheduler.UnderReview:   {"under review", "The mentor decides next."},
	scheduler.Scheduled:     {"scheduled", "Operators orchestrate it before the slot begins."},
	scheduler.Instantiating: {"instantiating", ""},
	scheduler.Running:       {"running", "It is torn down when the slot ends."},
	scheduler.Terminating:   {"terminating", ""},
	scheduler.Completed:     {"completed", ""},
	scheduler.Rejected:      {"rejected", "The experimenter may take one of the offers, or submit a new request."},
	scheduler.Cancelled:     {"cancelled", ""},
	scheduler.Failed:        {"failed", "Operators look into it."},
}

// KnowsStatus reports whether a status has a phrase.
func KnowsStatus(s scheduler.Status) bool {
	_, known := statuses[s]
	return known
}

// Status names a status in a sentence: "under review".
func Status(s scheduler.Status) string {
	if x, known := statuses[s]; known {
		return x.said
	}
	return strings.ToLower(strings.ReplaceAll(string(s), "_", " "))
}

// Next describes the step that follows a status; empty where none does.
func Next(s scheduler.Status) string { return statuses[s].next }
