package timeline

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]string{
		"":                              "",
		"/requests/42":                  "/requests/42",
		"?from=2026-12-01&to=":          "?from=2026-12-01&to=",
		"#lane":                         "#lane",
		"requests/42":                   "requests/42",
		"https://berth.example/a?b":     "https://berth.example/a?b",
		"HTTP://berth.example":          "http://berth.example",
		"javascript:alert(1)":           "",
		"javascript://x/%0aalert(1)":    "",
		"ftp://berth.example/a":         "",
		"JavaScript:alert(1)":           "",
		" javascript:alert(1)":          "",
		"java\tscript:alert(1)":         "",
		"data:text/html,<script>":       "",
		"//elsewhere.example":           "",
		"/\\elsewhere.example":          "",
		"\\\\elsewhere.example":         "",
		"https:elsewhere.example":       "",
		"https:///no-host":              "",
		"mailto:a@berth.example":        "",
		"vbscript:x":                    "",
		"/a\x00b":                       "",
		"/a\xffb":                       "",
		"%":                             "",
		"?name=Pátra\u00a0#é":           "?name=P%C3%A1tra%C2%A0#%C3%A9",
		"https://pátra.example/":        "",
		"?" + strings.Repeat("a", 500):  "?" + strings.Repeat("a", 500),
		"?" + strings.Repeat("a", 2000): "",
	} {
		if got := href(link); got != want {
			t.Errorf("%q became %q, want %q", link, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain text":                     "plain text",
		"  two\r\n\tlines  ":             "two lines",
		"nul\x00bell\x07\x1b[31m":        "nulbell[31m",
		"not \xff UTF-8 \ufffe\uffff":    "not \ufffd UTF-8",
		"\u202egnp.exe\u202c\u2066x":     "gnp.exex",
		"next\u0085line":                 "next line",
		strings.Repeat("x", longestText): strings.Repeat("x", longestText),
		strings.Repeat("é", 5000):        strings.Repeat("é", longestText) + "…",
		"שלום 漢字 🚀":                      "שלום 漢字 🚀",
	} {
		if got := clean(in); got != want {
			t.Errorf("%.60q became %.60q, want %.60q", in, got, want)
		}
	}
}

func TestFitted(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("漢W ", 50)
	for room := range 200 {
		got := fitted(long, 12, float64(room))
		if widthOf(got, 12) > float64(room) || !utf8.ValidString(got) {
			t.Fatalf("%q is %g wide, in %d", got, widthOf(got, 12), room)
		}
	}
	for label, want := range map[string]string{
		"#42": "#42", "#42 Hydra": "#42 Hydra", "#42 Hydra radio slicing": "#42 Hydra…", "#123456789012 x": "#1234567…", "#12345678 9": "#12345678", "another experiment": "another ex…", "anotherone experiment": "",
	} {
		if got := barLabel(label, body, 80); got != want {
			t.Errorf("%q became %q, want %q", label, got, want)
		}
	}
}

func TestSlotsInWords(t *testing.T) {
	t.Parallel()
	d := dates{zone(t, "Europe/Madrid"), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	for want, from := range map[string]time.Time{
		"Sat 28 Mar, 10:00–12:00":                   time.Date(2026, 3, 28, 9, 0, 0, 0, time.UTC),
		"Sun 29 Mar, 01:00 CET–04:00 CEST":          time.Date(2026, 3, 29, 0, 0, 0, 0, time.UTC),
		"Sun 25 Oct, 02:30 CEST–03:30 CET":          time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC),
		"Thu 31 Dec, 23:00 – Fri 1 Jan 2027, 01:00": time.Date(2026, 12, 31, 22, 0, 0, 0, time.UTC),
		"Mon 30 Nov, 23:00 – Tue 1 Dec, 01:00":      time.Date(2026, 11, 30, 22, 0, 0, 0, time.UTC),
	} {
		if got := d.slot(slot(from, 0, 2)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
