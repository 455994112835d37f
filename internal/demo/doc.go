// Package demo fills an empty database with the 5GinFIRE facility, invented people for every role, and about sixty requests in every
// state of a life, spread around today.
//
// Everything in it obeys the rules. The script (script.go) is a list of steps that people took at instants of the last weeks and up
// to now; they run one after another through the scheduler's own service, on a clock that moves from step to step, with all timed
// work in between. So each request has a true history, and the demo is the same on every day but for the dates.
package demo
