package timeline

import "berth/testbeds/plain"

// entry is a line of the legend: a small picture and its words.
type entry struct {
	draw func(p *pen, x, y float64) // into 22 × 14 units
	text string
}

const (
	swatch     = 22.
	legendLine = 20.
)

// legendList explains the signs in the picture as a list of HTML.
func (s *sheet) legendList() {
	s.raw(`<ul class="tl-legend">`)
	for _, e := range s.entries() {
		s.raw(`<li><svg class="tl" width="22" height="14" viewBox="0 0 22 14" aria-hidden="true">`)
		e.draw(&s.pen, 0, 0)
		s.raw("</svg> ")
		s.text(e.text)
		s.raw("</li>")
	}
	s.raw("</ul>")
}

// legend explains the signs in the picture, below it, and makes room for that.
func (s *sheet) legend() []byte {
	var p pen
	x, y := float64(margin), s.height+8
	entries := s.entries()
	if s.narrow {
		entries = append([]entry{{nil, "Times in " + s.c.Zone.String()}}, entries...)
	}
	if s.left > 0 {
		entries = append([]entry{{nil, "+" + plain.Count(s.left, "lane") + ", not drawn"}}, entries...)
	}
	for _, e := range entries {
		w := widthOf(e.text, small) + 16
		if e.draw != nil {
			w += swatch + 6
		}
		if x > margin && x+w > float64(s.c.Width) {
			x, y = margin, y+legendLine
		}
		at := x
		if e.draw != nil {
			e.draw(&p, x, y)
			at += swatch + 6
		}
		p.label(onMuted, at, y+11, fitted(e.text, small, float64(s.c.Width)-at))
		x += w
	}
	if len(entries) > 0 {
		s.height = y + legendLine
	}
	return p.b
}

func (s *sheet) entries() []entry {
	var list []entry
	add := func(ok bool, text string, draw func(p *pen, x, y float64)) {
		if ok {
			list = append(list, entry{draw, text})
		}
	}
	box := func(attrs string) func(p *pen, x, y float64) {
		return func(p *pen, x, y float64) { p.rect(attrs, x+.5, y+.5, x+swatch-.5, y+13.5) }
	}
	for _, l := range looks {
		add(s.used.states[l.index], l.name, func(p *pen, x, y float64) {
			box(l.shape(s.id)+` rx="3"`)(p, x, y)
			if l.sign != "" {
				p.label(l.text()+` font-size="10" text-anchor="middle"`, x+swatch/2, y+10.5, l.sign)
			}
		})
	}
	add(s.used.mine, "yours", box(asMine+` rx="3"`))
	add(s.used.over, "overbooked", func(p *pen, x, y float64) {
		box(asOver+` rx="3"`)(p, x, y)
		p.at(`<path `+asCorner+` d="M`, x+swatch-8, y)
		p.raw(`h8v8z"/>`)
	})
	add(s.used.around, "setup, tear-down", func(p *pen, x, y float64) {
		p.at("<path "+asAround+` d="M`, x, y+7)
		p.at("H", x+swatch)
		p.at("M", x+1, y+3)
		p.raw(`v8"/>`)
	})
	add(s.used.bins, "bookings drawn together", func(p *pen, x, y float64) {
		p.rect(asBin, x+2, y+8, x+7, y+14)
		p.rect(asBin, x+9, y+3, x+14, y+14)
		p.rect(asBin, x+16, y+6, x+21, y+14)
	})
	add(s.used.bands, "pressure: idle to full", func(p *pen, x, y float64) {
		for i, attrs := range pressed {
			w := swatch / float64(len(pressed))
			p.rect(attrs, x+float64(i)*w, y+14-stepHeights[i], x+float64(i+1)*w, y+14)
		}
	})
	add(s.used.short, "more booked than there is", box(asOverStrip))
	add(s.used.closures, "closed", box(`class="tl-closed" fill="url(#`+s.id+`-closed)"`))
	add(s.used.fits, "the experiment fits", box(asFits+` rx="3"`))
	add(s.c.Picked != nil, "picked", box(asPill+` rx="3"`))
	return list
}
