//go:build unix

package main

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"berth/internal/testdb"
)

// soakFor names a variable that says how long the chaos lasts (make soak); without it a quarter of a minute.
const soakFor = "BERTH_TEST_SOAK"

// unbounded lets one person have as many requests as the chaos makes.
var unbounded = []string{"--max-open-requests", "1000000"}

// TestChaos lets people decide while processes are killed and frozen, the database stops and stands still, clocks jump, and a webhook, a mail
// server and a Bugzilla cut what they are told. Afterwards its own sweep, with nothing of Berth's in it, judges what is in the rows, and what was
// acknowledged: nothing is lost, booked twice or left untold.
func TestChaos(t *testing.T) {
	t.Parallel()
	span := 15 * time.Second
	if text := os.Getenv(soakFor); text != "" {
		var err error
		if span, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		p := newPlace(t, testdb.SQLite(t))
		w := newWorld(t, p, 1)
		w.chaos(t, span, []trouble{w.kill, w.freeze, w.leap, w.lose})
		db, err := sql.Open("sqlite", "file:"+p.database)
		w.judge(t, db, err)
	})
	t.Run("PostgreSQL with three processes", func(t *testing.T) {
		t.Parallel()
		server := testdb.NewServer(t)
		server.Execute("CREATE DATABASE berth")
		g, through := newGate(t, server.DSN("berth"))
		w := newWorld(t, newPlace(t, through), 3)
		w.server, w.gate = server, g
		w.chaos(t, span, []trouble{w.kill, w.freeze, w.leap, w.lose, w.stopDatabase, w.partition})
		db, err := sql.Open("pgx", server.DSN("berth"))
		w.judge(t, db, err)
	})
}

// trouble is something that goes wrong, and is over when it returns.
type trouble func(ctx context.Context, t *testing.T, chance *rand.Rand)

// chaos makes trouble for a while, and then lets everything calm down until nothing waits to be told any more.
func (w *world) chaos(t *testing.T, span time.Duration, troubles []trouble) {
	ctx, cancel := context.WithTimeout(t.Context(), span)
	defer cancel()
	crowd := w.crowd(ctx, t, 8)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	for n := 0; ctx.Err() == nil; n++ {
		if n < len(troubles) { // each at least once
			troubles[n](ctx, t, chance)
		} else {
			troubles[chance.IntN(len(troubles))](ctx, t, chance)
		}
		wait(ctx, time.Duration(chance.IntN(700))*time.Millisecond)
	}
	crowd.Wait()
	w.hook.calm.Store(true)
	w.tickets.SetFaults(nil)
	w.mails.CutAfterTaking(false)
	for i := range w.seats {
		w.restart(t, i)
	}
	w.jump(t, 24*3600) // failed deliveries are due, and those of killed processes are free for all
	w.drain(t)
	t.Logf("%d decisions were acknowledged on %d requests", w.total.Load(), len(w.ids))
	w.compare(t, w.seats[0].now.Load().url)
	for _, s := range w.seats {
		s.now.Load().stop(t)
	}
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// drain waits until all deliveries have arrived.
func (w *world) drain(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute) // a killed process keeps its deliveries for eight minutes
	defer cancel()
	var left answer
	for ctx.Err() == nil {
		var err error
		if left, err = w.caller(0).send(ctx, "GET", "deliveries?undone=true&limit=3", nil); err == nil && left.status == http.StatusOK && strings.Contains(string(left.body), `"items":[]`) {
			return
		}
		if a, err := w.caller(0).send(ctx, "POST", "deliveries/retry", map[string]any{}); err != nil || a.status >= 500 {
			t.Logf("trying at once: %d %s %v", a.status, a.body, err)
		}
		wait(ctx, 500*time.Millisecond)
	}
	t.Fatalf("after ten minutes of peace these still wait: %s", left.body)
}

func (w *world) restart(t *testing.T, i int) {
	t.Helper()
	w.seats[i].now.Load().kill()
	w.seats[i].now.Store(w.place.serve(t, unbounded...))
}

// kill ends a process as a power cut would, and starts another in its place.
func (w *world) kill(_ context.Context, t *testing.T, chance *rand.Rand) {
	w.restart(t, chance.IntN(len(w.seats)))
}

// freeze lets a process stand still, wherever it is. The others decide, or say that they cannot, within ten seconds; the frozen one comes back.
func (w *world) freeze(ctx context.Context, t *testing.T, chance *rand.Rand) {
	i := chance.IntN(len(w.seats))
	process := w.seats[i].now.Load().cmd.Process
	if err := process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = process.Signal(syscall.SIGCONT) }()
	if len(w.seats) == 1 {
		wait(ctx, time.Second)
		return
	}
	who := w.caller((i + 1) % len(w.seats))
	began := time.Now()
	a, err := who.send(context.WithoutCancel(ctx), "POST", "requests", w.wish(chance))
	if err != nil {
		t.Errorf("while another process stands still no answer comes: %v", err)
		return
	}
	if took := time.Since(began); took > 10*time.Second+stopSlack {
		t.Errorf("while another process stands still a decision takes %v", took)
	}
	switch {
	case a.status == http.StatusCreated:
		w.keep(t, "submit", "", a)
	case a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "":
		t.Errorf("while another process stands still a decision is answered %d:\n%s", a.status, a.body)
	}
}

// leap sets the clock wrong by up to six hours, either way.
func (w *world) leap(_ context.Context, t *testing.T, chance *rand.Rand) {
	w.jump(t, chance.Int64N(12*3600)-6*3600)
}

// lose lets the mail server's answers get lost for a while.
func (w *world) lose(ctx context.Context, _ *testing.T, _ *rand.Rand) {
	w.mails.CutAfterTaking(true)
	wait(ctx, time.Second)
	w.mails.CutAfterTaking(false)
}

// stopDatabase lets the database crash, and come back.
func (w *world) stopDatabase(ctx context.Context, _ *testing.T, chance *rand.Rand) {
	w.server.Crash()
	wait(ctx, time.Duration(chance.IntN(1500))*time.Millisecond)
	w.server.Restart()
}

// partition lets nothing pass between the processes and the database for a while, and then cuts their connections.
func (w *world) partition(ctx context.Context, _ *testing.T, chance *rand.Rand) {
	w.gate.shut()
	wait(ctx, time.Duration(chance.IntN(3000))*time.Millisecond)
	if chance.IntN(2) == 0 {
		w.gate.cut()
	}
	w.gate.lift()
}
