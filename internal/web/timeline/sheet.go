package timeline

import (
	"slices"
	"strings"
	"time"

	"berth/testbeds/plain"
)

const (
	gutter      = 190 // for titles beside lanes
	margin      = 8
	axisHeight  = 40
	handHeight  = 24 // of the row with the fitting times and the picked slot
	pad         = 7  // above and below the content of a lane
	titleLine   = 18
	noteLine    = 14
	rowHeight   = 20
	rowStep     = 23
	binHeight   = 24
	closeLine   = 16 // of the titles of closures
	stripHeight = 12
	bandHeight  = 26
	leastLane   = 36
	wordsHeight = 24 // of a line of words
	body        = 12 // sizes of letters
	small       = 11

	mostBars  = 2000 // drawn by themselves, in the whole picture: browsers still move so many smoothly
	mostBoxes = 500  // lanes, and bands of open ones
)

// sheet is a chart while it is drawn: as one picture, or apart, each lane by itself.
type sheet struct {
	pen
	c      Chart
	id     string
	apart  bool // each box begins at 0, without titles
	narrow bool
	scale  scale
	axis   axis
	boxes  []box
	rows   int     // of bookings in a lane
	most   int     // bookings in a lane, drawn by themselves
	top    float64 // of the lanes
	bottom float64
	height float64
	left   int // lanes without room
	used   used
	count  struct{ bars, closures int }
	cache  dates
}

// used records the parts that occur in the picture, for the patterns and the legend.
type used struct {
	states                                                            [len(looks)]bool
	bands, short, closures, around, bins, over, fits, hand, now, mine bool
}

// box is a lane, a resource of an open one, or a line of words, with the places of its parts, from top to bottom.
type box struct {
	*Lane
	band         *bandBox // nil unless the box is a resource
	words        string   // of a box that is a line of words
	calm         bool     // a resource that is always at least half free, an idle testbed
	link         string   // of it
	title, note  string
	top, bottom  float64
	titleY       float64 // baseline
	noteY, moreY float64 // baselines; 0 for none
	area         area    // the part with a time axis, without the text above it
	closeY       float64 // upper edges; closeY is 0 if no closure has a title that fits
	stripY       float64
	firm, waits  stack
	strip        []stretch
	closures     []closing // of the whole lane
	parts        []closing // of resources of the lane
}

// stack is bookings in rows, and below them those that are drawn together.
type stack struct {
	packing
	y, binY, end float64
}

// area is a stretch from top to bottom.
type area struct{ y0, y1 float64 }

// bandBox is a band and its place.
type bandBox struct {
	*Band
	y           float64 // of its upper edge
	levels      []level
	closures    []closing
	least, most int64
	known       bool
}

func newSheet(c Chart, apart bool) *sheet {
	s := &sheet{c: c, id: identifier(c.ID), narrow: c.Width < narrowBelow && !apart, apart: apart}
	s.scale = scale{c.From.Unix(), c.To.Unix(), gutter, float64(c.Width) - margin}
	switch {
	case apart:
		s.scale.left, s.scale.right = 0, float64(c.Width)
	case s.narrow:
		s.scale.left = margin
	}
	s.cache = dates{c.Zone, c.Now}
	s.axis = s.scale.axis(c.Zone)
	s.top = axisHeight
	s.used.fits, s.used.now = len(c.Fits) > 0, !c.Now.IsZero() && s.sees(c.Now)
	if s.used.hand = len(c.Fits) > 0 || c.Picked != nil; s.used.hand && !apart {
		s.top += handHeight
	}
	s.bottom = s.top
	lanes := len(c.Lanes)
	s.most = min(max(mostBars/max(1, lanes), 40), 300)
	s.rows = min(c.Rows, max(2, 120/max(1, lanes))) // many lanes are low ones
	for i := range c.Lanes {
		s.add(&c.Lanes[i])
	}
	if apart {
		for i := range c.Quiet {
			s.add(&c.Quiet[i])
			s.boxes[len(s.boxes)-1].calm = true
		}
	} else if len(c.Quiet) > 0 {
		s.addWords(quietWords(c.Quiet), c.QuietLink)
	}
	if len(c.Lanes)+len(c.Quiet) == 0 {
		s.bottom += 48
	}
	s.height = s.bottom
	return s
}

func (s *sheet) sees(t time.Time) bool { return t.Unix() >= s.scale.from && t.Unix() < s.scale.to }

