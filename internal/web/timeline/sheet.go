package timeline

import (
	"strings"
	"time"
)

const (
	gutter     = 190 // for titles beside lanes
	margin     = 8
	indent     = 12
	axisHeight = 40
	handHeight = 24 // of the row with the fitting times and the picked slot
	pad        = 8  // above and below the content of a lane
	titleLine  = 17
	noteLine   = 14
	rowHeight  = 22
	rowStep    = 26
	binHeight  = 24
	closeLine  = 16 // of the titles of closures
	bandHeight = 30
	bandGap    = 7
	footHeight = 20 // of the labels of lines
	body       = 12 // sizes of letters
	small      = 11

	mostBars  = 2000 // drawn by themselves, in the whole picture: browsers still move so many smoothly
	mostBoxes = 500  // lanes
)

// sheet is a chart while it is drawn.
type sheet struct {
	pen
	c      Chart
	id     string
	narrow bool
	scale  scale
	axis   axis
	boxes  []box
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
	states                                                      [len(looks)]bool
	bands, short, closures, around, bins, over, fits, hand, now bool
}

// box is a lane with the places of its parts, from top to bottom.
type box struct {
	*Lane
	title, note                string
	depth, stripe              int
	top, bottom                float64
	titleY                     float64 // baseline
	noteY, moreY               float64 // baselines; 0 for none
	barsY, closeY, rowsY, binY float64 // upper edges; closeY is 0 if no closure has a title that fits
	barsEnd                    float64
	compact                    bool // one line with the lane's title and its only band
	bands                      []bandBox
	closures                   []closing
	areas                      []area // the parts with a time axis, without the text above them
	packing
}

// area is a stretch from top to bottom.
type area struct{ y0, y1 float64 }

// bandBox is a band and its place.
type bandBox struct {
	*Band
	title       string
	y           float64 // of its upper edge
	levels      []level
	closures    []closing
	least, most int64
	known       bool
}

func newSheet(c Chart) *sheet {
	s := &sheet{c: c, id: identifier(c.ID), narrow: c.Width < narrowBelow}
	s.scale = scale{c.From.Unix(), c.To.Unix(), gutter, float64(c.Width) - margin}
	if s.narrow {
		s.scale.left = margin
	}
	s.cache = dates{c.Zone, c.Now}
	s.axis = s.scale.axis(c.Zone)
	s.top = axisHeight
	s.used.fits, s.used.now = len(c.Fits) > 0, !c.Now.IsZero() && s.sees(c.Now)
	if s.used.hand = len(c.Fits) > 0 || c.Picked != nil; s.used.hand {
		s.top += handHeight
	}
	s.bottom = s.top
	lanes := countLanes(c.Lanes)
	share := mostBars / max(1, min(lanes, mostBoxes))
	for i := range c.Lanes {
		s.add(&c.Lanes[i], 0, i%2, min(max(share, 40), 300))
	}
	if len(c.Lanes) == 0 {
		s.bottom += 48
	}
	s.height = s.bottom + footHeight
	return s
}

func (s *sheet) sees(t time.Time) bool { return t.Unix() >= s.scale.from && t.Unix() < s.scale.to }

func countLanes(lanes []Lane) int {
	n := len(lanes)
	for i := range lanes {
		if lanes[i].Open {
			n += countLanes(lanes[i].Lanes)
		}
	}
	return n
}

// add places a lane, and the lanes that it is opened to.
func (s *sheet) add(l *Lane, depth, stripe, most int) {
	if len(s.boxes) == mostBoxes || depth > 8 {
		s.left++
		return
	}
	b := box{Lane: l, title: clean(l.Title), note: clean(l.Note), depth: depth, stripe: stripe, top: s.bottom}
	b.packing = s.scale.pack(l.Bars, s.c.Rows, most)
	b.closures = s.scale.close(l.Closures)
	b.compact = depth > 0 && len(l.Bars) == 0 && len(l.Bands) == 1
	y := b.top + pad
	if b.compact {
		y = s.layBands(&b, y)
	} else {
		y = s.layBands(&b, s.layBars(&b, y))
	}
	b.bottom = y + pad
	if s.narrow { // the text lies between, and nothing may cross it
		if b.barsEnd > b.barsY {
			b.areas = append(b.areas, area{b.barsY, b.barsEnd})
		}
		for _, band := range b.bands {
			b.areas = append(b.areas, area{band.y, band.y + bandHeight})
		}
	} else {
		b.areas = []area{{b.top, b.bottom}}
	}
	s.use(&b)
	s.bottom = b.bottom
	s.boxes = append(s.boxes, b)
	if l.Open {
		for i := range l.Lanes {
			s.add(&l.Lanes[i], depth+1, stripe, most)
		}
	}
}

// layBars places the title and the bookings. The title stands beside them if there is room, else above.
func (s *sheet) layBars(b *box, y float64) float64 {
	text := y
	b.titleY = text + 12
	text += titleLine
	if b.note != "" {
		b.noteY = text + 9
		text += noteLine
	}
	if b.rest > 0 {
		b.moreY = text + 9
		text += noteLine
	}
	if s.narrow {
		y = text + 3
	}
	b.barsY = y
	if b.titledClosure() {
		b.closeY = y
		y += closeLine
	}
	b.rowsY = y
	y += float64(b.rows) * rowStep
	if len(b.bins) > 0 {
		b.binY = y
		y += binHeight + 2
	}
	if s.narrow && len(b.closures) > 0 {
		y = max(y, b.barsY+closeLine)
	}
	b.barsEnd = y
	return max(y, text)
}

func (s *sheet) layBands(b *box, y float64) float64 {
	if b.compact && !s.narrow && b.titledClosure() {
		b.closeY = y
		y += closeLine
	}
	for i := range b.Lane.Bands {
		band := bandBox{Band: &b.Lane.Bands[i], title: clean(b.Lane.Bands[i].Title)}
		if b.compact && b.title != "" {
			band.title = b.title
		}
		if i > 0 || !b.compact {
			y += bandGap
		}
		if s.narrow {
			y += noteLine
		}
		band.y = y
		band.levels, band.closures = s.scale.levels(band.Steps), s.scale.close(band.Closures)
		band.least, band.most, band.known = extremes(band.levels)
		y += bandHeight
		b.bands = append(b.bands, band)
	}
	return y
}

// use records the parts of a box.
func (s *sheet) use(b *box) {
	for _, p := range b.bars {
		s.used.states[p.look.index] = s.used.states[p.look.index] || p.x1 > p.x0
		s.used.around = s.used.around || p.o0 < p.x0 || p.o1 > p.x1
		s.used.over = s.used.over || p.Overbooked
	}
	for _, c := range b.bins {
		if c.only != nil {
			s.used.states[c.only.look.index] = true
		} else {
			s.used.bins = true
		}
	}
	for _, band := range b.bands {
		s.used.bands = s.used.bands || band.known
		s.used.short = s.used.short || band.known && band.least < 0
		s.used.closures = s.used.closures || len(band.closures) > 0
		for _, c := range band.closures {
			s.count.closures += c.count
		}
	}
	s.used.closures = s.used.closures || len(b.closures) > 0
	s.count.bars += len(b.bars) + b.rest
	for _, c := range b.closures {
		s.count.closures += c.count
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
