// Package api is REST: it turns requests into calls of the scheduler and what comes back into answers. It decides nothing.
//
// access.go says of every route who may use it at all; whether an actor may do what they ask for is decided by the scheduler. problem.go
// turns every error into an answer. The OpenAPI document is made from the types here.
package api
