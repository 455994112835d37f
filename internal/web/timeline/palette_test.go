package timeline

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// luminance computes the relative luminance of WCAG 2.2.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	if err != nil || len(colour) != 7 {
		t.Fatalf("colour %q", colour)
	}
	linear := func(c uint64) float64 {
		v := float64(c&0xff) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n>>16) + 0.7152*linear(n>>8) + 0.0722*linear(n)
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

var declaration = regexp.MustCompile(`--tl-([a-z-]+): (#[0-9a-f]{6});`)

// themes reads the colours of the style sheet, by name, in light, in the dark and on paper.
func themes(t *testing.T) map[string]map[string]string {
	t.Helper()
	light, rest, ok := strings.Cut(Style, "@media screen and (prefers-color-scheme: dark)")
	dark, print, ok2 := strings.Cut(rest, "@media print")
	if !ok || !ok2 {
		t.Fatal("timeline.css has no dark or no print")
	}
	list := map[string]map[string]string{}
	for name, css := range map[string]string{"light": light, "dark": dark, "print": light + print} {
		list[name] = map[string]string{}
		for _, m := range declaration.FindAllStringSubmatch(css, -1) {
			list[name][m[1]] = m[2]
		}
	}
	return list
}

func TestContrasts(t *testing.T) {
	t.Parallel()
	for name, c := range themes(t) {
		atLeast := func(ratio float64, a, b string) {
			if got := contrast(t, c[a], c[b]); got < ratio {
				t.Errorf("%s: %s (%s) on %s (%s) has %.2f, less than %g", name, a, c[a], b, c[b], got, ratio)
			}
		}
		for _, ground := range []string{"paper", "stripe"} {
			for _, text := range []string{"ink", "muted", "short", "now"} {
				atLeast(4.5, text, ground)
			}
			for _, graphic := range []string{"free-edge", "track", "short", "closed", "fits", "now", "bins", "around", "ink", "muted"} {
				atLeast(3, graphic, ground)
			}
			for _, l := range looks {
				atLeast(3, string(l.state)+"-edge", ground)
			}
		}
		for _, l := range looks {
			atLeast(4.5, string(l.state)+"-text", string(l.state))
		}
		atLeast(4.5, "ink", "free")
		atLeast(4.5, "fits", "fits-paper")
		atLeast(4.5, "ink", "fits-paper")
		atLeast(4.5, "ink", "short-paper")
		atLeast(3, "short", "short-paper")
		atLeast(3, "free-edge", "free")
		atLeast(3, "short", "scheduled") // the rim of overbooked bars
	}
}

// TestThePictureAndTheStyleSheetHaveTheSameColours compares the light colours with and without the style
// sheet.
func TestThePictureAndTheStyleSheetHaveTheSameColours(t *testing.T) {
	t.Parallel()
	light := themes(t)["light"]
	want := map[string]string{"paper": paper, "stripe": stripe, "ink": ink, "muted": muted, "grid": grid, "grid-strong": gridStrong, "free": free, "free-edge": freeEdge,
		"taken-line": takenLine, "track": track,
		"short": short, "short-paper": shortPaper, "closed": closed, "fits": fits, "fits-paper": fitsPaper, "now": now, "bins": bins, "around": around}
	for _, l := range looks {
		s := string(l.state)
		want[s], want[s+"-edge"], want[s+"-text"] = l.paper, l.edge, l.letters
	}
	for name, colour := range want {
		if light[name] != colour {
			t.Errorf("%s is %s in the picture and %s in timeline.css", name, colour, light[name])
		}
	}
	dark := themes(t)["dark"]
	for name := range light {
		if _, ok := want[name]; !ok || dark[name] == "" {
			t.Errorf("%s is in the picture: %t; in the dark: %q", name, ok, dark[name])
		}
	}
}

var class = regexp.MustCompile(` class="([a-z -]+)"`)

// TestEveryClassHasAStyle finds classes that would stay light in the dark.
func TestEveryClassHasAStyle(t *testing.T) {
	t.Parallel()
	for name, c := range charts(t) {
		for _, m := range class.FindAllStringSubmatch(draw(t, c), -1) {
			if m[1] != "tl" && !regexp.MustCompile(`\.`+m[1]+`[ ,]`).MatchString(Style) {
				t.Errorf("%s: class %s is not in timeline.css", name, m[1])
			}
		}
	}
}

func TestLooksAreToldApartWithoutColour(t *testing.T) {
	t.Parallel()
	letters, shapes := map[string]State{}, map[string]State{}
	for i, l := range looks {
		shape := l.hatch + "/" + l.dash
		if l.state == Running { // solid dark, recognised by its lightness
			shape = "dark"
		}
		if was, taken := letters[l.letter]; taken || l.index != i {
			t.Errorf("%s has the letter of %s, or the wrong index", l.state, was)
		}
		if was, taken := shapes[shape]; taken {
			t.Errorf("%s has the shape of %s", l.state, was)
		}
		letters[l.letter], shapes[shape] = l.state, l.state
	}
}
