package orchestration_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"berth/internal/orchestration"
	"berth/internal/osm/osmtest"
	"berth/scheduler"
	"berth/testbeds"
)

// world is a Berth of two processes and an OSM, with people on both sides.
type world struct {
	*bench
	r        *rapid.T
	process  [2]*orchestration.Sync
	requests []string
	byHand   []string // ids of services that operators launched
}

// TestWhateverHappens lets people, OSM, time and crashes come between one another, and then lets everything calm down: nothing was instantiated
// twice, no machines were lost, and nothing runs that nobody holds.
func TestWhateverHappens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		now := new(atomic.Int64)
		clock := func() time.Time { return start.Add(time.Duration(now.Load()) * time.Second) }
		server := osmtest.New(t, rapid.SampledFrom([]osmtest.Release{osmtest.Five, osmtest.Eight, osmtest.Nineteen}).Draw(rt, "release"), clock)
		defer server.Close()
		w := &world{bench: newBench(rt, server, now, "north", "south"), r: rt}
		w.process = [2]*orchestration.Sync{w.sync, w.bench.process("north", "south")}
		luck := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "luck"), 0))
		server.SetOutcome(func(_, kind string) osmtest.Outcome {
			if luck.IntN(5) == 0 {
				return osmtest.Outcome{Failure: "no valid host found", Runs: kind == "instantiate" && luck.IntN(2) == 0}
			}
			return osmtest.Outcome{}
		})
		steps := map[string]func(){"ask": w.ask, "people": w.people, "operators": w.operators, "time": w.time, "poll": w.poll, "poll again": w.poll, "poll once more": w.poll,
			"poll under fire": w.underFire, "poll under fire again": w.underFire, "crash": w.crash, "answer": w.answer}
		names := slices.Sorted(keys(steps))
		for range rapid.IntRange(10, 60).Draw(rt, "steps") {
			steps[rapid.SampledFrom(names).Draw(rt, "step")]()
			if wrong := server.Wrongs(); len(wrong) > 0 {
				rt.Fatalf("%v", wrong)
			}
			w.single()
		}
		w.calmDown()
	})
}

func keys(m map[string]func()) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// one picks a request, empty if there is none.
func (w *world) one() string {
	if len(w.requests) == 0 {
		return ""
	}
	return rapid.SampledFrom(w.requests).Draw(w.r, "request")
}

func (w *world) ask() {
	if len(w.requests) < 3 {
		w.requests = append(w.requests, w.granted(rapid.IntRange(11, 20).Draw(w.r, "minutes")).ID)
	}
}

// people take steps in Berth; those that are not allowed are refused.
func (w *world) people() {
	id := w.one()
	if id == "" {
		return
	}
	ctx, v := context.Background(), w.view(id)
	switch rapid.SampledFrom([]string{"cancel", "later", "elsewhere", "longer", "complete", "fail", "start", "displace"}).Draw(w.r, "what") {
	case "cancel":
		_, _ = w.svc.Cancel(ctx, as("eva"), id, scheduler.Step{})
	case "later":
		_, _ = w.svc.Move(ctx, as("monika"), id, scheduler.Move{Slot: new(v.Slot.Shift(time.Hour))})
	case "elsewhere":
		_, _ = w.svc.Move(ctx, as("monika"), id, scheduler.Move{Placement: testbeds.Placement{"1": "south/b", "2": "south/b"}})
	case "longer":
		if v.Slot.Duration() > 4*time.Hour {
			return
		}
		_, _ = w.svc.Move(ctx, as("monika"), id, scheduler.Move{Slot: &testbeds.Slot{Start: v.Slot.Start, End: v.Slot.End.Add(time.Hour)}})
	case "complete":
		_, _ = w.svc.Complete(ctx, as("oskar"), id, scheduler.Step{})
	case "fail":
		_, _ = w.svc.Fail(ctx, as("oskar"), id, scheduler.Step{Reason: "it broke"})
	case "start":
		_, _ = w.svc.Start(ctx, as("oskar"), id, scheduler.Step{})
	case "displace":
		_, _ = w.svc.Reject(ctx, as("monika"), id, scheduler.Reject{Reason: "no"})
	}
}

// operators work with OSM itself.
func (w *world) operators() {
	list := w.server.Services()
	switch rapid.IntRange(0, 3).Draw(w.r, "operators") {
	case 0:
		if id := w.one(); id != "" && len(w.byHand) < 2 {
			w.byHand = append(w.byHand, w.server.Launch(name(w.view(id).Request), design, w.vims["north/a"]))
		}
	case 1:
		if len(list) > 0 {
			w.server.Stop(rapid.SampledFrom(list).Draw(w.r, "stopped").ID, rapid.Bool().Draw(w.r, "removed"))
		}
	case 2:
		if len(list) > 0 {
			w.server.Remove(rapid.SampledFrom(list).Draw(w.r, "gone").ID)
		}
	}
}

