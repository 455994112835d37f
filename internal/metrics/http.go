package metrics

import (
	"cmp"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5/middleware"
	"github.com/prometheus/client_golang/prometheus"
)

// Measured times the calls of a handler. route names the one that a call took; it has few values, and no secrets.
func (m *Metrics) Measured(route func(*http.Request) string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer prometheus.NewTimer(prometheus.ObserverFunc(func(took float64) {
			status := cmp.Or(ww.Status(), http.StatusOK) // nothing may have been written
			m.calls.WithLabelValues(route(r), method(r.Method), strconv.Itoa(status)).Observe(took)
		})).ObserveDuration()
		next.ServeHTTP(ww, r)
	})
}

// Flying counts the calls in progress.
func (m *Metrics) Flying(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.flying.Inc()
		defer m.flying.Dec()
		next.ServeHTTP(w, r)
	})
}

// method bounds the values of a label that a client chooses.
func method(name string) string {
	switch name {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, "PROPFIND", "PROPPATCH", "REPORT":
		return name
	}
	return "other"
}
