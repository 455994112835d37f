package wallclock

import "time"

// Working hours are those in which most laboratories have somebody at hand: Monday to Friday, from 08:00 up to 18:00 of the wall clock.
const (
	workFrom = 8
	workTo   = 18
)

// Working reports whether a span lies within one working day of a zone. One that is longer than a working day has to begin in one.
func Working(start, end time.Time, zone *time.Location) bool {
	start, end = start.In(zone), end.In(zone)
	at := start.Hour()
	if day := start.Weekday(); day == time.Saturday || day == time.Sunday || at < workFrom || at >= workTo {
		return false
	}
	closes := Instant(time.Date(start.Year(), start.Month(), start.Day(), workTo, 0, 0, 0, time.UTC), zone)
	return !end.After(closes) || end.Sub(start) > (workTo-workFrom)*time.Hour
}
