package wallclock

import "time"

// maxBusiness bounds the days that a search for business days passes: with 366 holidays there is one in every span of this length.
const maxBusiness = 3660

// AfterBusinessDays returns the instant a number of business days after t: Monday to Friday in a zone, without the holidays, which are told by their
// date in UTC. The time of day stays. Where t lies on no business day, they are counted from the midnight that begins the next one.
func AfterBusinessDays(t time.Time, n int, zone *time.Location, holiday func(date time.Time) bool) time.Time {
	if n <= 0 {
		return t
	}
	wall := Floating(t.In(zone))
	works := func(d time.Time) bool {
		return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday && !holiday(dayOf(d))
	}
	if !works(wall) {
		for i := 0; i < maxBusiness && !works(wall); i++ {
			wall = dayOf(wall).AddDate(0, 0, 1)
		}
	}
	for i := 0; i < maxBusiness && n > 0; i++ {
		if wall = wall.AddDate(0, 0, 1); works(wall) {
			n--
		}
	}
	return Instant(wall, zone)
}

// WeekOf returns the week of an instant in a zone, from Monday to Monday at midnight.
func WeekOf(t time.Time, zone *time.Location) Interval {
	day := dayOf(t.In(zone))
	monday := day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
	week := Interval{Instant(monday, zone), Instant(monday.AddDate(0, 0, 7), zone)}
	if t.Before(week.Start) { // clocks were set back over its midnight: t is still the week before
		return Interval{Instant(monday.AddDate(0, 0, -7), zone), week.Start}
	}
	return week
}

// MonthOf returns the month of an instant in a zone. It ends with NextMonth.
func MonthOf(t time.Time, zone *time.Location) Interval {
	end := NextMonth(t, zone)
	first := Floating(end.In(zone).AddDate(0, 0, -10))
	return Interval{Instant(time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC), zone), end}
}

// Dates calls fn with each date that a span touches in a zone, as midnight UTC, until it returns false, and with the part of the span in it.
func Dates(start, end time.Time, zone *time.Location, fn func(date time.Time, part Interval) bool) {
	for date := dayOf(start.In(zone)); ; date = date.AddDate(0, 0, 1) {
		part := Interval{Instant(date, zone), Instant(date.AddDate(0, 0, 1), zone)}
		if !part.Start.Before(end) {
			return
		}
		part.Start, part.End = latest(part.Start, start), earlier(part.End, end)
		if part.Start.Before(part.End) && !fn(date, part) {
			return
		}
	}
}

// DateOf returns the date of an instant in a zone, as midnight UTC.
func DateOf(t time.Time, zone *time.Location) time.Time { return dayOf(t.In(zone)) }

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
