// Package intake keeps requests and the orders of other systems in which people ask for slots alike: the deployments of a 5GinFIRE portal, the
// service orders of an Openslice. New orders become requests of their people; what a request becomes is written back to its order; what people and
// programs change there becomes steps of the request, as far as the settings let it.
//
// round.go is one poll of one portal, and reads from top to bottom. An order is tied to at most one request (tie.go). take.go makes a request of a
// new order, follow.go turns what changed there into steps, write.go makes the order say what its request says. Deliver does the last two for one
// request as soon as it changes. Berth knows its own echoes by content, never by time: what is about to be written is stored before it is written.
//
// The package knows no particular portal, only the interface Portal. Package berth/internal/portal/orders implements it for 5GinFIRE's.
package intake
