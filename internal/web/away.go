package web

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"berth/testbeds"
	"berth/testbeds/plain"
	"berth/testbeds/wallclock"
)

// lasting writes a duration in at most two units: "30 min", "4 h", "2 days 4 h".
func lasting(d time.Duration) string {
	d = d.Round(time.Minute)
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	var parts []string
	if days > 0 {
		parts = append(parts, plain.Count(days, "day"))
	}
	if hours > 0 {
		parts = append(parts, fmt.Sprintf("%d h", hours))
	}
	if minutes > 0 && days == 0 {
		parts = append(parts, fmt.Sprintf("%d min", minutes))
	}
	if len(parts) == 0 {
		return "less than a minute"
	}
	return strings.Join(parts, " ")
}

// away says how far an instant is from now, in one unit: "in 3 days", "tomorrow", "20 min ago", "now".
func (x reader) away(t time.Time) string {
	d := t.Sub(x.now)
	switch far := max(d, -d); {
	case far < time.Minute:
		return "now"
	case far < time.Hour:
		far = far.Truncate(time.Minute)
		return ahead(d, lasting(far))
	case far < 24*time.Hour:
		return ahead(d, lasting(far.Truncate(time.Hour)))
	}
	n := x.midnights(t)
	switch n {
	case 1:
		return "tomorrow"
	case -1:
		return "yesterday"
	}
	return ahead(d, lasting(time.Duration(max(n, -n))*24*time.Hour))
}

// midnights counts those between now and an instant, in the reader's zone: days as calendars count them.
func (x reader) midnights(t time.Time) int {
	date := func(t time.Time) time.Time {
		y, m, d := t.In(x.zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(date(t).Sub(date(x.now)) / (24 * time.Hour))
}

// Away says how far an instant is from now.
func (v view) Away(t time.Time) string { return v.reader.away(t) }

// Today writes the present day and time.
func (v view) Today() string { return v.reader.now.In(v.reader.zone).Format("Monday 2 January, 15:04") }

func ahead(d time.Duration, far string) string {
	if d < 0 {
		return far + " ago"
	}
	return "in " + far
}

// mark writes an instant with its markup.
func (x reader) mark(t time.Time) template.HTML { return template.HTML(timeHTML(t, x.at(t))) }

// markSlot writes a slot with its markup.
func (x reader) markSlot(s testbeds.Slot) template.HTML {
	from, dash, to := wallclock.SpanParts(s.Start, s.End, x.zone, x.now)
	return template.HTML(`<span class="when">` + timeHTML(s.Start, from) + dash + timeHTML(s.End, to) + `</span>`)
}

// markup composes a sentence: the format is the program's own, and all texts in it are escaped but for those that are markup already.
func markup(format string, args ...any) template.HTML {
	for i, a := range args {
		if text, ok := a.(string); ok {
			args[i] = template.HTML(template.HTMLEscapeString(text))
		}
	}
	return template.HTML(fmt.Sprintf(format, args...))
}
