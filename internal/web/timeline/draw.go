package timeline

import "strconv"

// draw writes the whole picture. Later parts cover earlier ones.
func (s *sheet) draw() []byte {
	legend := s.legend()
	s.b = make([]byte, 0, 16<<10+400*s.count.bars)
	s.head()
	s.defs()
	w := float64(s.c.Width)
	s.rect(`class="tl-paper" fill="`+paper+`"`, 0, 0, w, s.height)
	for _, b := range s.boxes {
		if b.stripe == 0 {
			s.rect(`class="tl-stripe" fill="`+stripe+`"`, 0, b.top, w, b.bottom)
		}
	}
	s.ground()
	s.candidate()
	for i := range s.boxes {
		s.lane(&s.boxes[i])
	}
	if len(s.c.Lanes) == 0 {
		s.label(onMuted+` text-anchor="middle"`, w/2, s.top+28, "no testbeds to show")
	}
	s.above()
	s.ghosts()
	s.raw(`<g aria-hidden="true">`)
	s.labels()
	s.foot()
	s.b = append(s.b, legend...)
	s.raw("</g></svg>\n")
	return s.b
}

// head writes the beginning. A role of "img" would hide the links within, so the whole is a document of graphics (WAI-ARIA Graphics Module
// 1.0) and the bars are its symbols. The data attributes tell scripts the instants of places, in milliseconds since 1970.
func (s *sheet) head() {
	s.raw(`<svg xmlns="http://www.w3.org/2000/svg" class="tl"`)
	s.at(` width="`, float64(s.c.Width))
	s.at(`" height="`, s.height)
	s.at(`" viewBox="`, 0, 0, float64(s.c.Width), s.height)
	s.raw(`" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', 'DejaVu Sans', sans-serif" font-size="12"`,
		` role="graphics-document document" aria-roledescription="timeline" aria-labelledby="`, s.id, `-title" aria-describedby="`, s.id, `-desc"`,
		` data-from="`, strconv.FormatInt(s.scale.from*1000, 10), `" data-to="`, strconv.FormatInt(s.scale.to*1000, 10), `" data-zone="`)
	s.text(s.c.Zone.String())
	s.raw(`"`)
	s.at(` data-left="`, s.scale.left)
	s.at(`" data-right="`, s.scale.right)
	s.at(`" data-top="`, s.top)
	s.at(`" data-bottom="`, s.bottom)
	s.raw(`"><title id="`, s.id, `-title">`)
	s.text(clean(s.c.Title))
	s.raw(`</title><desc id="`, s.id, `-desc">`)
	s.text(s.summary())
	s.raw("</desc>")
}

// ground draws the layer below the lanes: weekends, and the lines of the axis and between testbeds.
func (s *sheet) ground() {
	for _, e := range s.axis.weekends {
		s.rect(asWeekend, s.scale.x(e[0]), axisHeight, s.scale.x(e[1]), s.bottom)
	}
	s.raw("<path ", asGrid, ` d="`)
	for _, t := range s.axis.minor {
		s.at("M", s.scale.x(t.at), axisHeight-4)
		s.at("V", s.bottom)
	}
	s.raw(`"/><path `, asStrong, ` d="`)
	s.at("M", s.scale.left, axisHeight)
	s.at("H", s.scale.right)
	for _, t := range s.axis.major {
		if t.at > s.scale.from {
			s.at("M", s.scale.x(t.at), 4)
			s.at("V", s.bottom)
		}
	}
	for _, b := range s.boxes {
		if b.depth == 0 {
			s.at("M", 0, b.top)
			s.at("H", float64(s.c.Width))
		}
	}
	s.at("M", 0, s.bottom)
	s.at("H", float64(s.c.Width))
	s.raw(`"/>`)
}

