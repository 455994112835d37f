package web

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"berth/testbeds"
	"berth/testbeds/plain"
	"berth/testbeds/wallclock"
)

// look is the part of the time that a picture for choosing shows: some days from one on.
type look struct {
	At   time.Time // the first day; zero: where the slot is
	Days int
}

// looks lists the lengths of a picture for choosing.
var looks = []struct {
	Days  int
	Label string
}{{1, "1 day"}, {7, "1 week"}, {14, "2 weeks"}}

const usualDays = 7

// readLook reads the part of the time that a form asks to see, and the step from there: earlier, later, or with more or fewer days.
func readLook(form url.Values, zone *time.Location) (l look, err error) {
	if text := form.Get("at"); text != "" {
		if l.At, err = readTime("at", text, zone); err != nil {
			return l, err
		}
	}
	l.Days = usualDays
	for _, field := range []string{"days", "zoom"} {
		n, err := number(form, field)
		if err != nil {
			return l, err
		}
		for _, x := range looks {
			if n == int64(x.Days) {
				l.Days = x.Days
			}
		}
	}
	if !l.At.IsZero() {
		switch form.Get("pan") {
		case "earlier":
			l.At = l.day(zone, -l.Days)
		case "later":
			l.At = l.day(zone, l.Days)
		}
	}
	return l, nil
}

// write adds the part of the time to an address.
func (l look) write(q url.Values, zone *time.Location) {
	if !l.At.IsZero() && zone != nil {
		q.Set("at", l.At.In(zone).Format(time.DateOnly))
	}
	if l.Days != 0 && l.Days != usualDays {
		q.Set("days", strconv.Itoa(l.Days))
	}
}

// day returns the midnight so many days after the first one.
func (l look) day(zone *time.Location, n int) time.Time {
	at := l.At.In(zone)
	return wallclock.Instant(time.Date(at.Year(), at.Month(), at.Day()+n, 0, 0, 0, 0, time.UTC), zone)
}

// span is the time shown.
func (l look) span(zone *time.Location) testbeds.Slot {
	return testbeds.Slot{Start: l.day(zone, 0), End: l.day(zone, l.Days)}
}

// sees reports whether a slot lies within the time shown.
func (l look) sees(s testbeds.Slot, zone *time.Location) bool {
	return !l.At.IsZero() && l.span(zone).Contains(s)
}

// settled returns the time to show: never before today, and where nothing else was asked for the days around the slot. A day alone is that of the slot.
func (l look) settled(slot *testbeds.Slot, now time.Time, zone *time.Location) look {
	today := look{At: now, Days: l.Days}
	today.At = today.day(zone, 0)
	if l.At.IsZero() {
		l.At = today.At
		if slot != nil && !today.sees(*slot, zone) {
			l.At = slot.Start
			if before := l.day(zone, -1); l.Days > 1 {
				l.At = before
			}
		}
	}
	if l.At.Before(today.At) {
		l.At = today.At
	}
	l.At = l.day(zone, 0)
	return l
}

// howLong is a length of an experiment to choose.
type howLong struct {
	Hours int64
	Label string
	Here  bool
}

// Lengths lists usual lengths, and the present one.
func (p choosePage) Lengths() (list []howLong) {
	now := p.Choice.length()
	all := []time.Duration{now}
	for _, hours := range []time.Duration{1, 2, 3, 4, 6, 8, 10, 12, 24, 48, 72, 168} {
		all = append(all, hours*time.Hour)
	}
	slices.Sort(all)
	for _, d := range slices.Compact(all) {
		list = append(list, howLong{Hours: int64((d + time.Hour - 1) / time.Hour), Label: long(d), Here: d == now})
	}
	return list
}

// long says how long something is: "4 h", "1 h 30 min", "2 days".
func long(d time.Duration) string {
	const day = 24 * time.Hour
	switch hours, minutes := d/time.Hour, d%time.Hour/time.Minute; {
	case d >= day && d%day == 0:
		return plain.Count(int(d/day), "day")
	case hours == 0:
		return strconv.Itoa(int(minutes)) + " min"
	case minutes == 0:
		return strconv.Itoa(int(hours)) + " h"
	default:
		return strconv.Itoa(int(hours)) + " h " + strconv.Itoa(int(minutes)) + " min"
	}
}
