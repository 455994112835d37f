package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"berth/internal/bugzilla/tracker"
	"berth/internal/config"
	"berth/internal/tickets"
)

// polls collects the metrics of the polls of Bugzilla, from whichever process: it reads them from the database on each collection.
type polls struct {
	marks tickets.Marks
	clock func() time.Time
}

// pollFigures returns no collectors without a Bugzilla.
func pollFigures(settings config.Settings, p *Parts) []prometheus.Collector {
	if settings.Bugzilla.URL == "" {
		return nil
	}
	return []prometheus.Collector{polls{p.Store, p.Clock}}
}

// pollTimeout bounds how long a collection may wait for the database.
const pollTimeout = 2 * time.Second

var (
	pollSuccess = prometheus.NewDesc("berth_bugzilla_poll_last_success_timestamp_seconds", "When a poll of Bugzilla last succeeded, Unix time.", nil, nil)
	pollAge     = prometheus.NewDesc("berth_bugzilla_poll_age_seconds", "How long ago a poll of Bugzilla last succeeded.", nil, nil)
	pollSeen    = prometheus.NewDesc("berth_bugzilla_poll_seen_total", "Changed tickets that were handled.", nil, nil)
	pollFailing = prometheus.NewDesc("berth_bugzilla_poll_failing", "1 while the last poll of Bugzilla has failed.", nil, nil)
	pollAgain   = prometheus.NewDesc("berth_bugzilla_poll_unsettled", "Bugs that could not be handled, and are tried again.", nil, nil)
	pollLost    = prometheus.NewDesc("berth_bugzilla_tickets_lost", "Tickets that are no longer visible.", nil, nil)
)

func (polls) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{pollSuccess, pollAge, pollSeen, pollFailing, pollAgain, pollLost} {
		ch <- d
	}
}

func (p polls) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), pollTimeout)
	defer cancel()
	at, err := tickets.ReadProgress(ctx, p.marks, tracker.Via)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(pollFailing, err)
		return
	}
	gauge := func(d *prometheus.Desc, v float64) { ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v) }
	if !at.Polled.IsZero() {
		gauge(pollSuccess, float64(at.Polled.Unix()))
		gauge(pollAge, max(p.clock().Sub(at.Polled).Seconds(), 0))
	}
	ch <- prometheus.MustNewConstMetric(pollSeen, prometheus.CounterValue, float64(at.Seen))
	failing := 0.0
	if at.Failure != "" {
		failing = 1
	}
	gauge(pollFailing, failing)
	gauge(pollAgain, float64(len(at.Again)))
	gauge(pollLost, float64(len(at.Lost)))
}