// labels writes the axis: each label begins at its line, and is left out if it would run into another one.
func (s *sheet) labels() {
	form, end := s.form(), 0.
	for _, t := range s.axis.minor {
		x, l := s.scale.x(t.at)+4, t.labels[form]
		if w := widthOf(l, small); x >= end+6 && x+w <= s.scale.right {
			s.label(onMuted, x, axisHeight-9, l)
			end = x + w
		}
	}
	for i, t := range s.axis.major {
		x, right := s.scale.x(t.at)+4, s.scale.right
		if i+1 < len(s.axis.major) {
			right = s.scale.x(s.axis.major[i+1].at) - 6
		}
		for _, l := range t.labels {
			if widthOf(l, body)*bold <= right-x {
				s.label(onInk+` font-weight="600"`, x, 16, l)
				break
			}
		}
	}
	if !s.narrow {
		s.label(onMuted, margin, axisHeight-9, fitted("times in "+s.c.Zone.String(), small, gutter-2*margin))
	}
}

// form chooses the form of the minor ticks' labels: the longest with room at every tick.
func (s *sheet) form() int {
	form := 0
	for _, t := range s.axis.minor {
		for form+1 < len(t.labels) && widthOf(t.labels[form], small)+10 > s.scale.pixels(s.axis.stride.seconds) {
			form++
		}
	}
	return form
}

// above draws the layer above the lanes: the picked slot, changes of the clocks, and now.
func (s *sheet) above() {
	for _, j := range s.axis.jumps {
		x := s.scale.x(j.at)
		s.raw("<g>")
		s.title("the clocks change: " + jumpWords(j))
		s.line(asJump, x, axisHeight, x, s.bottom+4)
		s.raw("</g>")
	}
	if s.c.Picked != nil {
		if x0, x1, ok := s.scale.span(*s.c.Picked); ok {
			s.raw(`<g role="graphics-symbol img"`)
			s.attr("aria-label", "picked: "+s.cache.slot(*s.c.Picked))
			s.raw(">")
			x0, x1 = max(x0, s.scale.left+1), min(max(x1, x0+2), s.scale.right-1)
			s.raw("<path ", asPicked, ` d="`)
			for _, a := range s.areas() {
				s.at("M", x0, a.y0)
				s.at("V", a.y1)
				s.at("M", x1, a.y0)
				s.at("V", a.y1)
			}
			if !s.narrow {
				s.at("M", x0, s.bottom-1)
				s.at("H", x1)
			}
			s.raw(`"/>`)
			s.raw("</g>")
		}
	}
	if s.used.now {
		x := s.scale.x(s.c.Now.Unix())
		s.raw("<g>")
		s.title("now: " + s.c.Now.In(s.c.Zone).Format("Mon 2 Jan 2006, 15:04 MST"))
		s.raw("<path ", asNow)
		s.at(` d="M`, x, axisHeight-3)
		s.at("V", s.top)
		s.at("M", x, s.bottom)
		s.raw(`v5"/>`)
		s.raw("</g>")
	}
}

func jumpWords(j jump) string {
	sign, by := "+", j.by
	if by < 0 {
		sign, by = "−", -by
	}
	switch {
	case by%3600 == 0:
		return sign + shortNumber(int(by/3600)) + " h"
	case by%60 == 0:
		return sign + shortNumber(int(by/60)) + " min"
	}
	return sign + shortNumber(int(by)) + " s"
}

// foot writes the labels of lines, below the lanes: now first, then those that do not run into it.
func (s *sheet) foot() {
	var taken [][2]float64
	word := func(attrs string, at int64, text string) {
		w := widthOf(text, small) * bold
		x := min(max(s.scale.x(at)-w/2, s.scale.left), s.scale.right-w)
		for _, t := range taken {
			if x < t[1]+6 && t[0] < x+w+6 {
				return
			}
		}
		taken = append(taken, [2]float64{x, x + w})
		s.label(attrs, x, s.bottom+16, text)
	}
	if s.used.now {
		word(onNow, s.c.Now.Unix(), "now "+s.c.Now.In(s.c.Zone).Format("15:04"))
	}
	for _, j := range s.axis.jumps {
		word(onMuted, j.at, "clocks "+jumpWords(j))
	}
}

// open begins an element that has a name, and perhaps a link; it returns the end tags.
func (s *sheet) open(link, name string) (end string) {
	if link == "" {
		s.raw(`<g role="graphics-symbol img"`)
		end = "</g>"
	} else {
		s.raw(`<a`)
		s.attr("href", link)
		end = "</a>"
	}
	s.attr("aria-label", name)
	s.raw(">")
	s.title(name)
	return end
}
