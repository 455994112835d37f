// Package proof judges requests against the bookings in force, from nothing: whether each has exactly its grant, whether every hold has an owner,
// whether every overbook is recorded, and whether every required approval was asked for.
//
// It shares the model of package testbeds with the code that decides, and nothing else, so as not to repeat its mistakes. Every finding is a sentence
// that names a request.
package proof
