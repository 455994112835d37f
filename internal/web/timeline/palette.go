package timeline

// The colours in light, written into the picture; timeline.css has the same ones under the same names, and those for the dark. A test
// compares the two, and measures the contrasts that WCAG 2.2 wants (1.4.3, 1.4.11): 4.5 for text and 3 for signs.
const (
	paper      = "#ffffff"
	night      = "#f5f7f9"
	ink        = "#17202b"
	muted      = "#56636f"
	grid       = "#eceff3" // an aid that carries no information
	gridStrong = "#dfe4e9"
	track      = "#8593a0"
	short      = "#a4202c"
	shortPaper = "#fdecee"
	closed     = "#c3ccd4"
	closedEdge = "#8593a0"
	fits       = "#14653a"
	fitsPaper  = "#e6f5ec"
	mine       = "#0a5c96"
	bins       = "#6b7986"
	around     = "#8593a0"
)

// pressures are the colours of the steps of pressure.
var pressureColours = [...]string{"#dbe1e7", "#bcd2e6", "#86aed3", "#3d79b0", "#123c63"}

// onPressures are the colours of letters on them.
var onPressures = [...]string{ink, ink, ink, "#ffffff", "#ffffff"}

// onPressed are the attributes of letters on the steps of pressure.
var onPressed = func() (list [len(onPressures)]string) {
	for i, colour := range onPressures {
		list[i] = `class="tl-on-p` + string(rune('0'+i)) + `" fill="` + colour + `" font-size="11"`
	}
	return list
}()

// pressed are the attributes of the steps of pressure.
var pressed = func() (list [len(pressureColours)]string) {
	for i, colour := range pressureColours {
		list[i] = `class="tl-p` + string(rune('0'+i)) + `" fill="` + colour + `"`
	}
	return list
}()

// style is the appearance of a state.
type style struct {
	index, rank          int // see the ranks
	state                State
	sign, name           string
	paper, edge, letters string // colours
	dash                 string // of the outline; empty for a solid one
	hatch                string // lines of the pattern; empty for none
	size                 string // of the pattern
}

// The ranks of bookings: what takes capacity, what asks for it, what is over.
const (
	takingRank = iota
	waitingRank
	overRank
)

var looks = [...]style{
	{0, takingRank, Running, "▸", "running", "#14507f", "#0f3d63", "#ffffff", "", "", ""},
	{1, takingRank, Scheduled, "", "scheduled", "#d6e6f5", "#5b8fbf", ink, "", "", ""},
	{2, takingRank, Held, "", "held for an offer", "#f4ecfb", "#6b34a3", ink, "5 3", "", ""},
	{3, takingRank, Busy, "", "busy", "#eceff3", "#8593a0", muted, "", "M-2 8l4 4M0 0l10 10M8-2l4 4", "10"},
	{4, waitingRank, Pending, "", "under review", "#fff4d9", "#9a6500", ink, "2 3", "", ""},
	{5, overRank, Failed, "✕", "failed", "#fdecee", "#a4202c", ink, "", "M-2 4l4 4M0 0l6 6M4-2l4 4", "6"},
	{6, overRank, Ended, "✓", "ended", "#f5f7f9", "#8593a0", muted, "", "", ""},
	{7, overRank, Withdrawn, "–", "withdrawn", "#ffffff", "#8593a0", muted, "8 3 2 3", "", ""},
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
	onInk        = `class="tl-ink" fill="` + ink + `"`
	onMuted      = `class="tl-muted" fill="` + muted + `" font-size="11"`
	onMutedInk   = `class="tl-muted" fill="` + muted + `"`
	onBeside     = `class="tl-rim" fill="` + ink + `" stroke="` + paper + `" stroke-width="3" stroke-linejoin="round" paint-order="stroke"`
	onShort      = `class="tl-short-text" fill="` + short + `" font-size="11" font-weight="600"`
	onClosed     = `class="tl-rim" fill="` + ink + `" font-size="11" stroke="` + paper + `" stroke-width="4" stroke-linejoin="round" paint-order="stroke"`
	onFree       = `class="tl-rim" fill="` + ink + `" font-size="11" stroke="` + paper + `" stroke-width="3" stroke-linejoin="round" paint-order="stroke"`
	onShortFree  = `class="tl-short-rim" fill="` + short + `" font-size="11" font-weight="600" stroke="` + paper + `" stroke-width="3" stroke-linejoin="round" paint-order="stroke"`
	onFits       = `class="tl-fits-text" fill="` + fits + `" font-size="11"`
	onPicked     = `class="tl-picked-text" fill="` + paper + `" font-size="11" font-weight="600"`
	onNow        = `class="tl-picked-text" fill="` + paper + `" font-size="11" font-weight="600"`
	asGrid       = `class="tl-grid" stroke="` + grid + `" fill="none"`
	asNight      = `class="tl-night" fill="` + night + `"`
	asStrong     = `class="tl-grid-strong" stroke="` + gridStrong + `" fill="none"`
	asTrack      = `class="tl-track" fill="none" stroke="` + track + `" stroke-opacity=".5"`
	asAround     = `class="tl-around" fill="none" stroke="` + around + `"`
	asFits       = `class="tl-fits" fill="` + fitsPaper + `" stroke="` + fits + `"`
	asFitsBand   = `class="tl-fits-band" fill="` + fitsPaper + `" fill-opacity=".6" stroke="none"`
	asPicked     = `class="tl-picked" fill="none" stroke="` + ink + `" stroke-width="2"`
	asPill       = `class="tl-pill" fill="` + ink + `"`
	asNowPill    = `class="tl-pill" fill="` + ink + `"`
	asNow        = `class="tl-now" fill="none" stroke="` + ink + `" stroke-width="1.5"`
	asJump       = `class="tl-jump" fill="none" stroke="` + muted + `" stroke-dasharray="1 3" stroke-width="1.5"`
	asBin        = `class="tl-bin" fill="` + bins + `"`
	asMine       = `class="tl-mine" fill="none" stroke="` + mine + `" stroke-width="2"`
	asOver       = `class="tl-over" fill="none" stroke="` + short + `" stroke-width="2.5"`
	asOverStrip  = `class="tl-over-strip" fill="` + shortPaper + `" stroke="` + short + `" stroke-width="1.5"`
	asCorner     = `class="tl-corner" fill="` + short + `"`
	asClosedEdge = `class="tl-closed-edge" fill="none" stroke="` + closedEdge + `" stroke-opacity=".6"`
)

// defs writes the patterns in use.
func (s *sheet) defs() {
	s.raw("<defs>")
	pattern := func(name, size, ground, class, colour, d, attrs string) {
		s.raw(`<pattern id="`, s.id, "-", name, `" width="`, size, `" height="`, size, `" patternUnits="userSpaceOnUse">`)
		if ground != "" {
			s.raw(`<rect class="`, class, `-paper" width="`, size, `" height="`, size, `" fill="`, ground, `"/>`)
		}
		s.raw(`<path class="`, class, `-line" d="`, d, `" fill="none" stroke="`, colour, `"`, attrs, `/></pattern>`)
	}
	for _, l := range looks {
		if l.hatch != "" && s.used.states[l.index] {
			pattern(string(l.state), l.size, l.paper, "tl-"+string(l.state), l.edge, l.hatch, ` stroke-opacity=".35"`) // keeps letters on it legible; the outline has the contrast
		}
	}
	if s.used.closures {
		pattern("closed", "7", "", "tl-closed", closed, "M-1 1l2-2M0 7l7-7M6 8l2-2", "")
	}
	s.raw("</defs>")
}
