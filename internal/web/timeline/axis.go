package timeline

import "time"

// tick is a line at an instant.
type tick struct {
	at    time.Time
	label string
	major bool // the beginning of a day, or of a month where ticks are days or more
}

// step is a distance of ticks: hours of a day, days of a month, or months.
type step struct{ hours, days, months int }

var steps = []step{{hours: 1}, {hours: 2}, {hours: 3}, {hours: 6}, {hours: 12}, {days: 1}, {days: 2}, {days: 7}, {days: 14}, {months: 1}, {months: 3}, {months: 12}}

func (s step) length() time.Duration {
	return time.Duration(s.hours)*time.Hour + time.Duration(s.days)*24*time.Hour + time.Duration(s.months)*30*24*time.Hour
}

// leastTick is how much room a tick and its label need.
const leastTick = 86

// room is how much a tick of a step needs: hours are shorter than dates.
func (s step) room() float64 {
	if s.hours > 0 {
		return 62
	}
	return leastTick
}

// ticks are as many as there is room for, at round times of the zone: by its clocks, which are an hour late or early twice a year.
func (f *frame) ticks() (list []tick) {
	span := f.c.To.Sub(f.c.From)
	s := steps[len(steps)-1]
	for _, candidate := range steps {
		if (f.width-f.left)*candidate.length().Seconds()/max(span.Seconds(), 1) >= candidate.room() {
			s = candidate
			break
		}
	}
	from := f.c.From.In(f.c.Zone)
	at := func(n int) time.Time {
		switch {
		case s.months > 0:
			return time.Date(from.Year(), time.Month(1+n*s.months), 1, 0, 0, 0, 0, f.c.Zone)
		case s.days > 0:
			day := from.Day() - 1
			if s.days%7 == 0 { // weeks begin on Mondays
				day -= (int(from.Weekday()) + 6) % 7
			}
			return time.Date(from.Year(), from.Month(), day+1+n*s.days, 0, 0, 0, 0, f.c.Zone)
		default:
			return time.Date(from.Year(), from.Month(), from.Day(), n*s.hours, 0, 0, 0, f.c.Zone)
		}
	}
	for n := 0; n < 1000; n++ {
		t := at(n)
		if !t.Before(f.c.To) {
			break
		}
		if t.Before(f.c.From) || len(list) > 0 && !t.After(list[len(list)-1].at) {
			continue
		}
		list = append(list, s.tick(t))
	}
	return list
}

func (s step) tick(t time.Time) tick {
	switch {
	case s.months > 0:
		return tick{t, t.Format("Jan 2006"), t.Month() == time.January}
	case s.days > 0:
		return tick{t, t.Format("Mon 2 Jan"), t.Day() <= s.days && t.Day() == 1}
	case t.Hour() == 0:
		return tick{t, t.Format("Mon 2 Jan"), true}
	default:
		return tick{t, t.Format("15:04"), false}
	}
}
