package calendar

import (
	"strconv"
	"strings"
	"time"

	"berth/scheduler"
)

// AlarmsProperty names the property that keeps a person's choice of alarms for a collection, in the form of
// WriteAlarms.
const AlarmsProperty = "berth:alarms"

// maxAlarms and longestAlarm bound a choice.
const (
	maxAlarms    = 5
	longestAlarm = 14 * 24 * time.Hour
)

// ReadAlarms parses a choice: how long before an event its alarms ring.
func ReadAlarms(value string) []time.Duration {
	var list []time.Duration
	for part := range strings.SplitSeq(value, ",") {
		if n, err := strconv.Atoi(part); err == nil && n > 0 {
			list = append(list, time.Duration(n)*time.Minute)
		}
	}
	return list
}

// WriteAlarms formats a choice, given in minutes ahead, as it is stored.
func WriteAlarms(minutes []int) (string, error) {
	fault := func(rule string) error {
		return &scheduler.Error{Code: scheduler.CodeInvalid, Message: "the alarms are not valid", Fields: []scheduler.FieldError{{Field: "alarms", Rule: rule}}}
	}
	if len(minutes) > maxAlarms {
		return "", fault("must be at most " + strconv.Itoa(maxAlarms))
	}
	parts := make([]string, len(minutes))
	for i, n := range minutes {
		if n < 1 || n > int(longestAlarm/time.Minute) {
			return "", fault("must be from 1 to " + strconv.Itoa(int(longestAlarm/time.Minute)) + " minutes ahead")
		}
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, ","), nil
}
