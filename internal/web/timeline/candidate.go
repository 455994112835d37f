package timeline

import (
	"berth/testbeds"
	"berth/testbeds/plain"
)

// areas joins the adjacent areas of all lanes.
func (s *sheet) areas() []area {
	var list []area
	for _, b := range s.boxes {
		if n := len(list) - 1; n >= 0 && list[n].y1 == b.area.y0 {
			list[n].y1 = b.area.y1
		} else if b.words == "" {
			list = append(list, b.area)
		}
	}
	return list
}

// fit is a slot in which the experiment fits, or several too close to draw apart.
type fit struct {
	x0, x1      float64
	first, last testbeds.Slot
	count       int
}

// fitting joins slots that overlap, or are too narrow or too close to draw apart.
func (s *sheet) fitting() []fit {
	var list []fit
	for _, slot := range s.c.Fits {
		x0, x1, ok := s.scale.span(slot)
		if !ok {
			continue
		}
		x1 = min(max(x1, x0+2), s.scale.right)
		x0 = min(x0, x1-2)
		if n := len(list) - 1; n >= 0 && x0 < list[n].x1+.5 && x1 > list[n].x0 {
			if x0 >= list[n].x1-.05 && x1-x0 >= 8 && list[n].x1-list[n].x0 >= 8 { // adjacent slots, both visible
				list = append(list, fit{x0, x1, slot, slot, 1})
				continue
			}
			list[n].x0, list[n].x1, list[n].last = min(x0, list[n].x0), max(x1, list[n].x1), slot
			list[n].count++
			continue
		}
		list = append(list, fit{x0, x1, slot, slot, 1})
	}
	return list
}

// candidate draws the row of the experiment at hand, and its bands behind the lanes.
func (s *sheet) candidate() {
	if !s.used.hand {
		return
	}
	s.raw(`<g role="group" aria-label="the experiment at hand">`)
	if !s.narrow {
		s.label(onInk, margin, axisHeight+handHeight-8, "the experiment fits")
	}
	s.fitBands(s.areas())
	s.hand(axisHeight)
	s.raw("</g>")
}

// fitBands draws the times at which the experiment fits behind the lanes.
func (s *sheet) fitBands(areas []area) {
	for _, f := range s.fitting() {
		s.raw("<path ", asFitsBand, ` d="`)
		for _, a := range areas {
			s.at("M", f.x0, a.y0)
			s.at("H", f.x1)
			s.at("V", a.y1)
			s.at("H", f.x0)
			s.raw("z")
		}
		s.raw(`"/>`)
	}
}

// hand draws the row with the times at which the experiment fits, and the picked slot.
func (s *sheet) hand(top float64) {
	y0, y1 := top+4, top+handHeight-4
	var p0, p1 float64
	picked := false
	if s.c.Picked != nil {
		p0, p1, picked = s.scale.span(*s.c.Picked)
	}
	for _, f := range s.fitting() {
		what, link := "fits: "+s.cache.slot(f.first), ""
		if f.count > 1 {
			what = "fits in " + plain.Count(f.count, "slot") + ", the first " + s.cache.slot(f.first) + ", the last " + s.cache.slot(f.last)
		} else if s.c.Pick != nil {
			link = href(s.c.Pick(f.first))
		}
		end := s.open(link, what)
		s.rect(asFits+` rx="3"`, f.x0, y0, f.x1, y1)
		if f.x1-f.x0 >= widthOf("fits", small)+8 && !(picked && p0 < f.x1 && f.x0 < p1) {
			s.label(onFits, f.x0+5, y1-4, "fits")
		}
		s.raw(end)
	}
	if picked {
		s.raw(`<g class="tl-chosen">`)
		s.rect(asPill+` rx="3"`, p0, y0-1, min(max(p1, p0+2), s.scale.right), y1+1)
		if p1-p0 >= widthOf("picked", small)*bold+8 {
			s.label(onPicked, p0+5, y1-4, "picked")
		}
		s.raw("</g>")
	}
}
