// Package testbeds models a federation of testbeds: its resources (Facility, Catalogue), their closures, openings and changes of capacity
// (Closure, CapacityChange), experiments and their needs (Experiment, Demand), bookings (Booking), and the wording of answers (Verdict,
// Alternative). Package testbeds/capacity decides whether something fits.
//
// The package does no I/O and reads no clock. Instants are UTC and whole seconds, intervals are half-open. Wall-clock arithmetic happens in
// package testbeds/wallclock only.
package testbeds
