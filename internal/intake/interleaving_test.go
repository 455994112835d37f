package intake_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"berth/internal/intake"
	"berth/internal/portal"
	"berth/internal/portal/orders"
	"berth/internal/portal/portaltest"
	"berth/scheduler"
)

// world is a random interleaving of people in the portal, people in Berth, polls, deliveries, time, faults and crashes.
type world struct {
	*bench
	r       *rapid.T
	g       portaltest.Generation
	process []*intake.Sync
	asked   []int64
	deleted []int64
	said    []string // in the portal
}

// ender ends the servers of a run.
type ender struct{ ends []func() }

func (e *ender) Cleanup(end func()) { e.ends = append(e.ends, end) }

func (e *ender) end() {
	for _, end := range e.ends {
		end()
	}
}

// TestBothSidesEndAlike whatever happens in between: each deployment is exactly one request, both say the same, what people wrote is there once, and
// then there is silence.
func TestBothSidesEndAlike(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		e := &ender{}
		defer e.end()
		g := rapid.SampledFrom([]portaltest.Generation{portaltest.First, portaltest.Second}).Draw(r, "generation")
		w := &world{bench: newBench(r, e, g, rapid.SampledFrom(intake.Follows).Draw(r, "follow")), r: r, g: g}
		w.server.SetDeploys(rapid.Bool().Draw(r, "deploys"), 3*time.Minute)
		w.process = []*intake.Sync{w.desk[0], w.bench.process("5ginfire", w.server)}
		actions := map[string]func(){"ask": w.ask, "there": w.peopleThere, "here": w.peopleHere, "time": w.time, "poll": w.poll, "tell": w.deliver, "fire": w.underFire, "crash": w.crash}
		names := []string{"ask", "there", "there", "here", "here", "time", "poll", "poll", "tell", "fire", "crash"}
		w.ask()
		for range rapid.IntRange(5, 40).Draw(r, "length") {
			actions[rapid.SampledFrom(names).Draw(r, "action")]()
		}
		w.calmDown()
	})
}

func (w *world) ask() {
	if len(w.asked) < 3 {
		w.asked = append(w.asked, w.asks(rapid.IntRange(3, 20).Draw(w.r, "hours")))
	}
}

func (w *world) one() int64 { return rapid.SampledFrom(w.asked).Draw(w.r, "deployment") }

// peopleThere change deployments on the portal's form; what it does not allow, it refuses.
func (w *world) peopleThere() {
	id := w.one()
	x := w.server.Look(id)
	if x == nil {
		return
	}
	was, _ := x["feedback"].(string)
	switch rapid.IntRange(0, 5).Draw(w.r, "there") {
	case 0, 1:
		text := fmt.Sprintf("Said %d there.", len(w.said))
		w.said = append(w.said, text)
		w.server.Edit(id, map[string]any{"feedback": was + "\n" + text})
	case 2:
		all := []string{"SCHEDULED", "REJECTED", "RUNNING", "COMPLETED", "UNDER_REVIEW"}
		if w.g == portaltest.Second {
			all = []string{"SCHEDULED", "REJECTED"} // the others start and end something there
		}
		w.server.Edit(id, map[string]any{"status": rapid.SampledFrom(all).Draw(w.r, "status")})
	case 3:
		at := w.clock().Truncate(time.Hour).Add(time.Duration(rapid.IntRange(1, 30).Draw(w.r, "at")) * time.Hour)
		w.server.Edit(id, map[string]any{"startDate": at, "endDate": at.Add(2 * time.Hour)})
	case 4:
		if rapid.IntRange(0, 5).Draw(w.r, "delete") == 0 && len(w.asked)-len(w.deleted) > 1 {
			w.server.Delete(id)
			w.deleted = append(w.deleted, id)
		}
	}
}

// peopleHere take steps in Berth; those that are not allowed are refused.
func (w *world) peopleHere() {
	list := w.requests()
	if len(list) == 0 {
		return
	}
	ctx, q := context.Background(), list[rapid.IntRange(0, len(list)-1).Draw(w.r, "request")]
	switch rapid.SampledFrom([]string{"assign", "schedule", "schedule", "move", "reject", "cancel", "start", "complete", "fail", "feedback"}).Draw(w.r, "here") {
	case "assign":
		_, _ = w.svc.Assign(ctx, as("monika"), q.ID, scheduler.Assign{Mentor: "monika"})
	case "schedule":
		_, _ = w.svc.Assign(ctx, as("monika"), q.ID, scheduler.Assign{Mentor: "monika"})
		_, _ = w.svc.Schedule(ctx, as("monika"), q.ID, scheduler.Schedule{})
	case "move":
		_, _ = w.svc.Move(ctx, as("monika"), q.ID, scheduler.Move{Slot: new(q.Slot.Shift(time.Hour))})
	case "reject":
		_, _ = w.svc.Reject(ctx, as("monika"), q.ID, scheduler.Reject{Reason: "no", Count: 1})
	case "cancel":
		_, _ = w.svc.Cancel(ctx, as("alice"), q.ID, scheduler.Step{})
	case "start":
		_, _ = w.svc.Start(ctx, as("oskar"), q.ID, scheduler.Step{})
	case "complete":
		_, _ = w.svc.Complete(ctx, as("oskar"), q.ID, scheduler.Step{})
	case "fail":
		_, _ = w.svc.Fail(ctx, as("oskar"), q.ID, scheduler.Step{Reason: "it broke"})
	case "feedback":
		_, _ = w.svc.AddFeedback(ctx, as("monika"), q.ID, fmt.Sprintf("Said here at %s.", w.clock().Format(time.TimeOnly)), scheduler.Creation{})
	}
}

