package series

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"berth/testbeds/plain"
	"berth/testbeds/wallclock"
)

// Words says a change for people: "all 1 hour later, 10:00–14:00", "without number 3", "number 2 on Wed 4 Mar, 09:00–13:00".
func (p Plan) Words(list []Occurrence, c Change) string {
	zone := p.Location()
	var parts []string
	if c.Shift != 0 && len(list) > 0 {
		after := p.shifted(list[0].Slot, c.Shift, zone)
		text := "all " + Shift(c.Shift)
		if c.Shift%oneDay != 0 {
			text += ", " + hours(after, zone)
		}
		if from, to := list[0].Slot.Start.In(zone).Weekday(), after.Start.In(zone).Weekday(); from != to {
			text += fmt.Sprintf(", the first on a %s instead of a %s", to, from)
		}
		parts = append(parts, text)
	}
	for _, m := range c.Moves {
		text := fmt.Sprintf("number %d on %s", m.Place, wallclock.SaidSpan(m.Slot.Start, m.Slot.End, zone, time.Time{}))
		if m.Placement != nil || m.Devices != nil {
			text += " otherwise placed"
		}
		parts = append(parts, text)
	}
	if len(c.Skip) > 0 {
		parts = append(parts, "without "+Places(c.Skip))
	}
	return strings.Join(parts, "; ")
}

// Shift says a shift in minutes: "1 hour later", "2 days and 30 minutes earlier".
func Shift(minutes int) string {
	direction, left := "later", abs(minutes)
	if minutes < 0 {
		direction = "earlier"
	}
	var parts []string
	for _, u := range []struct {
		of   int
		name string
	}{{oneDay, "day"}, {60, "hour"}, {1, "minute"}} {
		if n := left / u.of; n > 0 {
			parts = append(parts, plain.Count(n, u.name))
		}
		left %= u.of
	}
	return strings.Join(parts, " and ") + " " + direction
}

// Places names places for people: "number 3", "numbers 1, 2 and 5".
func Places(list []int) string {
	list = slices.Sorted(slices.Values(list))
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = fmt.Sprint(n)
	}
	if len(words) < 2 {
		return "number " + strings.Join(words, "")
	}
	return "numbers " + strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
