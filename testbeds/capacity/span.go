package capacity

import (
	"berth/testbeds"
	"berth/testbeds/interval"
)

// claimSpan is one booking's claim on one pool; the booking's id is the key.
type claimSpan = interval.Entry[int64, held]

// held says what is claimed.
type held struct {
	row   *row
	takes columnSet // of which columns it claims anything
	named bool      // whether it names units
}

// claimIndex finds the claims that overlap an interval.
type claimIndex = interval.Index[int64, held]

func newClaimIndex() *claimIndex { return interval.New[int64, held]() }

// columnSet is a set of columns of a pool. All columns beyond the last bit share it.
type columnSet uint32

func setOf(col int) columnSet { return 1 << min(col, 31) }

// claimsOf reports whether a claim on the pool asks for any of a column.
func (p *pool) claimsOf(g *claimSpan, col int) bool {
	return g.Value.takes&setOf(col) != 0 && (col < 31 || p.amount(g, col) > 0)
}

// amount returns how much of a column a claim on the pool asks for.
func (p *pool) amount(g *claimSpan, col int) int64 { return g.Value.row.amount(p.resource(col)) }

// amounts returns the amounts per column that a claim on the pool asks for.
func (p *pool) amounts(g *claimSpan) []int64 {
	amounts := make([]int64, len(p.columns))
	g.Value.row.claims(func(c *formClaim, amount int64, _ []string) {
		if poolKey(c.Resource) != p.key {
			return
		}
		if col, ok := p.column(c.Quantity); ok {
			amounts[col] += amount
		}
	})
	return amounts
}

// spans calls yield with the booking's claim on each pool of the facility, and its amounts per column, which are the caller's to change. Claims
// on one pool stand side by side and share their interval. stray reports claims on what the facility does not have.
func (f *Federation) spans(id int64, r *row, yield func(p *pool, g claimSpan, amounts []int64)) (stray bool) {
	var p *pool
	var key testbeds.Resource
	var g claimSpan
	var amounts []int64
	done := func() {
		if p == nil || g.From >= g.To {
			return
		}
		for col, n := range amounts {
			if n > 0 {
				g.Value.takes |= setOf(col)
			}
		}
		yield(p, g, amounts)
	}
	first := true
	r.claims(func(c *formClaim, amount int64, units []string) {
		if of := poolKey(c.Resource); first || of != key {
			done()
			first, key, p = false, of, f.pool(of)
			g = claimSpan{From: r.start - c.setup, To: r.end + c.teardown, Key: id, Value: held{row: r}}
			amounts = make([]int64, p.width())
		}
		stray = stray || p == nil
		g.Value.named = g.Value.named || len(units) > 0
		if col, ok := p.column(c.Quantity); ok {
			amounts[col] += amount
		}
	})
	done()
	return stray
}

// overlapping yields the claims on the pool that take capacity in [from, to).
func (f *Federation) overlapping(key testbeds.Resource, from, to int64, yield func(claimSpan) bool) {
	f.holders(key, func(p *pool) *claimIndex { return p.claims }, from, to, yield)
}

// waiting yields the claims on the pool that take no capacity in [from, to).
func (f *Federation) waiting(key testbeds.Resource, from, to int64, yield func(claimSpan) bool) {
	f.holders(key, func(p *pool) *claimIndex { return p.pending }, from, to, yield)
}

// holders yields the claims in one index of the pool in [from, to).
func (f *Federation) holders(key testbeds.Resource, index func(*pool) *claimIndex, from, to int64, yield func(claimSpan) bool) {
	going := true
	for fed := f; fed != nil && going; fed = fed.base {
		p := fed.pool(key)
		if fed.base != nil && p.mark != fed.mark {
			continue // it shares the claims of its base
		}
		if fed == f { // nothing hides its claims
			index(p).Overlapping(from, to, yield)
			continue
		}
		index(p).Overlapping(from, to, func(g claimSpan) bool {
			if f.sees(fed, g.Key) {
				going = yield(g)
			}
			return going
		})
	}
}

// sees reports whether no fork above a federation hides a booking of it.
func (f *Federation) sees(below *Federation, id int64) bool {
	for fed := f; fed != below; fed = fed.base {
		if fed.hidden[id] || fed.puts(id) {
			return false
		}
	}
	return true
}
