package app_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// pictured is the instant that every picture shows: a Monday morning, so that the demo's slots keep their days of the week.
var pictured = time.Date(2027, time.March, 1, 8, 40, 0, 0, time.UTC)

// TestPictures takes the pictures of the README and the guides. It runs where BERTH_PICTURES names the folder for them: scripts/pictures.
func TestPictures(t *testing.T) {
	folder := os.Getenv("BERTH_PICTURES")
	if folder == "" {
		t.Skip("scripts/pictures takes the pictures")
	}
	o := options(io.Discard)
	o.Clock = func() time.Time { return pictured }
	h := newHallWith(t, o)
	for _, p := range []struct {
		name, who, path string
		width, height   int64
		dark            bool
		then            func(x *tab)
	}{
		{"schedule", "oskar", "/schedule", 1280, 720, false, nil},
		{"schedule-dark", "oskar", "/schedule", 1280, 720, true, nil},
		{"booking", "hector", "/new?nsd=hydra_baseline_nsd&hours=8", 1280, 800, false, (*tab).ontoOthers},
		{"decision", "monika", "/requests/30/decide", 1280, 740, false, nil},
		{"inbox", "paddy", "/", 1280, 440, false, nil},
		{"operator", "oskar", "/", 1280, 800, false, nil},
		{"request", "clara", "/requests/51", 1280, 800, false, nil},
		{"use", "adele", "/use?span=12-months", 1280, 800, false, nil},
		{"phone-home", "clara", "/", 390, 844, false, nil},
		{"phone-booking", "clara", "/new?nsd=c2gran_basic_nsd", 390, 844, false, nil},
	} {
		t.Run(p.name, func(t *testing.T) {
			x := h.tab(t)
			x.signIn(p.who, p.path)
			x.wide(p.width, p.dark)
			x.do(chromedp.EmulateViewport(p.width, p.height), chromedp.Reload())
			x.until(`document.readyState === "complete"`)
			if p.then != nil {
				p.then(x)
			}
			var b bytes.Buffer
			seen := x.seen()
			if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, reduced(seen, palette(seen))); err != nil {
				t.Fatal(err)
			}
			keep(t, filepath.Join(folder, p.name+".png"), b.Bytes())
		})
	}
	t.Run("drag", func(t *testing.T) { keep(t, filepath.Join(folder, "drag.gif"), h.dragged(t)) })
}

