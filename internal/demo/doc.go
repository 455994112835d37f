// Package demo fills an empty database with the 5GinFIRE facility, invented people for every role, and about sixty requests in every
// state of a life, spread around today.
//
// Nothing in it is written past the rules. The script (script.go) is a list of steps that people took at instants of the last weeks
// and up to now; they are taken one after another through the scheduler's own service, on a clock that is moved from step to step,
// with everything done in between that time brings. So each request has the history that it would have in earnest, and the demo is
// the same on every day but for the dates.
package demo
