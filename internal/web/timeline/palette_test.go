package timeline

import (
	"math"
	"os"
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

var declaration = regexp.MustCompile(`--(tl-)?([a-z0-9-]+): (#[0-9a-f]{6}|var\(--([a-z-]+)\));`)

// themes reads the colours of the style sheet, by name, in light, in the dark and on paper.
func themes(t *testing.T) map[string]map[string]string {
	t.Helper()
	b, err := os.ReadFile("../style/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	tokens, darkTokens, ok := strings.Cut(string(b), "@media (prefers-color-scheme: dark)")
	light, rest, ok2 := strings.Cut(Style, "@media screen and (prefers-color-scheme: dark)")
	dark, print, ok3 := strings.Cut(rest, "@media print")
	if !ok || !ok2 || !ok3 {
		t.Fatal("there is no dark or no print")
	}
	list := map[string]map[string]string{}
	for name, css := range map[string]string{"light": tokens + light, "dark": tokens + darkTokens + light + dark, "print": tokens + light + print} {
		token, colours, aliases := map[string]string{}, map[string]string{}, map[string]string{}
		for _, m := range declaration.FindAllStringSubmatch(css, -1) {
			switch {
			case m[1] == "":
				token[m[2]] = m[3]
			case m[4] != "":
				aliases[m[2]] = m[4]
			default:
				delete(aliases, m[2])
				colours[m[2]] = m[3]
			}
		}
		for own, alias := range aliases {
			if token[alias] == "" {
				t.Fatalf("%s: there is no token %s", own, alias)
			}
			colours[own] = token[alias]
		}
		list[name] = colours
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
		for _, ground := range []string{"paper", "night"} {
			for _, text := range []string{"ink", "muted", "short"} {
				atLeast(4.5, text, ground)
			}
			for _, graphic := range []string{"closed-edge", "track", "short", "fits", "bins", "around", "ink", "muted", "mine", "p3", "p4"} {
				atLeast(2.9, graphic, ground)
			}
			for _, l := range looks {
				atLeast(2.9, string(l.state)+"-edge", ground)
			}
		}
		for _, graphic := range []string{"closed-edge", "short", "fits", "mine", "p3", "p4"} {
			atLeast(3, graphic, "paper")
		}
		for _, l := range looks {
			atLeast(4.5, string(l.state)+"-text", string(l.state))
			atLeast(3, string(l.state)+"-edge", "paper")
			if l.state != Running { // its own outline lies beside its edge
				atLeast(3, "mine", string(l.state))
			}
			if l.state != Running && l.state != Failed {
				atLeast(3, "short", string(l.state)) // the rim of overbooked bars
			}
		}
		for i := range pressureColours[1:] { // each step is further from the paper than the one before
			a, b := c["p"+strconv.Itoa(i)], c["p"+strconv.Itoa(i+1)]
			if contrast(t, b, c["paper"]) < contrast(t, a, c["paper"])*1.1 {
				t.Errorf("%s: step %d (%s) stands out hardly more than step %d (%s)", name, i+1, b, i, a)
			}
		}
		for i := 1; i <= full; i++ {
			atLeast(4.5, "p"+strconv.Itoa(i)+"-text", "p"+strconv.Itoa(i))
		}
		atLeast(4.5, "fits", "fits-paper")
		atLeast(4.5, "ink", "fits-paper")
		atLeast(4.5, "ink", "short-paper")
		atLeast(3, "short", "short-paper")
	}
}

// TestThePictureAndTheStyleSheetHaveTheSameColours compares the light colours with and without the style
// sheet.
func TestThePictureAndTheStyleSheetHaveTheSameColours(t *testing.T) {
	t.Parallel()
	light := themes(t)["light"]
	want := map[string]string{"paper": paper, "night": night, "ink": ink, "muted": muted, "grid": grid, "grid-strong": gridStrong, "track": track,
		"short": short, "short-paper": shortPaper, "closed": closed, "closed-edge": closedEdge, "fits": fits, "fits-paper": fitsPaper, "mine": mine, "bins": bins, "around": around}
	for i, colour := range pressureColours {
		want["p"+strconv.Itoa(i)], want["p"+strconv.Itoa(i)+"-text"] = colour, onPressures[i]
	}
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

var class = regexp.MustCompile(` class="([a-z0-9 -]+)"`)

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
	shapes := map[string]State{}
	for i, l := range looks {
		shape := l.hatch + "/" + l.dash + "/" + l.sign
		if was, taken := shapes[shape]; taken || l.index != i {
			t.Errorf("%s has the shape of %s, or the wrong index", l.state, was)
		}
		shapes[shape] = l.state
	}
}
