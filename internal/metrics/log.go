package metrics

import (
	"context"
	"log/slog"
)

var levels = []string{"debug", "info", "warn", "error"}

// Counted counts the lines of a log by their level.
func (m *Metrics) Counted(h slog.Handler) slog.Handler { return counting{h, m} }

type counting struct {
	slog.Handler
	m *Metrics
}

// Handle counts a line and passes it on.
func (c counting) Handle(ctx context.Context, r slog.Record) error {
	c.m.lines.WithLabelValues(level(r.Level)).Inc()
	return c.Handler.Handle(ctx, r)
}

func (c counting) WithAttrs(attrs []slog.Attr) slog.Handler {
	return counting{c.Handler.WithAttrs(attrs), c.m}
}

func (c counting) WithGroup(name string) slog.Handler {
	return counting{c.Handler.WithGroup(name), c.m}
}

func level(l slog.Level) string {
	switch {
	case l >= slog.LevelError:
		return "error"
	case l >= slog.LevelWarn:
		return "warn"
	case l >= slog.LevelInfo:
		return "info"
	}
	return "debug"
}
