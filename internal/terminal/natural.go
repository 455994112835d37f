package terminal

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// Times reads what people write as times, in their zone.
type Times struct {
	Zone *time.Location
	Now  time.Time
}

// slotForms is the help for whoever wrote something else.
const slotForms = `such as "fri 9-13", "tomorrow 9:00 for 4h", "12 jan 22:00 - 13 jan 2:00" or 2027-01-11T09:00Z/PT8H`

// Slot reads a slot: a day with two times, a moment with a length, two moments, or the forms of ISO 8601. An end that is not after its start on the
// same day is on the next one.
func (t Times) Slot(text string) (testbeds.Slot, error) {
	s := strings.Join(strings.Fields(text), " ")
	if from, to, ok := strings.Cut(s, "/"); ok && from != "" {
		return t.between(from, to, text)
	}
	if from, length, ok := strings.Cut(s, " for "); ok {
		start, _, err := t.moment(from)
		if err != nil {
			return testbeds.Slot{}, err
		}
		d, err := Length(length)
		if err != nil {
			return testbeds.Slot{}, err
		}
		return testbeds.NewSlot(start, d), nil
	}
	for _, dash := range []string{" - ", " – ", " to ", " until "} {
		if from, to, ok := strings.Cut(s, dash); ok {
			return t.between(from, to, text)
		}
	}
	if i := strings.LastIndexAny(s, "-–"); i > 0 {
		from, to := s[:i], strings.TrimLeft(s[i:], "-–")
		if _, ok := clock(to); ok {
			return t.between(from, to, text)
		}
	}
	return testbeds.Slot{}, fmt.Errorf("%q is not a slot %s", text, slotForms)
}

func (t Times) between(from, to, text string) (testbeds.Slot, error) {
	start, day, err := t.moment(from)
	if err != nil {
		return testbeds.Slot{}, err
	}
	if strings.HasPrefix(to, "P") {
		p, err := testbeds.ParsePeriod(to)
		return testbeds.NewSlot(start, p.Exact()), err
	}
	var end time.Time
	if c, ok := clock(to); ok {
		if end = t.at(day, c); !end.After(start) {
			end = t.at(day.AddDate(0, 0, 1), c)
		}
	} else if end, _, err = t.moment(to); err != nil {
		return testbeds.Slot{}, err
	}
	if !end.After(start) {
		return testbeds.Slot{}, fmt.Errorf("%q ends before it begins", text)
	}
	return testbeds.Slot{Start: start, End: end}, nil
}

// Moment reads an instant: "now", "in 2h", "tomorrow 9:00", "fri 14", "12 jan 9:30", "2027-01-11 09:00", or RFC 3339. A weekday is the next one,
// today if its time is still to come. A day without a time begins at midnight.
func (t Times) Moment(text string) (time.Time, error) {
	at, _, err := t.moment(strings.Join(strings.Fields(text), " "))
	return at, err
}

// moment also returns the day in the reader's zone, at midnight on a floating clock.
func (t Times) moment(s string) (at, day time.Time, err error) {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(form, s); err == nil {
			return at.UTC(), t.dayOf(at), nil
		}
	}
	low := strings.ToLower(s)
	if low == "now" {
		return t.Now.UTC().Truncate(time.Second), t.dayOf(t.Now), nil
	}
	if rest, ok := strings.CutPrefix(low, "in "); ok {
		d, err := Length(rest)
		if err != nil {
			return at, day, err
		}
		at := t.Now.Add(d).UTC().Truncate(time.Minute)
		return at, t.dayOf(at), nil
	}
	words, hour, said := strings.Fields(strings.ReplaceAll(low, ",", " ")), time.Duration(0), false
	if n := len(words); n > 1 || n == 1 && strings.Contains(low, ":") {
		if c, ok := clock(words[n-1]); ok {
			hour, said, words = c, true, words[:n-1]
		}
	}
	if len(words) == 0 {
		words = []string{"today"}
	}
	if day, err = t.day(words); err != nil {
		return at, day, err
	}
	at = t.at(day, hour)
	if _, weekday := weekdays[words[0]]; weekday && len(words) == 1 && said && !at.After(t.Now) {
		day = day.AddDate(0, 0, 7)
		at = t.at(day, hour)
	}
	return at, day, nil
}

