// Package testbeds is the facility and its capacity over time: what a federation of testbeds offers (model), when it offers it
// (closures, openings, capacity changes), what is already booked (timeline), whether an experiment fits a slot (Check) and which
// other ways there are to grant it (Suggest).
//
// The package is pure: it does no I/O and reads no clock. Whoever asks, be it REST, CalDAV, the ticket or a page, asks here, with
// the same data, and gets the same answer.
//
// Instants are UTC and whole seconds, intervals are half-open. Wall-clock arithmetic happens in package testbeds/wallclock only.
package testbeds
