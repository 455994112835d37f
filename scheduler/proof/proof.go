package proof

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"berth/testbeds"
)

// Options give the facts beside the requests.
type Options struct {
	Now   time.Time
	Since time.Time // bookings that ended before are not given
	// Swept is the instant from which overcommitments were looked for; Short holds the bookings that one of them touches.
	Swept time.Time
	Short map[int64]bool
	// Named holds the devices whose units have names.
	Named map[testbeds.Resource]bool
}

// Proof judges requests one after the other. Besides its findings it keeps only which bookings and units belong to which request.
type Proof struct {
	o        Options
	bookings *Bookings
	owners   []int64        // number of the request that calls a booking its own
	running  map[unit]int64 // number of the request that runs on a unit
	found    []finding
}

type finding struct {
	request int64
	text    string
}

// New begins with the bookings in force.
func New(bookings *Bookings, o Options) *Proof {
	return &Proof{o: o, bookings: bookings, owners: make([]int64, bookings.Len()), running: map[unit]int64{}}
}

// Judge compares one request with its bookings, approvals and history.
func (p *Proof) Judge(r Request) {
	p.booked(r)
	p.offered(r)
	p.moving(r)
	p.late(r)
	p.waiting(r)
	p.timely(r)
	p.approved(r)
	p.remembered(r)
	if r.Stage == Running {
		p.runs(r)
	}
}

// Findings returns all findings, in the order of the requests' numbers, once every request was judged. They include bookings that no request calls
// its own.
func (p *Proof) Findings() []string {
	found := slices.Clone(p.found)
	for i, owner := range p.owners {
		if owner == 0 {
			b := p.bookings.bare(i)
			found = append(found, finding{b.Request, fmt.Sprintf("request #%d: booking %d is %s, but the request does not know it", b.Request, b.ID, b.Strength)})
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

// own finds a booking that a request calls its own. Two requests cannot share one.
func (p *Proof) own(r Request, id int64) (b testbeds.Booking, ok bool) {
	i, ok := p.bookings.find(id)
	if !ok {
		return b, false
	}
	if other := p.owners[i]; other != 0 {
		p.say(r, "its booking %d also belongs to request #%d", id, other)
	}
	p.owners[i] = r.Number
	return p.bookings.At(i), true
}

// lately reports whether a booking that lasts until the end of a slot must be among those given.
func (p *Proof) lately(s testbeds.Slot) bool { return s.End.After(p.o.Since) }

// waits reports whether a request is due: until it was handled, it may keep things that have ended.
func (p *Proof) waits(r Request) bool { return r.Due != nil && !r.Due.After(p.o.Now) }
