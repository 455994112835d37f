package app

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"berth/internal/caldavclient"
	"berth/internal/calendarsync"
	"berth/internal/config"
	"berth/scheduler"
	"berth/scheduler/account"
)

// TestbedCalendars makes the sync of every calendar in the settings, in their order.
func (p *Parts) TestbedCalendars(ctx context.Context, settings config.Settings, log *slog.Logger) (desk calendarsync.Desk, err error) {
	desk.Facility = p.Service
	if len(settings.Calendars) == 0 {
		return desk, nil
	}
	instance, err := p.instance(ctx)
	if err != nil {
		return desk, err
	}
	for _, c := range settings.Calendars {
		client, err := caldavclient.New(caldavclient.Options{URL: c.URL, Feed: c.Feed, Calendar: c.Calendar, User: c.User, Password: c.Password, Reread: c.ReadPassword, CA: c.CA,
			Fingerprint: c.Fingerprint, Private: c.Private, Clock: p.Clock, Ahead: settings.Horizon})
		if err != nil {
			return desk, fmt.Errorf("calendar %s: %w", c.Name, err)
		}
		o := calendarsync.Settings{Name: c.Name, Testbed: c.Testbed, Site: c.Site(), Categories: c.Categories, Nothing: c.Nothing, Write: c.Write, Full: c.Full, Poll: c.Poll,
			Horizon: settings.Horizon, Pages: p.Store.Site().URL, Later: p.Store.Site().Later, Instance: instance}
		for _, r := range c.Closes {
			o.Rules = append(o.Rules, calendarsync.Rule(r))
		}
		desk.Syncs = append(desk.Syncs, calendarsync.New(o, client, p.Service, p.Store, p.Clock, log))
	}
	return desk, nil
}

// instance names this Berth in events that it writes, by the key that was made with its database.
func (p *Parts) instance(ctx context.Context) (name string, err error) {
	err = p.Store.View(ctx, func(tx scheduler.Reader) error {
		secret, err := tx.Secret(ctx)
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte("calendars"))
		name = hex.EncodeToString(mac.Sum(nil)[:12])
		return err
	})
	return name, err
}

// testbedCalendarJobs makes a job for every calendar: one that does not answer holds up no other.
func testbedCalendarJobs(desk calendarsync.Desk) (list []job) {
	for _, s := range desk.Syncs {
		list = append(list, polled(s.Round))
	}
	return list
}

// CalendarFinding is what a check found of one thing.
type CalendarFinding = calendarsync.Finding

// CalendarFindings are what a check of a calendar found.
type CalendarFindings struct {
	Name string
	List []CalendarFinding
}

// CheckTestbedCalendars examines every calendar in the settings.
func (p *Parts) CheckTestbedCalendars(ctx context.Context, settings config.Settings, log *slog.Logger) (all []CalendarFindings, err error) {
	desk, err := p.TestbedCalendars(ctx, settings, log)
	if err != nil {
		return nil, err
	}
	for _, s := range desk.Syncs {
		list, err := s.Check(ctx)
		if err != nil {
			return nil, fmt.Errorf("calendar %s: %w", s.Name(), err)
		}
		all = append(all, CalendarFindings{s.Name(), list})
	}
	return all, nil
}

// calendarCollectors returns no collectors without a calendar in the settings: each collection reads the facility.
func calendarCollectors(desk calendarsync.Desk) []prometheus.Collector {
	if len(desk.Syncs) == 0 {
		return nil
	}
	return []prometheus.Collector{calendarFigures{desk}}
}

// calendarFigures collects the metrics of testbeds' calendars, from whichever process reads them.
type calendarFigures struct{ desk calendarsync.Desk }

var (
	calendarLabels   = []string{"calendar", "testbed"}
	calendarRead     = prometheus.NewDesc("berth_testbed_calendar_last_success_timestamp_seconds", "When a testbed's calendar was last read or written without a failure, Unix time.", calendarLabels, nil)
	calendarStale    = prometheus.NewDesc("berth_testbed_calendar_stale", "1 while a testbed's calendar is older than it should be: its last closures stay in force.", calendarLabels, nil)
	calendarFailing  = prometheus.NewDesc("berth_testbed_calendar_failing", "1 while the last reading or writing of a testbed's calendar has failed.", calendarLabels, nil)
	calendarHeld     = prometheus.NewDesc("berth_testbed_calendar_held", "1 while a testbed's calendar has lost most of its events and waits for a person.", calendarLabels, nil)
	calendarClosures = prometheus.NewDesc("berth_testbed_calendar_closures", "Closures that come from a testbed's calendar.", calendarLabels, nil)
	calendarNotes    = prometheus.NewDesc("berth_testbed_calendar_notes", "Events of a testbed's calendar that were not understood, wholly or in part.", calendarLabels, nil)
)

func (calendarFigures) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{calendarRead, calendarStale, calendarFailing, calendarHeld, calendarClosures, calendarNotes} {
		ch <- d
	}
}

func (c calendarFigures) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), pollTimeout)
	defer cancel()
	list, err := c.desk.List(ctx, account.System, "")
	if err != nil {
		ch <- prometheus.NewInvalidMetric(calendarFailing, err)
		return
	}
	number := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	for _, x := range list {
		gauge := func(d *prometheus.Desc, v float64) {
			ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, x.Name, x.Testbed)
		}
		if x.Read != nil {
			gauge(calendarRead, float64(x.Read.Unix()))
		}
		gauge(calendarStale, number(x.Stale))
		gauge(calendarFailing, number(x.Failure != ""))
		gauge(calendarHeld, number(x.Held != nil))
		gauge(calendarClosures, float64(x.Closures))
		gauge(calendarNotes, float64(len(x.Notes)+x.More))
	}
}
