package proof

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"berth/testbeds"
)

// Options say what is known beside the requests.
type Options struct {
	Now   time.Time
	Since time.Time // bookings that ended before are not among those given
	// Swept is since when overcommitments were looked for; Short are the bookings that one of them touches.
	Swept time.Time
	Short map[int64]bool
	// Named are the devices whose units have names.
	Named map[testbeds.Resource]bool
}

// Proof judges requests one after the other. It keeps what it finds, and of the requests nothing but which bookings and units are theirs.
type Proof struct {
	o        Options
	bookings []testbeds.Booking // in the order of their ids
	owners   []int64            // the number of the request that says that a booking is its own
	running  map[unit]int64     // the number of the request that runs on a unit
	found    []finding
}

type finding struct {
	request int64
	text    string
}

// New begins with the bookings in force, in the order of their ids.
func New(bookings []testbeds.Booking, o Options) *Proof {
	return &Proof{o: o, bookings: bookings, owners: make([]int64, len(bookings)), running: map[unit]int64{}}
}

// Judge compares one request with its bookings, approvals and history.
func (p *Proof) Judge(r Request) {
	p.booked(r)
	p.offered(r)
	p.moving(r)
	p.approved(r)
	p.remembered(r)
	if r.Stage == Running {
		p.runs(r)
	}
}

// Findings are all sentences, in the order of the requests' numbers, once every request was judged: bookings that none of them calls its
// own are among them.
func (p *Proof) Findings() []string {
	found := slices.Clone(p.found)
	for i, b := range p.bookings {
		if p.owners[i] == 0 {
			found = append(found, finding{b.Request, fmt.Sprintf("request #%d: booking %d is %s, and the request knows nothing of it", b.Request, b.ID, b.Strength)})
		}
	}
	slices.SortStableFunc(found, func(a, b finding) int { return cmp.Compare(a.request, b.request) })
	texts := make([]string, len(found))
	for i, f := range found {
		texts[i] = f.text
	}
	return texts
}

func (p *Proof) say(r Request, format string, args ...any) {
	p.found = append(p.found, finding{r.Number, fmt.Sprintf("request #%d (%s): ", r.Number, r.Status) + fmt.Sprintf(format, args...)})
}

// own finds a booking that a request calls its own. Two of them cannot.
func (p *Proof) own(r Request, id int64) (b testbeds.Booking, ok bool) {
	i, ok := slices.BinarySearchFunc(p.bookings, id, func(b testbeds.Booking, id int64) int { return cmp.Compare(b.ID, id) })
	if !ok {
		return b, false
	}
	if other := p.owners[i]; other != 0 {
		p.say(r, "its booking %d is that of request #%d, too", id, other)
	}
	p.owners[i] = r.Number
	return p.bookings[i], true
}

// lately reports whether a booking that lasts until the end of a slot would be among those given.
func (p *Proof) lately(s testbeds.Slot) bool { return s.End.After(p.o.Since) }

// waits reports whether time still has to do something to a request that is due: until then what has ended stays as it is.
func (p *Proof) waits(r Request) bool { return r.Due != nil && !r.Due.After(p.o.Now) }
