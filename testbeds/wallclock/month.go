package wallclock

import "time"

// NextMonth returns the instant at which the next month begins in a zone: always after t. Where clocks are set back over the midnight between two
// months, the earlier one counts, and what follows it belongs to the new month.
func NextMonth(t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	for months := 1; ; months++ {
		next := Instant(time.Date(local.Year(), local.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC), zone)
		if next.After(t) {
			return next
		}
	}
}

// Month returns the month of an instant in a zone: "2026-11". It is the one that ends with NextMonth.
func Month(t time.Time, zone *time.Location) string {
	return NextMonth(t, zone).AddDate(0, 0, -10).In(zone).Format("2006-01")
}
