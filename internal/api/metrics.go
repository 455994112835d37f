package api

import (
	"context"
	"database/sql"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"berth/scheduler"
	"berth/scheduler/account"
)

// figures adds what the API reads for the metrics: from the database and its connections.
func figures(o Options) {
	if o.Deliveries != nil {
		o.Metrics.Register(backlog{o})
	}
	db := o.Database
	if db == nil {
		return
	}
	gauge := func(name, help string, value func(sql.DBStats) float64) {
		o.Metrics.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return value(db.Stats()) }))
	}
	counter := func(name, help string, value func(sql.DBStats) float64) {
		o.Metrics.Register(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return value(db.Stats()) }))
	}
	gauge("berth_database_connections_in_use", "Database connections in use.", func(s sql.DBStats) float64 { return float64(s.InUse) })
	gauge("berth_database_connections_open", "Database connections that are open.", func(s sql.DBStats) float64 { return float64(s.OpenConnections) })
	gauge("berth_database_connections_max", "The most database connections that this process opens.", func(s sql.DBStats) float64 { return float64(s.MaxOpenConnections) })
	counter("berth_database_waits_total", "Waits for a database connection, because all were in use.", func(s sql.DBStats) float64 { return float64(s.WaitCount) })
	counter("berth_database_wait_seconds_total", "Time spent waiting for a database connection.", func(s sql.DBStats) float64 { return s.WaitDuration.Seconds() })
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
	a.router.Get("/metrics", func(w http.ResponseWriter, r *http.Request) {
		if !local(r) {
			if _, err := a.admit(r, access{scope: account.ScopeRead, roles: []account.Role{account.RoleOperator, account.RoleAdministrator}}); err != nil {
				a.problem(r.Context(), err).write(w)
				return
			}
		}
		a.o.Metrics.ServeHTTP(w, r)
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
