// Package interval finds the entries that share an instant with a given interval among many half-open intervals that may overlap: the
// bookings of a slot, the events of a week in a calendar.
//
// Each entry stands on the level of its length: level n holds lengths above 2^(n-1) and up to 2^n seconds. Every entry of level n that
// overlaps [from, to) begins in [from - 2^n, to). So a search takes one walk along an ordered list for each level in use, and each walk passes at
// most twice as much time as its entries are long. An interval tree with the latest end below each node would need one walk only, but
// this index needs just ordered lists: blocks of up to 128 entries that lie side by side, which a walk goes through as fast as memory can
// be read, and which copies share until one of them changes (see Index.Copy).
package interval
