package orchestration_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"berth/internal/osm/osmtest"
	"berth/scheduler"
	"berth/scheduler/account"
)

func watching(t *testing.T, r osmtest.Release, drive ...string) *bench {
	t.Helper()
	now := new(atomic.Int64)
	clock := func() time.Time { return start.Add(time.Duration(now.Load()) * time.Second) }
	return newBench(t, osmtest.New(t, r, clock), now, drive...)
}

// TestWatching follows what operators do in OSM, in each release: each state becomes a step, once.
func TestWatching(t *testing.T) {
	t.Parallel()
	for _, release := range []osmtest.Release{osmtest.Five, osmtest.Eight, osmtest.Nineteen} {
		t.Run(string(release), func(t *testing.T) {
			t.Parallel()
			d := watching(t, release)
			r := d.granted(30)
			d.until(r.Slot.Start)
			id := d.server.Launch(name(r), design, d.vims["north/a"])
			d.pass(5 * time.Second)
			d.must(d.poll(d.sync))
			d.is(r.ID, scheduler.Instantiating)
			d.round()
			d.is(r.ID, scheduler.Running)
			for range 3 {
				d.round()
			}
			v := d.view(r.ID)
			if v.Actual == nil || !v.Actual.Start.Equal(r.Slot.Start) {
				t.Errorf("it began %+v, want %s", v.Actual, r.Slot.Start)
			}
			before := v.Revision
			d.server.Stop(id, false)
			d.pass(time.Second) // the record shows nothing yet
			d.round()
			d.round()
			d.is(r.ID, scheduler.Completed)
			if v = d.view(r.ID); v.Revision > before+2 {
				t.Errorf("%d steps for one end", v.Revision-before)
			}
			if _, there := d.deployment(r.ID); there {
				t.Error("it is still tied")
			}
			h, err := d.svc.History(context.Background(), as("oskar"), r.ID, "", 50)
			d.must(nil, err)
			via := 0
			for _, e := range h.Items {
				if e.Via == "osm" {
					via++
				}
			}
			if via < 3 {
				t.Errorf("%d steps came by OSM", via)
			}
		})
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for what, x := range map[string]struct {
		kind    string
		outcome osmtest.Outcome
		release osmtest.Release
	}{
		"no host":          {"instantiate", osmtest.Outcome{Failure: "VIM: no valid host found"}, osmtest.Nineteen},
		"a charm":          {"instantiate", osmtest.Outcome{Failure: "Deploying at Juju: charm failed", Runs: true}, osmtest.Eight},
		"its end":          {"terminate", osmtest.Outcome{Failure: "timeout"}, osmtest.Nineteen},
		"its end, in FIVE": {"terminate", osmtest.Outcome{Failure: "timeout"}, osmtest.Five},
		"a charm, in FIVE": {"instantiate", osmtest.Outcome{Failure: "charm failed", Runs: true}, osmtest.Five},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			d := watching(t, x.release)
			d.server.SetOutcome(func(_, kind string) osmtest.Outcome {
				if kind == x.kind {
					return x.outcome
				}
				return osmtest.Outcome{}
			})
			r := d.granted(30)
			d.until(r.Slot.Start)
			id := d.server.Launch(name(r), design, d.vims["north/a"])
			d.round()
			d.round()
			if x.kind == "terminate" {
				d.is(r.ID, scheduler.Running)
				d.server.Stop(id, false)
				d.round()
				d.round()
			}
			d.is(r.ID, scheduler.Failed)
			h, err := d.svc.History(context.Background(), as("oskar"), r.ID, "", 50)
			d.must(nil, err)
			if last := h.Items[len(h.Items)-1]; !strings.Contains(h.Items[0].Reason+last.Reason+h.Items[len(h.Items)-2].Reason, x.outcome.Failure) {
				t.Errorf("the reason is not given: %+v", h.Items)
			}
		})
	}
}

// TestEarlyOperators start before the setup: the step waits until it may be taken.
func TestEarlyOperators(t *testing.T) {
	t.Parallel()
	d := watching(t, osmtest.Nineteen)
	r := d.granted(120)
	d.server.Launch(name(r), design, d.vims["north/a"])
	d.round()
	d.round()
	if v := d.view(r.ID); v.Status == scheduler.Scheduled { // as long as the rules do not take it
		if x, there := d.deployment(r.ID); !there || x.Waits == "" || x.Question != "" {
			t.Errorf("it does not wait: %+v", x)
		}
	}
	d.until(r.Occupied.Start)
	d.round()
	d.is(r.ID, scheduler.Running)
}

