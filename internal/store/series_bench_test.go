package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	newid "github.com/google/uuid"

	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/series"
	"berth/testbeds"
)

// BenchmarkSeries measures a series of a year: 52 occurrences, one a week, beside 1,000 bookings. It is checked, suggested otherwise ("suggest", where
// 13 of them do not fit), and submitted as a whole: so many requests, with their locks, rows and commit.
func BenchmarkSeries(b *testing.B) {
	const weeks, others = 52, 1000
	for _, e := range testdb.Engines(b) {
		db := testdb.Open(b, e.Fresh(b))
		now := time.Now().UTC().Truncate(time.Second)
		svc := scheduler.New(db, scheduler.Options{Clock: func() time.Time { return now }, NewID: newid.NewString, Horizon: 3 * 365 * 24 * time.Hour})
		ctx := b.Context()
		radio := func(n int64) []testbeds.DeviceNeed {
			return []testbeds.DeviceNeed{{Testbed: "t", Device: "radio", Count: n}}
		}
		f := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "t", Name: "T", Timezone: "UTC", Approval: testbeds.ApprovalInformed, Devices: []testbeds.Device{{ID: "radio", Count: 100_000}}}}}
		if _, err := svc.PutFacility(ctx, account.System, f, scheduler.ChangeOptions{}); err != nil {
			b.Fatal(err)
		}
		grace := account.Person{Username: "grace", Name: "Grace", Roles: []account.Role{account.RoleExperimenter}}
		if _, err := testdb.NewDirectory(b, svc, db, time.Now).PutPerson(ctx, account.System, grace); err != nil {
			b.Fatal(err)
		}
		first := now.Truncate(24 * time.Hour).Add(10*24*time.Hour + 9*time.Hour)
		grant := func(at time.Time, n int64) {
			out, err := svc.Submit(ctx, account.System, scheduler.Submission{Name: "other", Experimenter: "grace", Ask: scheduler.Ask{Slot: testbeds.NewSlot(at, 2*time.Hour), Devices: radio(n)}})
			if err == nil {
				_, err = svc.Schedule(ctx, account.System, out.Request.ID, scheduler.Schedule{})
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		for i := range others {
			if i%20 == 0 && i/20 < weeks { // every fourth of these is in the way of who wants many
				grant(first.AddDate(0, 0, 7*(i/20)), map[bool]int64{true: 50_000, false: 1}[i/20%4 == 0])
				continue
			}
			grant(first.Add(time.Duration(i)*8*time.Hour), 1)
		}
		ask := func(n int64) scheduler.SeriesAsk {
			q := scheduler.SeriesAsk{Plan: series.Plan{Zone: "UTC", Rule: fmt.Sprintf("FREQ=WEEKLY;COUNT=%d", weeks), Duration: testbeds.Period{Clock: 2 * time.Hour}}, Devices: radio(n)}
			q.Start.Time = first
			return q
		}
		submission := scheduler.SeriesSubmission{Name: "weekly", Experimenter: "grace", SeriesAsk: ask(1)}
		for _, step := range []struct {
			name string
			take func() error
		}{
			{"check", func() error { _, err := svc.CheckSeries(ctx, account.System, ask(1)); return err }},
			{"suggest", func() error { _, _, err := svc.SuggestSeries(ctx, account.System, ask(60_000)); return err }},
			{"submit", func() error { _, err := svc.SubmitSeries(ctx, account.System, submission); return err }},
		} {
			b.Run(e.Name+"/"+step.name, func(b *testing.B) {
				var took []time.Duration
				before := cpu(b)
				for b.Loop() {
					began := time.Now()
					if err := step.take(); err != nil {
						b.Fatal(err)
					}
					took = append(took, time.Since(began))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)/2].Microseconds()), "µs-median")
				b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(len(took)), "µs-cpu/op")
			})
		}
	}
}
