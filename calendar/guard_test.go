package calendar

import (
	"strings"
	"testing"
)

// TestLimitsOfWhatIsRead stands at the limits: the last that is taken, and the first that is not.
func TestLimitsOfWhatIsRead(t *testing.T) {
	t.Parallel()
	line := func(n int) string { return "X:" + strings.Repeat("a", n-2) }
	nested := func(n int) string { return strings.Repeat("BEGIN:X\r\n", n) + strings.Repeat("END:X\r\n", n) }
	side := func(n int) string { return strings.Repeat("begin:X\r\nend:X\r\n", n) }
	lines := strings.Repeat(line(8000)+"\r\n", 8)
	for name, tt := range map[string]struct {
		object string
		want   string // part of the refusal; empty: taken
	}{
		"nothing":                     {"", ""},
		"an empty line":               {"\r\n\r\n", ""},
		"a long line":                 {line(8192) + "\r\n", ""},
		"a line too long":             {line(8193) + "\r\n", "a line"},
		"a long line, folded":         {line(8000) + "\r\n " + strings.Repeat("b", 100) + "\r\n\t" + strings.Repeat("c", 92), ""},
		"a line too long, folded":     {line(8000) + "\r\n " + strings.Repeat("b", 100) + "\r\n " + strings.Repeat("c", 93), "a line"},
		"a line too long, by a tab":   {line(8192) + "\r\n\tb", "a line"},
		"many lines":                  {lines, ""},
		"four deep":                   {nested(4), ""},
		"five deep":                   {nested(5), "nested"},
		"four deep, sixteen times":    {strings.Repeat(nested(4), 16), ""},
		"one more":                    {strings.Repeat(nested(4), 16) + side(1), "nested"},
		"64 components in small":      {side(64), ""},
		"65 components in small":      {side(65), "nested"},
		"as large as one may be":      {lines + line(64<<10-len(lines)), ""},
		"larger by a byte":            {lines + line(64<<10-len(lines)+1), "a calendar object must be at most"},
		"a fold that looks like more": {"X:a\r\n" + strings.Repeat(" BEGIN:X\r\n", 70), ""},
	} {
		err := guard([]byte(tt.object))
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

func TestANameIsCutOffItsLine(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][2]string{"UID:a:b": {"UID", "a:b"}, "UID;X=y:a": {"UID", "X=y:a"}, ":a": {"", "a"}, "no name": {"no name", ""}} {
		name, rest, ok := cutName(line)
		if name != want[0] || rest != want[1] || ok == (line == "no name") {
			t.Errorf("%q is cut into %q and %q, %t", line, name, rest, ok)
		}
	}
	if m, err := read(event("DTSTART:20261201T090000Z", "DURATION:PT0S")); err != nil || !m.End.Equal(m.Start) {
		t.Errorf("what has no length is read as %+v, %v; whether it can be booked is not asked here", m, err)
	}
}
