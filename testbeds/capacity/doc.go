// Package capacity is the engine of the capacity model: what a facility has at each instant, what is booked of it, whether an experiment fits
// a slot (Check), which other ways there are to grant it (Suggest), which named units it gets (AssignUnits), and whether everything that
// is booked is there (Sweep).
//
//	testbeds.Facility ──► pools: one per VIM or device, with its total and its free capacity over time (profile)
//	testbeds.Booking  ──► claim spans in those pools
//	testbeds.Experiment ► wants: what it needs of each pool ──► Check ──► Verdict
//	                                                        └─► variants × slots ──► Suggest ──► Alternatives
//
// Only package scheduler asks it. Everybody else speaks of questions and answers in the words of package testbeds.
//
// The package does no I/O and reads no clock. Instants are UTC and whole seconds, intervals are half-open.
package capacity
