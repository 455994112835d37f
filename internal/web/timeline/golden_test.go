package timeline

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/testbeds"
	"berth/testbeds/wallclock"
)

var update = flag.Bool("update", false, "write the golden files anew")

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := wallclock.Zone(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func slot(start time.Time, from, hours float64) testbeds.Slot {
	return testbeds.NewSlot(start.Add(time.Duration(from*float64(time.Hour))), time.Duration(hours*float64(time.Hour)))
}

func draw(t testing.TB, c Chart) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.SVG(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// charts returns the pictures of testdata.
func charts(t testing.TB) map[string]Chart {
	athens, madrid := zone(t, "Europe/Athens"), zone(t, "Europe/Madrid")
	list := map[string]Chart{
		"empty":          {From: time.Date(2026, 12, 1, 0, 0, 0, 0, athens), To: time.Date(2026, 12, 2, 0, 0, 0, 0, athens), Zone: athens},
		"day":            oneDay(madrid, 1200),
		"day-narrow":     oneDay(madrid, 360),
		"week-madrid":    oneWeek(time.Date(2026, 3, 23, 0, 0, 0, 0, madrid), 1200),  // clocks are put forward on the 29th
		"week-athens":    oneWeek(time.Date(2026, 10, 19, 0, 0, 0, 0, athens), 1200), // and back on the 25th
		"night-athens":   nightOf(time.Date(2026, 10, 24, 20, 0, 0, 0, athens)),
		"month":          crowded(time.Date(2026, 11, 1, 0, 0, 0, 0, madrid), 1200),
		"month-narrow":   crowded(time.Date(2026, 11, 1, 0, 0, 0, 0, madrid), 360),
		"hostile":        hostile(madrid),
		"hostile-narrow": hostile(madrid),
	}
	c := list["hostile-narrow"]
	c.Width = 360
	list["hostile-narrow"] = c
	return list
}

func oneDay(z *time.Location, width int) Chart {
	d := time.Date(2026, 12, 1, 0, 0, 0, 0, z)
	bar := func(n int, state State, label string, from, hours float64) Bar {
		return Bar{Slot: slot(d, from, hours), State: state, Label: "#" + strconv.Itoa(n) + " " + label, Link: "/requests/" + strconv.Itoa(n)}
	}
	hydra := bar(42, Running, "Hydra radio slicing", 9, 5)
	hydra.Occupied, hydra.Mine = slot(d, 8, 6.5), true
	over := bar(57, Scheduled, "Crowded cell", 15, 3.5)
	over.Overbooked, over.Occupied = true, slot(d, 14.5, 4.5)
	picked := slot(d, 19.5, 2)
	at := func(hour float64, free, total int64) testbeds.Step {
		return testbeds.Step{At: slot(d, hour, 0).Start, Free: free, Total: total}
	}
	vcpu := []testbeds.Step{at(0, 52, 64), at(2, 24, 64), at(6, 52, 64), at(8, 40, 64), at(12, 22, 64), at(14.5, -8, 64), at(19, 40, 48), at(23, 48, 48)}
	return Chart{
		From: d, To: d.AddDate(0, 0, 1), Zone: z, Now: d.Add(11*time.Hour + 20*time.Minute), Width: width, Title: "Schedule of 1 December 2026",
		Fits:   []testbeds.Slot{slot(d, 2, 3.25), slot(d, 19.5, 2), slot(d, 21.75, 2)},
		Picked: &picked, Pick: func(s testbeds.Slot) string { return "?pick=" + s.Start.UTC().Format(time.RFC3339) },
		Lanes: []Lane{
			{
				ID: "5tonic", Title: "5TONIC", Note: "Madrid", Link: "?open=", Open: true, Zone: z,
				Bars: []Bar{
					hydra, over, bar(40, Ended, "Baseline run", 2, 4), bar(61, Pending, "Video at the edge", 10, 3), bar(58, Held, "Alternative for #33", 12, 2.5),
					bar(33, Withdrawn, "Too large", 6.5, 3), bar(39, Failed, "Image did not boot", 6, 1.5), {Slot: slot(d, 20, 2), State: Busy, Label: "busy"},
				},
				Closures: []Closure{{Slot: slot(d, -2, 3.5), Title: "Backup of the controllers"}, {Slot: slot(d, 19, 4), Title: "Rack 3 is being moved"}},
				Bands: []Band{
					{Title: "osm vCPU", Steps: vcpu},
					{Title: "osm memory", Unit: "GB", Steps: []testbeds.Step{at(0, 210, 256), at(9, 122, 256), at(14, 198, 256), at(18.5, 240, 256)}},
					{Title: "osm storage", Unit: "GB", Steps: []testbeds.Step{at(0, 900, 1000), at(9, 700, 1000)}},
					{Title: "usrp-n210", Steps: []testbeds.Step{at(0, 4, 4), at(9, 2, 4), at(10, 1, 4), at(13, 2, 4), at(14, 0, 4), at(18.5, 4, 3)},
						Closures: []Closure{{Slot: slot(d, 18.5, 4), Title: "One radio is calibrated"}}},
				},
			},
			{
				ID: "uop", Title: "University of Patras", Note: "Patras, Greece", Link: "?open=uop",
				Bands: []Band{{Title: "vcpu", Steps: []testbeds.Step{at(-5, 96, 128), at(13, 60, 128), at(17, 128, 128)}}},
				Bars:  []Bar{bar(44, Scheduled, "Mobile edge caching for trams", 13, 4)},
			},
			{ID: "unknown", Title: "Bristol", Note: "nothing known", Bands: []Band{{Title: "vcpu"}}},
		},
		Quiet: []Lane{{ID: "quiet", Title: "Ghent"}, {ID: "quieter", Title: "Oulu"}}, QuietLink: "?idle=show",
	}
}

func oneWeek(from time.Time, width int) Chart {
	c := Chart{From: from, To: from.AddDate(0, 0, 7), Zone: from.Location(), Now: from.Add(51 * time.Hour), Width: width, Title: "Schedule of a week"}
	for lane, title := range []string{"5TONIC", "Patras", "WINS_5G"} {
		l := Lane{ID: strings.ToLower(title), Title: title, Note: "a testbed", Zone: from.Location()}
		var steps []testbeds.Step
		for i := range 16 {
			start := float64(i*10 + lane*3)
			state := []State{Ended, Scheduled, Pending, Held, Scheduled}[(i+lane)%5]
			if start < 51 {
				state = []State{Ended, Failed, Withdrawn}[i%3]
			}
			l.Bars = append(l.Bars, Bar{Slot: slot(from, start, float64(4+(i*7)%12)), State: state, Label: "#" + strconv.Itoa(100*lane+i) + " Experiment"})
			steps = append(steps, testbeds.Step{At: slot(from, start, 0).Start, Free: int64(64 - (i*i*13+lane*7)%64), Total: 64})
		}
		steps[0].At = from
		l.Bands = []Band{{Title: "vcpu", Steps: steps}}
		// Two o'clock in the morning of each day; changes of the clocks move it.
		for d := range 7 {
			local := time.Date(from.Year(), from.Month(), from.Day()+d, 2, 0, 0, 0, time.UTC)
			l.Closures = append(l.Closures, Closure{Slot: testbeds.NewSlot(wallclock.Instant(local, from.Location()), 2*time.Hour), Title: "Backup"})
		}
		c.Lanes = append(c.Lanes, l)
	}
	return c
}

func nightOf(from time.Time) Chart {
	return Chart{From: from, To: from.Add(14 * time.Hour), Zone: from.Location(), Title: "The night in which the clocks are put back", Lanes: []Lane{
		{ID: "patras", Title: "Patras", Bars: []Bar{{Slot: slot(from, 4, 8), State: Scheduled, Label: "#7 over the change of the clocks"}}},
	}}
}

// crowded returns a month with more bookings than can be drawn, the same each time.
func crowded(from time.Time, width int) Chart {
	c := Chart{From: from, To: from.AddDate(0, 1, 0), Zone: from.Location(), Now: from.Add(9*24*time.Hour + 7*time.Hour), Width: width, Title: "Schedule of November 2026",
		Zoom: func(s testbeds.Slot) string {
			return "?from=" + s.Start.Format(time.RFC3339) + "&to=" + s.End.Format(time.RFC3339)
		}}
	for _, n := range []int{8, 60, 400} {
		c.Lanes = append(c.Lanes, busyLane(from, n, 30*24))
	}
	return c
}

// busyLane returns n bookings of many lengths spread over hours, and a band of the rest.
func busyLane(from time.Time, n, hours int) Lane {
	l := Lane{ID: "t" + strconv.Itoa(n), Title: "Testbed " + strconv.Itoa(n), Note: "with " + strconv.Itoa(n) + " bookings"}
	states := []State{Scheduled, Scheduled, Scheduled, Pending, Running, Held, Ended, Withdrawn, Failed, Busy}
	var steps []testbeds.Step
	seed := uint32(n)
	random := func(m int) int { seed = seed*1664525 + 1013904223; return int(seed>>8) % m }
	for i := range n {
		start, length := float64(i)*float64(hours)/float64(n)+float64(random(24)), float64(1+random(6))
		if random(5) == 0 {
			length = float64(24 + random(96))
		}
		l.Bars = append(l.Bars, Bar{Slot: slot(from, start, length), State: states[random(len(states))], Label: "#" + strconv.Itoa(i) + " Experiment " + strconv.Itoa(i),
			Link: "/requests/" + strconv.Itoa(i)})
		steps = append(steps, testbeds.Step{At: slot(from, float64(i)*float64(hours)/float64(n), 0).Start, Free: int64(random(128)), Total: 128})
	}
	l.Bands = []Band{{Title: "vcpu", Steps: steps}}
	return l
}

func hostile(z *time.Location) Chart {
	d := time.Date(2026, 12, 1, 0, 0, 0, 0, z)
	texts := []string{
		`<script>alert("1")</script>`, `"><img src=x onerror='alert(1)'>`, "]]><!-- --><?php ?> &amp; &#0;", "nul \x00 bell \x07 esc \x1b[31m \xff\xfe not UTF-8 \ufffe",
		"שלום עולם ובוקר טוב", "\u202egnp.exe\u202c \u2066turned\u2069",
		strings.Repeat("very long ", 100), strings.Repeat("W", 2000), "漢字漢字漢字漢字漢字漢字 🚀🚀🚀", "\r\n\t  ",
	}
	c := Chart{From: d, To: d.AddDate(0, 0, 1), Zone: z, ID: `"><script>`, Title: texts[0]}
	links := []string{"javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "//elsewhere.example", `/\elsewhere.example`,
		"https://ok.example/?a=1&b=%22", "/requests/1?a=\"><x", "?open=a&b=c",
		"java\nscript:alert(1)", "mailto:a@b.example"}
	for i, text := range texts {
		l := Lane{ID: text, Title: text, Note: text, Link: links[i], Bars: []Bar{{Slot: slot(d, float64(i), 3), State: State(text), Label: text, Title: text, Link: links[i]},
			{Slot: slot(d, float64(i)+6, .75), State: Pending, Label: text, Link: links[(i+5)%10]}}}
		if i%3 == 0 {
			l.Closures = []Closure{{Slot: slot(d, 13, 5), Title: text}}
			l.Bands = []Band{{Title: text, Unit: text, Steps: []testbeds.Step{{At: d, Free: -1 << 63, Total: 1<<63 - 1}, {At: d.Add(5 * time.Hour), Free: 1<<63 - 1, Total: -7}}}}
		}
		c.Lanes = append(c.Lanes, l)
	}
	return c
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, c := range charts(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := draw(t, c)
			path := filepath.Join("testdata", name+".svg")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			split := func(s string) []string { return strings.SplitAfter(s, "><") }
			if diff := cmp.Diff(split(string(want)), split(got)); diff != "" {
				t.Errorf("-want +got (go test -update writes it anew)\n%s", diff)
			}
		})
	}
}
