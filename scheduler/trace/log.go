package trace

import (
	"context"
	"log/slog"
)

// Names of the attributes in the logs.
const (
	IDKey    = "request_id"
	TraceKey = "trace_id"
)

// Logged returns a handler that adds the call of its context to every record.
func Logged(h slog.Handler) slog.Handler {
	if _, already := h.(handler); already {
		return h
	}
	return handler{h}
}

type handler struct{ slog.Handler }

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	c := Of(ctx)
	if c.ID == "" {
		return h.Handler.Handle(ctx, r)
	}
	r = r.Clone()
	r.AddAttrs(slog.String(IDKey, c.ID))
	if c.Trace != derived(c.ID) {
		r.AddAttrs(slog.String(TraceKey, c.Trace))
	}
	return h.Handler.Handle(ctx, r)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs)}
}

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.Handler.WithGroup(name)}
}
