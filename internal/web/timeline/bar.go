package timeline

import "strings"

// bar draws a booking, with lines before and after it for setup and tear-down.
func (s *sheet) bar(k *stack, p *placed) {
	y := k.y + float64(p.row)*rowStep
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
		s.rect(p.look.shape(s.id)+` rx="4"`, x0, y+.5, x1, y+rowHeight-.5)
		if p.Mine {
			s.rect(asMine+` rx="4"`, x0+.5, y+1, max(x1-.5, x0+1), y+rowHeight-1)
		}
		if p.Overbooked {
			s.overbooked(x0, x1, y)
		}
		s.barText(p, x0, x1, y+14)
	}
	s.raw(end)
}

func (s *sheet) whisker(x0, x1 float64, stop bool, at, y float64) {
	mid := y + rowHeight/2
	s.raw("<path ", asAround)
	s.at(` d="M`, x0, mid)
	s.at("H", x1)
	if stop {
		s.at("M", at, mid-4)
		s.raw("v8")
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

// barText writes the label: on the bar, or behind it where it has no room on it and says which request it is. The sign of the state stands before it, if there is room.
func (s *sheet) barText(p *placed, x0, x1, y float64) {
	room := x1 - x0 - 12
	if p.Overbooked {
		room -= 6
	}
	size := body + 0.
	if p.Mine {
		size *= bold
	}
	label, sign := clean(p.Label), p.look.sign
	signed := strings.TrimSpace(sign + " " + label)
	on := barLabel(label, size, room)
	switch {
	case sign != "" && widthOf(signed, size) <= room:
		s.name(p, p.look.text(), x0+6, y, signed)
	case on != label && p.beside > max(leastBeside, room) && p.Link != "":
		if sign != "" && widthOf(sign, body) <= room+4 {
			s.name(p, p.look.text(), x0+6, y, sign)
		}
		s.name(p, onBeside, p.o1+5, y, fitted(label, size, p.beside-10))
	case on != "":
		s.name(p, p.look.text(), x0+6, y, on)
	case sign != "" && widthOf(sign, body) <= room+4:
		s.name(p, p.look.text(), x0+6, y, sign)
	}
}

// leastBeside is the room behind a bar from which on its name stands there.
const leastBeside = 64

func (s *sheet) name(p *placed, attrs string, x, y float64, text string) {
	if p.Mine {
		attrs += ` font-weight="600"`
	}
	s.label(attrs, x, y, text)
}

// barLabel cuts a label to the room. The first word, the number of the request, is kept whole or left out.
func barLabel(label string, size, room float64) string {
	cut := fitted(label, size, room)
	if word := firstWord(label); cut != label && len(cut) <= len(word)+len(" …") {
		switch number := strings.HasPrefix(word, "#"); {
		case number && word != label && widthOf(word, size) <= room:
			return word
		case !number || len(word) < 12:
			return ""
		}
	}
	return cut
}

// firstWord returns the first word of a label.
func firstWord(label string) string {
	word, _, _ := strings.Cut(label, " ")
	return word
}
