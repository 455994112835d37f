package console

import (
	"bytes"
	"io"
	"testing"
	"time"

	"berth/scheduler"
)

// barAt is a bar on a terminal of so many columns, with a clock that the test sets. It does not draw by itself.
func barAt(out io.Writer, width int, at *time.Time) *Bar {
	b := NewBar(out, func() int { return width }, false, func() time.Time { return *at })
	b.ticks = true
	return b
}

// A bar says what fits its terminal: what is done, then the share, the time left, the amount and the pace. Without a total there is no bar; before a
// second there is no pace.
func TestABarFitsItsTerminal(t *testing.T) {
	t.Parallel()
	requests := func(done, of int64) scheduler.Progress {
		return scheduler.Progress{Doing: "checking requests", Done: done, Of: of}
	}
	for _, c := range []struct {
		width int
		took  time.Duration
		p     scheduler.Progress
		want  string
	}{
		{100, 2 * time.Second, requests(25_000, 100_000), "checking requests  ██████░░░░░░░░░░░░░░░░░░   25 %  25,000 of 100,000  12,500/s  6 s left"},
		{80, 2 * time.Second, requests(25_000, 100_000), "checking requests  ███░░░░░░░░░░░   25 %  25,000 of 100,000  12,500/s  6 s left"},
		{74, 2 * time.Second, requests(25_000, 100_000), "checking requests  ██░░░░░░   25 %  25,000 of 100,000  12,500/s  6 s left"},
		{73, 2 * time.Second, requests(25_000, 100_000), "checking requests  ████░░░░░░░░░░░░░   25 %  25,000 of 100,000  6 s left"},
		{50, 2 * time.Second, requests(25_000, 100_000), "checking requests  ███░░░░░░░░░░   25 %  6 s left"},
		{26, 2 * time.Second, requests(25_000, 100_000), "checking requests   25 %"},
		{25, 2 * time.Second, requests(25_000, 100_000), "checking requests   25 %"},
		{24, 2 * time.Second, requests(25_000, 100_000), "checking requests"},
		{18, 2 * time.Second, requests(25_000, 100_000), "checking requests"},
		{17, 2 * time.Second, requests(25_000, 100_000), "checking reques…"},
		{100, 999 * time.Millisecond, requests(25_000, 100_000), "checking requests  ██████░░░░░░░░░░░░░░░░░░   25 %  25,000 of 100,000"},
		{100, 2 * time.Second, requests(0, 100_000), "checking requests  ░░░░░░░░░░░░░░░░░░░░░░░░    0 %  0 of 100,000"},
		{100, 90 * time.Second, requests(4_500, 100_000), "checking requests  █░░░░░░░░░░░░░░░░░░░░░░░    4 %  4,500 of 100,000  50/s  31 min 50 s left"},
		{100, 2 * time.Second, requests(120, 100), "checking requests  ████████████████████████  100 %  100 of 100  60/s  0 s left"},
		{100, 999 * time.Millisecond, requests(700, 0), "checking requests  700"},
		{100, 75 * time.Second, requests(1500, 0), "checking requests  1,500  20/s  1 min 15 s"},
		{100, time.Second, scheduler.Progress{Doing: "checking the copy"}, "checking the copy  1 s"},
		{100, 2 * time.Second, scheduler.Progress{Doing: "copying", Done: 3_000_000, Of: 12_000_000, Bytes: true}, "copying  ██████░░░░░░░░░░░░░░░░░░   25 %  3.0 MB of 12.0 MB  1.5 MB/s  6 s left"},
	} {
		at := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
		b := barAt(io.Discard, c.width, &at)
		b.Tell(scheduler.Progress{Doing: c.p.Doing, Of: c.p.Of, Bytes: c.p.Bytes})
		at = at.Add(c.took)
		b.Tell(c.p)
		if got := b.line(at); got != c.want {
			t.Errorf("%d columns, after %s: %+v\n got %q\nwant %q", c.width, c.took, c.p, got, c.want)
		}
	}
}

// Short work has no bar, and no line is drawn twice within a tenth of a second. Lines of others go above it; at the end nothing of it is left.
func TestABarComesLateAndLeavesNothing(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	at := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	b := barAt(&out, 80, &at)
	wrote := func(after time.Duration, do func(), want string) {
		t.Helper()
		out.Reset()
		at = at.Add(after)
		do()
		if out.String() != want {
			t.Errorf("%q, want %q", out.String(), want)
		}
	}
	tell := func(done int64) func() { return func() { b.Tell(scheduler.Progress{Doing: "reading", Done: done}) } }
	wrote(0, tell(1), "")
	wrote(barPatience-1, tell(2), "")
	wrote(1, tell(3), "\r\x1b[Kreading  3")
	wrote(barEvery-1, tell(4), "")
	wrote(1, tell(5), "\r\x1b[Kreading  5")
	wrote(0, func() { _, _ = io.WriteString(b, "a line of the log\n") }, "\r\x1b[Ka line of the log\n")
	wrote(0, tell(6), "\r\x1b[Kreading  6")
	wrote(0, func() { _, _ = io.WriteString(Ahead(b.Idle, &out), "done\n") }, "\r\x1b[Kdone\n")
	wrote(barPatience-1, tell(7), "")
	wrote(barPatience, tell(8), "\r\x1b[Kreading  8")
	wrote(time.Second, tell(9), "\r\x1b[Kreading  9  1/s  1 s")
	wrote(0, b.End, "\r\x1b[K")
	wrote(time.Hour, tell(10), "")
	wrote(0, b.End, "")
}

// A bar that nobody would see takes everything, and shows nothing.
func TestWithoutATerminalThereIsNoBar(t *testing.T) {
	t.Parallel()
	var b *Bar
	b.Tell(scheduler.Progress{Doing: "reading"})
	b.Idle()
	b.End()
}
