// Package interval finds the entries that share an instant with a given interval among many half-open intervals that may overlap: the
// bookings of a slot, the events of a week in a calendar.
//
// Each entry stands on the level of its length: level n holds lengths above 2^(n-1) and up to 2^n seconds. Every entry of level n that
// overlaps [from, to) begins in [from - 2^n, to). So a search takes one walk along a tree for each level in use, and each walk passes at
// most twice as much time as its entries are long. An interval tree with the latest end below each node would need one walk only; this
// index needs just an ordinary B-tree, whose copy costs nothing (see Index.Copy).
package interval
