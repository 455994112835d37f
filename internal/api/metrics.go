package api

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5/middleware"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"berth/scheduler"
	"berth/scheduler/account"
)

// metrics holds the figures for Prometheus, in a registry of their own.
type metrics struct {
	registry *prometheus.Registry
	calls    *prometheus.HistogramVec
}

func newMetrics(r *prometheus.Registry, o Options) *metrics {
	m := &metrics{registry: r, calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "berth_http_request_duration_seconds", Help: "Duration of HTTP calls by route, method and status.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"route", "method", "status"})}
	r.MustRegister(m.calls, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if o.Deliveries != nil {
		r.MustRegister(backlog{o})
	}
	r.MustRegister(o.Figures...)
	if db := o.Database; db != nil {
		gauge := func(name, help string, value func() float64) {
			r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
		}
		gauge("berth_database_connections_in_use", "Database connections in use.", func() float64 { return float64(db.Stats().InUse) })
		gauge("berth_database_wait_seconds", "Total time spent waiting for a database connection.", func() float64 { return db.Stats().WaitDuration.Seconds() })
	}
	return m
}

// method bounds the values of a label that a client chooses.
func method(name string) string {
	switch name {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return name
	}
	return "other"
}

func (m *metrics) measured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		timer := prometheus.NewTimer(prometheus.ObserverFunc(func(float64) {}))
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		next.ServeHTTP(ww, r)
		m.calls.WithLabelValues(pattern(r), method(r.Method), strconv.Itoa(ww.Status())).Observe(timer.ObserveDuration().Seconds())
	})
}

// health registers the routes that report whether the process lives and can work, and the figures, which this machine, operators and
// administrators may read.
func (a *api) health() {
	a.router.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	a.router.Get("/readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if a.o.Database != nil {
			if err := a.o.Database.Ping(ctx); err != nil {
				a.log.ErrorContext(ctx, "not ready", "error", err)
				a.traced(ctx, known(scheduler.Errorf(scheduler.CodeUnavailable, "the database does not answer or cannot write: is its disk full?"))).write(w)
				return
			}
		}
		_, _ = w.Write([]byte("ready\n"))
	})
	figures := promhttp.HandlerFor(a.metrics.registry, promhttp.HandlerOpts{})
	a.router.Get("/metrics", func(w http.ResponseWriter, r *http.Request) {
		if !local(r) {
			if _, err := a.admit(r, access{scope: account.ScopeRead, roles: []account.Role{account.RoleOperator, account.RoleAdministrator}}); err != nil {
				a.problem(r.Context(), err).write(w)
				return
			}
		}
		figures.ServeHTTP(w, r)
	})
}

// forwarding lists headers of which proxies set at least one.
var forwarding = []string{"X-Forwarded-For", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via"}

// local reports whether a call comes from this machine itself. A call that a proxy forwarded does not, wherever the proxy is and whatever
// it claims.
func local(r *http.Request) bool {
	for _, name := range forwarding {
		if len(r.Header.Values(name)) > 0 {
			return false
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
