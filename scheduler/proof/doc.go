// Package proof judges requests against the bookings in force, from nothing: whether each has what was granted to it and nothing more,
// whether what is held is held for somebody, whether what is overbooked is recorded, and whether those were asked who have to be.
//
// It shares the model of package testbeds with those who decide, and no code: what they got wrong it does not repeat. Everything that it
// finds is a sentence that names a request.
package proof
