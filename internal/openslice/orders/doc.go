// Package orders makes an Openslice the portal that package intake asks for: it says what the states, dates, notes and characteristics of its service
// orders mean for requests, and back.
//
// ask.go reads what an order wants, states.go translates states both ways, portal.go keeps notes and dates.
package orders
