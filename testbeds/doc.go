// Package testbeds models a federation of testbeds: what it offers (Facility, Catalogue), when it is closed, open or has less than usual
// (Closure, CapacityChange), what is asked of it (Experiment, Demand), what is booked (Booking) and how the answers are worded (Verdict,
// Alternative). Whether something fits is worked out by testbeds/capacity.
//
// The package does no I/O and reads no clock. Instants are UTC and whole seconds, intervals are half-open. Wall-clock arithmetic happens in
// package testbeds/wallclock only.
package testbeds
