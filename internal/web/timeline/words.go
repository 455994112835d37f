package timeline

import (
	"strconv"
	"strings"
	"time"

	"berth/testbeds"
	"berth/testbeds/plain"
)

// dates formats slots for people, in one zone.
type dates struct{ zone *time.Location }

// slot formats a slot as "Sat 28 Mar 2026, 10:00 – 12:00 CET", with both dates if they differ, and both offsets if the clocks change in
// between.
func (d dates) slot(s testbeds.Slot) string {
	a, b := s.Start.In(d.zone), s.End.In(d.zone)
	ay, am, ad := a.Date()
	by, bm, bd := b.Date()
	za, _ := a.Zone()
	zb, _ := b.Zone()
	from, to := "Mon 2 Jan 2006, 15:04", "15:04"
	if ay != by || am != bm || ad != bd {
		to = "Mon 2 Jan 2006, 15:04"
		if ay == by {
			from = "Mon 2 Jan, 15:04"
		}
	}
	if za != zb {
		from += " MST"
	}
	return a.Format(from) + " – " + b.Format(to+" MST")
}

// bar writes the tooltip of a booking: owner and name, state, times.
func (d dates) bar(b *placed) string {
	title := clean(b.Title)
	if title == "" {
		title = clean(b.Label)
	}
	var w strings.Builder
	if title != "" {
		w.WriteString(title + ": ")
	}
	w.WriteString(b.look.name)
	if b.Overbooked {
		w.WriteString(", overbooked")
	}
	if b.Slot.Duration() > 0 {
		w.WriteString(", " + d.slot(b.Slot))
	}
	if b.Occupied.Duration() > 0 && !b.Occupied.Equal(b.Slot) {
		w.WriteString("; with setup and tear-down " + d.slot(b.Occupied))
	}
	return w.String()
}

// bin writes the tooltip of bars that are drawn together.
func (d dates) bin(b bin) string {
	var parts []string
	for _, l := range looks {
		if n := b.states[l.index]; n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+l.name)
		}
	}
	return plain.Count(b.count, "booking") + ": " + strings.Join(parts, ", ")
}

// shortNumber shortens a number for a small place: 1234 becomes 1.2k.
func shortNumber(n int) string {
	switch {
	case n >= 10000:
		return strconv.Itoa(n/1000) + "k"
	case n >= 1000:
		return strconv.Itoa(n/1000) + "." + strconv.Itoa(n%1000/100) + "k"
	}
	return strconv.Itoa(n)
}

// leastWords describes the worst level of a band.
func (b bandBox) leastWords() string {
	unit := ""
	if u := clean(b.Unit); u != "" {
		unit = " " + u
	}
	switch {
	case !b.known:
		return "not known"
	case b.least < 0:
		return "short by " + strings.TrimPrefix(strconv.FormatInt(b.least, 10), "-") + unit
	}
	return "least " + strconv.FormatInt(b.least, 10) + " of " + strconv.FormatInt(b.most, 10) + unit
}

// summary describes the picture for screen readers.
func (s *sheet) summary() string {
	parts := []string{plain.Count(len(s.boxes), "lane") + " from " + s.cache.slot(testbeds.Slot{Start: s.c.From, End: s.c.To}),
		plain.Count(s.count.bars, "booking"), plain.Count(s.count.closures, "closure")}
	if s.used.fits {
		parts = append(parts, "the experiment fits in "+plain.Count(len(s.c.Fits), "slot"))
	}
	if s.c.Picked != nil {
		parts = append(parts, "picked: "+s.cache.slot(*s.c.Picked))
	}
	return strings.Join(parts, "; ") + ". Times in " + s.c.Zone.String() + "."
}
