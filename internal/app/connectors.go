package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"berth/internal/config"
	"berth/internal/intake"
	"berth/internal/orchestration"
	"berth/internal/osm/orchestrator"
)

// connectors collects the metrics of the polls of OSMs and portals, from whichever process: it reads them from the database on each collection.
type connectors struct {
	settings config.Settings
	marks    intake.Marks
	clock    func() time.Time
}

// connectorFigures returns no collectors without an OSM or a portal.
func connectorFigures(settings config.Settings, p *Parts) []prometheus.Collector {
	if len(settings.OSMs)+len(settings.Portals) == 0 {
		return nil
	}
	return []prometheus.Collector{connectors{settings, p.Store, p.Clock}}
}

var (
	systemLabels   = []string{"kind", "name"}
	systemSuccess  = prometheus.NewDesc("berth_system_poll_last_success_timestamp_seconds", "When a poll of an OSM or a portal last succeeded, Unix time.", systemLabels, nil)
	systemAge      = prometheus.NewDesc("berth_system_poll_age_seconds", "How long ago a poll of an OSM or a portal last succeeded.", systemLabels, nil)
	systemFailing  = prometheus.NewDesc("berth_system_poll_failing", "1 while the last poll of an OSM or a portal has failed.", systemLabels, nil)
	systemRecords  = prometheus.NewDesc("berth_system_records", "Network services of an OSM, or orders of a portal, that the last poll listed.", systemLabels, nil)
	systemUntied   = prometheus.NewDesc("berth_system_records_untied", "Those of them that belong to no request.", systemLabels, nil)
	systemRequests = prometheus.NewDesc("berth_portal_orders_taken_total", "Orders of a portal that became requests.", systemLabels, nil)
)

func (connectors) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{systemSuccess, systemAge, systemFailing, systemRecords, systemUntied, systemRequests} {
		ch <- d
	}
}

// poll is how far the polls of one system have come.
type poll struct {
	polled         time.Time
	failure        string
	total, untied  int
	taken          int64
	takes          bool
	kind, name     string
	unreadableMark error
}

func (c connectors) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), pollTimeout)
	defer cancel()
	for _, x := range c.polls(ctx) {
		if x.unreadableMark != nil {
			ch <- prometheus.NewInvalidMetric(systemFailing, x.unreadableMark)
			continue
		}
		gauge := func(d *prometheus.Desc, v float64) {
			ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, x.kind, x.name)
		}
		if !x.polled.IsZero() {
			gauge(systemSuccess, float64(x.polled.Unix()))
			gauge(systemAge, max(c.clock().Sub(x.polled).Seconds(), 0))
		}
		failing := 0.0
		if x.failure != "" {
			failing = 1
		}
		gauge(systemFailing, failing)
		gauge(systemRecords, float64(x.total))
		gauge(systemUntied, float64(x.untied))
		if x.takes {
			ch <- prometheus.MustNewConstMetric(systemRequests, prometheus.CounterValue, float64(x.taken), x.kind, x.name)
		}
	}
}

// polls reads the progress of every system.
func (c connectors) polls(ctx context.Context) (list []poll) {
	for _, o := range c.settings.OSMs {
		p, err := orchestration.ReadProgress(ctx, c.marks, orchestrator.Via, o.Name)
		list = append(list, poll{kind: orchestrator.Via, name: o.Name, polled: p.Polled, failure: p.Failure, total: p.Total, untied: len(p.Loose), unreadableMark: err})
	}
	for _, x := range c.settings.Portals {
		p, err := intake.ReadProgress(ctx, c.marks, x.Name)
		list = append(list, poll{kind: x.Kind, name: x.Name, polled: p.Polled, failure: p.Failure, total: p.Total, untied: len(p.Loose), taken: p.Taken, takes: true, unreadableMark: err})
	}
	return list
}
