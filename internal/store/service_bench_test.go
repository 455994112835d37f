package store_test

import (
	"testing"
	"time"

	newid "github.com/google/uuid"

	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// BenchmarkDecisionsEndToEnd measures the wait of a caller of the service: a request is submitted and then granted, each with its check on
// the federation, its locks, its rows and its flush. Compare BenchmarkPlainInserts.
func BenchmarkDecisionsEndToEnd(b *testing.B) {
	for _, e := range testdb.Engines(b) {
		b.Run(e.Name, func(b *testing.B) {
			db := testdb.Open(b, e.Fresh(b))
			svc := scheduler.New(db, scheduler.Options{Clock: time.Now, NewID: newid.NewString, Horizon: 20 * 365 * 24 * time.Hour})
			ctx := b.Context()
			f := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "t", Name: "T", Timezone: "UTC",
				VIMs: []testbeds.VIM{{ID: "v", Capacity: testbeds.Quantities{"vcpu": 8, "memory_mb": 8192, "storage_gb": 80}}}}}}
			if _, err := svc.PutFacility(ctx, account.System, f, scheduler.ChangeOptions{}); err != nil {
				b.Fatal(err)
			}
			grace := account.Person{Username: "grace", Name: "Grace", Roles: []account.Role{account.RoleExperimenter}}
			if _, err := testdb.NewDirectory(b, svc, db, time.Now).PutPerson(ctx, account.System, grace); err != nil {
				b.Fatal(err)
			}
			start := time.Now().UTC().Truncate(time.Hour).Add(24 * time.Hour)
			for b.Loop() {
				start = start.Add(time.Hour)
				in := scheduler.Submission{Name: "wish", Experimenter: "grace", Ask: scheduler.Ask{Slot: testbeds.NewSlot(start, time.Hour),
					Placement: testbeds.Placement{"1": "t/v"}, Components: []testbeds.Component{{Member: "1", Onboarded: []string{"t/v"},
						Size: testbeds.Quantities{"vcpu": 4, "memory_mb": 4096, "storage_gb": 40}}}}}
				out, err := svc.Submit(ctx, account.System, in)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := svc.Schedule(ctx, account.System, out.Request.ID, scheduler.Schedule{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(2*float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
		})
	}
}
