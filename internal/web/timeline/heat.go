package timeline

import (
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/testbeds"
	"berth/testbeds/plain"
	"berth/testbeds/wallclock"
)

// Heat writes the chart as a table of use: a row for each lane, a cell for each day of the chart's zone, or each week if there are more than
// mostDays. A cell has the mean use of the scarcest resource in percent, and what is booked in words; Zoom links it. It needs Style.
func (c Chart) Heat(w io.Writer) error {
	return c.write(w, func(c Chart) []byte {
		h := heat{c: c, cache: dates{c.Zone, c.Now}}
		return h.table()
	})
}

// mostDays is the greatest number of columns; up to wideDays there is room for a number in each.
const (
	mostDays = 124
	wideDays = 45
)

// heat is a table of use while it is written.
type heat struct {
	pen
	c     Chart
	cache dates
	cells []cell
	weeks bool
}

// cell is a column of the table.
type cell struct {
	testbeds.Slot
	wall       time.Time
	name, link string // such as "Thu 3 Dec"
}

func (h *heat) table() []byte {
	h.columns()
	h.b = make([]byte, 0, 8<<10+120*len(h.cells)*(len(h.c.Lanes)+1))
	h.raw(`<div class="tl-chart tl-heat`)
	if h.dense() {
		h.raw(` tl-dense`)
	}
	h.raw(`" tabindex="-1"`)
	h.raw(` data-from="`, strconv.FormatInt(h.c.From.Unix()*1000, 10), `" data-to="`, strconv.FormatInt(h.c.To.Unix()*1000, 10), `"`)
	h.attr("data-zone", h.c.Zone.String())
	h.raw(`><table><caption class="unseen">`)
	h.text(clean(h.c.Title) + ". Each cell has the mean use of the scarcest resource in percent.")
	h.raw(`</caption>`)
	h.head()
	h.raw(`<tbody>`)
	for i := range h.c.Lanes {
		h.row(&h.c.Lanes[i])
	}
	h.raw(`</tbody></table>`)
	switch {
	case len(h.c.Lanes)+len(h.c.Quiet) == 0:
		h.raw(`<p class="tl-more">No testbeds to show.</p>`)
	case len(h.c.Quiet) > 0:
		h.raw(`<details class="tl-fold"><summary><span>`, plain.Count(len(h.c.Quiet), "idle testbed"), `</span> <small>`)
		h.text(strings.TrimPrefix(quietWords(h.c.Quiet), plain.Count(len(h.c.Quiet), "idle testbed")+": "))
		h.raw(`</small></summary><ul>`)
		for _, l := range h.c.Quiet {
			h.raw(`<li class="tl-lane"`)
			h.attr("data-lane", clean(l.ID))
			h.attr("data-words", strings.ToLower(clean(l.Title+" "+l.Words)))
			h.raw(`>`)
			h.linked(href(l.About), clean(l.Title), "")
			h.raw(`</li>`)
		}
		h.raw(`</ul></details>`)
	}
	h.raw("</div>\n")
	h.scale()
	return h.b
}

// columns divides the range into days or weeks.
func (h *heat) columns() {
	day := wallclock.Floating(h.c.From.In(h.c.Zone))
	day = time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, time.UTC)
	step := 1
	if h.c.To.Sub(h.c.From) > mostDays*24*time.Hour {
		h.weeks, step = true, 7
	}
	for {
		slot := testbeds.Slot{Start: wallclock.Instant(day, h.c.Zone), End: wallclock.Instant(day.AddDate(0, 0, step), h.c.Zone)}
		if !slot.Start.Before(h.c.To) {
			return
		}
		x := cell{Slot: slot, wall: day, name: wallclock.Day(slot.Start, h.c.Zone, h.c.Now)}
		if h.weeks {
			x.name = "the week from " + x.name
		}
		if h.c.Zoom != nil {
			x.link = href(h.c.Zoom(slot))
		}
		h.cells = append(h.cells, x)
		day = day.AddDate(0, 0, step)
	}
}

