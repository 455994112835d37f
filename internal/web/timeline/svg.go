package timeline

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
)

// SVG writes the picture. The same chart gives the same bytes.
func (c Chart) SVG(w io.Writer) error {
	if c.Zone == nil {
		c.Zone = c.From.Location()
	}
	f := c.frame()
	var body bytes.Buffer
	p := &pen{&body}
	f.y = axisHeight
	for i := range c.Lanes {
		f.lane(p, &c.Lanes[i])
	}
	if len(c.Lanes) == 0 {
		p.text("tl-note", f.left+8, f.y+20, "start", inkSoft, "There is nothing to show.")
		f.y += 34
	}
	var out bytes.Buffer
	q := &pen{&out}
	q.printf(`<svg xmlns="http://www.w3.org/2000/svg" class="timeline" viewBox="0 0 %s %s" width="%s" height="%s" role="group" aria-labelledby="tl-title" font-family="system-ui,sans-serif" font-size="12" data-left="%s" data-from="%d" data-to="%d" data-zone="%s">`,
		num(f.width), num(f.y), num(f.width), num(f.y), num(f.left), c.From.UnixMilli(), c.To.UnixMilli(), escape(c.Zone.String()))
	q.printf(`<title id="tl-title">%s</title>`, escape(c.Title))
	q.raw(patterns)
	q.printf(`<rect class="tl-paper" x="0" y="0" width="%s" height="%s" fill="#ffffff"/>`, num(f.width), num(f.y))
	f.axis(q)
	f.fits(q)
	q.raw(body.String())
	f.over(q)
	q.raw("</svg>\n")
	_, err := w.Write(out.Bytes())
	return err
}

// Colours for where no style sheet is: those of the light page.
const (
	ink     = "#16202c"
	inkSoft = "#4a5a6a"
)

// patterns tell states apart for those who do not see colours.
const patterns = `<defs>
<pattern id="tl-pending" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="tl-fill-pending" width="6" height="6" fill="#fff4d6"/><rect class="tl-line-pending" width="2" height="6" fill="#b7791f"/></pattern>
<pattern id="tl-held" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="tl-fill-held" width="6" height="6" fill="#efe6fb"/><circle class="tl-line-held" cx="3" cy="3" r="1.4" fill="#7a4fb5"/></pattern>
<pattern id="tl-closed" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="tl-line-closed" d="M0 0H7M0 0V7" stroke="#6b7785" stroke-width="1.2" fill="none"/></pattern>
</defs>
`

// axis draws the times.
func (f *frame) axis(p *pen) {
	for _, t := range f.ticks() {
		x := f.x(t.at)
		stroke, class := "#dde4ea", "tl-tick"
		if t.major {
			stroke, class = "#aab7c4", "tl-tick tl-major"
		}
		p.printf(`<line class="%s" x1="%s" y1="26" x2="%s" y2="%s" stroke="%s"/>`, class, num(x), num(x), num(f.y), stroke)
		if x+leastTick*.8 < f.width {
			p.text("tl-time", x+3, 21, "start", inkSoft, t.label)
		}
	}
	zone := f.c.Zone.String()
	if f.left > 0 {
		p.text("tl-time", 4, 21, "start", inkSoft, zone)
	} else {
		p.text("tl-time", f.width-4, 10, "end", inkSoft, zone)
	}
}

// fits draws where the experiment at hand could run, behind everything.
func (f *frame) fits(p *pen) {
	for _, s := range f.c.Fits {
		if f.seen(s) {
			l, r := f.x(s.Start), f.x(s.End)
			p.printf(`<rect class="tl-fit" x="%s" y="28" width="%s" height="%s" fill="#2e9e5b" fill-opacity=".14"/><path class="tl-fit-edge" d="M%s 29H%s" stroke="#1f7a45" stroke-width="3"/>`,
				num(l), num(r-l), num(f.y-28), num(l), num(r))
		}
	}
}

// over draws the slot that was picked and the present, over everything.
func (f *frame) over(p *pen) {
	if s := f.c.Picked; s != nil && f.seen(*s) {
		l, r := f.x(s.Start), f.x(s.End)
		p.printf(`<rect class="tl-picked" x="%s" y="28" width="%s" height="%s" fill="#0b5c8a" fill-opacity=".10" stroke="#0b5c8a" stroke-width="2" stroke-dasharray="5 3"/>`,
			num(l), num(max(r-l, 2)), num(f.y-30))
	}
	if n := f.c.Now; !n.IsZero() && !n.Before(f.c.From) && n.Before(f.c.To) {
		x := f.x(n)
		p.printf(`<path class="tl-now" d="M%s 26V%sM%s 26l-5 -7h10z" stroke="#c02c38" stroke-width="1.5" fill="#c02c38"><title>now</title></path>`, num(x), num(f.y), num(x))
	}
}

