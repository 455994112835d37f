package timeline

import "strconv"

// lane draws a lane or a resource of one, with its title.
func (s *sheet) lane(b *box) {
	if b.words != "" {
		s.remark(b)
		return
	}
	s.raw(`<g role="group"`)
	name := b.title
	if b.note != "" {
		name += ", " + b.note
	}
	s.attr("aria-label", name)
	if id := clean(b.ID); id != "" && b.band == nil {
		s.attr("data-lane", id)
	}
	s.raw(">")
	if b.band == nil {
		s.heading(b)
	} else {
		s.caption(b)
	}
	s.content(b)
	s.raw("</g>")
}

// content draws what has a time axis.
func (s *sheet) content(b *box) {
	if b.band != nil {
		s.band(b.band)
	} else {
		s.pressure(b)
	}
	for _, c := range b.closures {
		s.closure(b, c)
	}
	if s.used.now { // below the bookings, so as not to cross their letters
		x := s.scale.x(s.c.Now.Unix())
		s.line(asNow, x, b.area.y0, x, b.area.y1)
	}
	for _, k := range []*stack{&b.firm, &b.waits} {
		for i := range k.bars {
			s.bar(k, &k.bars[i])
		}
		s.density(k)
	}
}

// textLeft returns the start of a box's text, and the room for it.
func (s *sheet) textLeft(b *box) (x, room float64) {
	x = margin
	if b.band != nil {
		x += 14
	}
	if s.narrow {
		return x, s.scale.right - x
	}
	return x, gutter - 10 - x
}

func (s *sheet) heading(b *box) {
	x, room := s.textLeft(b)
	end, link := "</g>", href(b.Link)
	if link != "" {
		s.raw("<a")
		s.attr("href", link)
		s.raw(">")
		end = "</a>"
	} else {
		s.raw("<g>")
	}
	if len(b.Bands) > 0 { // points down if the lane is open, to the right if it can open
		s.raw("<path ", onMutedInk)
		if b.Open {
			s.at(` d="M`, x, b.titleY-7)
			s.raw(`h8l-4 6z"/>`)
		} else {
			s.at(` d="M`, x+1, b.titleY-9)
			s.raw(`v8l6-4z"/>`)
		}
	}
	x, room = x+14, room-14
	shown := fitted(b.title, 13*bold, room)
	if shown != b.title || b.note != "" {
		s.title(b.title)
	}
	s.label(onInk+` font-size="13" font-weight="600"`, x, b.titleY, shown)
	s.raw(end)
	if b.noteY > 0 {
		s.label(onMuted, x, b.noteY, fitted(b.note, small, room))
	}
	if b.moreY > 0 {
		s.label(onMuted, x, b.moreY, fitted("+"+strconv.Itoa(b.firm.rest+b.waits.rest)+" more, drawn together", small, room))
	}
}

// caption writes the title of a resource, and the worst of it.
func (s *sheet) caption(b *box) {
	x, room := s.textLeft(b)
	attrs, words := onMuted, b.band.leastWords()
	if b.band.known && b.band.least < 0 {
		attrs = onShort
	}
	if s.narrow {
		s.label(onInk, x, b.titleY, fitted(b.title, body, room-widthOf(words, small)*bold-12))
		s.label(attrs+` text-anchor="end"`, s.scale.right, b.titleY, fitted(words, small, room*.7))
		return
	}
	s.label(onInk, x, b.titleY, fitted(b.title, body, room))
	s.label(attrs, x, b.noteY, fitted(words, small, room))
}

// remark writes a line of words.
func (s *sheet) remark(b *box) {
	end := "</g>"
	if b.link != "" {
		s.raw("<a")
		s.attr("href", b.link)
		s.raw(">")
		end = "</a>"
	} else {
		s.raw("<g>")
	}
	s.title(clean(b.words))
	s.label(onMuted, margin+14, b.titleY, fitted(b.words, small, float64(s.c.Width)-2*margin-14))
	s.raw(end)
}

// pressure draws the strip of a lane: the higher and the darker, the scarcer. Overbooked times have a red edge.
func (s *sheet) pressure(b *box) {
	if len(b.strip) == 0 {
		return
	}
	y1 := b.stripY + stripHeight
	s.raw(`<g role="graphics-symbol img"`)
	s.attr("aria-label", b.title+", pressure: "+s.pressureWords(b))
	s.raw(">")
	for _, p := range b.strip {
		s.raw("<g>")
		s.title(s.stretchWords(b, p))
		switch {
		case p.closed:
			s.rect(`class="tl-closed" fill="url(#`+s.id+`-closed)" stroke="none"`, p.x0, b.stripY, p.x1, y1)
		case p.over:
			s.rect(asOverStrip, p.x0+.75, b.stripY+.75, max(p.x1-.75, p.x0+1), y1-.75)
		default:
			step := p.step()
			s.rect(pressed[step], p.x0, y1-stepHeights[step], p.x1, y1)
		}
		s.raw("</g>")
	}
	for _, c := range b.parts {
		s.hatch(area{b.stripY - 2, y1}, c)
		s.raw("</g>")
	}
	s.raw("</g>")
}

// closure draws a closure over the height of the lane.
func (s *sheet) closure(b *box, c closing) {
	shown := s.hatch(b.area, c)
	if b.closeY > 0 {
		s.label(onClosed, c.x0+5, b.closeY+11, fitted(shown, small, c.room-10))
	}
	s.raw("</g>")
}

// hatch begins a closure: a group that its caller ends, with an area hatched. It returns the closure's words.
func (s *sheet) hatch(a area, c closing) (shown string) {
	shown = c.words()
	name := "closed " + s.cache.slot(c.Slot)
	if c.count > 1 {
		name = shown + ", the first " + name
	} else if shown != "closed" {
		name = shown + ": " + name
	}
	s.raw(`<g role="graphics-symbol img"`)
	s.attr("aria-label", name)
	s.raw(">")
	s.title(name)
	s.rect(`class="tl-closed" fill="url(#`+s.id+`-closed)"`, c.x0, a.y0, c.x1, a.y1)
	s.raw(`<path `, asClosedEdge, ` d="`)
	s.at("M", c.x0, a.y0)
	s.at("V", a.y1)
	s.at("M", c.x1, a.y0)
	s.at("V", a.y1)
	s.raw(`"/>`)
	return shown
}
