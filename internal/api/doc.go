// Package api is REST: it turns HTTP requests into calls of the scheduler and their results into answers. It decides nothing.
//
// access.go lists who may use each route at all; whether an actor may take the step is the scheduler's decision. problem.go turns every
// error into an answer. The OpenAPI document is made from the types here.
package api