// lane draws a testbed and moves down.
func (f *frame) lane(p *pen, l *Lane) {
	top := f.y
	p.printf(`<g class="tl-lane" role="group" aria-label="%s">`, escape(l.Title))
	p.printf(`<line class="tl-edge" x1="0" y1="%s" x2="%s" y2="%s" stroke="#aab7c4"/>`, num(top), num(f.width), num(top))
	f.title(p, l, top)
	f.y += laneGap / 2
	if f.left == 0 {
		f.y += titleHeight
	}
	least := f.y + titleHeight
	for i := range l.Bands {
		f.band(p, &l.Bands[i], i == 0 && f.left > 0)
	}
	f.bars(p, l)
	if f.left > 0 {
		f.y = max(f.y, least)
	}
	for _, c := range l.Closures {
		if f.seen(c.Slot) {
			left, right := f.x(c.Slot.Start), f.x(c.Slot.End)
			p.printf(`<rect class="tl-closed" x="%s" y="%s" width="%s" height="%s" fill="url(#tl-closed)" fill-opacity=".55"><title>%s</title></rect>`,
				num(left), num(top+2), num(max(right-left, 1)), num(f.y-top-4), escape(c.Title))
		}
	}
	p.raw("</g>\n")
	f.y += laneGap / 2
}

func (f *frame) title(p *pen, l *Lane, top float64) {
	width := f.left - 10
	if f.left == 0 {
		width = f.width - 8
	}
	title := fitting(l.Title, width, 7)
	open, shut := link(l.Link, "")
	p.raw(open)
	p.printf(`<text class="tl-title" x="4" y="%s" font-weight="600" fill="%s">%s</text>`, num(top+17), ink, escape(title))
	p.raw(shut)
}

// band draws what is free of a resource as a hill below the line of what there is.
func (f *frame) band(p *pen, b *Band, below bool) {
	if below {
		f.y += titleHeight - laneGap/2
	}
	points, least, most := f.points(*b)
	top, bottom := f.y, f.y+bandHeight-4
	scale := func(n int64) float64 {
		if most <= 0 {
			return bottom
		}
		return bottom - (bottom-top)*float64(min(max(n, 0), most))/float64(most)
	}
	label := fmt.Sprintf("%s: at least %d of %d free", b.Title, max(least, 0), most)
	if least < 0 {
		label = fmt.Sprintf("%s: %d more booked than there is, of %d", b.Title, -least, most)
	}
	p.printf(`<g class="tl-band"><title>%s%s</title>`, escape(label), escape(unit(b.Unit)))
	var free, total strings.Builder
	for i, x := range points {
		verb := "L"
		if i == 0 {
			verb = "M"
			fmt.Fprintf(&free, "M%s %s", num(x.left), num(bottom))
		}
		fmt.Fprintf(&free, "L%s %sH%s", num(x.left), num(scale(x.free)), num(x.right))
		fmt.Fprintf(&total, "%s%s %sH%s", verb, num(x.left), num(scale(x.total)), num(x.right))
	}
	if len(points) > 0 {
		fmt.Fprintf(&free, "V%sZ", num(bottom))
		p.printf(`<path class="tl-free" d="%s" fill="#bfe0cb"/><path class="tl-total" d="%s" fill="none" stroke="#1f7a45" stroke-width="1"/>`, free.String(), total.String())
	}
	for _, x := range points {
		if x.free < 0 {
			p.printf(`<rect class="tl-over" x="%s" y="%s" width="%s" height="%s" fill="#c02c38"/>`, num(x.left), num(bottom-4), num(max(x.right-x.left, 1)), num(4))
		}
	}
	numbers := " " + short(least) + "/" + short(most)
	x, anchor, room := f.left-8, "end", f.left-16
	if f.left == 0 {
		x, anchor, room = 4, "start", f.width-8
	}
	p.text("tl-name", x, bottom-4, anchor, inkSoft, fitting(b.Title, room-letter*float64(len(numbers)), letter)+numbers)
	p.raw("</g>\n")
	f.y += bandHeight
}

// letter is about how wide a letter of a name is.
const letter = 6.6

// short is a number with at most four digits, and k or M for what is left out.
func short(n int64) string {
	switch a := max(n, -n); {
	case a < 10_000:
		return strconv.FormatInt(n, 10)
	case a < 10_000_000:
		return strconv.FormatInt(n/1000, 10) + "k"
	default:
		return strconv.FormatInt(n/1_000_000, 10) + "M"
	}
}

// unit is the name of a unit behind a number.
func unit(u string) string {
	if u == "" {
		return ""
	}
	return " (" + u + ")"
}

