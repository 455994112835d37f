package delivery

import "context"

// enduringKey is under which a context has the one that outlasts it.
type enduringKey struct{}

// Enduring returns a context for Round: when ctx ends no further message is begun, and what is under way may go on until the other one ends.
// A stop that cut off what a server is just taking would have it told twice.
func Enduring(ctx, until context.Context) context.Context {
	return context.WithValue(ctx, enduringKey{}, until)
}

// enduring is what a delivery that has begun goes by.
func enduring(ctx context.Context) context.Context {
	if until, ok := ctx.Value(enduringKey{}).(context.Context); ok {
		return until
	}
	return ctx
}
