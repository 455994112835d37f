package store_test

import (
	"cmp"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	newid "github.com/google/uuid"

	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// BenchmarkAFreedSlotFindsTheFirstOfThoseWhoWait measures one look through those who wait: a booking was given back, and the first one whom that helps
// gets its offer, with its locks, its rows and its flush. 10,000 wait: all for the very same slot ("same"), or spread over two years ("spread"), so that
// few of them can be helped. Give the number: -benchtime 100x.
func BenchmarkAFreedSlotFindsTheFirstOfThoseWhoWait(b *testing.B) {
	const waiting, hours = 10_000, 200
	for _, e := range testdb.Engines(b) {
		for _, spread := range []bool{false, true} {
			name := e.Name + "/same"
			if spread {
				name = e.Name + "/spread"
			}
			b.Run(name, func(b *testing.B) {
				db := testdb.Open(b, e.Fresh(b))
				now := time.Now().UTC().Truncate(time.Second)
				svc := scheduler.New(db, scheduler.Options{Clock: func() time.Time { return now }, NewID: newid.NewString, Horizon: 3 * 365 * 24 * time.Hour})
				ctx := b.Context()
				f := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "t", Name: "T", Timezone: "UTC", Devices: []testbeds.Device{{ID: "radio", Count: 4}}}}}
				if _, err := svc.PutFacility(ctx, account.System, f, scheduler.ChangeOptions{}); err != nil {
					b.Fatal(err)
				}
				grace := account.Person{Username: "grace", Name: "Grace", Roles: []account.Role{account.RoleExperimenter}}
				if _, err := testdb.NewDirectory(b, svc, db, time.Now).PutPerson(ctx, account.System, grace); err != nil {
					b.Fatal(err)
				}
				first := now.Truncate(time.Hour).Add(10 * 24 * time.Hour)
				in := func(at time.Time, wait *scheduler.WaitFor) scheduler.Submission {
					return scheduler.Submission{Name: "wish", Experimenter: "grace", Wait: wait, Ask: scheduler.Ask{Slot: testbeds.NewSlot(at, time.Hour),
						Devices: []testbeds.DeviceNeed{{Testbed: "t", Device: "radio", Count: 4}}}}
				}
				must := func(out scheduler.Outcome, err error) scheduler.Request {
					if err != nil {
						b.Fatal(err)
					}
					return out.Request
				}
				grant := func(x scheduler.Submission) scheduler.Request {
					return must(svc.Schedule(ctx, account.System, must(svc.Submit(ctx, account.System, x)).ID, scheduler.Schedule{}))
				}
				var taken, queue []scheduler.Request
				for i := range hours {
					taken = append(taken, grant(in(first.Add(time.Duration(i)*time.Hour), nil)))
				}
				for at := taken[hours-1].Slot.End; len(taken) < hours+2; at = taken[len(taken)-1].Slot.End {
					year := in(at, nil)
					year.Slot = testbeds.NewSlot(at, 365*24*time.Hour)
					taken = append(taken, grant(year))
				}
				queue = make([]scheduler.Request, waiting)
				var all sync.WaitGroup
				for part := range 16 { // who asks at the same moment shares a transaction
					all.Go(func() {
						for i := part; i < waiting; i += 16 {
							at := first
							if spread {
								at = first.Add(time.Duration(i) * time.Hour)
							}
							out, err := svc.Submit(ctx, account.System, in(at, &scheduler.WaitFor{}))
							if err != nil {
								b.Error(err)
							}
							queue[i] = out.Request
						}
					})
				}
				all.Wait()
				slices.SortFunc(queue, func(x, y scheduler.Request) int { return cmp.Compare(x.Number, y.Number) })
				var took []time.Duration
				var worked time.Duration
				b.ResetTimer()
				for i := range b.N {
					b.StopTimer()
					switch {
					case i == hours:
						b.Fatalf("at most %d", hours)
					case spread || i == 0:
						must(svc.Cancel(ctx, account.System, taken[i].ID, scheduler.Step{}))
					default: // who got the last offer does not want it
						must(svc.StopWaiting(ctx, account.System, queue[i-1].ID, scheduler.Step{}))
					}
					b.StartTimer()
					at, cpu := time.Now(), processorTime(b)
					if done, _, err := svc.RunDue(ctx); err != nil || done != 1 {
						b.Fatalf("%d offers, %v", done, err)
					}
					took, worked = append(took, time.Since(at)), worked+processorTime(b)-cpu
				}
				slices.Sort(took)
				b.ReportMetric(took[len(took)/2].Seconds()*1e3, "ms-median")
				b.ReportMetric(took[len(took)-1].Seconds()*1e3, "ms-max")
				b.ReportMetric(worked.Seconds()*1e3/float64(b.N), "ms-of-cpu/op")
			})
		}
	}
}

// processorTime returns what the process has computed by now, which others on the same cores do not lengthen.
func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