// bars draws the bookings in rows.
func (f *frame) bars(p *pen, l *Lane) {
	list, crowds, rows, more := f.pack(l.Bars)
	for _, b := range list {
		f.bar(p, b)
	}
	f.y += float64(rows) * (barHeight + barGap)
	if len(crowds) > 0 {
		most := 0
		for _, c := range crowds {
			most = max(most, c.count)
		}
		for _, c := range crowds {
			height := max(3, float64(barHeight)*float64(c.count)/float64(most))
			p.printf(`<rect class="tl-crowd" x="%s" y="%s" width="%s" height="%s" fill="#5b7fa6"><title>%d bookings</title></rect>`,
				num(c.left), num(f.y+barHeight-height), num(c.right-c.left-.5), num(height), c.count)
		}
		f.y += barHeight + barGap
	}
	if more > 0 {
		p.text("tl-note", f.left+4, f.y+12, "start", inkSoft, fmt.Sprintf("and %d more bookings; look at a shorter time", more))
		f.y += barHeight
	}
}

// looks are the colours of bars: of their area, their edge, and the text on them.
var looks = map[Look]struct{ fill, stroke, text string }{
	Firm: {"#2f6fa8", "#1d4d78", "#ffffff"}, Running: {"#1f7a45", "#125430", "#ffffff"}, Pending: {"url(#tl-pending)", "#8a5a12", ink},
	Held: {"url(#tl-held)", "#5d3a92", ink}, Over: {"#d4dbe2", "#8392a1", ink},
}

func (f *frame) bar(p *pen, b placed) {
	y := f.y + float64(b.row)*(barHeight+barGap)
	look, known := looks[b.Look]
	if !known {
		look, b.Look = looks[Over], Over
	}
	left, right := f.x(b.Slot.Start), f.x(b.Slot.End)
	open, shut := link(b.Link, b.Title)
	p.raw(open)
	p.printf(`<g class="tl-bar tl-%s"><title>%s</title>`, b.Look, escape(b.Title))
	if b.left < left || b.right > right { // setup and teardown
		p.printf(`<rect class="tl-occupied" x="%s" y="%s" width="%s" height="8" fill="%s" fill-opacity=".35"/>`, num(b.left), num(y+5), num(b.right-b.left), look.stroke)
	}
	dash := ""
	if b.Look == Held || b.Look == Pending {
		dash = ` stroke-dasharray="4 2"`
	}
	p.printf(`<rect class="tl-box" x="%s" y="%s" width="%s" height="%s" rx="2" fill="%s" stroke="%s"%s/>`, num(left), num(y), num(max(right-left, 1)), num(barHeight), look.fill, look.stroke, dash)
	room := right - left - 8
	label := b.Label
	if b.Overbooked {
		label = "⚠ " + label
	}
	if text := fitting(label, room, 6.6); len([]rune(text)) >= 3 {
		if strings.HasPrefix(look.fill, "url") { // letters on a pattern need a ground
			p.printf(`<rect class="tl-ground" x="%s" y="%s" width="%s" height="%s" fill="#ffffff" fill-opacity=".85"/>`, num(left+3), num(y+2), num(min(float64(len([]rune(text)))*6.6+4, room+4)), num(barHeight-4))
		}
		p.text("tl-label", left+5, y+13, "start", look.text, text)
	}
	p.raw("</g>" + shut + "\n")
}

// fitting is as much of a text as there is room for, at so much width for a letter.
func fitting(s string, room, letter float64) string {
	n := int(room / letter)
	r := []rune(s)
	switch {
	case len(r) <= n:
		return s
	case n < 3:
		return ""
	default:
		return string(r[:n-1]) + "…"
	}
}

// link begins and ends a link to a page of this site.
func link(to, label string) (open, shut string) {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
		return "", ""
	}
	aria := ""
	if label != "" {
		aria = ` aria-label="` + escape(label) + `"`
	}
	return `<a href="` + escape(to) + `"` + aria + ">", "</a>"
}

// pen writes.
type pen struct{ b *bytes.Buffer }

func (p *pen) raw(s string)                      { p.b.WriteString(s) }
func (p *pen) printf(format string, args ...any) { fmt.Fprintf(p.b, format, args...) }

func (p *pen) text(class string, x, y float64, anchor, fill, s string) {
	p.printf(`<text class="%s" x="%s" y="%s" text-anchor="%s" fill="%s">%s</text>`, class, num(x), num(y), anchor, fill, escape(s))
}

// num is a number with one place after the point, where that is not zero.
func num(v float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;")

// escape makes a text fit for XML, as content and as the value of an attribute; what XML cannot hold is left out.
func escape(s string) string {
	return escaper.Replace(strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' {
			return ' '
		}
		if unicode.IsControl(r) || r == unicode.ReplacementChar || r == '\uFFFE' || r == '\uFFFF' || r >= 0xD800 && r <= 0xDFFF || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "")))
}