// keep writes a picture.
func keep(t *testing.T, file string, b []byte) {
	t.Helper()
	if err := os.WriteFile(file, b, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %d kB", file, len(b)/1000)
}

// ontoOthers moves the slot to Thursday morning, when MARATHON has all USRPs.
func (x *tab) ontoOthers() {
	x.t.Helper()
	x.until(`document.querySelector(".block") !== null`)
	x.drag(".block", x.away(3, 10))
	x.wants("It does not fit:")
}

// away returns how many hours the slot is before an hour of a day counted from today's.
func (x *tab) away(day int, hour float64) float64 {
	x.t.Helper()
	start := evaluated[float64](x, `Date.parse(document.querySelector("#verdict .chosen time").dateTime)`)
	return float64(pictured.Truncate(24*time.Hour).AddDate(0, 0, day).UnixMilli())/3600000 + hour - start/3600000
}

// seen returns what the window shows.
func (x *tab) seen() image.Image {
	x.t.Helper()
	x.do(chromedp.Evaluate[chromedp.Void](`document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done({})))))`, chromedp.EvalAwaitPromise))
	b, err := chromedp.Run(x.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		x.t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		x.t.Fatal(err)
	}
	return m
}

// pointer draws a mouse pointer on the page, as pictures show none.
const pointer = `(() => { const ns = "http://www.w3.org/2000/svg", svg = document.createElementNS(ns, "svg"), path = document.createElementNS(ns, "path");
	for (const [k, v] of Object.entries({ id: "pointer", width: 20, height: 26, viewBox: "0 0 20 26" })) svg.setAttribute(k, v);
	for (const [k, v] of Object.entries({ d: "M2 2v19l5-5 3 8 4-2-3-7h7z", fill: "#111", stroke: "#fff", "stroke-width": 1.6 })) path.setAttribute(k, v);
	for (const [k, v] of Object.entries({ position: "fixed", "z-index": 9999, "pointer-events": "none" })) svg.style.setProperty(k, v);
	svg.append(path); document.body.append(svg); return {}; })()`

// dragged films how a slot is moved: green, red with other slots that work, one of these taken, and submitted.
func (h *hall) dragged(t *testing.T) []byte {
	x := h.tab(t)
	x.signIn("hector", "/new?nsd=hydra_baseline_nsd&hours=8")
	x.do(chromedp.EmulateViewport(1280, 660), chromedp.Reload())
	x.until(`document.querySelector(".block") !== null`)
	x.do(chromedp.Evaluate[chromedp.Void](pointer))
	var film []image.Image
	var lasting []int // in hundredths of a second
	frame := func(at point, hundredths int) {
		x.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => { const s = document.getElementById("pointer")?.style; s?.setProperty("left", "%vpx"); s?.setProperty("top", "%vpx"); return {}; })()`, at.X, at.Y)))
		film, lasting = append(film, x.seen()), append(lasting, hundredths)
	}
	mouse := func(kind input.DispatchMouseEventType, p point) {
		x.do(chromedp.MouseEvent(kind, p.X, p.Y, chromedp.ButtonLeft, func(e *input.DispatchMouseEventParams) { e.Buttons = 1 }))
	}
	x.do(chromedp.Focus(chromedp.CSS("#name")), chromedp.SetValue(chromedp.CSS("#name"), "HyDRA spectrum"), chromedp.Evaluate[chromedp.Void](`(() => { document.activeElement.blur(); return {}; })()`))
	at := x.at(".block")
	at.Y += 40
	frame(at, 120)
	hours := x.away(3, 10)
	mouse(chromedp.MousePressed, at)
	const steps = 7
	from := at
	for i := range steps {
		at.X = from.X + hours*from.Pixels*float64(i+1)/steps
		mouse(chromedp.MouseMoved, at)
		frame(at, 16)
	}
	x.answered(func() { mouse(chromedp.MouseReleased, at) })
	x.wants("It does not fit:")
	frame(at, 200)
	way := x.at(`[data-way='1']`)
	frame(way, 60)
	x.answered(func() { x.press(`[data-way="1"]`) })
	frame(way, 150)
	send := x.at("#send button")
	frame(send, 60)
	x.click("#send button")
	frame(send, 250)
	return filmed(t, film, lasting)
}

// filmed encodes a film as an animated GIF with one palette, each frame only where it differs from the one before.
func filmed(t *testing.T, film []image.Image, lasting []int) []byte {
	colours := palette(film...)
	out := &gif.GIF{Config: image.Config{ColorModel: colours, Width: film[0].Bounds().Dx(), Height: film[0].Bounds().Dy()}}
	var last *image.Paletted
	for i, m := range film {
		now := reduced(m, colours)
		out.Image = append(out.Image, now.SubImage(differing(last, now)).(*image.Paletted))
		out.Delay, out.Disposal = append(out.Delay, lasting[i]), append(out.Disposal, gif.DisposalNone)
		last = now
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, out); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// differing returns the smallest rectangle that holds every difference of two frames, the whole for the first.
func differing(a, b *image.Paletted) image.Rectangle {
	if a == nil {
		return b.Rect
	}
	r := image.Rect(0, 0, 1, 1)
	for y := b.Rect.Min.Y; y < b.Rect.Max.Y; y++ {
		for x := b.Rect.Min.X; x < b.Rect.Max.X; x++ {
			if a.ColorIndexAt(x, y) != b.ColorIndexAt(x, y) {
				p := image.Rect(x, y, x+1, y+1)
				if r == image.Rect(0, 0, 1, 1) {
					r = p
				}
				r = r.Union(p)
			}
		}
	}
	return r
}

// palette returns the 256 colours that pictures use most. Pages have few, and shades of them at the edges of letters.
func palette(of ...image.Image) color.Palette {
	count := map[color.RGBA]int{}
	for _, m := range of {
		for y := m.Bounds().Min.Y; y < m.Bounds().Max.Y; y++ {
			for x := m.Bounds().Min.X; x < m.Bounds().Max.X; x++ {
				count[color.RGBAModel.Convert(m.At(x, y)).(color.RGBA)]++
			}
		}
	}
	var list []color.RGBA
	for c := range count {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b color.RGBA) int {
		if d := count[b] - count[a]; d != 0 {
			return d
		}
		return (int(a.R)<<16 | int(a.G)<<8 | int(a.B)) - (int(b.R)<<16 | int(b.G)<<8 | int(b.B))
	})
	out := color.Palette{}
	for _, c := range list[:min(len(list), 256)] {
		out = append(out, c)
	}
	return out
}

// reduced paints a picture in the colours of a palette.
func reduced(m image.Image, colours color.Palette) *image.Paletted {
	out := image.NewPaletted(m.Bounds(), colours)
	draw.Draw(out, out.Rect, m, m.Bounds().Min, draw.Src)
	return out
}
