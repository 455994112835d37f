package large_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"berth/internal/testdb"
	"berth/internal/testdb/large"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// pressed is a service over a facility with bookings, and what people do with it at the same moment.
type pressed struct {
	tb  testing.TB
	svc *scheduler.Service
	at  time.Time
}

func newPressed(tb testing.TB, e testdb.Engine, requests int) *pressed {
	tb.Helper()
	x := &pressed{tb: tb, at: time.Now().UTC().Truncate(time.Hour).Add(72 * time.Hour)}
	db := testdb.Open(tb, e.Fresh(tb))
	if err := large.Fill(context.WithoutCancel(tb.Context()), db, large.Size{Testbeds: 100, Requests: requests, Now: time.Now()}); err != nil {
		tb.Fatal(err)
	}
	x.svc = scheduler.New(db, scheduler.Options{Clock: time.Now, NewID: uuid.NewString})
	if err := x.svc.Load(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return x
}

func (x *pressed) ask(i int) scheduler.Ask {
	start := x.at.Add(time.Duration(i%2000) * time.Hour)
	return scheduler.Ask{NSD: fmt.Sprintf("core_at_%04d", i%100), Slot: testbeds.NewSlot(start, 4*time.Hour)}
}

func (x *pressed) check(i int) {
	if _, err := x.svc.Check(x.tb.Context(), admin, x.ask(i)); err != nil {
		x.tb.Error(err)
	}
}

func (x *pressed) search(ctx context.Context, i int) {
	if _, _, err := x.svc.Suggest(ctx, admin, x.ask(i)); err != nil && ctx.Err() == nil {
		x.tb.Error(err)
	}
}

// decide submits a request and cancels it again.
func (x *pressed) decide(ctx context.Context, i int) {
	out, err := x.svc.Submit(ctx, account.System, scheduler.Submission{Name: "one more", Experimenter: fmt.Sprintf("user%d", i%100), Anyway: true, Ask: x.ask(i)})
	if err == nil {
		_, err = x.svc.Cancel(ctx, account.System, out.Request.ID, scheduler.Step{})
	}
	if err != nil && ctx.Err() == nil {
		x.tb.Error(err)
	}
}

// press lets two search and one decide until the returned function is called.
func (x *pressed) press() (stop func()) {
	ctx, cancel := context.WithCancel(x.tb.Context())
	var wg sync.WaitGroup
	for n, do := range []func(context.Context, int){x.search, x.search, x.decide} {
		wg.Go(func() {
			for i := n * 1000; ctx.Err() == nil; i++ {
				do(ctx, i)
			}
		})
	}
	return func() {
		cancel()
		wg.Wait()
	}
}

// measured makes n checks, and returns how long each took, in order of length.
func (x *pressed) measured(n int) (took []time.Duration) {
	for i := range n {
		began := time.Now()
		x.check(i)
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took
}

// BenchmarkCheckUnderLoad measures how long a check takes while nobody else does anything, and while two search without a pause and one decides:
// the median and the 99th of a hundred, in milliseconds. With fewer processors than people the waits for a processor are part of it.
func BenchmarkCheckUnderLoad(b *testing.B) {
	for _, e := range testdb.Engines(b) {
		x := newPressed(b, e, 20_000)
		for _, load := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/load=%t", e.Name, load), func(b *testing.B) {
				if load {
					defer x.press()()
				}
				x.measured(100)
				b.ResetTimer()
				took := x.measured(max(b.N, 100))
				b.ReportMetric(took[len(took)/2].Seconds()*1000, "p50-ms")
				b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "p99-ms")
			})
		}
	}
}

// TestCheckUnderLoad keeps it from rotting.
func TestCheckUnderLoad(t *testing.T) {
	t.Parallel()
	for _, e := range testdb.Engines(t) {
		x := newPressed(t, e, 50)
		stop := x.press()
		if took := x.measured(10); len(took) != 10 {
			t.Errorf("%d checks", len(took))
		}
		stop()
	}
}
