package timeline

import (
	"strconv"
	"strings"
	"time"

	"berth/testbeds"
	"berth/testbeds/plain"
	"berth/testbeds/wallclock"
)

// dates formats slots for people, in one zone.
type dates struct {
	zone *time.Location
	now  time.Time // zero: the year is always written
}

// slot formats a slot as "Sat 28 Mar, 10:00–12:00", with both dates if they differ, and with the year if it is not that of now.
func (d dates) slot(s testbeds.Slot) string { return wallclock.SaidSpan(s.Start, s.End, d.zone, d.now) }

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
		return "overbooked by " + b.size(-b.least) + unit
	}
	return b.size(b.least) + " of " + b.size(b.most) + unit + " free at least"
}

// size writes an amount that is not negative.
func (b Band) size(n int64) string {
	if b.Size != nil {
		return clean(b.Size(n))
	}
	return strconv.FormatInt(n, 10)
}

// summary describes the picture for screen readers.
func (s *sheet) summary() string {
	lanes := plain.Count(len(s.c.Lanes), "testbed")
	if n := len(s.c.Quiet); n > 0 {
		lanes += " and " + plain.Count(n, "idle one")
	}
	parts := []string{lanes + " from " + s.cache.slot(testbeds.Slot{Start: s.c.From, End: s.c.To}),
		plain.Count(s.count.bars, "booking"), plain.Count(s.count.closures, "closure")}
	if s.used.fits {
		parts = append(parts, "the experiment fits in "+plain.Count(len(s.c.Fits), "slot"))
	}
	if s.c.Picked != nil {
		parts = append(parts, "picked: "+s.cache.slot(*s.c.Picked))
	}
	return strings.Join(parts, "; ") + ". Times in " + s.c.Zone.String() + "."
}

// mostStretches bounds the stretches that are read out.
const mostStretches = 6

// pressureWords says when a lane is scarce.
func (s *sheet) pressureWords(b *box) string {
	var parts []string
	worst := idle
	for _, p := range b.strip {
		if !p.closed {
			worst = max(worst, p.step())
		}
	}
	if worst <= light {
		return stepWords[worst]
	}
	n := 0
	for _, p := range b.strip {
		if p.closed || p.step() < worst && !p.over {
			continue
		}
		if n++; n <= mostStretches {
			parts = append(parts, s.stretchWords(b, p))
		}
	}
	if n > mostStretches {
		parts = append(parts, "and "+plain.Count(n-mostStretches, "more time"))
	}
	return strings.Join(parts, "; ")
}

// stretchWords says how scarce a lane is, for how long, and what is scarcest.
func (s *sheet) stretchWords(b *box, p stretch) string {
	slot := testbeds.Slot{Start: time.Unix(p.from, 0), End: time.Unix(p.to, 0)}
	when := s.cache.slot(slot)
	switch {
	case p.closed:
		return "closed, " + when
	case p.band < 0 || p.step() == idle && !p.over:
		return stepWords[idle] + ", " + when
	}
	what, scarce := stepWords[p.step()], &b.Bands[p.band]
	amount := scarce.size(max(p.at.Free, 0)) + " of " + scarce.size(max(p.at.Total, 0)) + " free"
	if p.over {
		what, amount = "overbooked", "short by "+scarce.size(-p.at.Free)
	}
	return what + ", " + when + ": " + clean(scarce.Title) + ", " + amount
}
