package delivery

import "context"

// enduringKey is the key of the context that outlasts another.
type enduringKey struct{}

// Enduring returns a context for Round: when ctx ends no further delivery begins, and one in progress may go on until the other context
// ends. Cutting off a delivery that a server is just taking would repeat it later.
func Enduring(ctx, until context.Context) context.Context {
	return context.WithValue(ctx, enduringKey{}, until)
}

// enduring returns the context of a delivery in progress.
func enduring(ctx context.Context) context.Context {
	if until, ok := ctx.Value(enduringKey{}).(context.Context); ok {
		return until
	}
	return ctx
}
