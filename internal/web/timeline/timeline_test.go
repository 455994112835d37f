package timeline_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"berth/internal/web/timeline"
	"berth/testbeds"
)

var update = flag.Bool("update", false, "write the golden files anew")

var at = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

func hours(from, length float64) testbeds.Slot {
	h := func(n float64) time.Duration { return time.Duration(n * float64(time.Hour)) }
	return testbeds.NewSlot(at.Add(h(from)), h(length))
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// day is a day with a bar of every look.
func day() timeline.Chart {
	return timeline.Chart{From: at, To: at.Add(24 * time.Hour), Zone: time.UTC, Now: at.Add(10 * time.Hour), Title: "Schedule of 24 November 2026",
		Fits: []testbeds.Slot{hours(13, 2), hours(20, 4)}, Picked: new(hours(21, 2)),
		Lanes: []timeline.Lane{
			{Title: "5TONIC, Madrid", Link: "/testbeds/5tonic", Bands: []timeline.Band{
				{Title: "vcpu", Steps: []testbeds.Step{{At: at, Free: 64, Total: 64}, {At: at.Add(8 * time.Hour), Free: 20, Total: 64}, {At: at.Add(12 * time.Hour), Free: -4, Total: 64}, {At: at.Add(15 * time.Hour), Free: 48, Total: 48}}},
				{Title: "usrp-n210", Unit: "devices", Steps: []testbeds.Step{{At: at, Free: 4, Total: 4}, {At: at.Add(9 * time.Hour), Free: 0, Total: 4}, {At: at.Add(16 * time.Hour), Free: 3, Total: 4}}}},
				Bars: []timeline.Bar{
					{Slot: hours(2, 5), Look: timeline.Over, Label: "#7 hydra_baseline", Title: "#7 hydra_baseline, completed", Link: "/requests/7"},
					{Slot: hours(8, 4), Occupied: hours(7.5, 5), Look: timeline.Running, Label: "#9 MARATHON", Title: "#9 MARATHON, running", Link: "/requests/9"},
					{Slot: hours(11, 5), Look: timeline.Firm, Label: "#12 Video", Title: "#12 Video, scheduled, overbooked", Link: "/requests/12", Overbooked: true},
					{Slot: hours(12, 6), Look: timeline.Pending, Label: "#14 under review", Title: "#14, under review"},
					{Slot: hours(17, 3), Look: timeline.Held, Label: "offer to #11", Title: "held for an offer"}}},
			{Title: "Bristol", Closures: []timeline.Closure{{Slot: hours(6, 6), Title: "maintenance"}}, Bands: []timeline.Band{{Title: "vcpu", Steps: []testbeds.Step{{At: at, Free: 8, Total: 8}}}}},
		}}
}

func charts(t testing.TB) map[string]timeline.Chart {
	madrid := zone(t, "Europe/Madrid")
	week := day()
	week.From, week.To, week.Zone = time.Date(2026, 10, 23, 22, 0, 0, 0, time.UTC), time.Date(2026, 10, 27, 23, 0, 0, 0, time.UTC), madrid // the clocks go back on the 25th
	week.Lanes = []timeline.Lane{{Title: "Clocks go back", Bars: []timeline.Bar{{Slot: testbeds.NewSlot(time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), time.Hour), Look: timeline.Firm, Label: "x", Title: "in the hour that there is twice"}}}}
	spring := timeline.Chart{From: time.Date(2026, 3, 28, 22, 0, 0, 0, time.UTC), To: time.Date(2026, 3, 29, 22, 0, 0, 0, time.UTC), Zone: zone(t, "Europe/Athens"), Lanes: []timeline.Lane{{Title: "Clocks go forward"}}}
	month := timeline.Chart{From: at, To: at.AddDate(0, 1, 0), Zone: time.UTC, Title: "A month", Lanes: []timeline.Lane{{Title: "Busy"}}}
	for i := range 3000 {
		month.Lanes[0].Bars = append(month.Lanes[0].Bars, timeline.Bar{Slot: hours(float64(i)*.24, 1+float64(i%97)/4), Look: timeline.Firm, Label: fmt.Sprint("#", i), Title: fmt.Sprint("#", i)})
	}
	evil := "\"><script>alert(1)</script>'&]]>\x00\x08\u202e\uFFFF " + strings.Repeat("long ", 60)
	hostile := day()
	hostile.Title = evil
	hostile.Lanes = []timeline.Lane{{Title: evil, Link: "javascript:alert(1)", Bands: []timeline.Band{{Title: evil, Unit: evil, Steps: []testbeds.Step{{At: at, Free: 1, Total: 2}}}},
		Bars:     []timeline.Bar{{Slot: hours(1, 9), Look: timeline.Look(evil), Label: evil, Title: evil, Link: "//evil.example/x"}, {Slot: hours(12, 9), Look: timeline.Held, Label: evil, Title: evil, Link: `/x"onload="alert(1)`}},
		Closures: []timeline.Closure{{Slot: hours(3, 1), Title: evil}}}}
	narrow := day()
	narrow.Width = 360
	return map[string]timeline.Chart{"empty": {From: at, To: at.Add(24 * time.Hour), Zone: time.UTC}, "day": day(), "narrow": narrow, "dst-back": week, "dst-forward": spring, "month": month, "hostile": hostile}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, c := range charts(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := drawn(t, c)
			file := filepath.Join("testdata", name+".svg")
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(want, got) {
				t.Errorf("%s is no longer what is drawn; look at it, and run the test with -update", file)
			}
		})
	}
}

