package console

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"berth/scheduler"
	"berth/testbeds/plain"
)

// Bar shows on a terminal how far long work is: how much is done of how much, how quickly, and how long the rest takes. A nil one shows nothing. It is
// safe for concurrent use.
type Bar struct {
	out    io.Writer
	width  func() int // of the terminal in columns
	now    func() time.Time
	colour bool

	mu    sync.Mutex
	last  scheduler.Progress
	since time.Time // when the first work began; zero before it
	began time.Time // when the present work began
	first int64     // how much of it was done then
	drawn time.Time // zero while the line is clean
	ticks bool      // it draws by itself
	over  bool
	ended chan struct{}
}

const (
	// barPatience is how long work may take without a bar.
	barPatience = 400 * time.Millisecond
	barEvery    = 100 * time.Millisecond
	// barSettles is how long work goes on before its pace means anything.
	barSettles = time.Second

	barCells, barLeast = 24, 8
	clearLine          = "\r\x1b[K"
)

// NewBar makes a bar for a terminal.
func NewBar(out io.Writer, width func() int, colour bool, now func() time.Time) *Bar {
	return &Bar{out: out, width: width, colour: colour, now: now, ended: make(chan struct{})}
}

// tick draws now and then, so that work that reports nothing for a while shows its time.
func (b *Bar) tick() {
	t := time.NewTicker(barEvery)
	defer t.Stop()
	for {
		select {
		case <-b.ended:
			return
		case <-t.C:
			b.mu.Lock()
			b.draw()
			b.mu.Unlock()
		}
	}
}

// Tell says how far the work is.
func (b *Bar) Tell(p scheduler.Progress) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.ticks && !b.over {
		b.ticks = true
		go b.tick()
	}
	now := b.now()
	if b.since.IsZero() {
		b.since = now
	}
	if p.Doing != b.last.Doing {
		b.began, b.first = now, p.Done
	}
	b.last = p
	b.draw()
}

// Idle says that nothing is done for now: the line is cleared.
func (b *Bar) Idle() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.clear()
	b.last, b.since = scheduler.Progress{}, time.Time{}
}

// End clears the line for good.
func (b *Bar) End() {
	if b == nil {
		return
	}
	b.Idle()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.over {
		b.over = true
		close(b.ended)
	}
}

// Ahead returns a writer that calls a function ahead of all that is written: what a command prints takes the place of its bar.
func Ahead(call func(), w io.Writer) io.Writer { return ahead{call, w} }

type ahead struct {
	call func()
	io.Writer
}

func (a ahead) Write(text []byte) (int, error) {
	a.call()
	return a.Writer.Write(text)
}

// Write writes lines of others above the bar, such as those of the log.
func (b *Bar) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.clear()
	return b.out.Write(text)
}

func (b *Bar) clear() {
	if !b.drawn.IsZero() {
		fmt.Fprint(b.out, clearLine)
		b.drawn = time.Time{}
	}
}

// draw draws the line again, if it is time to.
func (b *Bar) draw() {
	now := b.now()
	if b.over || b.last.Doing == "" || now.Sub(b.since) < barPatience || !b.drawn.IsZero() && now.Sub(b.drawn) < barEvery {
		return
	}
	fmt.Fprint(b.out, clearLine+b.line(now))
	b.drawn = now
}

// line words the progress, as far as it fits: what is done always stands there, then the share, the bar, the time left, the amount, the pace.
func (b *Bar) line(now time.Time) string {
	p, width := b.last, b.width()-1 // a full line would wrap
	room := width - utf8.RuneCountInString(p.Doing)
	if room < 0 {
		return plain.Clip(p.Doing, max(width-1, 1))
	}
	x := b.parts(now)
	fits := func(text *string) {
		if n := utf8.RuneCountInString(*text) + 2; *text != "" && n <= room {
			room -= n
		} else {
			*text = ""
		}
	}
	fits(&x.share)
	least := strings.Repeat(" ", barLeast)
	if p.Of == 0 {
		least = ""
	}
	fits(&least)
	fits(&x.time)
	fits(&x.amount)
	fits(&x.pace)
	bar := ""
	if least != "" {
		bar = b.cells(min(barCells, barLeast+room))
	}
	out := p.Doing
	for _, text := range []string{bar, x.share, x.amount, x.pace, x.time} {
		if text != "" {
			out += "  " + text
		}
	}
	return out
}

// barParts can be said beside a bar.
type barParts struct{ share, time, amount, pace string }

// parts words what is known; what is not stays empty.
func (b *Bar) parts(now time.Time) (x barParts) {
	p, took := b.last, now.Sub(b.began)
	made := max(p.Done-b.first, 0)
	pace := 0.0
	if took >= barSettles {
		pace = float64(made) / took.Seconds()
	}
	switch {
	case p.Of > 0:
		done := min(p.Done, p.Of)
		x.share, x.amount = fmt.Sprintf("%3d %%", done*100/p.Of), amount(p, done)+" of "+amount(p, p.Of)
		if pace > 0 {
			x.time = lasting(time.Duration(float64(p.Of-done)/pace*float64(time.Second))) + " left"
		}
	case took >= barSettles:
		x.time = lasting(took)
		fallthrough
	default:
		if p.Done > 0 {
			x.amount = amount(p, p.Done)
		}
	}
	if pace >= 1 {
		x.pace = amount(p, int64(pace)) + "/s"
	}
	return x
}

// cells draws a bar of so many cells.
func (b *Bar) cells(n int) string {
	full := int(int64(n) * min(b.last.Done, b.last.Of) / b.last.Of)
	done, rest := strings.Repeat("█", full), strings.Repeat("░", n-full)
	if b.colour {
		return "\x1b[32m" + done + "\x1b[0m\x1b[2m" + rest + "\x1b[0m"
	}
	return done + rest
}

// amount writes how much of the work that is.
func amount(p scheduler.Progress, n int64) string {
	if p.Bytes {
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// lasting writes a length of time in its two largest units: "1 min 20 s".
func lasting(d time.Duration) string {
	s := int64(d.Round(time.Second) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	}
	return fmt.Sprintf("%d h %d min", s/3600, s%3600/60)
}
