package api

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// backlog exports the figures of undelivered messages. It reads them on each scrape, because the queue is the database's, not this
// process's.
type backlog struct{ o Options }

// backlogTimeout bounds the delay of a scrape.
const backlogTimeout = 2 * time.Second

var (
	deliveriesWaiting = prometheus.NewDesc("berth_deliveries_waiting", "Deliveries that are waiting.", []string{"channel"}, nil)
	deliveriesStuck   = prometheus.NewDesc("berth_deliveries_stuck", "Deliveries that wait for manual action.", []string{"channel"}, nil)
	deliveriesOldest  = prometheus.NewDesc("berth_deliveries_oldest_seconds", "Age of the oldest delivery that has not succeeded; 0 if there is none.", []string{"channel"}, nil)
	deliveriesSuccess = prometheus.NewDesc("berth_deliveries_last_success_timestamp_seconds", "Time of the last successful delivery, in Unix time.", []string{"channel"}, nil)
)

func (b backlog) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{deliveriesWaiting, deliveriesStuck, deliveriesOldest, deliveriesSuccess} {
		ch <- d
	}
}

func (b backlog) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), backlogTimeout)
	defer cancel()
	for _, channel := range b.o.Channels {
		found, err := b.o.Deliveries.Backlog(ctx, channel)
		if err != nil {
			ch <- prometheus.NewInvalidMetric(deliveriesWaiting, err)
			return
		}
		gauge := func(d *prometheus.Desc, v float64) {
			ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, channel)
		}
		gauge(deliveriesWaiting, float64(found.Waiting))
		gauge(deliveriesStuck, float64(found.Stuck))
		age := 0.0
		if found.Oldest != nil {
			age = max(b.o.Clock().Sub(*found.Oldest).Seconds(), 0)
		}
		gauge(deliveriesOldest, age)
		if found.LastSuccess != nil {
			gauge(deliveriesSuccess, float64(found.LastSuccess.Unix()))
		}
	}
}
