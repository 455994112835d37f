package capacity

import (
	"math/bits"
	"testing"

	"pgregory.net/rapid"
)

// drawCover draws a question small enough to try all choices.
func drawCover(t *rapid.T) *cover {
	c := &cover{}
	for range drawInt(t, "items", 0, 9) {
		c.items = append(c.items, coverItem{int64(drawInt(t, "weight", 0, 2)), int64(drawInt(t, "cost", 0, 5))})
	}
	for range drawInt(t, "rows", 0, 6) {
		r := coverRow{need: int64(drawInt(t, "need", 1, 12))}
		for i := range c.items {
			if n := drawInt(t, "amount", -3, 6); n > 0 {
				r.parts = append(r.parts, coverPart{i, int64(n)})
			}
		}
		c.rows = append(c.rows, r)
	}
	return c
}

// brute tries all choices.
func (c *cover) brute() (best coverSum, ok bool) {
	for set := range uint(1) << len(c.items) {
		meets := true
		for _, r := range c.rows {
			left := r.need
			for _, p := range r.parts {
				if set&(1<<p.item) != 0 {
					left -= p.amount
				}
			}
			meets = meets && left <= 0
		}
		sum := coverSum{}
		for i, x := range c.items {
			if set&(1<<i) != 0 {
				sum = sum.plus(x)
			}
		}
		if meets && (!ok || sum.compare(best) < 0) {
			best, ok = sum, true
		}
	}
	return best, ok
}

func TestTheFewestAreFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCover(t)
		want, possible := c.brute()
		got, exact, ok := c.solve()
		if ok != possible || !exact {
			t.Fatalf("possible: %t, want %t; exact: %t", ok, possible, exact)
		}
		sum := coverSum{}
		for _, i := range got {
			sum = sum.plus(c.items[i])
		}
		if ok && (sum != want || len(got) != int(sum.count) || bits.Len(uint(len(got))) > 4) {
			t.Fatalf("got %v (%+v), want %+v", got, sum, want)
		}
	})
}