// drawn draws a chart, and makes sure that it is well-formed and stays within its bounds.
func drawn(t interface {
	Helper()
	Fatalf(string, ...any)
}, c timeline.Chart) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := c.SVG(&b); err != nil {
		t.Fatalf("%v", err)
	}
	var width, height float64
	for d := xml.NewDecoder(bytes.NewReader(b.Bytes())); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.Bytes()
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, b.Bytes())
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		a := map[string]string{}
		for _, x := range e.Attr {
			a[x.Name.Local] = x.Value
			if strings.HasPrefix(x.Name.Local, "on") || x.Name.Local == "style" || strings.Contains(x.Value, "NaN") || strings.Contains(x.Value, "Inf") {
				t.Fatalf("%s=%q", x.Name.Local, x.Value)
			}
		}
		switch e.Name.Local {
		case "svg":
			fmt.Sscanf(a["viewBox"], "0 0 %g %g", &width, &height)
		case "script", "style", "foreignObject", "image":
			t.Fatalf("there is an element %s", e.Name.Local)
		case "a":
			if !strings.HasPrefix(a["href"], "/") || strings.HasPrefix(a["href"], "//") {
				t.Fatalf("a link to %q", a["href"])
			}
		case "rect":
			n := func(name string) float64 { v, _ := strconv.ParseFloat(a[name], 64); return v }
			if n("width") < 0 || n("height") < 0 || n("x") < 0 || n("x")+n("width") > width+2 || n("y")+n("height") > height+1 {
				t.Fatalf("outside of %g × %g: %v", width, height, a)
			}
		}
	}
}

func TestAnyChartIsDrawn(t *testing.T) {
	t.Parallel()
	looks := []timeline.Look{timeline.Firm, timeline.Running, timeline.Pending, timeline.Held, timeline.Over, "other"}
	rapid.Check(t, func(t *rapid.T) {
		slot := rapid.Custom(func(t *rapid.T) testbeds.Slot {
			return hours(rapid.Float64Range(-3000, 3000).Draw(t, "from"), rapid.Float64Range(0, 2000).Draw(t, "length"))
		})
		bar := rapid.Custom(func(t *rapid.T) timeline.Bar {
			b := timeline.Bar{Slot: slot.Draw(t, "slot"), Look: rapid.SampledFrom(looks).Draw(t, "look"), Label: rapid.String().Draw(t, "label"), Title: rapid.String().Draw(t, "title"), Link: rapid.String().Draw(t, "link")}
			if rapid.Bool().Draw(t, "setup") {
				b.Occupied = testbeds.Slot{Start: b.Slot.Start.Add(-time.Hour), End: b.Slot.End.Add(time.Hour)}
			}
			return b
		})
		steps := rapid.Custom(func(t *rapid.T) []testbeds.Step {
			list, when := []testbeds.Step{}, at.Add(-time.Hour*100)
			for range rapid.IntRange(0, 30).Draw(t, "steps") {
				list = append(list, testbeds.Step{At: when, Free: rapid.Int64Range(-5, 100).Draw(t, "free"), Total: rapid.Int64Range(0, 100).Draw(t, "total")})
				when = when.Add(time.Duration(rapid.IntRange(1, 1e6).Draw(t, "seconds")) * time.Second)
			}
			return list
		})
		c := timeline.Chart{From: at, To: at.Add(time.Duration(rapid.IntRange(0, 400*24).Draw(t, "hours")) * time.Hour), Zone: time.UTC, Now: at, Width: rapid.IntRange(-1, 3000).Draw(t, "width"), Title: rapid.String().Draw(t, "title"),
			Fits: rapid.SliceOfN(slot, 0, 3).Draw(t, "fits"), Picked: new(slot.Draw(t, "picked"))}
		for range rapid.IntRange(0, 4).Draw(t, "lanes") {
			c.Lanes = append(c.Lanes, timeline.Lane{Title: rapid.String().Draw(t, "title"), Link: rapid.String().Draw(t, "link"), Bars: rapid.SliceOfN(bar, 0, 40).Draw(t, "bars"),
				Bands: []timeline.Band{{Title: "vcpu", Steps: steps.Draw(t, "steps")}}, Closures: []timeline.Closure{{Slot: slot.Draw(t, "closure"), Title: "closed"}}})
		}
		drawn(t, c)
	})
}

func BenchmarkSVG(b *testing.B) {
	c := timeline.Chart{From: at, To: at.AddDate(0, 1, 0), Zone: time.UTC, Now: at}
	for l := range 10 {
		lane := timeline.Lane{Title: fmt.Sprint("testbed ", l)}
		steps := []testbeds.Step{}
		for i := range 5000 {
			lane.Bars = append(lane.Bars, timeline.Bar{Slot: hours(float64(i)*.144, 1+float64(i%97)/4), Look: timeline.Firm, Label: fmt.Sprint("#", i), Title: fmt.Sprint("#", i)})
			steps = append(steps, testbeds.Step{At: at.Add(time.Duration(i) * 519 * time.Second), Free: int64(i % 60), Total: 64})
		}
		lane.Bands = []timeline.Band{{Title: "vcpu", Steps: steps}}
		c.Lanes = append(c.Lanes, lane)
	}
	for b.Loop() {
		var out bytes.Buffer
		if err := c.SVG(&out); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(out.Len()), "bytes")
	}
}
