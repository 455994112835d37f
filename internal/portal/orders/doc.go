// Package orders makes the deployments of a 5GinFIRE portal the orders that the intake asks for: what their statuses and dates mean, which of them
// may be written in which generation of the portal, and what must not be written because the portal would then deploy or terminate something.
package orders
