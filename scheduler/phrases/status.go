package phrases

import (
	"strings"

	"berth/scheduler"
)

// statuses say of each status how it is called in a sentence, and what comes next; empty where nothing does.
var statuses = map[scheduler.Status]struct{ said, next string }{
	scheduler.UnderReview:   {"under review", "The mentor decides next."},
	scheduler.Scheduled:     {"scheduled", "Operators orchestrate it before the slot begins."},
	scheduler.Instantiating: {"instantiating", ""},
	scheduler.Running:       {"running", "It is torn down when the slot ends."},
	scheduler.Terminating:   {"terminating", ""},
	scheduler.Completed:     {"completed", ""},
	scheduler.Rejected:      {"rejected", "The experimenter may take one of the offers, or ask anew."},
	scheduler.Cancelled:     {"cancelled", ""},
	scheduler.Failed:        {"failed", "Operators look into it."},
}

// KnowsStatus reports whether there are words for a status.
func KnowsStatus(s scheduler.Status) bool {
	_, known := statuses[s]
	return known
}

// Status is a status as it is said in a sentence: "under review".
func Status(s scheduler.Status) string {
	if x, known := statuses[s]; known {
		return x.said
	}
	return strings.ToLower(strings.ReplaceAll(string(s), "_", " "))
}

// Next says what comes after a status; empty where nothing does.
func Next(s scheduler.Status) string { return statuses[s].next }
