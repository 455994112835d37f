package app

import (
	"net/http"
	"strings"

	"berth/scheduler/trace"
)

// traced gives every call an id: the caller's, if it is one. It is in the answer, in every line of the log, and with what the call leads to.
func traced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := trace.Received(r.Header.Get("X-Request-Id"), r.Header.Get("traceparent"))
		w.Header().Set("X-Request-Id", c.ID)
		next.ServeHTTP(w, r.WithContext(trace.Within(r.Context(), c)))
	})
}

// area returns the route of calls to a pattern of the outer mux, for the metrics: what is below it stands in no label.
func area(pattern string) func(*http.Request) string {
	if _, path, found := strings.Cut(pattern, " "); found {
		pattern = path
	}
	pattern = strings.TrimSuffix(pattern, "{$}")
	return func(*http.Request) string { return pattern }
}

// handle serves patterns of the outer mux, and measures the calls.
func (a *App) handle(mux *http.ServeMux, patterns []string, h http.Handler) {
	for _, p := range patterns {
		mux.Handle(p, a.metrics.Measured(area(p), h))
	}
}
