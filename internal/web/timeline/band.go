package timeline

import (
	"math"
	"slices"

	"berth/testbeds"
)

// level is the free and the total capacity between two places.
type level struct {
	x0, x1      float64
	free, total int64
}

// levels turns the steps of a band into levels on a grid of half pixels: a cell that several steps touch gets the least free and the least
// total capacity of them, so the picture never shows capacity that does not exist. Times without steps have no level.
func (s scale) levels(steps []testbeds.Step) []level {
	if !slices.IsSortedFunc(steps, func(a, b testbeds.Step) int { return a.At.Compare(b.At) }) {
		steps = slices.SortedStableFunc(slices.Values(steps), func(a, b testbeds.Step) int { return a.At.Compare(b.At) })
	}
	cells := make([]struct {
		free, total int64
		known       bool
	}, int(math.Ceil((s.right-s.left)*2)))
	for i, step := range steps {
		a, b := step.At.Unix(), s.to
		if i+1 < len(steps) {
			b = steps[i+1].At.Unix()
		}
		if a, b = max(a, s.from), min(b, s.to); a >= b {
			continue
		}
		end := min(int(math.Ceil((s.x(b)-s.left)*2)), len(cells))
		for k := int((s.x(a) - s.left) * 2); k < end; k++ {
			if c := &cells[k]; !c.known {
				c.free, c.total, c.known = step.Free, step.Total, true
			} else {
				c.free, c.total = min(c.free, step.Free), min(c.total, step.Total)
			}
		}
	}
	var list []level
	for k, c := range cells {
		x0, x1 := s.left+float64(k)/2, min(s.left+float64(k+1)/2, s.right)
		n := len(list)
		switch {
		case !c.known:
		case n > 0 && list[n-1].x1 == x0 && list[n-1].free == c.free && list[n-1].total == c.total:
			list[n-1].x1 = x1
		default:
			list = append(list, level{x0, x1, c.free, c.total})
		}
	}
	return list
}

// extremes returns the least free and the greatest total capacity; ok is false without levels.
func extremes(list []level) (least, most int64, ok bool) {
	for i, l := range list {
		if i == 0 {
			least, most = l.free, l.total
		}
		least, most = min(least, l.free), max(most, l.total)
	}
	return least, max(most, 1), len(list) > 0
}

// band draws a resource: its used part, standing on the lower edge, the darker the scarcer; what is not there hangs from the top, hatched.
// Overbooked times have a red edge.
func (s *sheet) band(b *bandBox) {
	words := clean(b.Title) + ": " + b.leastWords()
	top, bottom := b.y, b.y+bandHeight
	s.raw(`<g role="graphics-symbol img"`)
	s.attr("aria-label", words)
	s.raw(">")
	s.title(words)
	height := func(n int64) float64 { return bandHeight * float64(min(max(n, 0), b.most)) / float64(b.most) }
	var steps [full + 1][]byte
	for _, l := range b.levels {
		if l.total < b.most {
			s.rect(`class="tl-closed" fill="url(#`+s.id+`-closed)"`, l.x0, top, l.x1, bottom-height(l.total))
		}
		p := pressure{share: share(testbeds.Step{Free: l.free, Total: l.total}), over: l.free < 0}
		y := bottom - height(max(l.total, 0)-max(l.free, 0))
		if p.over {
			s.rect(asOverStrip, l.x0+.75, top+.75, max(l.x1-.75, l.x0+1), bottom-.75)
			continue
		}
		if y < bottom {
			var d pen
			d.at("M", l.x0, bottom)
			d.at("V", y)
			d.at("H", l.x1)
			d.at("V", bottom)
			d.raw("z")
			steps[p.step()] = append(steps[p.step()], d.b...)
		}
	}
	for i, d := range steps {
		if len(d) > 0 {
			s.raw("<path ", pressed[i], ` d="`, string(d), `"/>`)
		}
	}
	for _, c := range b.closures {
		closed := area{top, bottom}
		if c.Part { // what is missing is hatched already; here are its words
			closed.y1 = top + 5
		}
		s.hatch(closed, c)
		s.raw("</g>")
	}
	s.line(asTrack, s.scale.left, bottom, s.scale.right, bottom)
	s.numbers(b)
	s.raw("</g>")
}

// numbers writes the free capacity into the levels that have room for it.
func (s *sheet) numbers(b *bandBox) {
	for _, l := range b.levels {
		text, attrs := b.size(max(l.free, 0)), onFree
		switch {
		case l.free < 0:
			text, attrs = "−"+b.size(-l.free), onShortFree
		case l.total <= 0:
			continue
		}
		if long := text + " free"; l.free >= 0 && widthOf(long, small) <= l.x1-l.x0-8 {
			text = long
		}
		used := bandHeight * (1 - float64(max(l.free, 0))/float64(b.most))
		if p := (pressure{share: share(testbeds.Step{Free: l.free, Total: l.total})}); l.free >= 0 && used >= 14 && l.total == b.most {
			attrs = onPressed[p.step()]
		}
		if widthOf(text, small) <= l.x1-l.x0-8 {
			s.label(attrs, l.x0+4, b.y+bandHeight-6, text)
		}
	}
}
