package orchestration_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"berth/internal/osm/osmtest"
	"berth/scheduler"
	"berth/testbeds"
)

// TestDriving takes a request through its life without anybody: created and instantiated when its setup begins, terminated at the end of its
// slot, deleted after a while.
func TestDriving(t *testing.T) {
	t.Parallel()
	for _, release := range []osmtest.Release{osmtest.Five, osmtest.Eight, osmtest.Nineteen} {
		t.Run(string(release), func(t *testing.T) {
			t.Parallel()
			d := watching(t, release, "north", "south")
			r := d.granted(30)
			d.until(r.Occupied.Start.Add(-2 * time.Minute))
			d.round()
			if n := len(d.server.Services()); n != 0 {
				t.Fatalf("%d services before the setup", n)
			}
			d.round()
			if list := d.server.Services(); len(list) != 1 || list[0].Name != name(r) || list[0].Instantiated {
				t.Fatalf("%+v", list)
			}
			d.is(r.ID, scheduler.Scheduled)
			d.round()
			d.is(r.ID, scheduler.Instantiating)
			list := d.server.Services()
			if len(list) != 1 || !list[0].Instantiated || list[0].Account != d.vims["north/a"] || len(list[0].Members) != 2 {
				t.Fatalf("%+v", list)
			}
			for i, vim := range []string{"north/a", "south/b"} {
				if m := list[0].Members[i].(map[string]any); m["vimAccountId"] != d.vims[vim] || m["member-vnf-index"] != string(rune('1'+i)) {
					t.Errorf("member %d: %v", i+1, m)
				}
			}
			d.round()
			d.is(r.ID, scheduler.Running)
			d.until(r.Slot.End.Add(-2 * time.Minute))
			d.round()
			d.is(r.ID, scheduler.Running)
			d.round()
			d.round()
			d.round()
			d.is(r.ID, scheduler.Completed)
			if page, err := d.svc.History(t.Context(), as0, r.ID, "", 100); err != nil || slices.ContainsFunc(page.Items, func(e scheduler.Entry) bool { return e.Action == scheduler.ActionOverrun }) {
				t.Errorf("somebody was told that it runs past its end: %v", err)
			}
			if list := d.server.Services(); len(list) != 1 || list[0].Instantiated {
				t.Errorf("the record is kept for a while: %+v", list)
			}
			d.pass(time.Hour)
			d.round()
			d.round()
			if list := d.server.Services(); len(list) != 0 {
				t.Errorf("it is left: %+v", list)
			}
			if _, there := d.deployment(r.ID); there || d.flagged(r.ID) != "" || len(d.server.Wrongs()) > 0 {
				t.Errorf("flag %q, %v", d.flagged(r.ID), d.server.Wrongs())
			}
		})
	}
}

