package capacity

import (
	"cmp"
	"slices"
)

// cover is the question which of some items are the fewest whose amounts meet every row. Of equally few, those with the least weight are wanted, then
// those with the least cost.
type cover struct {
	items []coverItem
	rows  []coverRow
	steps int // parts of rows that may still be looked at

	chosen, banned []bool
	sum, best      coverSum
	found          []int
}

type coverItem struct{ weight, cost int64 }

// coverRow is what is needed in one stretch of time, and which items give how much of it.
type coverRow struct {
	need  int64
	parts []coverPart // the largest first
}

type coverPart struct {
	item   int
	amount int64
}

// coverSum compares choices: fewer first, then the lighter, then the cheaper.
type coverSum struct{ count, weight, cost int64 }

func (a coverSum) plus(x coverItem) coverSum {
	return coverSum{a.count + 1, a.weight + x.weight, a.cost + x.cost}
}

func (a coverSum) compare(b coverSum) int {
	return cmp.Or(cmp.Compare(a.count, b.count), cmp.Compare(a.weight, b.weight), cmp.Compare(a.cost, b.cost))
}

// mostCoverSteps bounds a search to a few milliseconds.
const mostCoverSteps = 2_000_000

// solve returns the best choice. exact is false where the search gave up: then no fewer may do all the same. ok is false where not even all items do.
func (c *cover) solve() (items []int, exact, ok bool) {
	c.steps = mostCoverSteps
	for i := range c.rows {
		slices.SortFunc(c.rows[i].parts, func(a, b coverPart) int { return cmp.Or(cmp.Compare(b.amount, a.amount), cmp.Compare(a.item, b.item)) })
	}
	c.chosen, c.banned, c.sum = make([]bool, len(c.items)), make([]bool, len(c.items)), coverSum{}
	if !c.greedy() {
		return nil, true, false
	}
	c.chosen = make([]bool, len(c.items))
	exact = c.search()
	slices.Sort(c.found)
	return c.found, exact, true
}

// lacks returns how much a row still needs, and how many more items that takes at least; more than there are where they do not suffice.
func (c *cover) lacks(r *coverRow) (left int64, least int64) {
	c.steps -= len(r.parts)
	left = r.need
	for _, p := range r.parts {
		if c.chosen[p.item] {
			left -= p.amount
		}
	}
	if left <= 0 {
		return left, 0
	}
	rest := left
	for _, p := range r.parts {
		if c.chosen[p.item] || c.banned[p.item] {
			continue
		}
		least++
		if rest -= p.amount; rest <= 0 {
			return left, least
		}
	}
	return left, int64(len(c.items)) + 1
}

// greedy takes what gives most of what is missing until nothing is, and leaves out what is not needed after all: a choice to begin with.
func (c *cover) greedy() bool {
	for {
		gain := make([]int64, len(c.items))
		missing := false
		for i := range c.rows {
			left, _ := c.lacks(&c.rows[i])
			if left <= 0 {
				continue
			}
			missing = true
			for _, p := range c.rows[i].parts {
				if !c.chosen[p.item] {
					gain[p.item] += 1000 * min(left, p.amount) / left
				}
			}
		}
		if !missing {
			break
		}
		most := -1
		for i, g := range gain {
			if g > 0 && (most < 0 || g > gain[most]) {
				most = i
			}
		}
		if most < 0 {
			return false
		}
		c.chosen[most] = true
	}
	for i := range c.items {
		if c.chosen[i] {
			c.chosen[i] = false
			c.chosen[i] = slices.ContainsFunc(c.rows, func(r coverRow) bool { left, _ := c.lacks(&r); return left > 0 })
		}
	}
	c.best = coverSum{}
	for i, x := range c.items {
		if c.chosen[i] {
			c.best, c.found = c.best.plus(x), append(c.found, i)
		}
	}
	return true
}

// search looks for a better choice than the best so far that holds what is chosen and nothing that is banned. It reports whether it looked at all.
func (c *cover) search() bool {
	var at *coverRow
	var most int64
	for i := range c.rows {
		_, least := c.lacks(&c.rows[i])
		if least > most {
			at, most = &c.rows[i], least
		}
	}
	if c.steps < 0 {
		return false
	}
	if at == nil {
		if c.sum.compare(c.best) < 0 {
			c.best, c.found = c.sum, c.found[:0]
			for i, in := range c.chosen {
				if in {
					c.found = append(c.found, i)
				}
			}
		}
		return true
	}
	if (coverSum{c.sum.count + most, c.sum.weight, c.sum.cost}).compare(c.best) >= 0 {
		return true
	}
	before, all := c.sum, true
	var tried []int
	for _, p := range at.parts {
		if c.chosen[p.item] || c.banned[p.item] {
			continue
		}
		c.chosen[p.item], c.sum = true, before.plus(c.items[p.item])
		all = c.search()
		c.chosen[p.item], c.sum = false, before
		if !all {
			break
		}
		c.banned[p.item] = true // choices with it have been looked at
		tried = append(tried, p.item)
	}
	for _, i := range tried {
		c.banned[i] = false
	}
	return all
}
