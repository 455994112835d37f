// Package capacity is the engine of the capacity model. It knows the capacity of a facility and its bookings at each instant, and decides
// whether an experiment fits a slot (Check), in which other ways it could be granted (Suggest), which named units it gets (AssignUnits),
// and whether the facility can carry all bookings (Sweep).
//
//	testbeds.Facility ──► pools: one per VIM or device, with its total and its free capacity over time (profile)
//	testbeds.Booking  ──► claim spans in those pools
//	testbeds.Experiment ► wants: its need of each pool ──► Check ──► Verdict
//	                                                   └─► variants × slots ──► Suggest ──► Alternatives
//
// Only package scheduler calls it. All other packages put questions and read answers in the types of package testbeds.
//
// The package does no I/O and reads no clock. Instants are UTC and whole seconds, intervals are half-open.
package capacity
