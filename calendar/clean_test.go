package calendar

import (
	"berth/testbeds/plain"
	"strings"
	"testing"
)

func TestTextsAreClean(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ in, text, line string }{
		"ordinary":                {"Ada’s run", "Ada’s run", "Ada’s run"},
		"line breaks of all kind": {"a\r\nb\rc\nd", "a\nb\nc\nd", "a b c d"},
		"a tab":                   {"a\tb", "a\tb", "a b"},
		"other controls":          {"a\x00b\x1bc\u0085d\x7fe", "abcde", "abcde"},
		"a line separator":        {"a\u2028b", "ab", "ab"},
		"a paragraph separator":   {"a\u2029b", "ab", "ab"},
		"a byte order mark":       {"\uFEFFBEGIN:VEVENT", "BEGIN:VEVENT", "BEGIN:VEVENT"},
		"broken UTF-8":            {"a\xffb", "a\uFFFDb", "a\uFFFDb"},
	} {
		if got := clean(tt.in, 100); got != tt.text {
			t.Errorf("%s: text %q, want %q", name, got, tt.text)
		}
		if got := line(tt.in, 100); got != tt.line {
			t.Errorf("%s: line %q, want %q", name, got, tt.line)
		}
	}
}

func TestTextsAreCutAtARune(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in    string
		limit int
		want  string
	}{
		{"123456", 6, "123456"},
		{"1234567", 6, "123…"}, // the mark has three bytes
		{"12345", 4, "1…"},
		{"12äöü", 7, "12ä…"}, // eight bytes; four are left, and end behind a rune
		{"1äöü!", 7, "1ä…"},  // eight bytes; four are left, and end within one
		{"äöü!", 6, "ä…"},
		{"123456", 3, "…"},
	} {
		if got := plain.Fit(tt.in, tt.limit); got != tt.want || len(got) > tt.limit {
			t.Errorf("%q in %d bytes becomes %q, want %q", tt.in, tt.limit, got, tt.want)
		}
	}
}

// What is no TEXT is not escaped by the library: identifiers, colours and addresses keep what their grammar allows, and lose the rest.
func TestWhatIsNoTextKeepsItsGrammar(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	for r := range rune(0x100) {
		all.WriteRune(r)
	}
	without := func(drop string) string {
		var kept strings.Builder
		for r := '!'; r <= '~'; r++ {
			if !strings.ContainsRune(drop, r) {
				kept.WriteRune(r)
			}
		}
		return kept.String()
	}
	if got, want := token(all.String()), without(`;,\"`); got != want {
		t.Errorf("an identifier keeps\n%q, want\n%q", got, want)
	}
	if got, want := uri(all.String()), without("\"<>\\^`{|}"); got != want {
		t.Errorf("an address keeps\n%q, want\n%q", got, want)
	}
}
