package timeline

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"time"

	"berth/testbeds"
)

// Style gives the classes of a chart their colours in light, in the dark and on paper. A page may serve it beside the charts; they do without.
//
//go:embed timeline.css
var Style string

// Chart describes a picture: the half-open range [From, To), at least a second and at most a hundred years long, and
// its content.
type Chart struct {
	From, To time.Time
	Zone     *time.Location // of the labels; nil for UTC
	Now      time.Time      // zero for no line
	Width    int            // of the picture in pixels; 0 for 1200, kept within 280 and 4000. Below 640 the titles stand above their lanes
	Rows     int            // of bookings in a lane, at most; 0 for 6. The rest is drawn together, and counted
	ID       string         // prefix of the ids in the picture: letters, digits and hyphens; needed if a page shows several charts
	Title    string         // of the whole, for screen readers; empty for "Schedule"

	Lanes     []Lane          // from top to bottom
	Quiet     []Lane          // idle ones, folded into one line below the others
	QuietLink string          // of that line, such as the page that shows them
	Fits      []testbeds.Slot // the times at which the experiment at hand fits, in order
	Picked    *testbeds.Slot  // the slot under consideration; nil for none

	// Zoom returns the link to a chart of a shorter range, for bars that are drawn together; nil for no
	// links.
	Zoom func(testbeds.Slot) string
	// Pick returns the link that picks a slot of Fits; nil for no links.
	Pick func(testbeds.Slot) string

	Ghosts  []Ghost  // slots that would work instead of the picked one, the best first
	Repeats []Repeat // other times of the picked slot, where it is repeated
}

// Lane is a testbed. Folded, it has its bookings and a strip of pressure: the used share of its scarcest resource. Open, it also has a band
// for each resource that is ever less than half free.
type Lane struct {
	ID       string // put into data-lane, for scripts
	Title    string
	Note     string         // a few words below the title, such as the place or the zone
	Words    string         // by which a search finds the lane, besides its title
	Link     string         // of the title, such as the page with the lane opened
	About    string         // link to a page about the testbed, shown where the lane is open
	Zone     *time.Location // whose nights and weekends are darker; nil for none
	Open     bool
	Bands    []Band // of all resources that count
	Bars     []Bar
	Closures []Closure // of everything; those of a part are its band's
}

// Band is the capacity of one resource over time, drawn as the used part within the total.
type Band struct {
	Title    string
	Unit     string             // after numbers, such as "GB"; may be empty
	Size     func(int64) string // writes an amount that is not negative, such as "128 GB"; nil for the number
	Closures []Closure          // of this resource alone; those of everything are the lane's
	Steps    []testbeds.Step    // in order of time; each holds until the next. Before the first one nothing is known
}

// BandOf converts a series of the engine.
func BandOf(s testbeds.Series) Band {
	title := s.Resource.Device
	if title == "" {
		title = s.Resource.VIM + " " + s.Resource.Quantity
	}
	return Band{Title: title, Steps: s.Steps}
}

// State is the state of a booking, shown by its bar.
type State string

const (
	Running   State = "running"   // being instantiated, running, being torn down
	Scheduled State = "scheduled" // firm
	Held      State = "held"      // offered until a deadline
	Busy      State = "busy"      // firm, but the viewer may not know the owner; also drawn for the zero State
	Pending   State = "pending"   // under review: occupies nothing yet
	Failed    State = "failed"
	Ended     State = "ended"     // completed
	Withdrawn State = "withdrawn" // rejected, cancelled, displaced
)

// Bar is a booking.
type Bar struct {
	Slot       testbeds.Slot
	Occupied   testbeds.Slot // with setup and teardown; zero for the slot itself
	State      State
	Label      string // on the bar, as far as there is room
	Title      string // owner and name, for the tooltip; empty for the label. State, times and "overbooked" are added to it
	Link       string // http, https or relative; others are left out
	Mine       bool   // the reader's own
	Overbooked bool
}

// Closure is a time in which the lane's capacity, or part of it, is missing.
type Closure struct {
	Slot  testbeds.Slot
	Title string
	Part  bool // only a part of the resource is missing: its band tells how much
}

const (
	defaultWidth, leastWidth, mostWidth = 1200, 280, 4000
	narrowBelow                         = 640
	defaultRows, mostRows               = 6, 50
	longest                             = 100 * 366 * 24 * time.Hour
)

// SVG writes the chart as one <svg> element. It fails if the range is empty or too long, or if w fails.
func (c Chart) SVG(w io.Writer) error {
	return c.write(w, func(c Chart) []byte { return newSheet(c, false).draw() })
}

// HTML writes the chart as an element of a page in which each lane is a row by itself: titles and the head stay in sight while the page
// scrolls, a search hides rows, and browsers draw only what is in view. Width is that of the part with a time axis. It needs Style.
func (c Chart) HTML(w io.Writer) error {
	return c.write(w, func(c Chart) []byte { return newSheet(c, true).page() })
}

// write checks the chart, and writes what draw makes of it.
func (c Chart) write(w io.Writer, draw func(Chart) []byte) error {
	switch {
	case c.To.Unix() <= c.From.Unix():
		return errors.New("draw a timeline: the range is empty")
	case c.To.Unix()-c.From.Unix() > int64(longest/time.Second):
		return errors.New("draw a timeline: the range is longer than a hundred years")
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	c.Width = within(c.Width, defaultWidth, leastWidth, mostWidth)
	c.Rows = within(c.Rows, defaultRows, 1, mostRows)
	if c.Title == "" {
		c.Title = "Schedule"
	}
	if _, err := w.Write(draw(c)); err != nil {
		return fmt.Errorf("write a timeline: %w", err)
	}
	return nil
}

func within(n, unset, least, most int) int {
	if n == 0 {
		return unset
	}
	return min(max(n, least), most)
}
