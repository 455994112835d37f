package timeline

import "strings"

// bar draws a booking, with lines before and after it for setup and tear-down.
func (s *sheet) bar(b *box, p *placed) {
	y := b.rowsY + float64(p.row)*rowStep
	end := s.open(href(p.Link), s.cache.bar(p))
	if p.o0 < p.x0-.3 {
		s.whisker(p.o0, p.x0, p.o0 > s.scale.left, p.o0, y)
	}
	if p.o1 > p.x1+.3 {
		s.whisker(p.x1, p.o1, p.o1 < s.scale.right, p.o1, y)
	}
	if p.x1 > p.x0 {
		// Half a unit on both sides keeps bars that touch apart.
		x0, x1 := p.x0+.5, max(p.x1-.5, p.x0+1)
		s.rect(p.look.shape(s.id)+` rx="3"`, x0, y+.5, x1, y+rowHeight-.5)
		if p.Overbooked {
			s.overbooked(x0, x1, y)
		}
		s.barText(p, x0, x1, y+15)
	}
	s.raw(end)
}

func (s *sheet) whisker(x0, x1 float64, stop bool, at, y float64) {
	mid := y + rowHeight/2
	s.raw("<path ", asAround)
	s.at(` d="M`, x0, mid)
	s.at("H", x1)
	if stop {
		s.at("M", at, mid-5)
		s.raw("v10")
	}
	s.raw(`"/>`)
}

func (s *sheet) overbooked(x0, x1, y float64) {
	inner := max(x1-1, x0+1)
	s.rect(asOver+` rx="3"`, min(x0+1, inner), y+1.5, inner, y+rowHeight-1.5)
	if x1-x0 >= 10 {
		s.raw("<path ", asCorner)
		s.at(` d="M`, x1-8, y+1)
		s.raw(`h8v8z"/>`)
	}
}

// barText writes the letter of the state and, if there is room, the label.
func (s *sheet) barText(p *placed, x0, x1, y float64) {
	letter := p.look.letter
	if p.Overbooked {
		letter += "!"
	}
	room := x1 - x0 - 10
	if p.Overbooked {
		room -= 5
	}
	w := widthOf(letter, body) * bold
	if w > room+4 {
		return
	}
	s.raw("<text ", p.look.text())
	s.at(` x="`, x0+5)
	s.at(`" y="`, y)
	s.raw(`"><tspan font-weight="700">`, letter, "</tspan>")
	if label := barLabel(clean(p.Label), room-w-5); label != "" {
		s.raw(`<tspan dx="5">`)
		s.text(label)
		s.raw("</tspan>")
	}
	s.raw("</text>")
}

// barLabel cuts a label to the room. The first word, the number of the request, is kept whole or left out.
func barLabel(label string, room float64) string {
	cut := fitted(label, body, room)
	if first, _, more := strings.Cut(label, " "); cut != label && len(cut) <= len(first)+len(" …") {
		if more && widthOf(first, body) <= room {
			return first
		}
		if len(first) < 12 {
			return ""
		}
	}
	return cut
}
