package metrics

import (
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"berth/scheduler"
)

// Metrics counts what happens in one process.
type Metrics struct {
	registry *prometheus.Registry
	scraped  http.Handler

	calls     *prometheus.HistogramVec
	flying    prometheus.Gauge
	lines     *prometheus.CounterVec
	decisions *prometheus.CounterVec
	refusals  *prometheus.CounterVec
	decided   *prometheus.HistogramVec
	attempts  *prometheus.CounterVec
	delay     *prometheus.HistogramVec
	faults    *prometheus.CounterVec
	worked    *prometheus.GaugeVec
}

// buckets lie around what a person notices.
var buckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

// New makes the figures of a program's version.
func New(version string) *Metrics {
	r := prometheus.NewRegistry()
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
		r.MustRegister(c)
		return c
	}
	histogram := func(name, help string, at []float64, labels ...string) *prometheus.HistogramVec {
		h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: at}, labels)
		r.MustRegister(h)
		return h
	}
	m := &Metrics{
		registry:  r,
		scraped:   promhttp.HandlerFor(r, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}),
		calls:     histogram("berth_http_request_duration_seconds", "Duration of HTTP calls by route, method and status.", buckets, "route", "method", "status"),
		flying:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "berth_http_requests_in_flight", Help: "HTTP calls in progress, streams of changes included."}),
		lines:     counter("berth_log_lines_total", "Lines written to the log, by level.", "level"),
		decisions: counter("berth_decisions_total", "Steps that somebody tried to take with requests, by step and by what became of it.", "action", "result"),
		refusals:  counter("berth_refusals_total", "Steps with requests that were refused, by the reason.", "reason"),
		decided:   histogram("berth_decision_duration_seconds", "Duration of steps with requests, waits for locks included, by what became of them.", buckets, "result"),
		attempts:  counter("berth_delivery_attempts_total", "Attempts to deliver to tickets, mail, portals and webhooks, by channel and result.", "channel", "result"),
		delay:     histogram("berth_delivery_delay_seconds", "Time from an event to its delivery, by channel.", []float64{1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 24 * 3600}, "channel"),
		faults:    counter("berth_job_failures_total", "Rounds of a job in this process that failed, and are repeated.", "task"),
		worked:    prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "berth_job_last_success_timestamp_seconds", Help: "When a job of this process last ended a round without a fault, Unix time."}, []string{"task"}),
	}
	r.MustRegister(m.flying, m.worked, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "berth_build_info", Help: "1, with the versions of the program and of Go."}, []string{"version", "goversion"})
	info.WithLabelValues(version, runtime.Version()).Set(1)
	r.MustRegister(info)
	for _, reason := range scheduler.Reasons {
		m.refusals.WithLabelValues(string(reason))
	}
	for _, level := range levels {
		m.lines.WithLabelValues(level)
	}
	return m
}

// Register adds the figures of another part.
func (m *Metrics) Register(list ...prometheus.Collector) { m.registry.MustRegister(list...) }

// ServeHTTP answers a scrape. What one part cannot read is left out, and the rest is there.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.scraped.ServeHTTP(w, r) }

// Decision counts a step that was tried.
func (m *Metrics) Decision(t scheduler.Tried) {
	result := string(t.Result())
	m.decisions.WithLabelValues(string(t.Action), result).Inc()
	m.decided.WithLabelValues(result).Observe(t.Took.Seconds())
	if reason := t.Reason(); reason != "" {
		m.refusals.WithLabelValues(string(reason)).Inc()
	}
}

// Delivered is the result of an attempt whose delay is measured.
const Delivered = "delivered"

// Attempt counts an attempt to deliver, so long after the event.
func (m *Metrics) Attempt(channel, result string, since time.Duration) {
	m.attempts.WithLabelValues(channel, result).Inc()
	if result == Delivered {
		m.delay.WithLabelValues(channel).Observe(max(since.Seconds(), 0))
	}
}

// Round counts a round of a job.
func (m *Metrics) Round(job string, at time.Time, err error) {
	failed := m.faults.WithLabelValues(job) // there from the first round on, so that its first fault is an increase
	if err != nil {
		failed.Inc()
		return
	}
	m.worked.WithLabelValues(job).Set(float64(at.UnixMilli()) / 1000)
}
