package timeline

// The colours in light, written into the picture; timeline.css has the same ones under the same names, and those for the dark. A test
// compares the two, and measures the contrasts that WCAG 2.2 wants (1.4.3, 1.4.11): 4.5 for text and 3 for signs.
const (
	paper      = "#ffffff"
	stripe     = "#f6f8fa"
	ink        = "#1b2733"
	muted      = "#52606d"
	grid       = "#e1e7ed" // an aid that carries no information
	gridStrong = "#b7c2cd"
	free       = "#c5e6d4"
	freeEdge   = "#1f7a55"
	takenLine  = "#b9c4ce"
	track      = "#7b8997"
	short      = "#b42318"
	shortPaper = "#fde4e1"
	closed     = "#75828f"
	fits       = "#13783a"
	fitsPaper  = "#e3f5e8"
	now        = "#b5126d"
	bins       = "#5a6877"
	around     = "#52606d"
)

// style is the appearance of a state.
type style struct {
	index, rank          int // ranks: takes capacity, asks for it, is over
	state                State
	letter, name         string
	paper, edge, letters string // colours
	dash                 string // of the outline; empty for a solid one
	hatch                string // lines of the pattern; empty for none
	size                 string // of the pattern
}

var looks = [...]style{
	{0, 0, Running, "R", "running", "#1f5f9e", "#174a7c", "#ffffff", "", "", ""},
	{1, 0, Scheduled, "S", "scheduled", "#d6e6f7", "#2b6cb0", ink, "", "", ""},
	{2, 0, Held, "H", "held for an offer", "#f3e9fc", "#7b3fb5", ink, "5 3", "M-2 2l4-4M0 8l8-8M6 10l4-4", "8"},
	{3, 0, Busy, "B", "busy", "#e4eaf0", "#4b5b6b", ink, "", "M-2 8l4 4M0 0l10 10M8-2l4 4", "10"},
	{4, 1, Pending, "P", "under review", "#fff6dc", "#8a6100", ink, "2 2", "M2 2h1.5M6 6h1.5", "8"},
	{5, 2, Failed, "F", "failed", "#fde4e1", "#b42318", ink, "", "M-2 4l4 4M0 0l6 6M4-2l4 4", "6"},
	{6, 2, Ended, "E", "ended", "#eef1f4", "#66747f", ink, "", "M0 2.5h5", "5"},
	{7, 2, Withdrawn, "W", "withdrawn", "#ffffff", "#717d89", muted, "8 3 2 3", "M4.5 0v9", "9"},
}

// Drawn reports whether a state has a look of its own.
func (s State) Drawn() bool { return lookOf(s).state == s }

// lookOf returns the look of a state; an unknown one looks busy.
func lookOf(s State) *style {
	for i := range looks {
		if looks[i].state == s {
			return &looks[i]
		}
	}
	return &looks[3]
}

// shape returns the fill and outline attributes of a bar; id is the prefix of the picture's ids.
func (l style) shape(id string) string {
	fill := l.paper
	if l.hatch != "" {
		fill = "url(#" + id + "-" + string(l.state) + ") " + l.paper
	}
	s := `class="tl-` + string(l.state) + `" fill="` + fill + `" stroke="` + l.edge + `"`
	if l.dash != "" {
		s += ` stroke-dasharray="` + l.dash + `"`
	}
	return s
}

// text returns the attributes of letters on a bar. On a hatch they have a rim of the bar's own colour.
func (l style) text() string {
	s := `class="tl-on-` + string(l.state) + `" fill="` + l.letters + `"`
	if l.hatch != "" {
		s += ` stroke="` + l.paper + `" stroke-width="3" stroke-linejoin="round" paint-order="stroke"`
	}
	return s
}

// Attributes of frequent elements.
const (
	onInk      = `class="tl-ink" fill="` + ink + `"`
	onMuted    = `class="tl-muted" fill="` + muted + `" font-size="11"`
	onShort    = `class="tl-short-text" fill="` + short + `" font-size="11" font-weight="700"`
	onClosed   = `class="tl-closed-text" fill="` + ink + `" font-size="11" stroke="` + paper + `" stroke-width="4" stroke-linejoin="round" paint-order="stroke"`
	onFree     = `class="tl-free-text" fill="` + ink + `" font-size="11" stroke="` + paper + `" stroke-width="3" stroke-linejoin="round" paint-order="stroke"`
	onFits     = `class="tl-fits-text" fill="` + fits + `" font-size="11"`
	onPicked   = `class="tl-picked-text" fill="` + paper + `" font-size="11" font-weight="700"`
	onNow      = `class="tl-now-text" fill="` + now + `" font-size="11" font-weight="700"`
	asGrid     = `class="tl-grid" stroke="` + grid + `" fill="none"`
	asWeekend  = `class="tl-weekend" fill="` + grid + `" fill-opacity=".45"`
	asStrong   = `class="tl-grid-strong" stroke="` + gridStrong + `" fill="none"`
	asFree     = `class="tl-free" fill="` + free + `" stroke="` + freeEdge + `"`
	asTrack    = `class="tl-track" fill="none" stroke="` + track + `"`
	asAround   = `class="tl-around" fill="none" stroke="` + around + `"`
	asFits     = `class="tl-fits" fill="` + fitsPaper + `" stroke="` + fits + `" stroke-width="1.5"`
	asFitsBand = `class="tl-fits-band" fill="` + fitsPaper + `" stroke="` + fits + `" stroke-opacity=".6" stroke-dasharray="3 3"`
	asPicked   = `class="tl-picked" fill="none" stroke="` + ink + `" stroke-width="2"`
	asPill     = `class="tl-pill" fill="` + ink + `"`
	asNow      = `class="tl-now" fill="none" stroke="` + now + `" stroke-width="1.5"`
	asJump     = `class="tl-jump" fill="none" stroke="` + muted + `" stroke-dasharray="1 3" stroke-width="1.5"`
	asBin      = `class="tl-bin" fill="` + bins + `"`
	asOver     = `class="tl-over" fill="none" stroke="` + short + `" stroke-width="2.5"`
	asCorner   = `class="tl-corner" fill="` + short + `"`
)

// defs writes the patterns in use.
func (s *sheet) defs() {
	s.raw("<defs>")
	pattern := func(name, size, ground, class, colour, d string) {
		faint := ` stroke-opacity=".45"` // keeps letters on it legible; the outline has the contrast
		if name == "taken" || name == "short" {
			faint = ""
		}
		s.raw(`<pattern id="`, s.id, "-", name, `" width="`, size, `" height="`, size, `" patternUnits="userSpaceOnUse">`)
		if ground != "" {
			s.raw(`<rect class="`, class, `-paper" width="`, size, `" height="`, size, `" fill="`, ground, `"/>`)
		}
		s.raw(`<path class="`, class, `-line" d="`, d, `" fill="none" stroke="`, colour, `"`, faint, `/></pattern>`)
	}
	for _, l := range looks {
		if l.hatch != "" && s.used.states[l.index] {
			pattern(string(l.state), l.size, l.paper, "tl-"+string(l.state), l.edge, l.hatch)
		}
	}
	if s.used.bands {
		pattern("taken", "4", "", "tl-taken", takenLine, "M0 4l4-4")
	}
	if s.used.short {
		pattern("short", "6", shortPaper, "tl-short", short, "M-2 4l4 4M0 0l6 6M4-2l4 4")
	}
	if s.used.closures {
		pattern("closed", "9", "", "tl-closed", closed, "M0 0l9 9M9 0l-9 9")
	}
	s.raw("</defs>")
}