func (w *world) time() {
	w.pass(time.Duration(rapid.SampledFrom([]int{5, 20, 60, 60, 300, 300, 3600}).Draw(w.r, "seconds")) * time.Second)
	_, _, _ = w.svc.RunDue(context.Background())
}

func (w *world) poll() {
	w.pass(time.Minute)
	s := w.process[rapid.IntRange(0, 1).Draw(w.r, "process")]
	if _, err := w.bench.poll(s); err != nil {
		w.r.Fatalf("a poll: %v", err)
	}
}

// underFire polls while calls to OSM fail, in any way.
func (w *world) underFire() {
	faults := rapid.SliceOfN(rapid.SampledFrom([]osmtest.Fault{osmtest.None, osmtest.None, osmtest.CutBefore, osmtest.CutAfter, osmtest.Internal, osmtest.Gateway, osmtest.Late, osmtest.Late}), 12, 12).Draw(w.r, "faults")
	n := 0
	w.server.SetFaults(func(q *http.Request) osmtest.Fault {
		n++
		switch fault := faults[n%len(faults)]; {
		case strings.HasSuffix(q.URL.Path, "/tokens"), fault == osmtest.Late && q.Method == http.MethodGet:
			return osmtest.None
		default:
			return fault
		}
	})
	w.poll()
	w.server.SetFaults(nil)
}

// crash ends a process within a poll: nothing that it writes from some moment on is stored.
func (w *world) crash() {
	after := rapid.IntRange(0, 6).Draw(w.r, "writes")
	w.kept.mu.Lock()
	w.kept.fails = func() bool { after--; return after < 0 }
	w.kept.mu.Unlock()
	w.pass(time.Minute)
	_, _ = w.bench.poll(w.process[0])
	w.kept.mu.Lock()
	w.kept.fails = nil
	w.kept.mu.Unlock()
	w.process[0] = w.bench.process("north", "south")
	w.sync = w.process[0]
}

func (w *world) answer() {
	id := w.one()
	if id == "" {
		return
	}
	if x, there := w.deployment(id); there && x.Question != "" {
		_, _ = w.sync.Answer(context.Background(), as("oskar"), id, rapid.SampledFrom(x.Answers).Draw(w.r, "answer"))
	}
}

// single checks that Berth never runs two services of one request: those of operators aside.
func (w *world) single() {
	running := map[string]int{}
	for _, x := range w.server.Services() {
		if x.Instantiated && !slices.Contains(w.byHand, x.ID) {
			if running[x.Name]++; running[x.Name] > 1 {
				w.r.Fatalf("%s runs twice", x.Name)
			}
		}
	}
}

// calmDown lets everything end: operators answer what they are asked, and end what they launched.
func (w *world) calmDown() {
	w.server.SetOutcome(nil)
	for i := range 400 {
		w.pass(2 * time.Minute)
		if i%20 == 0 {
			w.pass(2 * time.Hour)
		}
		_, _, _ = w.svc.RunDue(context.Background())
		for _, s := range w.process {
			if _, err := w.bench.poll(s); err != nil {
				w.r.Fatalf("a poll: %v", err)
			}
		}
		for _, x := range w.server.Services() {
			if slices.Contains(w.byHand, x.ID) && x.Instantiated {
				w.server.Stop(x.ID, true)
			}
		}
		open := w.settleRequests()
		if open == 0 && len(w.instantiated()) == 0 && i > 30 {
			break
		}
	}
	if left := w.instantiated(); len(left) > 0 {
		w.r.Fatalf("these still run: %+v; deployments: %+v", left, w.state())
	}
	for _, id := range w.requests {
		if v := w.view(id); v.Status.Begun() {
			w.r.Fatalf("request #%d is still %s: %+v", v.Number, v.Status, w.state())
		}
		if x, there := w.deployment(id); there && x.Driven {
			w.r.Fatalf("request %s is still tied: %+v", id, x)
		}
	}
	if wrong := w.server.Wrongs(); len(wrong) > 0 {
		w.r.Fatalf("%v", wrong)
	}
}

// settleRequests answers what is asked, and reports what only people know; it returns how much was open.
func (w *world) settleRequests() (open int) {
	ctx := context.Background()
	for _, id := range w.requests {
		x, there := w.deployment(id)
		v := w.view(id)
		switch {
		case there && slices.Contains(x.Answers, "terminate"):
			w.must(w.sync.Answer(ctx, as("oskar"), id, "terminate"))
		case there && x.Phase == "gone", !there && v.Status.Begun():
			_, _ = w.svc.Complete(ctx, as("oskar"), id, scheduler.Step{})
		}
		if there && x.Driven || v.Status.Begun() {
			open++
		}
	}
	return open
}

func (w *world) instantiated() (list []osmtest.Seen) {
	for _, x := range w.server.Services() {
		if x.Instantiated {
			list = append(list, x)
		}
	}
	return list
}

func (w *world) state() any {
	o, err := w.sync.State(context.Background(), as("oskar"))
	w.must(nil, err)
	p, err := w.sync.Progress(context.Background())
	w.must(nil, err)
	return []any{o.Tied, p, w.clock()}
}
