package timeline

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"berth/testbeds"
)

// fataler is a test or a property.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// inspect parses a picture to its end, and fails if it is not well-formed, has parts outside its bounds, or contains markup that a
// strict policy forbids.
func inspect(t fataler, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	var width, height float64
	var stack []string
	inDefs, text := false, ""
	var label xml.StartElement
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, svg)
		}
		switch e := token.(type) {
		case xml.StartElement:
			name := e.Name.Local
			stack = append(stack, name)
			careful(t, e)
			switch {
			case name == "svg":
				if _, err := fmt.Sscanf(value(e, "viewBox"), "0 0 %g %g", &width, &height); err != nil || width <= 0 || height <= 0 {
					t.Fatalf("viewBox %q", value(e, "viewBox"))
				}
				for _, name := range []string{"width", "height", "data-left", "data-right", "data-top", "data-bottom"} {
					number(t, e, name)
				}
			case name == "defs":
				inDefs = true
			case !inDefs:
				bounded(t, e, width, height)
			}
			if name == "text" {
				label, text = e, ""
			}
		case xml.CharData:
			if strings.Contains(strings.Join(stack, " "), "text") {
				text += string(e)
			}
		case xml.EndElement:
			if e.Name.Local == "defs" {
				inDefs = false
			}
			if e.Name.Local == "text" {
				readable(t, label, text, width)
			}
			stack = stack[:len(stack)-1]
		case xml.Comment, xml.ProcInst, xml.Directive:
			t.Fatalf("%T in the picture", e)
		}
	}
	if len(stack) > 0 {
		t.Fatalf("left open: %v", stack)
	}
}

func careful(t fataler, e xml.StartElement) {
	t.Helper()
	switch e.Name.Local {
	case "svg", "title", "desc", "defs", "pattern", "g", "a", "rect", "path", "text", "tspan":
	default:
		t.Fatalf("element %s", e.Name.Local)
	}
	for _, a := range e.Attr {
		if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") {
			t.Fatalf("attribute %s", a.Name.Local)
		}
		if a.Name.Local == "href" && href(a.Value) == "" {
			t.Fatalf("link to %q", a.Value)
		}
	}
	if e.Name.Local == "a" && value(e, "href") == "" {
		t.Fatalf("a link to nowhere, %q", value(e, "aria-label"))
	}
}

func value(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func number(t fataler, e xml.StartElement, name string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(value(e, name), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		t.Fatalf("%s %s=%q", e.Name.Local, name, value(e, name))
	}
	return v
}

const rounding = .06 // lengths are written to a tenth

func bounded(t fataler, e xml.StartElement, width, height float64) {
	t.Helper()
	check := func(x, y float64) {
		if x < -rounding || y < -rounding || x > width+rounding || y > height+rounding {
			t.Fatalf("%s at %g, %g lies outside of %g × %g: %v", e.Name.Local, x, y, width, height, e.Attr)
		}
	}
	switch e.Name.Local {
	case "rect":
		x, y, w, h := number(t, e, "x"), number(t, e, "y"), number(t, e, "width"), number(t, e, "height")
		if w < 0 || h < 0 {
			t.Fatalf("a rectangle of %g × %g", w, h)
		}
		check(x, y)
		check(x+w, y+h)
	case "text":
		check(number(t, e, "x"), number(t, e, "y"))
	case "path":
		points(t, value(e, "d"), check)
	}
}

// readable fails if a text would run out of the picture.
func readable(t fataler, e xml.StartElement, text string, width float64) {
	t.Helper()
	size := body + 0.
	if value(e, "font-size") != "" {
		size = number(t, e, "font-size")
	}
	x, w := number(t, e, "x"), widthOf(text, size)
	switch value(e, "text-anchor") {
	case "middle":
		x -= w / 2
	case "end":
		x -= w
	}
	if x < -1 || x+w > width+1 {
		t.Fatalf("%q goes from %g to %g in a picture of %g", text, x, x+w, width)
	}
}

var command = regexp.MustCompile(`([MLHVhvlz])([-0-9. ]*)`)

// points visits every point of a path.
func points(t fataler, d string, visit func(x, y float64)) {
	t.Helper()
	if command.ReplaceAllString(d, "") != "" {
		t.Fatalf("path %q", d)
	}
	var x, y float64
	for _, m := range command.FindAllStringSubmatch(d, -1) {
		var v []float64
		for _, f := range strings.Fields(strings.ReplaceAll(m[2], "-", " -")) {
			n, err := strconv.ParseFloat(f, 64)
			if err != nil {
				t.Fatalf("path %q: %v", d, err)
			}
			v = append(v, n)
		}
		switch m[1] {
		case "M", "L":
			x, y = v[0], v[1]
		case "H":
			x = v[0]
		case "V":
			y = v[0]
		case "h":
			x += v[0]
		case "v":
			y += v[0]
		case "l":
			x, y = x+v[0], y+v[1]
		}
		visit(x, y)
	}
}

func TestGoldenPicturesAreCareful(t *testing.T) {
	t.Parallel()
	for name, c := range charts(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			svg := draw(t, c)
			inspect(t, svg)
			if svg != draw(t, c) {
				t.Error("drawn differently the second time")
			}
		})
	}
}

