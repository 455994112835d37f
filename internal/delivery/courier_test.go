package delivery_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"berth/internal/delivery"
	"berth/internal/retry"
	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
)

var start = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// post has deliveries with a clock, and a system that receives them.
type post struct {
	store *store.Store
	now   atomic.Int64
	told  []told // the received deliveries, in order
	fail  func(scheduler.Delivery) error
}

type told struct{ request, text string }

func newPost(t *testing.T, dsn string) *post {
	t.Helper()
	return &post{store: testdb.OpenWith(t, dsn, store.Options{Channels: []scheduler.Channel{{Name: "ticket", Takes: scheduler.OfRequests}}})}
}

func (p *post) clock() time.Time { return start.Add(time.Duration(p.now.Load()) * time.Second) }

func (p *post) deliver(_ context.Context, m scheduler.Delivery) ([]string, error) {
	if p.fail != nil {
		if err := p.fail(m); err != nil {
			return nil, err
		}
	}
	p.told = append(p.told, told{m.Event.Request, m.Event.Text})
	return nil, nil
}

func (p *post) courier() *delivery.Courier {
	return delivery.New(p.store, p.deliver, delivery.Options{Channel: "ticket", Clock: p.clock, Log: slog.New(slog.DiscardHandler)})
}

func (p *post) happen(request, text string) error {
	return p.store.Change(context.Background(), nil, func(tx scheduler.Tx) error {
		return tx.AddEvent(context.Background(), scheduler.Event{At: start, Kind: "request", Request: request, Text: text})
	})
}

func TestAnOutageLosesNothingAndKeepsTheOrder(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		p := newPost(t, dsn)
		down := true
		p.fail = func(m scheduler.Delivery) error {
			if down {
				return errors.New("down")
			}
			return nil
		}
		c := p.courier()
		for i := range 3 {
			for _, r := range []string{"a", "b"} {
				if err := p.happen(r, fmt.Sprint(i)); err != nil {
					t.Fatal(err)
				}
			}
		}
		for range 400 { // days of it
			p.now.Add(900)
			if n, err := c.Round(t.Context()); err != nil || n != 0 {
				t.Fatalf("%d delivered, %v", n, err)
			}
		}
		down = false
		for range 4 {
			p.now.Add(900)
			if _, err := c.Round(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if want := []told{{"a", "0"}, {"b", "0"}, {"a", "1"}, {"b", "1"}, {"a", "2"}, {"b", "2"}}; !slices.Equal(p.told, want) {
			t.Errorf("told %v, want %v", p.told, want)
		}
	})
}

// TestAFaultOfAllIsSaidOnce and met by one message in a round, not by each.
func TestAFaultOfAllIsSaidOnce(t *testing.T) {
	t.Parallel()
	p := newPost(t, testdb.SQLite(t))
	down := error(delivery.Down{Err: errors.New("the key was revoked"), Remedy: "make another one", Permanent: true})
	var tried int
	p.fail = func(scheduler.Delivery) error { tried++; return down }
	var log bytes.Buffer
	c := delivery.New(p.store, p.deliver, delivery.Options{Channel: "ticket", Clock: p.clock, Log: slog.New(slog.NewTextHandler(&log, nil))})
	for i := range 10 {
		if err := p.happen(fmt.Sprint(i), "x"); err != nil {
			t.Fatal(err)
		}
	}
	for round := range 3 {
		if n, err := c.Round(t.Context()); n != 0 || err != nil || tried != round+1 || !c.Down() {
			t.Fatalf("round %d: %d delivered, %v, %d tried, down %t", round, n, err, tried, c.Down())
		}
	}
	if n := strings.Count(log.String(), "the key was revoked"); n != 1 {
		t.Errorf("said %d times:\n%s", n, log.String())
	}
	if list, err := p.store.Deliveries(t.Context(), "ticket", "", true, 0, 10); err != nil || list[9].State != "stuck" || list[9].Remedy != "make another one" {
		t.Errorf("the first is %+v, %v", list[9], err)
	}
	down = nil
	if _, err := p.store.Retry(t.Context(), "ticket", ""); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Round(t.Context()); n != 10 || err != nil || c.Down() {
		t.Errorf("repaired: %d delivered, %v", n, err)
	}
}