// dayOf returns the day of an instant in the reader's zone, at midnight on a floating clock.
func (t Times) dayOf(at time.Time) time.Time {
	y, m, d := at.In(t.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func (t Times) at(day time.Time, clock time.Duration) time.Time {
	return wallclock.Instant(day.Add(clock), t.Zone)
}

var weekdays, months = named(time.Sunday, time.Saturday), named(time.January, time.December)

// named finds days or months by their English names, whole or cut to three letters.
func named[T interface {
	~int
	String() string
}](first, last T) map[string]T {
	all := map[string]T{}
	for x := first; x <= last; x++ {
		name := strings.ToLower(x.String())
		all[name], all[name[:3]] = x, x
	}
	return all
}

// day reads the words of a day: today, tomorrow, a weekday, 2027-01-11, or "12 jan" with or without a year.
func (t Times) day(words []string) (time.Time, error) {
	today, text := t.dayOf(t.Now), strings.Join(words, " ")
	wrong := fmt.Errorf("%q is not a day such as tomorrow, fri, 12 jan or 2027-01-12", text)
	if len(words) > 1 { // "fri 12 jan": the weekday is a comment
		if w, ok := weekdays[words[0]]; ok {
			day, err := t.day(words[1:])
			if err == nil && day.Weekday() != w {
				err = fmt.Errorf("%q is a %s", strings.Join(words[1:], " "), day.Weekday())
			}
			return day, err
		}
	}
	switch len(words) {
	case 1:
		switch words[0] {
		case "today":
			return today, nil
		case "tomorrow":
			return today.AddDate(0, 0, 1), nil
		}
		if w, ok := weekdays[words[0]]; ok {
			return today.AddDate(0, 0, (int(w)-int(today.Weekday())+7)%7), nil
		}
		if day, err := time.Parse(time.DateOnly, words[0]); err == nil {
			return day, nil
		}
	case 2, 3:
		d, err := strconv.Atoi(strings.TrimSuffix(words[0], "."))
		m, known := months[words[1]]
		if err != nil || !known {
			return today, wrong
		}
		year := today.Year()
		if len(words) == 3 {
			if year, err = strconv.Atoi(words[2]); err != nil || year < 2000 || year > 9999 {
				return today, wrong
			}
		}
		day := time.Date(year, m, d, 0, 0, 0, 0, time.UTC)
		if day.Day() != d {
			return today, fmt.Errorf("%s has no day %d", m, d)
		}
		if len(words) == 2 && day.Before(today) {
			day = time.Date(year+1, m, d, 0, 0, 0, 0, time.UTC)
		}
		return day, nil
	}
	return today, wrong
}

var clockForm = regexp.MustCompile(`^(\d{1,2})(?::(\d{2}))?(?:h|:00)?$`)

// clock reads a time of day: 9, 09:00, 24:00.
func clock(s string) (time.Duration, bool) {
	m := clockForm.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	h, _ := strconv.Atoi(m[1])
	min, _ := strconv.Atoi(m[2])
	if h > 24 || min > 59 || h == 24 && min > 0 {
		return 0, false
	}
	return time.Duration(h)*time.Hour + time.Duration(min)*time.Minute, true
}

var lengthForm = regexp.MustCompile(`^(?:(\d{1,4}) ?w(?:eeks?)?)? ?(?:(\d{1,4}) ?d(?:ays?)?)? ?(?:(\d{1,4}) ?h(?:ours?)?)? ?(?:(\d{1,4}) ?m(?:in|inutes?)?)?$`)

// Length reads a length of time: 4h, 90m, "1d 2h", "3 days", or ISO 8601 such as PT4H. A day is 24 hours.
func Length(text string) (time.Duration, error) {
	s := strings.ToLower(strings.Join(strings.Fields(text), " "))
	if strings.HasPrefix(s, "p") {
		p, err := testbeds.ParsePeriod(strings.ToUpper(s))
		return p.Exact(), err
	}
	m := lengthForm.FindStringSubmatch(s)
	if m == nil || s == "" {
		return 0, fmt.Errorf("%q is not a length such as 4h, 90m, 2d or PT4H", text)
	}
	var d time.Duration
	for i, unit := range []time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour, time.Minute} {
		n, _ := strconv.Atoi(m[i+1])
		d += time.Duration(n) * unit
	}
	if d == 0 {
		return 0, fmt.Errorf("%q must be longer than nothing", text)
	}
	return d, nil
}

// period writes a length as the server reads it.
func period(d time.Duration) string { return "PT" + strings.ToUpper(shortPeriod(d)) }

func shortPeriod(d time.Duration) string {
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	text := ""
	for _, part := range []struct {
		n    int
		unit string
	}{{h, "h"}, {m, "m"}, {s, "s"}} {
		if part.n > 0 {
			text += strconv.Itoa(part.n) + part.unit
		}
	}
	return text
}