func TestWhatCannotBeDriven(t *testing.T) {
	t.Parallel()
	d := watching(t, osmtest.Nineteen, "north", "south")
	d.must(d.svc.PutCatalogue(t.Context(), as0, testbeds.Catalogue{
		VNFs: []testbeds.VNF{{ID: "v", Size: testbeds.Quantities{"vcpu": 1}, Onboarded: []string{"north/a"}}},
		NSDs: []testbeds.NSD{{ID: "unknown_nsd", Members: []testbeds.Member{{Index: "1", VNF: "v"}}}}}, scheduler.ChangeOptions{}))
	out, err := d.svc.Submit(t.Context(), as("eva"), scheduler.Submission{Name: "x", Mentor: "monika", Ask: scheduler.Ask{NSD: "unknown_nsd", Placement: testbeds.Placement{"1": "north/a"},
		Slot: testbeds.NewSlot(d.clock().Add(30*time.Minute), time.Hour)}})
	d.must(nil, err)
	r := out.Request
	d.must(d.svc.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
	d.until(r.Slot.Start)
	for range 5 {
		d.round()
	}
	d.is(r.ID, scheduler.Scheduled)
	if text := d.flagged(r.ID); !strings.Contains(text, "NSD unknown_nsd is not onboarded") {
		t.Errorf("the flag is %q", text)
	}
	d.server.AddDescriptor("unknown_nsd", "v")
	d.must(d.sync.Answer(t.Context(), as("oskar"), r.ID, "again"))
	for range 4 {
		d.round()
	}
	d.is(r.ID, scheduler.Running)
	if text := d.flagged(r.ID); text != "" {
		t.Errorf("the flag is %q", text)
	}
}

// TestWhatWasTakenBackIsNotStarted: between the record and its instantiation a request can be cancelled, or moved.
func TestWhatWasTakenBackIsNotStarted(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]func(d *bench, r scheduler.Request) error{
		"cancelled": func(d *bench, r scheduler.Request) error {
			_, err := d.svc.Cancel(d.ctx(), as("eva"), r.ID, scheduler.Step{})
			return err
		},
		"moved": func(d *bench, r scheduler.Request) error {
			_, err := d.svc.Move(d.ctx(), as("monika"), r.ID, scheduler.Move{Slot: new(r.Slot.Shift(24 * time.Hour))})
			return err
		},
		"placed elsewhere": func(d *bench, r scheduler.Request) error {
			_, err := d.svc.Move(d.ctx(), as("monika"), r.ID, scheduler.Move{Placement: testbeds.Placement{"1": "south/b", "2": "south/b"}})
			return err
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			d := watching(t, osmtest.Eight, "north", "south")
			r := d.granted(30)
			d.until(r.Occupied.Start)
			d.round()
			if n := len(d.server.Services()); n != 1 {
				t.Fatalf("%d services", n)
			}
			d.must(nil, change(d, r))
			for range 6 {
				d.round()
			}
			list := d.server.Services()
			if what == "placed elsewhere" {
				d.is(r.ID, scheduler.Running)
				if len(list) != 1 || list[0].Account != d.vims["south/b"] {
					t.Errorf("%+v", list)
				}
				return
			}
			if len(list) != 0 {
				t.Errorf("%+v", list)
			}
			if _, there := d.deployment(r.ID); there || len(d.server.Wrongs()) > 0 {
				t.Errorf("it is still tied; %v", d.server.Wrongs())
			}
		})
	}
}

// TestFailingIsTold, and what failed is torn down by itself.
func TestFailingIsTold(t *testing.T) {
	t.Parallel()
	d := watching(t, osmtest.Nineteen, "north", "south")
	ends := 0
	d.server.SetOutcome(func(_, kind string) osmtest.Outcome {
		if kind == "instantiate" {
			return osmtest.Outcome{Failure: "VIM: no valid host found"}
		}
		if ends++; ends < 3 {
			return osmtest.Outcome{Failure: "timeout"}
		}
		return osmtest.Outcome{}
	})
	r := d.granted(30)
	d.until(r.Occupied.Start)
	for range 6 {
		d.round()
	}
	d.is(r.ID, scheduler.Failed)
	if text := d.flagged(r.ID); !strings.Contains(text, "timeout") {
		t.Errorf("the flag is %q", text)
	}
	for range 40 {
		d.round()
	}
	d.pass(time.Hour)
	d.round()
	d.round()
	if list := d.server.Services(); len(list) != 0 || ends != 3 {
		t.Errorf("%+v after %d ends", list, ends)
	}
	if text := d.flagged(r.ID); text != "" {
		t.Errorf("the flag is %q", text)
	}
}

