package app

import (
	"io"
	"log/slog"

	"berth/internal/config"
)

// NewLogger writes structured logs as the settings say.
func NewLogger(w io.Writer, s config.Settings) *slog.Logger {
	o := &slog.HandlerOptions{Level: s.LogLevel}
	if s.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