// head writes the months, and below them the days; where they are narrow, those with which weeks begin.
func (h *heat) head() {
	group := func(same func(a, b cell) bool, write func(first cell, n int)) {
		for i := 0; i < len(h.cells); {
			n := i + 1
			for n < len(h.cells) && same(h.cells[i], h.cells[n]) {
				n++
			}
			write(h.cells[i], n-i)
			i = n
		}
	}
	h.raw(`<thead><tr><td class="tl-name"></td>`)
	group(func(a, b cell) bool { return a.wall.Month() == b.wall.Month() && a.wall.Year() == b.wall.Year() }, func(first cell, n int) {
		h.raw(`<th scope="colgroup" colspan="`, strconv.Itoa(n), `">`)
		name := first.wall.Format("January 2006")
		if narrow := h.dense(); n < 3 && narrow {
			name = ""
		} else if n < 4 || n < 9 && narrow {
			name = first.wall.Format("Jan")
		}
		h.text(name)
		h.raw(`</th>`)
	})
	h.raw(`</tr><tr><td class="tl-name">`)
	h.text("days in " + h.c.Zone.String()[strings.LastIndexByte(h.c.Zone.String(), '/')+1:])
	h.raw(`</td>`)
	// write writes the heading of some columns, with a link to them; where there is no room, neither.
	write := func(first cell, n int, text string) {
		last := h.cells[slices.IndexFunc(h.cells, func(x cell) bool { return x.Start.Equal(first.Start) })+n-1]
		h.raw(`<th scope="col`)
		if n > 1 {
			h.raw(`group" colspan="`, strconv.Itoa(n))
		}
		h.raw(`"`)
		if n == 1 && !h.c.Now.IsZero() && !h.c.Now.Before(first.Start) && h.c.Now.Before(first.End) {
			h.raw(` class="tl-today" aria-current="date"`)
		}
		h.raw(`>`)
		link := first.link
		if n > 1 && h.c.Zoom != nil {
			link = href(h.c.Zoom(testbeds.Slot{Start: first.Start, End: last.End}))
		}
		if n > 3 || !h.dense() {
			h.linked(link, text, "")
		}
		h.raw(`</th>`)
	}
	switch {
	case h.weeks:
		fourth := 0
		group(func(a, b cell) bool { fourth++; return fourth%4 != 0 }, func(first cell, n int) { write(first, n, first.wall.Format("2 Jan")) })
	case h.dense():
		monday := func(t time.Time) int64 { return floorDiv(floorDiv(t.Unix(), daySeconds)-4, 7) }
		group(func(a, b cell) bool { return monday(a.wall) == monday(b.wall) }, func(first cell, n int) { write(first, n, first.wall.Format("2 Jan")) })
	default:
		group(func(a, b cell) bool { return false }, func(first cell, n int) { write(first, n, first.wall.Format("Mon\n2")) })
	}
	h.raw(`</tr></thead>`)
}

// dense reports whether columns are too narrow for numbers and links: then one clicks on a day with a script, and on a week without.
func (h *heat) dense() bool { return len(h.cells) > wideDays }

// linked writes a text, as a link if there is one.
func (h *heat) linked(link, text, title string) {
	if link == "" {
		h.text(text)
		return
	}
	h.raw(`<a`)
	h.attr("href", link)
	if title != "" {
		h.attr("title", title)
	}
	h.raw(`>`)
	h.text(text)
	h.raw(`</a>`)
}

// row writes the cells of a lane, and below it those of its resources if it is open.
func (h *heat) row(l *Lane) {
	h.raw(`<tr class="tl-lane"`)
	h.attr("data-lane", clean(l.ID))
	h.attr("data-words", strings.ToLower(clean(l.Title+" "+l.Words)))
	h.raw(`><th scope="row" class="tl-name">`)
	if link := href(l.Link); link != "" {
		h.raw(`<a`)
		h.attr("href", link)
		h.attr("aria-expanded", strconv.FormatBool(l.Open))
		h.raw(`>`)
		h.text(clean(l.Title))
		h.raw(`</a>`)
	} else {
		h.text(clean(l.Title))
	}
	h.raw(`</th>`)
	h.uses(*l)
	h.raw(`</tr>`)
	if !l.Open {
		return
	}
	for _, b := range l.Bands {
		h.raw(`<tr class="tl-band"`)
		h.attr("data-of", clean(l.ID))
		h.raw(`><th scope="row" class="tl-name">`)
		h.text(clean(b.Title))
		h.raw(`</th>`)
		h.uses(Lane{ID: l.ID, Bands: []Band{b}})
		h.raw(`</tr>`)
	}
}

// uses writes the cells of a lane. One in which nothing is booked is no link: it stays small.
func (h *heat) uses(l Lane) {
	for i, u := range h.measure(l) {
		x := h.cells[i]
		percent := int(u.mean*100 + .5)
		h.raw(`<td class="h`, strconv.Itoa(heatStep(u.mean)))
		for class, on := range [...]bool{u.over, u.waiting > 0, u.mine, u.closed} {
			if on {
				h.raw(" ", [...]string{"o", "w", "m", "c"}[class])
			}
		}
		h.raw(`"`)
		some := u.booked || u.bookings+u.waiting > 0
		switch {
		case some && h.dense():
			h.attr("title", x.name+": "+u.words(percent))
			h.raw(`>`, strconv.Itoa(percent))
		case some:
			link := x.link
			if link != "" && l.ID != "" {
				link += "#lane-" + url.PathEscape(clean(l.ID))
			}
			h.raw(`>`)
			h.linked(link, strconv.Itoa(percent), x.name+": "+u.words(percent))
		case u.closed:
			h.raw(`><span class="unseen">closed</span>`)
		default:
			h.raw(`>`)
		}
		h.raw(`</td>`)
	}
}

// scale explains the colours.
func (h *heat) scale() {
	h.raw(`<ul class="tl-legend tl-heat">`)
	for i, text := range []string{"idle", "up to a quarter used", "up to a half", "up to three quarters", "more"} {
		h.raw(`<li><span class="h`, strconv.Itoa(i), `"></span> `, text, `</li>`)
	}
	for _, x := range [][2]string{{"w", "some under review"}, {"m", "yours"}, {"o", "overbooked"}, {"c", "closed"}} {
		h.raw(`<li><span class="h0 `, x[0], `"></span> `, x[1], `</li>`)
	}
	h.raw(`</ul>`)
}
