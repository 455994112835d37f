package timeline

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"berth/testbeds"
)

// TestGhostsAreDrawnWhereTheySee: those in the range, numbered as they were given, with their changes.
func TestGhostsAreDrawnWhereTheySee(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	at := func(hour int) testbeds.Slot {
		return testbeds.NewSlot(day.Add(time.Duration(hour)*time.Hour), 4*time.Hour)
	}
	picked := at(4)
	var b bytes.Buffer
	err := Chart{From: day, To: day.AddDate(0, 0, 1), Now: day, Picked: &picked, Lanes: []Lane{{ID: "a", Title: "A"}},
		Ghosts: []Ghost{{Slot: at(8), Title: "5 h <later>"}, {Slot: at(48)}, {Slot: at(22)}}}.SVG(&b)
	if err != nil {
		t.Fatal(err)
	}
	svg := b.String()
	for text, want := range map[string]int{`class="tl-ghost"`: 2, `data-ghost="0"`: 1, `data-ghost="1"`: 0, `data-ghost="2"`: 1, "5 h &lt;later&gt;</title>": 1, `aria-label="3: `: 1} {
		if got := strings.Count(svg, text); got != want {
			t.Errorf("%s stands there %d times, want %d", text, got, want)
		}
	}
}

// TestRepeatsAreDrawnWithTheirPlaces: those in the range, with what fits and what does not told apart by more than a colour.
func TestRepeatsAreDrawnWithTheirPlaces(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	at := func(hour int) testbeds.Slot {
		return testbeds.NewSlot(day.Add(time.Duration(hour)*time.Hour), 4*time.Hour)
	}
	picked := at(4)
	var b bytes.Buffer
	err := Chart{From: day, To: day.AddDate(0, 0, 1), Now: day, Picked: &picked, Lanes: []Lane{{ID: "a", Title: "A"}},
		Repeats: []Repeat{{Slot: at(12), Place: 2, Fits: true}, {Slot: at(18), Place: 3}, {Slot: at(36), Place: 4, Fits: true}}}.SVG(&b)
	if err != nil {
		t.Fatal(err)
	}
	svg := b.String()
	for text, want := range map[string]int{`class="tl-repeat"`: 1, `class="tl-missed"`: 1, `aria-label="2: Thu 26 Nov`: 1, ">3✕<": 1, "does not fit</title>": 1, `aria-label="4: `: 0} {
		if got := strings.Count(svg, text); got != want {
			t.Errorf("%s stands there %d times, want %d", text, got, want)
		}
	}
}
