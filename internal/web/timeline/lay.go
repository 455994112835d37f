package timeline

// layLane places what belongs to a testbed: its bookings, below them the strip of pressure, on the lower edge what waits. The title stands
// beside them if there is room, else above.
func (s *sheet) layLane(b *box, y float64) float64 {
	top := y
	y += pad
	text := y
	b.titleY = text + 13
	text += titleLine
	if b.note != "" {
		b.noteY = text + 9
		text += noteLine
	}
	if rest := b.firm.rest + b.waits.rest; rest > 0 {
		b.moreY = text + 9
		text += noteLine
	}
	if s.narrow {
		y, top = text+3, text
	}
	if b.titledClosure() {
		b.closeY = y
		y += closeLine
	}
	y = b.firm.lay(y)
	b.stripY = y
	y += stripHeight
	if b.waits.rows > 0 || len(b.waits.bins) > 0 {
		y = b.waits.lay(y+4) - 3
	}
	y += pad
	if s.narrow || s.apart {
		text = y
	}
	b.area = area{top, max(y, text+pad, top+leastLane)}
	if shift := b.area.y1 - y; shift > 0 && b.firm.rows == 0 { // the strip stands below the title
		b.stripY += shift / 2
	}
	return b.area.y1
}

// lay places the rows of a stack, and returns where they end.
func (s *stack) lay(y float64) float64 {
	s.y = y
	y += float64(s.rows) * rowStep
	if len(s.bins) > 0 {
		s.binY = y
		y += binHeight + 2
	}
	s.end = y
	return y
}

func (s *sheet) layBand(b *box, y float64) float64 {
	top := y
	y += 4
	b.titleY = y + 11
	b.noteY = y + 24
	if s.narrow {
		y += noteLine + 2
		top = y
	}
	b.band.y = y
	b.area = area{top, y + bandHeight + 4}
	return b.area.y1
}