func (w *world) time() {
	w.pass(time.Duration(rapid.SampledFrom([]int{5, 60, 60, 300, 3600, 7200}).Draw(w.r, "seconds")) * time.Second)
	_, _, _ = w.svc.RunDue(context.Background())
}

func (w *world) poll() {
	w.pass(time.Minute)
	s := w.process[rapid.IntRange(0, 1).Draw(w.r, "process")]
	if _, _, err := s.Round(context.Background()); err != nil {
		w.r.Fatalf("a poll: %v", err)
	}
}

// deliver is what the courier does, at some time, with any of the requests.
func (w *world) deliver() {
	list := w.requests()
	if len(list) > 0 {
		_ = w.tell(list[rapid.IntRange(0, len(list)-1).Draw(w.r, "request")].ID)
	}
}

// underFire polls or delivers while calls of the portal fail, in any way.
func (w *world) underFire() {
	faults := rapid.SliceOfN(rapid.SampledFrom([]portaltest.Fault{portaltest.None, portaltest.None, portaltest.CutBefore, portaltest.CutAfter, portaltest.Internal, portaltest.Gateway, portaltest.Late}), 10, 10).Draw(w.r, "faults")
	n := 0
	w.server.SetFaults(func(q *http.Request) portaltest.Fault {
		n++
		fault := faults[n%len(faults)]
		if fault == portaltest.Late && q.Method == http.MethodGet {
			return portaltest.None
		}
		return fault
	})
	if rapid.Bool().Draw(w.r, "poll") {
		w.poll()
	} else {
		w.deliver()
	}
	w.server.SetFaults(nil)
}

// crash ends a process within a poll: nothing that it writes of its ties from some moment on is stored.
func (w *world) crash() {
	after := rapid.IntRange(0, 8).Draw(w.r, "writes")
	w.kept.mu.Lock()
	w.kept.fails = func() bool { after--; return after < 0 }
	w.kept.mu.Unlock()
	w.pass(time.Minute)
	_, _, _ = w.process[0].Round(context.Background())
	w.kept.mu.Lock()
	w.kept.fails = nil
	w.kept.mu.Unlock()
	w.process[0] = w.bench.process("5ginfire", w.server)
	w.desk = intake.Desk{w.process[0]}
}

// calmDown lets nothing fail any more, and looks at the end.
func (w *world) calmDown() {
	settle := func() {
		for range 12 {
			w.pass(25 * time.Minute)
			_, _, _ = w.svc.RunDue(context.Background())
			for _, s := range w.process {
				if _, _, err := s.Round(context.Background()); err != nil {
					w.r.Fatalf("a poll: %v", err)
				}
			}
			for _, q := range w.requests() {
				_ = w.tell(q.ID)
			}
		}
	}
	settle()
	writes := w.writes()
	w.alike()
	settleQuietly := w.clock()
	for range 3 {
		w.pass(20 * time.Minute)
		for _, s := range w.process {
			if _, _, err := s.Round(context.Background()); err != nil {
				w.r.Fatalf("a poll: %v", err)
			}
		}
	}
	if n := w.writes() - writes; n > 0 {
		w.r.Fatalf("%d writes after %s, when all was alike", n, settleQuietly)
	}
	if wrong := w.server.Wrongs(); len(wrong) > 0 {
		w.r.Fatalf("%v", wrong)
	}
}

func (w *world) writes() (n int) {
	for _, x := range w.server.Requests() {
		if strings.HasPrefix(x, http.MethodPut) {
			n++
		}
	}
	return n
}

