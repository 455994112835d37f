package wallclock

import (
	"fmt"
	"time"
	_ "time/tzdata" // makes zones the same on machines without a zone database
)

// Interval is the half-open interval [Start, End) between two instants, in UTC.
type Interval struct{ Start, End time.Time }

// Zone finds a zone by its IANA name. It refuses the names of the machine's own zone.
func Zone(name string) (*time.Location, error) {
	switch name {
	case "", "Local", "localtime", "posixrules":
		return nil, fmt.Errorf("%q is not the name of an IANA time zone such as Europe/Athens", name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%q is not the name of an IANA time zone such as Europe/Athens", name)
	}
	return zone, nil
}

// Instant returns the instant, in UTC, at which clocks in the zone show the figures of local, whatever the location of local is.
// It shifts a skipped time forward by the gap, and takes the first of a repeated one.
func Instant(local time.Time, zone *time.Location) time.Time {
	wall := Floating(local)
	t := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), zone)
	// In a gap time.Date uses the offset of one side or the other. An earlier time shows that it used the later offset.
	if off := Floating(t).Sub(wall); off != 0 {
		return t.Add(max(0, -off)).UTC()
	}
	if since, _ := t.ZoneBounds(); !since.IsZero() {
		_, before := since.Add(-time.Second).Zone()
		if first := wall.Add(-time.Duration(before) * time.Second); first.Before(since) {
			return first
		}
	}
	return t.UTC()
}

// Floating returns the time with the figures of t in UTC: the wall clock's time in the location of t.
func Floating(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}