// anySlot generates slots within, around or far from a range that begins at base, now and then empty or
// reversed.
func anySlot(base time.Time) *rapid.Generator[testbeds.Slot] {
	return rapid.Custom(func(t *rapid.T) testbeds.Slot {
		if rapid.IntRange(0, 40).Draw(t, "odd") == 0 {
			return testbeds.Slot{}
		}
		start := base.Add(time.Duration(rapid.IntRange(-100_000, 700_000).Draw(t, "start")) * time.Second)
		length := time.Duration(rapid.OneOf(rapid.IntRange(1, 900), rapid.IntRange(-1000, 300_000)).Draw(t, "length")) * time.Second
		return testbeds.Slot{Start: start, End: start.Add(length)}
	})
}

func anyText() *rapid.Generator[string] {
	return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"", "#42 Hydra", "<b>&\"'", "]]>", "\x00\x0b\ufffe\xff", "שלום", "\u202e", strings.Repeat("W", 500), "NaN of us",
	}))
}

func anyLane(base time.Time) *rapid.Generator[Lane] {
	return rapid.Custom(func(t *rapid.T) Lane {
		text := func(what string) string { return anyText().Draw(t, what) }
		l := Lane{ID: text("id"), Title: text("title"), Note: text("note"), Link: text("link"), Open: rapid.Bool().Draw(t, "open")}
		for range rapid.SampledFrom([]int{0, 1, 3, 20, 300}).Draw(t, "bars") {
			b := Bar{Slot: anySlot(base).Draw(t, "slot"), State: rapid.SampledFrom(looks[:]).Draw(t, "look").state, Label: text("label"), Overbooked: rapid.Bool().Draw(t, "over"), Mine: rapid.Bool().Draw(t, "mine")}
			if rapid.Bool().Draw(t, "occupies") {
				b.Occupied = anySlot(base).Draw(t, "occupied")
			}
			if rapid.Bool().Draw(t, "linked") {
				b.Link = "/requests/" + strconv.Itoa(rapid.Int().Draw(t, "number"))
			}
			l.Bars = append(l.Bars, b)
		}
		for range rapid.IntRange(0, 3).Draw(t, "closures") {
			l.Closures = append(l.Closures, Closure{anySlot(base).Draw(t, "closure"), text("closed"), rapid.Bool().Draw(t, "part")})
		}
		for range rapid.IntRange(0, 2).Draw(t, "bands") {
			l.Bands = append(l.Bands, Band{Title: text("resource"), Unit: text("unit"), Steps: rapid.SliceOfN(anyStep(base), 0, 40).Draw(t, "steps")})
		}
		if rapid.Bool().Draw(t, "zoned") {
			l.Zone = time.UTC
		}
		return l
	})
}

func anyStep(base time.Time) *rapid.Generator[testbeds.Step] {
	return rapid.Custom(func(t *rapid.T) testbeds.Step {
		amount := rapid.OneOf(rapid.Int64Range(-3, 12), rapid.Int64())
		return testbeds.Step{At: anySlot(base).Draw(t, "at").Start, Free: amount.Draw(t, "free"), Total: amount.Draw(t, "total")}
	})
}

func TestAnyChartIsWellFormedAndWithinItsBounds(t *testing.T) {
	t.Parallel()
	zones := []*time.Location{nil, time.UTC, zone(t, "Europe/Madrid"), zone(t, "Australia/Lord_Howe"), zone(t, "Asia/Kathmandu")}
	rapid.Check(t, func(t *rapid.T) {
		base := time.Unix(rapid.Int64Range(-1e9, 4e9).Draw(t, "from"), 0)
		c := Chart{
			From: base, To: base.Add(time.Duration(rapid.OneOf(rapid.IntRange(1, 600_000), rapid.IntRange(1, 3e9)).Draw(t, "seconds")) * time.Second),
			Zone: rapid.SampledFrom(zones).Draw(t, "zone"), Now: anySlot(base).Draw(t, "now").Start,
			Width: rapid.OneOf(rapid.IntRange(0, 1400), rapid.Int()).Draw(t, "width"), Rows: rapid.IntRange(-1, 8).Draw(t, "rows"),
			ID: anyText().Draw(t, "id"), Title: anyText().Draw(t, "title"),
			Lanes: rapid.SliceOfN(anyLane(base), 0, 3).Draw(t, "lanes"), Quiet: rapid.SliceOfN(anyLane(base), 0, 2).Draw(t, "quiet"), QuietLink: anyText().Draw(t, "quiet link"), Fits: rapid.SliceOfN(anySlot(base), 0, 20).Draw(t, "fits"),
			Zoom: func(testbeds.Slot) string { return "?zoom" }, Pick: func(testbeds.Slot) string { return "javascript:pick" },
		}
		if rapid.Bool().Draw(t, "picks") {
			picked := anySlot(base).Draw(t, "picked")
			c.Picked = &picked
		}
		var b strings.Builder
		if err := c.SVG(&b); err != nil {
			t.Fatalf("%v", err)
		}
		inspect(t, b.String())
	})
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWhatCannotBeDrawn(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]Chart{
		"nothing": {}, "empty": {From: at, To: at}, "reversed": {From: at, To: at.Add(-time.Hour)}, "ages": {From: at, To: at.AddDate(200, 0, 0)},
	} {
		if err := c.SVG(io.Discard); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := (Chart{From: at, To: at.Add(time.Hour)}).SVG(brokenPipe{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a writer's error: %v", err)
	}
}

func TestManyLanesAreDrawnUpToALimit(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	svg := draw(t, Chart{From: at, To: at.Add(time.Hour), Lanes: make([]Lane, mostBoxes+7)})
	if !strings.Contains(svg, "+7 lanes") {
		t.Error("lanes are left out without a word")
	}
}
