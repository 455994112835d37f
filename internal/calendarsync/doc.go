// Package calendarsync ties testbeds to calendars that their facilities keep.
//
// Reading: the events of a calendar become closures of its testbed, which are replaced as a whole, with the same flags and alternatives for those whom they
// hit as closures of people (scheduler.Service.TakeClosures). Nothing is ever less safe than after the last good reading: a calendar that does not answer
// keeps its closures, an event that is not understood keeps those that it had, and a calendar that suddenly lost most of its events is believed only
// when a person says so (judge.go has the rule). rules.go says what an event closes, round.go is one reading.
//
// Writing: the bookings of a testbed are written into a collection of the facility. What should be there follows from the database alone, and what is there
// from the server: write.go compares the two, so that nothing is lost while either is down, and what people change is put right. Objects that
// Berth did not write are never touched, and what it wrote is passed over when it reads.
//
// The last closures are kept in the facility itself, progress in a mark with a lease, so that of several processes one reads or writes.
package calendarsync