func TestWhatIsStuckHoldsUpItsRequestOnly(t *testing.T) {
	t.Parallel()
	p := newPost(t, testdb.SQLite(t))
	broken := true
	p.fail = func(m scheduler.Delivery) error {
		if broken && m.Event.Request == "a" {
			return retry.Permanent{Err: errors.New("no such component")}
		}
		if m.Event.Text == "panic" {
			panic("at the disco")
		}
		return nil
	}
	c := p.courier()
	for _, m := range [][2]string{{"a", "0"}, {"b", "0"}, {"a", "1"}, {"b", "1"}, {"c", "panic"}} {
		if err := p.happen(m[0], m[1]); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		if _, err := c.Round(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.now.Add(3600)
	}
	if want := []told{{"b", "0"}, {"b", "1"}}; !slices.Equal(p.told, want) {
		t.Errorf("told %v, want %v", p.told, want)
	}
	broken = false
	if _, err := p.store.Retry(t.Context(), "ticket", ""); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := c.Round(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if want := []told{{"b", "0"}, {"b", "1"}, {"a", "0"}, {"a", "1"}}; !slices.Equal(p.told, want) {
		t.Errorf("repaired, told %v, want %v", p.told, want)
	}
}

// TestEveryMessageArrivesInOrder lets things happen at random, with faults before and after the system was told, and couriers that die.
func TestEveryMessageArrivesInOrder(t *testing.T) {
	t.Parallel()
	p := newPost(t, testdb.SQLite(t))
	story := 0
	rapid.Check(t, func(rt *rapid.T) {
		story++
		p.told = nil
		want := map[string][]string{}
		var fault int
		p.fail = func(m scheduler.Delivery) error {
			switch fault {
			case 1:
				return errors.New("before")
			case 2:
				p.told = append(p.told, told{m.Event.Request, m.Event.Text}) // and the answer is lost
				return errors.New("after")
			}
			return nil
		}
		c := p.courier()
		rt.Repeat(map[string]func(*rapid.T){
			"happen": func(*rapid.T) {
				r := fmt.Sprintf("%d-%s", story, rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "request"))
				text := fmt.Sprint(len(want[r]))
				want[r] = append(want[r], text)
				if err := p.happen(r, text); err != nil {
					rt.Fatal(err)
				}
			},
			"round": func(*rapid.T) {
				fault = rapid.IntRange(0, 2).Draw(rt, "fault")
				ctx, cancel := context.WithCancel(t.Context())
				if rapid.Bool().Draw(rt, "dies") {
					p.fail = func(scheduler.Delivery) error { cancel(); return ctx.Err() }
				}
				_, _ = c.Round(ctx)
				cancel()
			},
			"time": func(*rapid.T) { p.now.Add(int64(rapid.IntRange(1, 2000).Draw(rt, "seconds"))) },
		})
		fault = 0
		p.fail = nil
		for range 400 {
			p.now.Add(3600)
			n, err := c.Round(t.Context())
			if err != nil {
				rt.Fatal(err)
			}
			if b, err := p.store.Backlog(t.Context(), "ticket"); err != nil || n == 0 && b.Waiting == 0 {
				break
			}
		}
		got := map[string][]string{}
		for _, x := range p.told {
			if n := len(got[x.request]); n == 0 || got[x.request][n-1] != x.text { // told twice is told
				got[x.request] = append(got[x.request], x.text)
			}
		}
		for r, texts := range want {
			if !slices.Equal(got[r], texts) {
				rt.Fatalf("%s was told %v, want %v", r, got[r], texts)
			}
		}
	})
}
