package timeline

import (
	"strconv"
	"strings"

	"berth/testbeds/plain"
)

// page writes the picture as HTML, a row for each lane.
func (s *sheet) page() []byte {
	s.b = make([]byte, 0, 32<<10+400*s.count.bars)
	s.raw(`<div class="tl-chart" role="group" tabindex="-1" id="`, s.id, `-chart"`)
	s.attr("aria-label", clean(s.c.Title))
	s.data()
	s.raw(`><p class="unseen">`)
	s.text(s.summary())
	s.raw(`</p>`)
	s.pageHead()
	for i := 0; i < len(s.boxes); i++ {
		b := &s.boxes[i]
		if !b.calm {
			s.pageRow(b)
			continue
		}
		n := i
		for n < len(s.boxes) && s.boxes[n].calm && (s.boxes[n].band == nil) == (b.band == nil) {
			n++
		}
		s.fold(b, s.boxes[i:n])
		i = n - 1
	}
	if s.left > 0 {
		s.raw(`<p class="tl-more">`)
		s.text(plain.Count(s.left, "more lane") + ", not drawn: filter them, or search.")
		s.raw("</p>")
	}
	if len(s.boxes) == 0 {
		s.raw(`<p class="tl-more">No testbeds to show.</p>`)
	}
	s.raw("</div>\n")
	s.legendList()
	return s.b
}

// fold writes rows of what is idle behind one line.
func (s *sheet) fold(first *box, rows []box) {
	words := calmWords(len(rows))
	if first.band == nil {
		words = plain.Count(len(rows), "idle testbed")
	}
	var names []string
	for i := range rows {
		names = append(names, rows[i].title)
	}
	s.raw(`<details class="tl-fold"><summary><span>`)
	s.text(words)
	s.raw(`</span> <small>`)
	s.text(strings.Join(names, ", "))
	s.raw(`</small></summary>`)
	for i := range rows {
		s.pageRow(&rows[i])
	}
	s.raw(`</details>`)
}

// pageHead writes the axis, and below it the times at which the experiment at hand fits.
func (s *sheet) pageHead() {
	s.raw(`<div class="tl-head" aria-hidden="true"><div class="tl-row"><div class="tl-name">`)
	zone := s.c.Zone.String()
	s.text("times in " + zone[strings.LastIndexByte(zone, '/')+1:])
	s.raw(`</div>`)
	s.slice(axisHeight, "")
	s.defs()
	s.grid(axisHeight-4, axisHeight)
	s.labels()
	s.raw(`</svg></div></div>`)
	if !s.used.hand {
		return
	}
	s.raw(`<div class="tl-row tl-hand"><div class="tl-name">the experiment fits</div>`)
	s.slice(handHeight, "times at which the experiment fits")
	s.grid(0, handHeight)
	s.hand(0)
	s.raw(`</svg></div>`)
}

// slice begins the drawing of a row.
func (s *sheet) slice(height float64, name string) {
	s.raw(`<svg class="tl"`)
	s.size(height)
	s.raw(` font-size="12"`)
	if name != "" {
		s.raw(` role="group"`)
		s.attr("aria-label", name)
	}
	s.raw(`>`)
}

// pageRow writes a lane, or a resource of an open one.
func (s *sheet) pageRow(b *box) {
	if b.band != nil {
		s.raw(`<div class="tl-row tl-band"`)
		s.attr("data-of", clean(b.ID))
		s.raw(`><div class="tl-name"><b>`)
		s.text(b.title)
		s.raw(`</b> <small>`)
		s.text(b.band.leastWords())
		s.raw(`</small></div>`)
	} else {
		s.pageTitle(b)
	}
	s.slice(b.area.y1, b.title)
	s.nights(b)
	s.grid(0, b.area.y1)
	s.fitBands([]area{b.area})
	s.content(b)
	s.changes(0, b.area.y1)
	s.raw(`</svg></div>`)
}

// pageTitle begins the row of a lane.
func (s *sheet) pageTitle(b *box) {
	s.raw(`<div class="tl-row tl-lane"`)
	if id := clean(b.ID); id != "" {
		s.attr("id", "lane-"+id)
		s.attr("data-lane", id)
	}
	s.attr("data-words", strings.ToLower(clean(b.title+" "+b.Words)))
	s.raw(`><div class="tl-name"><h2>`)
	link := href(b.Link)
	if link != "" {
		s.raw(`<a`)
		s.attr("href", link)
		s.attr("aria-expanded", strconv.FormatBool(b.Open))
		s.raw(`>`)
	}
	s.text(b.title)
	if link != "" {
		s.raw(`</a>`)
	}
	s.raw(`</h2>`)
	if b.note != "" {
		s.raw(`<small>`)
		s.text(b.note)
		s.raw(`</small>`)
	}
	if about := href(b.About); about != "" && b.Open {
		s.raw(`<small><a`)
		s.attr("href", about)
		s.attr("aria-label", "The page of "+b.title)
		s.raw(`>Testbed page</a></small>`)
	}
	if rest := b.firm.rest + b.waits.rest; rest > 0 {
		s.raw(`<small>+`, strconv.Itoa(rest), ` drawn together</small>`)
	}
	s.raw(`</div>`)
}
