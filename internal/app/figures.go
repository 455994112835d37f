package app

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"berth/scheduler"
)

// figures returns the metrics that are read when somebody asks for them: of the requests, the capacity, the database and the care that is taken of it.
func (a *App) figures() []prometheus.Collector {
	read := func(descs []*prometheus.Desc, collect func(context.Context, put) error) prometheus.Collector {
		return reading{descs, collect}
	}
	return []prometheus.Collector{
		read([]*prometheus.Desc{requestsDesc, waitlistedDesc, flaggedDesc, lateDecisionsDesc, lateDutiesDesc, offersDesc}, a.standing),
		read([]*prometheus.Desc{capacityDesc, bookedDesc}, a.inUse),
		read([]*prometheus.Desc{upDesc, sizeDesc}, a.database),
		read([]*prometheus.Desc{verifiedDesc, cleanDesc, backupDesc}, a.care),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "berth_calendars_ready", Help: "1 once this process has read the calendars, and serves them."}, func() float64 { return number(a.events.open.Load()) }),
	}
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

var (
	requestsDesc      = desc("berth_requests", "Requests under review, and those that have begun and are not over, by status.", "status")
	waitlistedDesc    = desc("berth_requests_waitlisted", "Requests under review that wait for capacity to come back.")
	flaggedDesc       = desc("berth_requests_flagged", "Requests that lost something that they need, run past their end, or were not reported as started.")
	lateDecisionsDesc = desc("berth_decisions_overdue", "Requests on which a decision is overdue, by the deadlines of their testbeds.")
	lateDutiesDesc    = desc("berth_duties_overdue", "Deployments and tear-downs that are due, and that nobody has reported.")
	offersDesc        = desc("berth_offers_open", "Requests with an offer that can be taken.")

	capacityDesc = desc("berth_testbed_capacity", "Capacity of a testbed that is not closed now: of a quantity over all VIMs, in its own unit, or of a device.", "testbed", "resource")
	bookedDesc   = desc("berth_testbed_capacity_booked", "What of it is booked now; more than there is while something is overbooked.", "testbed", "resource")

	upDesc   = desc("berth_database_up", "1 if the database answers.")
	sizeDesc = desc("berth_database_size_bytes", "Size of the database.")

	verifiedDesc = desc("berth_verify_last_run_timestamp_seconds", "When berth verify last read the whole database, Unix time.")
	cleanDesc    = desc("berth_verify_clean", "1 if it found nothing.")
	backupDesc   = desc("berth_backup_last_success_timestamp_seconds", "When a backup was last recorded as made, Unix time.")
)

// mostShown bounds the series of capacity: of a facility with more kinds of it, the first ones are shown.
const mostShown = 5000

// put sends a figure.
type put func(d *prometheus.Desc, value float64, labels ...string)

// reading collects figures that come together. If they cannot be read they are left out, and the rest of the answer is there.
type reading struct {
	descs   []*prometheus.Desc
	collect func(context.Context, put) error
}

func (x reading) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range x.descs {
		ch <- d
	}
}

func (x reading) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), pollTimeout)
	defer cancel()
	err := x.collect(ctx, func(d *prometheus.Desc, value float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	})
	if err != nil {
		ch <- prometheus.NewInvalidMetric(x.descs[0], err)
	}
}

func (a *App) standing(ctx context.Context, put put) error {
	x, err := a.parts.Service.Standing(ctx)
	if err != nil {
		return err
	}
	for status, n := range x.Statuses {
		put(requestsDesc, float64(n), string(status))
	}
	put(waitlistedDesc, float64(x.Waitlisted))
	put(flaggedDesc, float64(x.Flagged))
	put(lateDecisionsDesc, float64(x.OverdueDecisions))
	put(lateDutiesDesc, float64(x.OverdueDuties))
	put(offersDesc, float64(x.OpenOffers))
	return nil
}

func (a *App) inUse(ctx context.Context, put put) error {
	list, err := a.parts.Service.InUse(ctx)
	for _, u := range list[:min(len(list), mostShown)] {
		put(capacityDesc, float64(u.There), u.Testbed, u.Resource)
		put(bookedDesc, float64(u.Booked), u.Testbed, u.Resource)
	}
	return err
}

// database says whether the database answers: that it does not is a figure too.
func (a *App) database(ctx context.Context, put put) error {
	err := a.parts.Store.View(ctx, func(tx scheduler.Reader) error {
		_, err := tx.Sequence(ctx)
		return err
	})
	put(upDesc, number(err == nil))
	if err != nil {
		return nil
	}
	size, err := a.parts.Store.Size(ctx)
	if err == nil {
		put(sizeDesc, float64(size))
	}
	return err
}

func (a *App) care(ctx context.Context, put put) error {
	v, err := a.parts.verified(ctx)
	if err != nil {
		return err
	}
	if !v.At.IsZero() {
		put(verifiedDesc, float64(v.At.Unix()))
		put(cleanDesc, number(v.Clean))
	}
	made, err := a.parts.Store.Mark(ctx, backupMark)
	if err != nil || made == "" {
		return err
	}
	at, err := time.Parse(time.RFC3339, made)
	if err == nil {
		put(backupDesc, float64(at.Unix()))
	}
	return err
}
