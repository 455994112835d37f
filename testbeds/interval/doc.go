// Package interval finds, of many half-open intervals that may overlap one another, those that share an instant with a given one: what is
// booked during a slot, what a calendar shows of a week.
//
// Each entry stands on the level of its length: level n holds what is longer than 2^(n-1) seconds and at most 2^n long. So what overlaps
// [from, to) lies, on level n, among the entries that begin in [from - 2^n, to), which is one walk along a tree for each level in use, and
// each walk passes at most twice as much time as its entries are long. A tree of intervals with the latest end below each node would find
// them in one walk; this one needs nothing but an ordinary B-tree, whose copy costs nothing (see Index.Copy).
package interval
