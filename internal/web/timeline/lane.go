package timeline

import "strconv"

// lane draws a lane: its title, capacity, closures and bookings.
func (s *sheet) lane(b *box) {
	s.raw(`<g role="group"`)
	name := b.title
	if b.note != "" {
		name += ", " + b.note
	}
	s.attr("aria-label", name)
	if id := clean(b.ID); id != "" {
		s.attr("data-lane", id)
	}
	s.raw(">")
	s.heading(b)
	for i := range b.bands {
		s.band(b, &b.bands[i])
	}
	for _, c := range b.closures {
		s.closure(b, c)
	}
	if s.used.now { // below the bookings, so as not to cross their letters
		s.raw("<path ", asNow, ` d="`)
		for _, a := range b.areas {
			s.at("M", s.scale.x(s.c.Now.Unix()), a.y0)
			s.at("V", a.y1)
		}
		s.raw(`"/>`)
	}
	for i := range b.bars {
		s.bar(b, &b.bars[i])
	}
	s.density(b)
	s.raw("</g>")
}

// textLeft returns the start of a lane's text, and the room for it.
func (s *sheet) textLeft(b *box) (x, room float64) {
	x = margin + float64(b.depth)*indent
	if s.narrow {
		return x, s.scale.right - x
	}
	return x, gutter - 10 - x
}

func (s *sheet) heading(b *box) {
	if b.compact {
		return
	}
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
	size, weight := 13., ` font-weight="700"`
	if b.depth > 0 {
		size, weight = body, ` font-weight="600"`
	}
	if len(b.Lanes) > 0 { // points down if the lane is open, to the right if it can open
		s.raw("<path ", onInk)
		if b.Open {
			s.at(` d="M`, x, b.titleY-8)
			s.raw(`h9l-4.5 7z"/>`)
		} else {
			s.at(` d="M`, x+1, b.titleY-9.5)
			s.raw(`v9l7-4.5z"/>`)
		}
		x, room = x+14, room-14
	}
	shown := fitted(b.title, size*bold, room)
	if shown != b.title || b.note != "" {
		s.title(b.title)
	}
	s.label(onInk+` font-size="`+strconv.Itoa(int(size))+`"`+weight, x, b.titleY, shown)
	s.raw(end)
	if b.noteY > 0 {
		s.label(onMuted, x, b.noteY, fitted(b.note, small, room))
	}
	if b.moreY > 0 {
		s.label(onMuted, x, b.moreY, fitted("+"+strconv.Itoa(b.rest)+" more, drawn together", small, room))
	}
}

// band draws the capacity of a resource: the total, hatched, and the free part of it, filled, both as heights; shortages over the full
// height.
func (s *sheet) band(l *box, b *bandBox) {
	x, room := s.textLeft(l)
	attrs := onMuted
	if b.known && b.least < 0 {
		attrs = onShort
	}
	words := b.leastWords()
	bottom := b.y + bandHeight
	s.raw(`<g role="graphics-symbol img"`)
	s.attr("aria-label", b.title+": "+words)
	s.raw(">")
	s.title(b.title + ": " + words)
	if s.narrow {
		name := fitted(b.title, body, room-widthOf(words, small)*bold-12)
		s.label(onInk, x, b.y-4, name)
		s.label(attrs+` text-anchor="end"`, s.scale.right, b.y-4, fitted(words, small, room*.7))
	} else {
		s.label(onInk, x, b.y+12, fitted(b.title, body, room))
		s.label(attrs, x, b.y+25, fitted(words, small, room))
	}
	if b.known {
		s.area(`class="tl-taken" fill="url(#`+s.id+`-taken)"`, b, func(l level) int64 { return l.total })
		s.area(asFree, b, func(l level) int64 { return l.free })
		s.shortage(b)
	}
	for _, c := range b.closures {
		s.hatch([]area{{b.y, b.y + bandHeight}}, c, 0)
		s.raw("</g>")
	}
	s.line(asTrack, s.scale.left, bottom, s.scale.right, bottom)
	s.numbers(b)
	s.raw("</g>")
}

// area draws the levels of a band as one shape, standing on its lower edge.
func (s *sheet) area(attrs string, b *bandBox, of func(level) int64) {
	bottom := b.y + bandHeight
	height := func(l level) float64 {
		return float64(bandHeight) * float64(min(max(of(l), 0), b.most)) / float64(b.most)
	}
	s.raw("<path ", attrs, ` d="`)
	for i, l := range b.levels {
		if i == 0 || b.levels[i-1].x1 != l.x0 {
			if i > 0 {
				s.at("V", bottom)
				s.raw("z")
			}
			s.at("M", l.x0, bottom)
		}
		s.at("V", bottom-height(l))
		s.at("H", l.x1)
	}
	s.at("V", bottom)
	s.raw(`z"/>`)
}

// shortage draws overbooked times, over the whole height.
func (s *sheet) shortage(b *bandBox) {
	for i := 0; i < len(b.levels); i++ {
		if b.levels[i].free >= 0 {
			continue
		}
		first := b.levels[i]
		for i+1 < len(b.levels) && b.levels[i+1].free < 0 && b.levels[i+1].x0 == b.levels[i].x1 {
			i++
		}
		s.rect(`class="tl-short" fill="url(#`+s.id+`-short) `+shortPaper+`" stroke="`+short+`"`, first.x0, b.y, b.levels[i].x1, b.y+bandHeight)
	}
}

// numbers writes the free capacity into the levels that have room for it.
func (s *sheet) numbers(b *bandBox) {
	total := int64(-1)
	for _, l := range b.levels {
		text := b.size(max(l.free, -l.free))
		if l.free < 0 {
			text = "−" + text
		}
		if long := text + " of " + b.size(max(l.total, 0)); l.total != total && widthOf(long, small) <= l.x1-l.x0-8 {
			text, total = long, l.total
		}
		if widthOf(text, small) <= l.x1-l.x0-8 {
			s.label(onFree, l.x0+4, b.y+bandHeight-5, text)
		}
	}
}

// closure draws a closure over the height of the lane.
func (s *sheet) closure(b *box, c closing) {
	inset := 3.
	if s.narrow {
		inset = 0
	}
	shown := s.hatch(b.areas, c, inset)
	if b.closeY > 0 {
		s.label(onClosed, c.x0+5, b.closeY+11, fitted(shown, small, c.room-10))
	}
	s.raw("</g>")
}

// hatch begins a closure: a group that its caller ends, with areas hatched. It returns the closure's words.
func (s *sheet) hatch(areas []area, c closing, inset float64) (shown string) {
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
	s.raw(`<path class="tl-closed" fill="url(#`, s.id, `-closed)" stroke="`, closed, `"`)
	s.columns(areas, c.x0, c.x1, inset)
	s.raw("/>")
	return shown
}

// columns writes a path through areas from x0 to x1, inset by a margin.
func (s *sheet) columns(areas []area, x0, x1, inset float64) {
	s.raw(` d="`)
	for _, a := range areas {
		s.at("M", x0, a.y0+inset)
		s.at("H", x1)
		s.at("V", a.y1-inset)
		s.at("H", x0)
		s.raw("z")
	}
	s.raw(`"`)
}
