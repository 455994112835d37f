package timeline

import (
	"time"

	"berth/testbeds"
)

// Chart is what is to be drawn.
type Chart struct {
	From, To time.Time
	Zone     *time.Location
	Now      time.Time
	Width    int             // of the picture, in its own units; default 1200, at least 320
	Title    string          // for those who do not see it
	Lanes    []Lane          // from top to bottom
	Fits     []testbeds.Slot // where the experiment at hand could begin, as bands over all lanes
	Picked   *testbeds.Slot  // that is being thought about
}

// Lane is a testbed.
type Lane struct {
	Title    string
	Link     string // of the title
	Note     string
	Bands    []Band
	Bars     []Bar
	Closures []Closure
}

// Band is the capacity of one resource over time.
type Band struct {
	Title string
	Unit  string
	Steps []testbeds.Step // in order of time; the first stands at the start of the chart or before
}

// Look is how a bar looks: what stands behind it.
type Look string

const (
	Firm    Look = "firm"    // scheduled
	Running Look = "running" // orchestrated, running, torn down
	Pending Look = "pending" // under review: takes nothing yet
	Held    Look = "held"    // offered
	Over    Look = "over"    // completed, failed
)

// Bar is a booking.
type Bar struct {
	Slot       testbeds.Slot
	Occupied   testbeds.Slot // with setup and teardown; zero for the slot
	Look       Look
	Label      string // on it, where there is room
	Title      string // all about it
	Link       string // empty for none
	Overbooked bool
}

// Closure is a time in which capacity is away.
type Closure struct {
	Slot  testbeds.Slot
	Title string
}

const (
	defaultWidth = 1200
	leastWidth   = 320
	narrow       = 640 // below it titles stand above their lanes rather than beside them
	gutter       = 190 // for titles beside lanes
	axisHeight   = 40
	titleHeight  = 22
	bandHeight   = 24
	barHeight    = 18
	barGap       = 3
	laneGap      = 14
	rowsPerLane  = 6
	leastBar     = 7 // units of width below which bars are drawn together
)

// frame is where things are in the picture.
type frame struct {
	c           Chart
	width, left float64
	y           float64
}

func (c Chart) frame() *frame {
	f := &frame{c: c, width: float64(max(c.Width, leastWidth))}
	if c.Width == 0 {
		f.width = defaultWidth
	}
	if f.width >= narrow {
		f.left = gutter
	}
	return f
}

// x is where an instant is.
func (f *frame) x(t time.Time) float64 {
	span := f.c.To.Sub(f.c.From).Seconds()
	if span <= 0 {
		return f.left
	}
	x := f.left + (f.width-f.left)*t.Sub(f.c.From).Seconds()/span
	return min(max(x, f.left), f.width)
}

// seen reports whether any of a slot is in the picture.
func (f *frame) seen(s testbeds.Slot) bool { return s.Start.Before(f.c.To) && s.End.After(f.c.From) }