// add places a lane, and the resources of an open one.
func (s *sheet) add(l *Lane) {
	b := box{Lane: l, title: clean(l.Title), note: clean(l.Note)}
	waiting := func(b Bar) bool { return lookOf(b.State).rank == waitingRank }
	b.firm.packing = s.scale.pack(slices.DeleteFunc(slices.Clone(l.Bars), waiting), s.rows, s.most)
	b.waits.packing = s.scale.pack(slices.DeleteFunc(slices.Clone(l.Bars), func(b Bar) bool { return !waiting(b) }), s.rows, s.most)
	b.strip = s.scale.strip(pressures(l.Bands, s.scale.from, s.scale.to))
	b.closures = s.scale.close(l.Closures)
	b.parts = s.scale.close(partClosures(l.Bands))
	if !s.place(b, s.layLane) || !l.Open {
		return
	}
	var quiet []string
	var calm []box
	for i := range l.Bands {
		band := bandBox{Band: &l.Bands[i], levels: s.scale.levels(l.Bands[i].Steps), closures: s.scale.close(l.Bands[i].Closures)}
		band.least, band.most, band.known = extremes(band.levels)
		if band.known && len(band.closures) == 0 && !slices.ContainsFunc(band.levels, func(l level) bool { return 2*l.free < l.total }) {
			quiet = append(quiet, clean(band.Title)+" ("+band.size(band.most)+")")
			calm = append(calm, box{Lane: l, band: &band, title: clean(band.Title), calm: true})
			continue
		}
		s.place(box{Lane: l, band: &band, title: clean(band.Title)}, s.layBand)
	}
	if s.apart {
		for _, b := range calm {
			s.place(b, s.layBand)
		}
	} else if len(quiet) > 0 {
		s.addWords(calmWords(len(quiet))+": "+strings.Join(quiet, ", "), "")
	}
}

// calmWords stands for the resources of an open lane that have no band of their own.
func calmWords(n int) string { return plain.Count(n, "resource") + " always at least half free" }

func quietWords(lanes []Lane) string {
	var names []string
	for _, l := range lanes {
		names = append(names, clean(l.Title))
	}
	return plain.Count(len(names), "idle testbed") + ": " + strings.Join(names, ", ")
}

// partClosures lists the closures of whole resources, each once.
func partClosures(bands []Band) (list []Closure) {
	for _, b := range bands {
		for _, c := range b.Closures {
			if !c.Part && !slices.ContainsFunc(list, func(o Closure) bool { return o.Title == c.Title && o.Slot.Equal(c.Slot) }) {
				list = append(list, c)
			}
		}
	}
	return list
}

func (s *sheet) addWords(words, link string) {
	s.place(box{words: words, link: href(link)}, func(b *box, y float64) float64 {
		b.area = area{y, y + wordsHeight}
		b.titleY = y + 16
		return y + wordsHeight
	})
}

// place puts a box below the others; ok is false if there is no room.
func (s *sheet) place(b box, lay func(b *box, y float64) float64) (ok bool) {
	if len(s.boxes) == mostBoxes {
		s.left++
		return false
	}
	if !s.apart {
		b.top = s.bottom
	}
	b.bottom = lay(&b, b.top)
	s.use(&b)
	s.bottom = b.bottom
	s.boxes = append(s.boxes, b)
	return true
}

// use records the parts of a box.
func (s *sheet) use(b *box) {
	for _, k := range []stack{b.firm, b.waits} {
		for _, p := range k.bars {
			s.used.states[p.look.index] = s.used.states[p.look.index] || p.x1 > p.x0
			s.used.around = s.used.around || p.o0 < p.x0 || p.o1 > p.x1
			s.used.over = s.used.over || p.Overbooked
			s.used.mine = s.used.mine || p.Mine
		}
		for _, c := range k.bins {
			if c.only != nil {
				s.used.states[c.only.look.index] = true
			} else {
				s.used.bins = true
			}
		}
		s.count.bars += len(k.bars) + k.rest
	}
	all := slices.Concat(b.closures, b.parts)
	for _, p := range b.strip {
		s.used.bands = true
		s.used.short = s.used.short || p.over
		s.used.closures = s.used.closures || p.closed
	}
	if b.band != nil {
		s.used.short = s.used.short || b.band.known && b.band.least < 0
		all = b.band.closures
	}
	s.used.closures = s.used.closures || len(all) > 0
	if b.band == nil {
		for _, c := range all {
			s.count.closures += c.count
		}
	}
}

// identifier makes a valid prefix of ids from the given one.
func identifier(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}, s)
	return "tl" + s[:min(len(s), 40)]
}