// TestTheFateOfACreation is unknown where the connection is cut: the record is looked for before it is made again.
func TestTheFateOfACreation(t *testing.T) {
	t.Parallel()
	for what, fault := range map[string]osmtest.Fault{"before": osmtest.CutBefore, "after": osmtest.CutAfter, "gateway": osmtest.Gateway} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			d := watching(t, osmtest.Five, "north", "south")
			r := d.granted(30)
			d.until(r.Occupied.Start.Add(-2 * time.Minute))
			d.round()
			d.server.SetFaults(func(q *http.Request) osmtest.Fault {
				if q.Method == http.MethodPost {
					return fault
				}
				return osmtest.None
			})
			d.round()
			d.server.SetFaults(nil)
			for range 6 {
				d.round()
			}
			d.is(r.ID, scheduler.Running)
			if list := d.server.Services(); len(list) != 1 || len(d.server.Wrongs()) > 0 {
				t.Errorf("%+v, %v", list, d.server.Wrongs())
			}
		})
	}
}

// TestACallThatComesThroughLate seemed to have failed: it is not made again while it may still come through.
func TestACallThatComesThroughLate(t *testing.T) {
	t.Parallel()
	for _, call := range []string{"/ns_instances", "/instantiate", "/terminate"} {
		for _, gap := range []time.Duration{61 * time.Second, 75 * time.Second, 85 * time.Second, 100 * time.Second} {
			d := watching(t, osmtest.Nineteen, "north", "south")
			r := d.granted(30)
			d.until(r.Occupied.Start)
			d.server.SetFaults(func(q *http.Request) osmtest.Fault {
				if q.Method == http.MethodPost && strings.HasSuffix(q.URL.Path, call) {
					return osmtest.Late
				}
				return osmtest.None
			})
			d.round()
			d.round()
			if call == "/terminate" {
				d.round()
				d.must(d.svc.Complete(t.Context(), as("oskar"), r.ID, scheduler.Step{}))
				d.round()
			}
			d.server.SetFaults(nil)
			for range 8 {
				d.pass(gap - time.Minute)
				d.round()
				if running := d.running(); running > 1 {
					t.Errorf("%s, %s: %d run", call, gap, running)
				}
			}
			if want := map[bool]int{true: 0, false: 1}[call == "/terminate"]; d.running() != want || len(d.server.Services()) > 1 || len(d.server.Wrongs()) > 0 {
				t.Errorf("%s, %s: %+v, %v", call, gap, d.server.Services(), d.server.Wrongs())
			}
		}
	}
}

// running counts the services that hold machines.
func (d *bench) running() (n int) {
	for _, x := range d.server.Services() {
		if x.Instantiated {
			n++
		}
	}
	return n
}

// TestASurplusRecord came through after it was asked for again.
func TestASurplusRecord(t *testing.T) {
	t.Parallel()
	d := watching(t, osmtest.Eight, "north", "south")
	r := d.granted(30)
	d.until(r.Occupied.Start)
	d.round()
	d.server.Create(name(r), design, d.vims["north/a"])
	for range 4 {
		d.round()
	}
	d.is(r.ID, scheduler.Running)
	if list := d.server.Services(); len(list) != 1 {
		t.Errorf("%+v", list)
	}
}

// TestOthersServicesAreAsked: Berth ends only what it made, or what it was given.
func TestOthersServicesAreAsked(t *testing.T) {
	t.Parallel()
	d := watching(t, osmtest.Nineteen, "north", "south")
	r := d.granted(30)
	d.until(r.Occupied.Start.Add(-5 * time.Minute))
	d.server.Launch(name(r), design, d.vims["north/a"])
	d.round()
	d.round()
	d.must(d.svc.Cancel(t.Context(), as("eva"), r.ID, scheduler.Step{}))
	for range 3 {
		d.round()
	}
	if text := d.flagged(r.ID); !strings.Contains(text, "terminate it?") || !d.server.Services()[0].Instantiated {
		t.Fatalf("the flag is %q", text)
	}
	d.must(d.sync.Answer(t.Context(), as("oskar"), r.ID, "terminate"))
	for range 3 {
		d.round()
	}
	d.pass(time.Hour)
	d.round()
	d.round()
	if list := d.server.Services(); len(list) != 0 || d.flagged(r.ID) != "" {
		t.Errorf("%+v, flag %q", list, d.flagged(r.ID))
	}
}
