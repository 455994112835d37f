// Package tmf685 serves TM Forum's Resource Pool Management (TMF685), in the paths and shapes that Openslice's clients use, so that they reserve
// through Berth. A resource pool is a device or a quantity of a VIM, a reservation is a request: it takes the same steps with the same rights, and
// slots are half-open, so that one may begin when another ends.
//
// server.go lists the routes and who may use each. items.go translates between reservation items and what a request asks for, times.go between
// periods and slots, reservation.go shows a request, reserve.go takes the steps, check.go answers whether something is free.
package tmf685
