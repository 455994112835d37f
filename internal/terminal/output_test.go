package terminal

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

// What others wrote cannot colour or move anything on the terminal; what we colour is coloured.
func TestOnlyWeColourTheTerminal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		colour bool
		want   string
	}{{true, "\x1b[1m#7 [31m\x1b[0m a [31mred  name\n"}, {false, "#7 [31m a [31mred  name\n"}} {
		var b bytes.Buffer
		o := Output{Out: &b, Colour: c.colour}
		o.say("%s %s", o.styled("#7\x1b[31m", strong), "a\x1b[31mred \u009bname")
		if b.String() != c.want {
			t.Errorf("%q, want %q", b.String(), c.want)
		}
	}
}

// A table is never wider than its terminal. Times and heads stay whole; the last columns go first.
func TestATableFitsItsTerminal(t *testing.T) {
	t.Parallel()
	x := table{Head: []string{"number", "slot", "name", "used hours", "where"}, Rows: [][]cell{{said("#12345"), said("Fri 18 Dec, 12:00 – Sat 19 Dec, 12:00"), said("Edge cache at Uberlândia"), said("12.5"), said("ufu, a place with a long name")}}}
	for _, c := range []struct {
		width int
		heads string
		has   string
	}{
		{0, "NUMBER SLOT NAME USED HOURS WHERE", "Edge cache at Uberlândia"}, {200, "NUMBER SLOT NAME USED HOURS WHERE", "a place with a long name"},
		{85, "NUMBER SLOT NAME USED HOURS WHERE", "Edge cache …"}, {84, "NUMBER SLOT NAME USED HOURS", "Edge cache at Uberlândia"}, {71, "NUMBER SLOT NAME USED HOURS", "Edge cache …"},
		{70, "NUMBER SLOT NAME", "Edge cache at Uberlând…"}, {50, "NUMBER SLOT", "Sat 19 Dec, 12:00"}, {20, "NUMBER", "#12345"},
	} {
		var b bytes.Buffer
		if err := (Output{Out: &b, Width: c.width}).table(x); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
		if got := strings.Join(strings.Fields(lines[0]), " "); got != c.heads || !strings.Contains(lines[1], c.has) {
			t.Errorf("at %d: %q\n%s", c.width, got, b.String())
		}
		for _, l := range lines {
			if n := utf8.RuneCountInString(l); c.width > 0 && n > c.width {
				t.Errorf("a line of %d on a terminal of %d: %s", n, c.width, l)
			}
		}
	}
}

// A column that says nothing is left out, and what a row is about is never cut.
func TestATableLeavesOutEmptyColumns(t *testing.T) {
	t.Parallel()
	x := table{Head: []string{"closure", "name", "why"}, Rows: [][]cell{{said("c-41f3fdbe-63a0"), said(""), said("Two new disks for one node of the cluster")}, {said(""), said(""), said("")}}}
	for width, want := range map[int]string{0: "CLOSURE          WHY\nc-41f3fdbe-63a0  Two new disks for one node of the cluster\n\n", 30: "CLOSURE          WHY\nc-41f3fdbe-63a0  Two new disk…\n\n"} {
		var b bytes.Buffer
		if err := (Output{Out: &b, Width: width}).table(x); err != nil || b.String() != want {
			t.Errorf("at %d: %v\n%s", width, err, b.String())
		}
	}
}
