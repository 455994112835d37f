//go:build unix

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"berth/internal/testdb"
)

// TestAStandbyTakesOverUnderLoad lets two processes decide on a PostgreSQL with a synchronous standby, ends the primary as a power cut would, and
// promotes the standby: nothing that was answered is lost, and no process is started again.
func TestAStandbyTakesOverUnderLoad(t *testing.T) {
	t.Parallel()
	primary := testdb.NewServer(t)
	standby := primary.Standby()
	primary.Execute("CREATE DATABASE berth")
	p := newPlace(t, fmt.Sprintf("postgres://postgres@127.0.0.1:%d,127.0.0.1:%d/berth?sslmode=disable", primary.Port, standby.Port))
	c := newCrash(t, p, 2)
	instances := []*instance{p.serve(t), p.serve(t)}

	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var answered atomic.Int64
	enough := make(chan struct{}, 1)
	var clients sync.WaitGroup
	for i := range 6 {
		clients.Go(func() {
			who := &caller{base: instances[i%2].url, secret: c.token}
			chance := rand.New(rand.NewPCG(uint64(i), 1))
			for ctx.Err() == nil {
				before := c.total.Load()
				c.decide(ctx, t, who, chance)
				if c.total.Load() == before {
					wait(ctx, 50*time.Millisecond) // refused, or asked to come again
				} else if answered.Add(1)%100 == 0 {
					enough <- struct{}{}
				}
			}
		})
	}
	<-enough
	primary.Crash()
	a, err := (&caller{base: instances[0].url, secret: c.token}).send(ctx, "GET", "requests", nil)
	if err != nil || a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
		t.Errorf("without a database it answers %d (%v), want 503 with Retry-After:\n%s", a.status, err, a.body)
	}
	standby.Promote()
	began := time.Now()
	select {
	case <-enough:
		t.Logf("a hundred decisions within %v of the promotion", time.Since(began))
	case <-ctx.Done():
		t.Error("nothing is decided after the promotion")
	}
	cancel()
	go func() { // a reader that is gone must block no writer
		for range enough {
		}
	}()
	clients.Wait()
	close(enough)
	c.compare(t, instances[1].url)
	if out := p.must(t, "", "verify"); !strings.Contains(out, ": clean") {
		t.Errorf("verify says:\n%s", out)
	}
	for _, in := range instances {
		in.stop(t)
	}
	t.Logf("%d decisions were acknowledged on %d requests", c.total.Load(), len(c.ids))
}
