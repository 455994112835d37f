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
	for i := range s.boxes {
		s.nights(&s.boxes[i])
	}
	s.grid(axisHeight-4, s.bottom)
	s.candidate()
	s.raw("<path ", asStrong, ` d="`)
	s.at("M", s.scale.left, axisHeight)
	s.at("H", s.scale.right)
	for i, b := range s.boxes {
		if b.band == nil && i > 0 {
			s.at("M", 0, b.top)
			s.at("H", w)
		}
	}
	s.at("M", 0, s.bottom)
	s.at("H", w)
	s.raw(`"/>`)
	for i := range s.boxes {
		s.lane(&s.boxes[i])
	}
	if len(s.boxes) == 0 {
		s.label(onMuted+` text-anchor="middle"`, w/2, s.top+28, "no testbeds to show")
	}
	s.above()
	s.ghosts()
	s.repeats()
	s.raw(`<g aria-hidden="true">`)
	s.labels()
	s.b = append(s.b, legend...)
	s.raw("</g></svg>\n")
	return s.b
}

// head writes the beginning. A role of "img" would hide the links within, so the whole is a document of graphics (WAI-ARIA Graphics Module
// 1.0) and the bars are its symbols. The data attributes tell scripts the instants of places, in milliseconds since 1970.
func (s *sheet) head() {
	s.raw(`<svg xmlns="http://www.w3.org/2000/svg" class="tl"`)
	s.size(s.height)
	s.raw(` `, fonts, ` role="graphics-document document" aria-roledescription="timeline" aria-labelledby="`, s.id, `-title" aria-describedby="`, s.id, `-desc"`)
	s.data()
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

// fonts are the letters of a picture.
const fonts = `font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', 'DejaVu Sans', sans-serif" font-size="12"`

// size writes the attributes of a picture's size.
func (s *sheet) size(height float64) {
	s.at(` width="`, float64(s.c.Width))
	s.at(`" height="`, height)
	s.at(`" viewBox="`, 0, 0, float64(s.c.Width), height)
	s.raw(`"`)
}

// data writes the attributes that tell scripts the times shown, in milliseconds since 1970.
func (s *sheet) data() {
	s.raw(` data-from="`, strconv.FormatInt(s.scale.from*1000, 10), `" data-to="`, strconv.FormatInt(s.scale.to*1000, 10), `"`)
	s.attr("data-zone", s.c.Zone.String())
}

// grid draws the lines of the axis.
func (s *sheet) grid(y0, y1 float64) {
	s.raw("<path ", asGrid, ` d="`)
	for _, t := range s.axis.minor {
		if t.at > s.scale.from {
			s.at("M", s.scale.x(t.at), y0)
			s.at("V", y1)
		}
	}
	s.raw(`"/><path `, asStrong, ` d="`)
	for _, t := range s.axis.major {
		if t.at > s.scale.from {
			s.at("M", s.scale.x(t.at), max(0, y0-32))
			s.at("V", y1)
		}
	}
	s.raw(`"/>`)
}

// nights draws the nights and weekends of a lane's zone.
func (s *sheet) nights(b *box) {
	if b.Lane == nil {
		return
	}
	list := s.scale.nights(b.Zone)
	if len(list) == 0 {
		return
	}
	s.raw("<path ", asNight, ` d="`)
	for _, e := range list {
		s.at("M", s.scale.x(e[0]), b.area.y0)
		s.at("H", s.scale.x(e[1]))
		s.at("V", b.area.y1)
		s.at("H", s.scale.x(e[0]))
		s.raw("z")
	}
	s.raw(`"/>`)
}

// labels writes the axis: now and the changes of the clocks first, then each label at its line, unless it would run into another one.
func (s *sheet) labels() {
	var taken [][2]float64
	free := func(x, w float64) bool {
		for _, t := range taken {
			if x < t[1]+6 && t[0] < x+w+6 {
				return false
			}
		}
		return x+w <= s.scale.right
	}
	if s.used.now {
		text := s.c.Now.In(s.c.Zone).Format("15:04")
		w := widthOf(text, small)*bold + 10
		x := min(max(s.scale.x(s.c.Now.Unix())-w/2, s.scale.left), s.scale.right-w)
		taken = append(taken, [2]float64{x, x + w})
		s.rect(asNowPill+` rx="3"`, x, axisHeight-20, x+w, axisHeight-4)
		s.label(onNow, x+5, axisHeight-8, text)
	}
	for _, j := range s.axis.jumps {
		text := "clocks " + jumpWords(j)
		w := widthOf(text, small)
		x := min(max(s.scale.x(j.at)+4, s.scale.left), s.scale.right-w)
		if free(x, w) {
			taken = append(taken, [2]float64{x, x + w})
			s.label(onMuted, x, axisHeight-9, text)
		}
	}
	form := s.form()
	for _, t := range s.axis.minor {
		x, l := s.scale.x(t.at)+4, t.labels[form]
		if w := widthOf(l, small); free(x, w) {
			s.label(onMuted, x, axisHeight-9, l)
			taken = append(taken, [2]float64{x, x + w})
		}
	}
	for i, t := range s.axis.major {
		x, right := s.scale.x(t.at)+4, s.scale.right
		if i+1 < len(s.axis.major) {
			right = s.scale.x(s.axis.major[i+1].at) - 6
		}
		for _, l := range t.labels {
			if widthOf(l, body)*bold <= right-x {
				s.label(onInk+` font-weight="600"`, x, 15, l)
				break
			}
		}
	}
	if !s.narrow && !s.apart {
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

// above draws the layer above the lanes: changes of the clocks, and the picked slot.
func (s *sheet) above() {
	s.changes(axisHeight, s.bottom)
	if s.c.Picked == nil {
		return
	}
	x0, x1, ok := s.scale.span(*s.c.Picked)
	if !ok {
		return
	}
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
	s.raw(`"/></g>`)
}

// changes draws the changes of the clocks.
func (s *sheet) changes(y0, y1 float64) {
	for _, j := range s.axis.jumps {
		x := s.scale.x(j.at)
		s.raw("<g>")
		s.title("the clocks change: " + jumpWords(j))
		s.line(asJump, x, y0, x, y1)
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