func TestAnOutageIsNoNews(t *testing.T) {
	t.Parallel()
	d := watching(t, osmtest.Eight)
	r := d.granted(30)
	d.until(r.Slot.Start)
	id := d.server.Launch(name(r), design, d.vims["north/a"])
	d.round()
	d.round()
	d.is(r.ID, scheduler.Running)
	for _, fault := range []osmtest.Fault{osmtest.CutBefore, osmtest.CutAfter, osmtest.Internal, osmtest.Gateway} {
		d.server.SetFaults(func(*http.Request) osmtest.Fault { return fault })
		d.round()
		d.is(r.ID, scheduler.Running)
		if p, err := d.sync.Progress(t.Context()); err != nil || p.Failure == "" || p.Remedy == "" {
			t.Errorf("the failure is not told: %+v, %v", p, err)
		}
	}
	d.server.SetFaults(nil)
	d.server.Stop(id, true)
	d.pass(time.Minute) // the record is gone when it answers again, and its end was not seen
	d.round()
	d.is(r.ID, scheduler.Running)
	if text := d.flagged(r.ID); !strings.Contains(text, "was removed") {
		t.Errorf("the flag is %q", text)
	}
	d.must(d.svc.Complete(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
	d.round()
	if text := d.flagged(r.ID); text != "" {
		t.Errorf("the flag stays: %q", text)
	}
	if _, there := d.deployment(r.ID); there {
		t.Error("it is still tied")
	}
}

// TestAShortLife began and ended while nobody looked, within the slot.
func TestAShortLife(t *testing.T) {
	t.Parallel()
	d := watching(t, osmtest.Nineteen)
	r := d.granted(30)
	d.until(r.Slot.Start)
	id := d.server.Create(name(r), design, d.vims["north/a"])
	d.round()
	d.is(r.ID, scheduler.Scheduled)
	d.server.Remove(id)
	id = d.server.Launch(name(r), design, d.vims["north/a"])
	d.must(d.poll(d.sync)) // too early to poll
	d.round()              // the first is gone
	d.round()              // and this one takes its place
	d.is(r.ID, scheduler.Running)
	d.pass(time.Hour)
	d.server.Stop(id, false)
	d.pass(2 * time.Hour)
	d.round()
	d.is(r.ID, scheduler.Completed)
	if v := d.view(r.ID); v.Actual.End == nil || v.Actual.End.After(r.Slot.Start.Add(70*time.Minute)) {
		t.Errorf("it ended %v", v.Actual.End)
	}
}

// TestNamesAreNotBelievedBlindly: whoever may name a service in OSM could otherwise tell lies about any request.
func TestNamesAreNotBelievedBlindly(t *testing.T) {
	t.Parallel()
	d := watching(t, osmtest.Eight)
	r := d.granted(30)
	over := d.granted(30)
	d.must(d.svc.Cancel(t.Context(), as("eva"), over.ID, scheduler.Step{}))
	d.until(r.Slot.Start)
	d.server.Launch("berth-0"+strings.TrimPrefix(name(r), "berth-"), design, d.vims["north/a"])
	d.server.Launch("berth-9999", design, d.vims["north/a"])
	d.server.Launch(name(over), design, d.vims["north/a"])
	d.server.Launch("other", design, d.vims["north/a"])
	d.round()
	d.is(r.ID, scheduler.Scheduled)
	o, err := d.sync.State(t.Context(), as("oskar"))
	d.must(nil, err)
	if len(o.Tied) != 0 || len(o.Loose) != 4 {
		t.Errorf("%+v", o)
	}
	var why []string
	for _, x := range o.Loose {
		why = append(why, x.Why)
	}
	if text := strings.Join(why, "|"); text != "|there is no request #9999|request #2 is CANCELLED|" {
		t.Errorf("it says %q", text)
	}
}

// TestTyingByHand is for operators and administrators.
func TestTyingByHand(t *testing.T) {
	t.Parallel()
	d := watching(t, osmtest.Nineteen)
	r := d.granted(30)
	d.until(r.Slot.Start)
	id := d.server.Launch("by hand", design, d.vims["north/a"])
	d.round()
	ctx := t.Context()
	if _, err := d.sync.Tie(ctx, as("eva"), r.ID, id); scheduler.CodeOf(err) != scheduler.CodeForbidden {
		t.Errorf("an experimenter: %v", err)
	}
	if _, err := d.sync.Tie(ctx, as("oskar"), r.ID, "unknown"); scheduler.CodeOf(err) != scheduler.CodeNotFound {
		t.Errorf("an unknown service: %v", err)
	}
	d.must(d.sync.Tie(ctx, as("oskar"), r.ID, id))
	if _, err := d.sync.Tie(ctx, as("oskar"), r.ID, id); scheduler.CodeOf(err) != scheduler.CodeConflict {
		t.Errorf("a second time: %v", err)
	}
	d.must(d.poll(d.sync)) // at once
	d.is(r.ID, scheduler.Running)
	if x, _ := d.deployment(r.ID); x.By != "oskar" || x.Phase != "running" {
		t.Errorf("%+v", x)
	}
	if _, err := d.sync.Answer(ctx, as("oskar"), r.ID, "terminate"); scheduler.CodeOf(err) != scheduler.CodeConflict {
		t.Errorf("Berth only watches: %v", err)
	}
	d.must(d.sync.Answer(ctx, as("oskar"), r.ID, "untie"))
	d.round()
	if _, there := d.deployment(r.ID); there {
		t.Error("it is still tied")
	}
}

// TestOneProcessPolls: of several, one polls at a time, and no password is tried twice.
func TestOneProcessPolls(t *testing.T) {
	t.Parallel()
	d := watching(t, osmtest.Nineteen)
	others := d.process()
	d.server.SetPassword("another")
	for range 10 {
		d.pass(time.Minute)
		d.must(d.poll(d.sync))
		d.must(d.poll(others))
	}
	lists, logins := 0, 0
	for _, call := range d.server.Requests() {
		if strings.HasPrefix(call, "POST /osm/admin/v1/tokens") {
			logins++
		}
	}
	if logins != 1 {
		t.Errorf("%d logins with a password that was refused", logins)
	}
	d.server.SetPassword(osmtest.Password)
	d.must(nil, d.sync.TryAgain(t.Context()))
	for range 10 {
		d.must(d.poll(others))
		d.must(d.poll(d.sync))
		d.pass(time.Minute)
	}
	for _, call := range d.server.Requests() {
		if call == "GET /osm/nslcm/v1/ns_instances" {
			lists++
		}
	}
	if lists != 10 {
		t.Errorf("%d lists in 10 polls", lists)
	}
	if _, err := d.sync.State(t.Context(), account.Actor{}); scheduler.CodeOf(err) != scheduler.CodeForbidden {
		t.Errorf("anybody sees it: %v", err)
	}
}
