package capacity

import (
	"iter"
	"slices"

	"berth/testbeds"
	"berth/testbeds/capacity/profile"
)

// Load puts many bookings at once, faster than one by one.
func (f *Federation) Load(bookings []testbeds.Booking) { f.LoadFrom(slices.Values(bookings)) }

// LoadFrom puts many bookings as they come, so that nobody has to hold all of them.
func (f *Federation) LoadFrom(bookings iter.Seq[testbeds.Booking]) {
	l := loading{}
	for b := range bookings {
		if f.row(b.ID) != nil {
			l.finish() // it may be one of those under way
			f.Remove(b.ID)
		}
		stray := f.spans(b.ID, f.keep(b), func(p *pool, g claimSpan, _ []int64) { l.add(f.writable(p), g) })
		f.sort(b.ID, stray)
	}
	l.finish()
}

// loading gathers the claims that are to be put on each pool.
type loading map[*pool]*gathered

// gathered is a list in parts, which grows without being copied.
type gathered struct {
	full [][]claimSpan
	last []claimSpan
}

// partSize is the greatest size of a part; the first ones are smaller.
const partSize = 4096

func (l loading) add(p *pool, g claimSpan) {
	list := l[p]
	if list == nil {
		list = &gathered{}
		l[p] = list
	}
	if n := cap(list.last); len(list.last) == n {
		list.full = append(list.full, list.last)
		list.last = make([]claimSpan, 0, min(partSize, max(16, 2*n)))
	}
	list.last = append(list.last, g)
}

// finish puts everything that was gathered.
func (l loading) finish() {
	for p, list := range l {
		p.load(slices.Concat(append(list.full, list.last)...))
		delete(l, p)
	}
}

// load puts many claims at once.
func (p *pool) load(spans []claimSpan) {
	pending := filter(spans, func(g claimSpan) bool { return !g.Value.row.blocks() })
	if len(pending) > 0 {
		spans = slices.DeleteFunc(spans, func(g claimSpan) bool { return !g.Value.row.blocks() })
	}
	taken := profile.NewDeltas(len(p.columns), len(spans)+p.free.Points())
	for i := range spans {
		taken.Add(spans[i].From, spans[i].To, negated(p.amounts(&spans[i])))
	}
	p.free.AddAll(taken)
	p.settled.Load(filter(spans, func(g claimSpan) bool { return g.Value.named }))
	p.claims.Load(spans)
	p.pending.Load(pending)
}
