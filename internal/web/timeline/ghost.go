package timeline

import (
	"strconv"

	"berth/testbeds"
)

// Ghost is a slot that would work instead of the picked one.
type Ghost struct {
	Slot  testbeds.Slot
	Title string // what it changes; the times are added to it
}

const asGhost = `class="tl-ghost-box" fill="` + fitsPaper + `" fill-opacity=".55" stroke="` + fits + `" stroke-width="1.5" stroke-dasharray="5 4"`

// ghosts draws the slots that would work, numbered as they are listed beside the picture. Scripts find them by data-ghost.
func (s *sheet) ghosts() {
	for i, g := range s.c.Ghosts {
		x0, x1, ok := s.scale.span(g.Slot)
		if !ok {
			continue
		}
		x1 = min(max(x1, x0+6), s.scale.right)
		number := strconv.Itoa(i + 1)
		s.raw(`<g class="tl-ghost" data-ghost="`, strconv.Itoa(i), `" role="graphics-symbol img"`)
		name := number + ": " + s.cache.slot(g.Slot)
		if g.Title != "" {
			name += ", " + g.Title
		}
		s.attr("aria-label", name)
		s.raw(">")
		s.title(name)
		s.rect(asGhost+` rx="4"`, x0+1, s.top-handHeight+2, x1-1, s.bottom-2)
		s.rect(`class="tl-fits-number" fill="`+fits+`" rx="8"`, x0+4, s.top-handHeight+5, x0+20, s.top-handHeight+21)
		s.label(`class="tl-on-fits-number" fill="`+paper+`" font-size="11" font-weight="700" text-anchor="middle"`, x0+12, s.top-handHeight+17, number)
		s.raw("</g>")
	}
}

// Repeat is another time of the picked slot, where it is repeated.
type Repeat struct {
	Slot  testbeds.Slot
	Place int // in its series, 1 for the first
	Fits  bool
}

const (
	asRepeat = `class="tl-repeat" fill="none" stroke="` + fits + `" stroke-width="2"`
	asMissed = `class="tl-missed" fill="` + shortPaper + `" fill-opacity=".6" stroke="` + short + `" stroke-width="2" stroke-dasharray="3 3"`
	onRepeat = `class="tl-fits-text" fill="` + fits + `" font-size="11" font-weight="700"`
	onMissed = `class="tl-missed-text" fill="` + short + `" font-size="11" font-weight="700"`
)

// repeats draws the other times of the picked slot, with their places; those that do not fit have a broken edge, and their places a cross.
func (s *sheet) repeats() {
	for _, r := range s.c.Repeats {
		x0, x1, ok := s.scale.span(r.Slot)
		if !ok {
			continue
		}
		x1 = min(max(x1, x0+6), s.scale.right)
		place, look, letters := strconv.Itoa(r.Place), asRepeat, onRepeat
		name := place + ": " + s.cache.slot(r.Slot) + ", fits"
		if !r.Fits {
			name, place, look, letters = place+": "+s.cache.slot(r.Slot)+", does not fit", place+"✕", asMissed, onMissed
		}
		s.raw(`<g role="graphics-symbol img"`)
		s.attr("aria-label", name)
		s.raw(">")
		s.title(name)
		s.rect(look+` rx="4"`, x0+1, s.top-handHeight+2, x1-1, s.bottom-2)
		s.label(letters, x0+5, s.top-handHeight+16, place)
		s.raw("</g>")
	}
}
