package plain_test

import (
	"strings"
	"testing"

	"berth/testbeds/plain"
)

func TestLine(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ s, rule string }{
		"a name":             {"Ada", ""},
		"as long as can be":  {strings.Repeat("é", 5), ""},
		"one more":           {strings.Repeat("é", 6), "must be at most 5 characters long"},
		"nothing":            {"", "is missing"},
		"nothing to see":     {" \t", "is missing"},
		"two lines":          {"a\nb", "must be text without control or invisible characters"},
		"a line separator":   {"a\u2028b", "must be text without control or invisible characters"},
		"a paragraph":        {"a\u2029b", "must be text without control or invisible characters"},
		"a byte order mark":  {"a\uFEFFb", "must be text without control or invisible characters"},
		"written backwards":  {"a\u202Eb", "must be text without control or invisible characters"},
		"bytes that are not": {"a\xff", "must be text without control or invisible characters"},
	} {
		if got := plain.Line(tt.s, 5); got != tt.rule {
			t.Errorf("%s: %q, want %q", name, got, tt.rule)
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ s, rule string }{
		"nothing":            {"", ""},
		"lines":              {"a\r\n\tb", ""},
		"as long as can be":  {"ééaaa", ""},
		"one byte more":      {"ééaaaa", "must be at most 7 bytes long"},
		"a bell":             {"a\ab", "must be text without control characters"},
		"bytes that are not": {"a\xff", "must be text without control characters"},
	} {
		if got := plain.Text(tt.s, 7); got != tt.rule {
			t.Errorf("%s: %q, want %q", name, got, tt.rule)
		}
	}
}

func TestClip(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{"": "", "éé": "éé", "ééé": "ééé", "éééé": "ééé…", "ab\xff": "ab\uFFFD", "abc\xff": "abc…"} {
		if got := plain.Clip(s, 3); got != want {
			t.Errorf("%q becomes %q, want %q", s, got, want)
		}
	}
}

func TestFit(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{"": "", "abcde": "abcde", "abcdef": "ab…", "aébcd": "a…", "éébc": "é…", "ééé": "é…"} {
		if got := plain.Fit(s, 5); got != want {
			t.Errorf("%q becomes %q, want %q", s, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0 slots", 1: "1 slot", 2: "2 slots"} {
		if got := plain.Count(n, "slot"); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
