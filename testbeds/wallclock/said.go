package wallclock

import "time"

// These are the forms in which people read times: "Thu 26 Nov, 09:00". The year stands only where it is not the present one.
const (
	sameYear  = "Mon 2 Jan"
	otherYear = "Mon 2 Jan 2006"
	clock     = "15:04"
)

// Said writes an instant for people in a zone: "Thu 26 Nov, 09:00". A zero now always gives the year.
func Said(t time.Time, zone *time.Location, now time.Time) string {
	return Day(t, zone, now) + ", " + t.In(zone).Format(clock)
}

// Day writes the day of an instant: "Thu 26 Nov".
func Day(t time.Time, zone *time.Location, now time.Time) string {
	t = t.In(zone)
	if now.IsZero() || now.In(zone).Year() != t.Year() {
		return t.Format(otherYear)
	}
	return t.Format(sameYear)
}

// SaidSpan writes a span for people in a zone: "Thu 26 Nov, 09:00–13:00", or "Thu 26 Nov, 22:00 – Fri 27 Nov, 02:00" where the days differ. The
// midnight that ends a day is 24:00 of that day. Where the clocks change within the span, each end names its clock.
func SaidSpan(start, end time.Time, zone *time.Location, now time.Time) string {
	from, dash, to := SpanParts(start, end, zone, now)
	return from + dash + to
}

// SpanParts returns the parts of a span as SaidSpan writes it: its start, the dash, its end.
func SpanParts(start, end time.Time, zone *time.Location, now time.Time) (from, dash, to string) {
	start, end = start.In(zone), end.In(zone)
	before, _ := start.Zone()
	after, _ := end.Zone()
	from, dash, to = Said(start, zone, now), "–", end.Format(clock)
	switch {
	case dayOf(start).Equal(dayOf(end)):
	case end.Equal(midnight(end)) && dayOf(end.AddDate(0, 0, -1)).Equal(dayOf(start)):
		to = "24:00"
	default:
		dash, to = " – ", Said(end, zone, now)
	}
	if before != after {
		from, to = from+" "+before, to+" "+after
	}
	return from, dash, to
}

// dayOf returns the date of a local time, in UTC.
func dayOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}