// alike checks that each deployment is one request, and that both say the same.
func (w *world) alike() {
	client, err := portal.New(portal.Options{URL: w.server.API(), Key: portaltest.Key})
	w.must(nil, err)
	desk := orders.New(client)
	if n := len(w.requests()); n > len(w.asked) {
		w.r.Fatalf("%d requests of %d deployments", n, len(w.asked))
	}
	byKey := map[int64]scheduler.OrderTie{}
	for _, id := range w.asked {
		saved, err := w.kept.Order(context.Background(), "5ginfire", fmt.Sprint(id))
		w.must(nil, err)
		byKey[id] = saved
		if slices.Contains(w.deleted, id) {
			continue
		}
		x := w.server.Look(id)
		if saved.Request == "" {
			if start, _ := x["startReqDate"].(int64); x["status"] == "UNDER_REVIEW" && time.UnixMilli(start).After(w.clock()) {
				w.r.Fatalf("deployment %d became no request: %+v", id, w.order(id))
			}
			continue
		}
		v := w.view(saved.Request)
		o, there, err := desk.Order(context.Background(), fmt.Sprint(id))
		if err != nil || !there {
			w.r.Fatalf("reading %d: %t, %v", id, there, err)
		}
		want := intake.Wanted{Status: v.Status, Slot: v.Scheduled}
		if !desk.Shows(o, want) {
			w.r.Fatalf("deployment %d is %s, and request #%d is %s %v; %+v", id, shown(w.bench, id), v.Number, v.Status, v.Scheduled, w.order(id))
		}
		if w.g == portaltest.First {
			if is := map[scheduler.Status]string{scheduler.UnderReview: "UNDER_REVIEW", scheduler.Scheduled: "SCHEDULED", scheduler.Running: "RUNNING", scheduler.Completed: "COMPLETED",
				scheduler.Rejected: "REJECTED", scheduler.Cancelled: "REJECTED", scheduler.Failed: "REJECTED"}[v.Status]; is != "" && x["status"] != is {
				w.r.Fatalf("deployment %d is %v, and request #%d is %s", id, x["status"], v.Number, v.Status)
			}
			if v.Scheduled != nil {
				if x["startDate"] != v.Scheduled.Start.UnixMilli() {
					w.r.Fatalf("deployment %d starts %v, and request #%d %v", id, x["startDate"], v.Number, v.Scheduled)
				}
			}
		}
		w.heard(v.ID, x)
	}
}

// heard checks that what people wrote in the portal became remarks once, and that the portal shows what was said.
func (w *world) heard(id string, x map[string]any) {
	all := w.remarks(id)
	for _, text := range w.said {
		if n := strings.Count(strings.Join(all, "\n"), text); n > 1 {
			w.r.Fatalf("%q was heard %d times: %q", text, n, all)
		}
	}
	said, _ := x["feedback"].(string)
	if w.g == portaltest.First {
		for _, a := range all {
			_, text, _ := strings.Cut(a, ": ")
			if !strings.Contains(said, strings.TrimSpace(text)) {
				w.r.Fatalf("%q is not told in the portal: %q", text, said)
			}
		}
		for _, text := range w.said {
			if strings.Contains(said, text) && !strings.Contains(strings.Join(all, "\n"), text) && !strings.Contains(w.reasons(id), text) {
				w.r.Fatalf("%q is in the portal alone", text)
			}
		}
	}
}

// reasons joins the reasons of all steps.
func (w *world) reasons(id string) string {
	page, err := w.svc.History(context.Background(), account0, id, "", 500)
	w.must(nil, err)
	var all []string
	for _, e := range page.Items {
		all = append(all, e.Reason)
	}
	return strings.Join(all, "\n")
}

// TestEverythingSaidArrives: without late writes nothing that people wrote is lost, whatever fails otherwise.
func TestEverythingSaidArrives(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		e := &ender{}
		defer e.end()
		w := &world{bench: newBench(r, e, portaltest.First, intake.FollowProgress), r: r, g: portaltest.First}
		w.process = []*intake.Sync{w.desk[0], w.bench.process("5ginfire", w.server)}
		w.ask()
		w.poll()
		id := w.asked[0]
		for i := range rapid.IntRange(3, 20).Draw(r, "length") {
			switch rapid.IntRange(0, 5).Draw(r, "what") {
			case 0, 1:
				text := fmt.Sprintf("Said %d there.", i)
				w.said = append(w.said, text)
				was, _ := w.server.Look(id)["feedback"].(string)
				w.server.Edit(id, map[string]any{"feedback": rapid.SampledFrom([]string{was + "\n" + text, text + "\n\n" + was, text, strings.ReplaceAll(was, "\n", "\r\n") + "\r\n" + text + " "}).Draw(r, "text")})
				w.pass(5 * time.Minute) // the lease of a process that ended is over: nobody writes over what was not read yet
				w.poll()
			case 2:
				w.peopleHere()
			case 3:
				w.deliver()
			case 4:
				w.crash()
			case 5:
				w.time()
			}
		}
		w.calmDown()
		all := strings.Join(w.remarks(w.taken(id).ID), "\n") + w.reasons(w.taken(id).ID)
		for _, text := range w.said {
			if n := strings.Count(all, text); n != 1 {
				r.Fatalf("%q is there %d times:\n%s", text, n, all)
			}
		}
	})
}
