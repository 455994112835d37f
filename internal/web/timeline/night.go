package timeline

import (
	"time"

	"berth/testbeds/wallclock"
)

// The night of a testbed, on its own clocks. In it and at weekends few people are there.
const (
	nightBegins = 20
	nightEnds   = 7
)

// nights lists the nights and weekends of a zone within the scale, in order. Where days are too narrow to see the nights, only the weekends.
func (s scale) nights(zone *time.Location) (list [][2]int64) {
	if zone == nil || s.pixels(daySeconds) < 3 {
		return nil
	}
	add := func(from, to time.Time) {
		a, b := max(from.Unix(), s.from), min(to.Unix(), s.to)
		switch n := len(list) - 1; {
		case a >= b:
		case n >= 0 && list[n][1] >= a:
			list[n][1] = max(list[n][1], b)
		default:
			list = append(list, [2]int64{a, b})
		}
	}
	day := wallclock.Floating(time.Unix(s.from, 0).In(zone))
	day = time.Date(day.Year(), day.Month(), day.Day()-1, 0, 0, 0, 0, time.UTC)
	seen := s.pixels(daySeconds) >= 24
	for {
		begin := wallclock.Instant(day, zone)
		if begin.Unix() >= s.to {
			return list
		}
		next := day.AddDate(0, 0, 1)
		switch weekday := day.Weekday(); {
		case weekday == time.Saturday || weekday == time.Sunday:
			add(begin, wallclock.Instant(next, zone))
		case seen:
			add(begin, wallclock.Instant(day.Add(nightEnds*time.Hour), zone))
			add(wallclock.Instant(day.Add(nightBegins*time.Hour), zone), wallclock.Instant(next, zone))
		}
		day = next
	}
}
