// Package profile stores the free amounts of a vector of quantities over time: a B+tree of breakpoints with, per node, the
// minimum and maximum of each quantity and an addition that is never pushed down. Instants are Unix seconds, intervals half-open.
//
// A change costs the logarithm of the number of breakpoints, however long its interval is; a question costs one descent; a search
// is one sweep that skips whole subtrees that are free throughout or nowhere. DESIGN.md has the picture and the reasons.
//
// Any number of goroutines may read a Profile while none changes it.
package profile
