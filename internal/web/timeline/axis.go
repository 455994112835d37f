package timeline

import (
	"slices"
	"time"

	"berth/testbeds/wallclock"
)

type unit int

const (
	minute unit = iota
	hour
	day
	week
	month
	year
)

// stride is a distance between ticks: a number of units, its approximate length in seconds, and the room for its labels.
type stride struct {
	unit    unit
	n       int
	seconds int64
	room    float64
}

const daySeconds = 24 * 60 * 60

// strides lists the strides, the closest first, with the room for their shortest labels.
func strides() []stride {
	list := []stride{
		{minute, 5, 300, 50}, {minute, 15, 900, 50}, {minute, 30, 1800, 50},
		{hour, 1, 3600, 28}, {hour, 2, 7200, 28}, {hour, 3, 10800, 28}, {hour, 6, 21600, 28}, {hour, 12, 43200, 28},
		{day, 1, daySeconds, 26}, {day, 2, 2 * daySeconds, 26}, {week, 1, 7 * daySeconds, 60}, {week, 2, 14 * daySeconds, 60},
		{month, 1, 28 * daySeconds, 40}, {month, 3, 90 * daySeconds, 40}, {month, 6, 181 * daySeconds, 40},
	}
	for _, n := range []int{1, 2, 5, 10, 20, 50} {
		list = append(list, stride{year, n, int64(n) * 365 * daySeconds, 48})
	}
	return list
}

// tick is a line at an instant, with its possible labels, the longest first.
type tick struct {
	at     int64
	labels []string
}

// axis holds the lines of a range: minor ones, and those of the larger units.
type axis struct {
	stride       stride
	minor, major []tick
	jumps        []jump
}

// jump is a change of the clocks.
type jump struct{ at, by int64 }

// axis chooses the ticks for a scale, at round figures of the zone's clocks: a time that the clocks skip has no tick, a repeated one has
// two.
func (s scale) axis(zone *time.Location) axis {
	list := strides()
	i := slices.IndexFunc(list, func(st stride) bool { return s.pixels(st.seconds) >= st.room })
	if i < 0 {
		i = len(list) - 1
	}
	a := axis{stride: list[i]}
	a.minor = s.ticks(zone, a.stride, minorLabels)
	switch a.stride.unit {
	case minute, hour:
		a.major = s.begun(zone, stride{unit: day, n: 1})
	case day:
		a.major = s.begun(zone, stride{unit: month, n: 1})
	case week, month:
		a.major = s.begun(zone, stride{unit: year, n: 1})
	}
	if a.stride.unit <= day {
		a.jumps = s.jumps(zone)
	}
	return a
}

// begun lists the ticks of larger units; the one that began before the scale is put at its start.
func (s scale) begun(zone *time.Location, st stride) []tick {
	list := s.ticks(zone, st, majorLabels)
	if len(list) == 0 || list[0].at > s.from {
		list = append([]tick{{s.from, majorLabels(st.unit, time.Unix(s.from, 0).In(zone))}}, list...)
	}
	return list
}

func (s scale) ticks(zone *time.Location, st stride, labels func(unit, time.Time) []string) []tick {
	var list []tick
	// When clocks are put back, the figures at the end may be lower than those at the start, so both sides get a spare day.
	wall := first(st, wallclock.Floating(time.Unix(s.from, 0).In(zone)).AddDate(0, 0, -1))
	for last := wallclock.Floating(time.Unix(s.to, 0).In(zone)).AddDate(0, 0, 1); !wall.After(last); wall = next(st, wall) {
		for _, t := range occurrences(wall, zone, st.unit >= day) {
			if u := t.Unix(); u >= s.from && u < s.to {
				list = append(list, tick{u, labels(st.unit, wall)})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b tick) int { return int(a.at - b.at) })
	return list
}

// first rounds a wall-clock time down.
func first(st stride, wall time.Time) time.Time {
	y, m, d := wall.Date()
	switch st.unit {
	case week: // a Monday; for every second week always the same
		monday := floorDiv(floorDiv(wall.Unix(), daySeconds)-4, 7) // weeks since 5 January 1970
		return time.Unix(((monday-mod(monday, st.n))*7+4)*daySeconds, 0).UTC()
	case month:
		return time.Date(y, m-(m-1)%time.Month(st.n), 1, 0, 0, 0, 0, time.UTC)
	case year:
		return time.Date(y-y%st.n, 1, 1, 0, 0, 0, 0, time.UTC)
	case day:
		return time.Date(y, m, d-int(mod(floorDiv(wall.Unix(), daySeconds), st.n)), 0, 0, 0, 0, time.UTC)
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func floorDiv(a, b int64) int64 { return (a - mod(a, int(b))) / b }

func mod(a int64, n int) int64 { return ((a % int64(n)) + int64(n)) % int64(n) }

func next(st stride, wall time.Time) time.Time {
	switch st.unit {
	case minute:
		return wall.Add(time.Duration(st.n) * time.Minute)
	case hour:
		return wall.Add(time.Duration(st.n) * time.Hour)
	case day:
		return wall.AddDate(0, 0, st.n)
	case week:
		return wall.AddDate(0, 0, 7*st.n)
	case month:
		return wall.AddDate(0, st.n, 0)
	}
	return wall.AddDate(st.n, 0, 0)
}

// occurrences lists the instants at which the zone's clocks show a time: none, one or two. A day whose midnight is skipped begins with the
// first instant after it, a day with two midnights with the first.
func occurrences(wall time.Time, zone *time.Location, begins bool) []time.Time {
	t := wallclock.Instant(wall, zone)
	if begins {
		return []time.Time{t}
	}
	if !wallclock.Floating(t.In(zone)).Equal(wall) {
		return nil
	}
	if _, end := t.In(zone).ZoneBounds(); !end.IsZero() {
		_, after := end.Zone()
		if again := wall.Add(-time.Duration(after) * time.Second); !again.Before(end) && wallclock.Floating(again.In(zone)).Equal(wall) {
			return []time.Time{t, again}
		}
	}
	return []time.Time{t}
}

func minorLabels(u unit, t time.Time) []string {
	switch u {
	case minute:
		return []string{t.Format("15:04")}
	case hour:
		return []string{t.Format("15:04"), t.Format("15")}
	case day:
		return []string{t.Format("Mon 2"), t.Format("2")}
	case week:
		return []string{t.Format("2 Jan")}
	case month:
		return []string{t.Format("January"), t.Format("Jan")}
	}
	return []string{t.Format("2006")}
}

func majorLabels(u unit, t time.Time) []string {
	switch u {
	case day:
		return []string{t.Format("Monday 2 January 2006"), t.Format("Mon 2 January"), t.Format("Mon 2 Jan"), t.Format("2 Jan"), t.Format("2")}
	case month:
		return []string{t.Format("January 2006"), t.Format("Jan 2006"), t.Format("Jan")}
	}
	return []string{t.Format("2006")}
}

// jumps lists the changes of the clocks within the scale.
func (s scale) jumps(zone *time.Location) []jump {
	var list []jump
	for t := time.Unix(s.from, 0).In(zone); len(list) < 8; {
		_, end := t.ZoneBounds()
		if end.IsZero() || end.Unix() >= s.to {
			break
		}
		_, before := t.Zone()
		_, after := end.Zone()
		if after != before {
			list = append(list, jump{end.Unix(), int64(after - before)})
		}
		t = end
	}
	return list
}
