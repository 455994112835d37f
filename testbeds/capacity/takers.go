package capacity

import (
	"math"
	"slices"
	"sort"

	"berth/testbeds"
)

// maxTakers is how many takers of a conflict are listed; further ones are only counted.
const maxTakers = 20

// shortage is a longest interval in which less of a column is free than needed.
type shortage struct {
	span
	col  int
	need int64
}

// shortages lists the shortages of what is wanted within [from, to), column after column, each in the order of time, and at most limit of them; more
// reports whether there are more.
func (w want) shortages(from, to int64, limit int) (list []shortage, more bool) {
	for col, need := range w.need {
		if need <= 0 {
			continue
		}
		for at := from; at < to; {
			start, ok := w.pool.free.FirstBelow(col, need, at, to)
			if !ok {
				break
			}
			if len(list) == limit {
				return list, true
			}
			end, ok := w.pool.free.FirstAtLeast(col, need, start, to)
			if !ok {
				end = to
			}
			list = append(list, shortage{span{start, end}, col, need})
			at = end
		}
	}
	return list, false
}

// conflicts makes the conflicts of the shortages of a pool.
func (f *Federation) conflicts(p *pool, short []shortage) []testbeds.Conflict {
	if len(short) == 0 {
		return nil
	}
	taken := f.taken(p, short)
	list := make([]testbeds.Conflict, len(short))
	for i, s := range short {
		free := p.free.Min(s.col, s.from, s.to)
		list[i] = testbeds.Conflict{Resource: p.resource(s.col), Interval: slotOf(s.from, s.to), Needed: s.need, Free: free, ShortBy: s.need - free}
		list[i].TakenBy, list[i].More = taken[i].takers(p, s.col)
	}
	return list
}

// taken finds who takes of the column of each shortage during it. It goes through the absences and the bookings once, however many shortages
// they have a part in.
func (f *Federation) taken(p *pool, short []shortage) []takers {
	lists := make([]takers, len(short))
	hull := span{}
	for _, s := range short {
		hull = hull.with(s.span)
	}
	columns := byColumn(short)
	for i := range p.absences {
		a := &p.absences[i]
		in := span{a.from, a.to}
		for c := range columns {
			if a.cut[columns[c].col] == 0 || !in.overlaps(hull) {
				continue
			}
			first, behind := columns[c].overlapped(in)
			for j := first; j < behind; j++ {
				lists[j].away = append(lists[j].away, a)
			}
		}
	}
	more := make([]int, len(short)+1) // how many bookings more than the one before it a shortage has
	f.overlapping(p.key, hull.from, hull.to, func(g claimSpan) bool {
		for i := range columns {
			c := &columns[i]
			first, behind := c.overlapped(span{g.From, g.To})
			if first >= behind || !p.claimsOf(&g, c.col) {
				continue
			}
			more[first]++
			more[behind]--
			if g.From <= c.latest {
				c.add(&g, lists[first:behind], lists)
			}
		}
		return true
	})
	count := 0
	for i := range lists {
		count += more[i]
		lists[i].count = count
	}
	return lists
}

// column is the part of some shortages that is of one column.
type column struct {
	col    int
	first  int        // the first of them
	short  []shortage // in order and apart
	latest int64      // no list takes a booking that starts later
}

func byColumn(short []shortage) (columns []column) {
	for i, s := range short {
		if n := len(columns); n == 0 || columns[n-1].col != s.col {
			columns = append(columns, column{col: s.col, first: i, latest: math.MaxInt64})
		}
		c := &columns[len(columns)-1]
		c.short = short[c.first : i+1]
	}
	return columns
}

// overlapped returns the first of the shortages that a span overlaps and the first one behind them; those between stand side by side.
func (c *column) overlapped(in span) (first, behind int) {
	n := len(c.short)
	if c.short[0].to <= in.from {
		first = sort.Search(n, func(i int) bool { return c.short[i].to > in.from })
	}
	if behind = n; c.short[n-1].from >= in.to {
		behind = sort.Search(n, func(i int) bool { return c.short[i].from >= in.to })
	}
	return c.first + first, c.first + behind
}

// add adds a booking to some lists of the column, and finds out until when further ones can start. Walks go through the longest bookings first,
// so that few of those that come later start early enough to be sorted in.
func (c *column) add(g *claimSpan, some, all []takers) {
	changed := false
	for i := range some {
		changed = some[i].add(g) || changed
	}
	if !changed {
		return
	}
	c.latest = math.MinInt64
	for _, t := range all[c.first : c.first+len(c.short)] {
		if len(t.first) < maxTakers {
			c.latest = math.MaxInt64
			return
		}
		c.latest = max(c.latest, t.first[maxTakers-1].From)
	}
}

// takers are the absences and bookings that have a part in one shortage.
type takers struct {
	away  []*absence
	first []claimSpan // the first maxTakers bookings, by their start
	count int         // of all bookings
}

// add adds a booking unless it starts behind those that are listed.
func (t *takers) add(g *claimSpan) bool {
	n := len(t.first)
	if n == maxTakers {
		if !earlier(g, &t.first[n-1]) {
			return false
		}
		n--
		t.first = t.first[:n]
	}
	for n > 0 && earlier(g, &t.first[n-1]) {
		n--
	}
	if t.first == nil {
		t.first = make([]claimSpan, 0, maxTakers)
	}
	t.first = slices.Insert(t.first, n, *g)
	return true
}

// earlier reports whether a claim starts before another one, or at once for a booking with a lower id.
func earlier(a, b *claimSpan) bool { return a.From < b.From || a.From == b.From && a.Key < b.Key }

// takers lists the absences and then the bookings, each in the order of time, and counts those that are not listed.
func (t takers) takers(p *pool, col int) (list []testbeds.Taker, more int) {
	all := len(t.away) + t.count
	if all == 0 {
		return nil, 0
	}
	list = make([]testbeds.Taker, 0, min(maxTakers, all))
	for _, a := range t.away[:min(maxTakers, len(t.away))] {
		list = append(list, p.missing(a, col))
	}
	for i := range t.first[:min(maxTakers-len(list), len(t.first))] {
		list = append(list, p.taker(&t.first[i], col))
	}
	return list, all - len(list)
}

// missing makes the taker of an absence.
func (p *pool) missing(a *absence, col int) testbeds.Taker {
	return testbeds.Taker{Kind: a.kind, Summary: a.summary, Amount: min(a.cut[col], p.peak[col]), Units: a.units, Interval: slotOf(a.from, a.to)}
}

// away lists the absences that take of a column in [from, to).
func (p *pool) away(col int, from, to int64) (list []testbeds.Taker) {
	for i := range p.absences {
		if a := &p.absences[i]; a.cut[col] > 0 && (span{a.from, a.to}).overlaps(span{from, to}) {
			list = append(list, p.missing(a, col))
		}
	}
	return list
}

func (p *pool) taker(g *claimSpan, col int) testbeds.Taker {
	r := g.Value.row
	t := testbeds.Taker{Kind: testbeds.TakerBooking, Booking: g.Key, Request: r.request, Strength: r.form.strength, Amount: p.amount(g, col), Interval: slotOf(g.From, g.To)}
	if g.Value.named {
		t.Units = r.units(p.key)
	}
	return t
}
