package orders_test

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
	"berth/internal/openslice/openslicetest"
	"berth/internal/story/memory"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// closing ends servers at the end of one run.
type closing []func()

func (c *closing) Cleanup(end func()) { *c = append(*c, end) }

// world is one run: people in Openslice and in Berth, two processes, time, and failures.
type world struct {
	*bench
	r      *rapid.T
	began  time.Time
	ids    []string
	there  []string // what people said in Openslice, by order
	here   []string // and in Berth
	late   bool     // a write came through after its time
	osom   bool     // Openslice's own orchestrator runs
	faulty bool
}

// TestInterleavings: whatever people do on both sides, whichever process is at it, whatever fails: in the end every order is at most one request, both say the
// same, and everything that was said stands on both sides.
func TestInterleavings(t *testing.T) {
	t.Parallel()
	b := newBerth(t, memory.New(), newKept())
	rapid.Check(t, func(r *rapid.T) {
		var ends closing
		defer func() {
			for _, end := range ends {
				end()
			}
			b.pass(400 * time.Hour) // the next run finds everything free
			_, _, _ = b.svc.RunDue(context.Background())
		}()
		follow := rapid.SampledFrom(intake.Follows).Draw(r, "follow")
		w := &world{bench: b.beside(r, &ends, follow), r: r, began: b.clock()}
		w.osom = rapid.Bool().Draw(r, "its orchestrator runs")
		w.server.SetOrchestrator(w.osom)
		w.ids = append(w.ids, w.order(24))
		if w.osom && rapid.Bool().Draw(r, "one runs at first") {
			w.poll(0, context.Background())
			w.people(10, w.taken(w.ids[0]))
			w.until(w.taken(w.ids[0]).Slot.Start.Add(time.Minute))
			for range 3 {
				w.server.Look(w.ids[0]) // its orchestrator goes on
			}
		}
		for range rapid.IntRange(5, 25).Draw(r, "steps") {
			w.step()
		}
		w.calm()
		w.judge()
	})
}

// order makes an order. One that Openslice runs is long enough to run still when all is calm.
func (w *world) order(hours int, is ...string) string {
	id := w.orders(hours, is...)
	if x, _ := w.server.Look(id); w.osom {
		w.server.Change(id, map[string]any{"requestedCompletionDate": x.RequestedStartDate.Add(12 * time.Hour), "expectedCompletionDate": x.RequestedStartDate.Add(12 * time.Hour)})
	}
	return id
}

func (w *world) draw(what string, n int) int { return rapid.IntRange(0, n-1).Draw(w.r, what) }

func (w *world) step() {
	ctx := context.Background()
	id := w.ids[w.draw("order", len(w.ids))]
	v, taken := w.request(id)
	switch what := w.draw("step", 16); what {
	case 0:
		if len(w.ids) < 4 {
			is := [][]string{nil, {"devices", "wins-5g/usrp=2"}, {"vcpu", "4", "VIM", "wins-5g/iris"}, {"NSD", "nobody_knows_it"}}
			w.ids = append(w.ids, w.order(20+w.draw("hours", 8), is[w.draw("what", len(is))]...))
		}
	case 1:
		text := fmt.Sprintf("outside-%d-%d.", w.serial, len(w.there))
		if w.server.Say(id, "maeve", text) {
			w.there = append(w.there, id+" "+text)
		}
	case 2:
		w.server.Change(id, map[string]any{"state": rapid.SampledFrom([]string{"INITIAL", "ACKNOWLEDGED", "REJECTED", "CANCELLED", "INPROGRESS", "COMPLETED", "FAILED", "HELD"}).Draw(w.r, "state")})
	case 3:
		at := w.clock().Truncate(time.Hour).Add(time.Duration(20+w.draw("hours", 8)) * time.Hour)
		pair := [][2]string{{"startDate", "expectedCompletionDate"}, {"requestedStartDate", "requestedCompletionDate"}}[w.draw("dates", 2)]
		w.server.Change(id, map[string]any{pair[0]: at, pair[1]: at.Add(2 * time.Hour)})
	case 4:
		w.pass(time.Duration(1+w.draw("minutes", 90)) * time.Minute)
	case 5:
		w.faults()
	case 6, 7, 8:
		w.poll(w.draw("process", 2), context.Background())
	case 9: // a process ends in the middle
		ctx, cancel := context.WithCancel(ctx)
		left := w.draw("requests", 8)
		w.server.SetFaults(func(*http.Request) openslicetest.Fault {
			if left--; left < 0 {
				cancel()
			}
			return openslicetest.None
		})
		w.poll(w.draw("process", 2), ctx)
		w.server.SetFaults(nil)
		cancel()
	default:
		if taken {
			w.people(what, v)
		}
	}
}

// people do something in Berth.
func (w *world) people(what int, v scheduler.View) {
	ctx := context.Background()
	switch what {
	case 10:
		_, _ = w.svc.Assign(ctx, monika, v.ID, scheduler.Assign{Mentor: "monika"})
		_, _ = w.svc.Schedule(ctx, monika, v.ID, scheduler.Schedule{})
	case 11:
		_, _ = w.svc.Assign(ctx, monika, v.ID, scheduler.Assign{Mentor: "monika"})
		_, _ = w.svc.Reject(ctx, monika, v.ID, scheduler.Reject{Reason: "no", Count: w.draw("offers", 2)})
	case 12:
		text := fmt.Sprintf("inside-%d-%d.", w.serial, len(w.here))
		if _, err := w.svc.AddFeedback(ctx, monika, v.ID, text, scheduler.Creation{}); err == nil {
			w.here = append(w.here, v.ID+" "+text)
		}
	case 13:
		if v.Status == scheduler.Scheduled && w.clock().Before(v.Slot.Start) {
			w.until(v.Slot.Start)
		}
		_, _ = w.svc.Start(ctx, oskar, v.ID, scheduler.Step{})
	case 14:
		_, _ = w.svc.Complete(ctx, oskar, v.ID, scheduler.Step{})
	case 15:
		_, _ = w.svc.Cancel(ctx, account.System, v.ID, scheduler.Step{Reason: "not needed"})
	}
	_ = w.tellBy(w.draw("process", 2), v.ID)
}

// faults lets calls fail, or not any more.
func (w *world) faults() {
	if w.faulty = !w.faulty; !w.faulty {
		w.server.SetFaults(nil)
		return
	}
	kind := openslicetest.Fault(1 + w.draw("fault", 5))
	writes, nth := rapid.Bool().Draw(w.r, "only writes"), 1+w.draw("each", 3)
	w.late = w.late || kind == openslicetest.Late
	n := 0
	w.server.SetFaults(func(r *http.Request) openslicetest.Fault {
		if writes && r.Method != http.MethodPatch {
			return openslicetest.None
		}
		if n++; n%nth != 0 {
			return openslicetest.None
		}
		return kind
	})
}

// poll lets a process poll; its own failures are those of the portal, and recorded.
func (w *world) poll(process int, ctx context.Context) {
	w.pass(time.Minute)
	for _, s := range w.desk[process] {
		_, _, _ = s.Round(ctx)
	}
}

// calm ends all failures, and lets both processes poll until nothing is left to do.
func (w *world) calm() {
	w.server.SetFaults(nil)
	for i := range 8 {
		w.pass(31 * time.Minute)
		w.must(nil, func() error { _, _, err := w.svc.RunDue(context.Background()); return err }())
		for _, s := range w.desk[i%2] {
			w.must(nil, s.TryAgain(context.Background()))
			_, _, err := s.Round(context.Background())
			w.must(nil, err)
		}
	}
}

// shows lists the states that say a status, where Openslice itself runs nothing.
var shows = map[scheduler.Status][]string{scheduler.UnderReview: {"INITIAL", "HELD"}, scheduler.Scheduled: {"ACKNOWLEDGED"}, scheduler.Instantiating: {"INPROGRESS"}, scheduler.Running: {"INPROGRESS"},
	scheduler.Terminating: {"INPROGRESS"}, scheduler.Completed: {"COMPLETED"}, scheduler.Rejected: {"REJECTED"}, scheduler.Cancelled: {"CANCELLED"}, scheduler.Failed: {"FAILED"}}

// itself lists what Openslice says besides, where it has services of its own.
var itself = map[scheduler.Status][]string{scheduler.UnderReview: {"INPROGRESS", "COMPLETED"}, scheduler.Scheduled: {"INPROGRESS", "COMPLETED", "HELD"}, scheduler.Instantiating: {"COMPLETED", "HELD"},
	scheduler.Running: {"COMPLETED", "HELD"}, scheduler.Terminating: {"COMPLETED", "HELD"}, scheduler.Rejected: {"INPROGRESS", "COMPLETED", "HELD"},
	scheduler.Cancelled: {"INPROGRESS", "COMPLETED", "HELD"}, scheduler.Failed: {"INPROGRESS", "COMPLETED", "HELD"}}

func (w *world) judge() {
	requests := map[string]string{}
	for _, id := range w.ids {
		v, taken := w.request(id)
		if !taken {
			continue
		}
		if other, twice := requests[v.ID]; twice {
			w.r.Fatalf("orders %s and %s are one request", id, other)
		}
		requests[v.ID] = id
		w.alike(id, v)
	}
	page, err := w.svc.List(context.Background(), account.System, scheduler.RequestFilter{Limit: 100}, "")
	w.must(nil, err)
	made := 0
	for _, r := range page.Items {
		if !r.Created.Before(w.began) {
			made++
		}
	}
	if made != len(requests) {
		w.r.Fatalf("%d requests were made of %d orders", made, len(requests))
	}
	w.heard(requests)
	if wrongs := w.server.Wrongs(); len(wrongs) > 0 {
		w.r.Fatalf("%v", wrongs)
	}
}

// alike compares an order with its request.
func (w *world) alike(id string, v scheduler.View) {
	x, _ := w.server.Look(id)
	if !slices.Contains(shows[v.Status], x.State) && !(w.osom && slices.Contains(itself[v.Status], x.State)) {
		list, _ := w.desk[0].List(context.Background(), oskar)
		w.r.Fatalf("order %s is %s, and request #%d %s: %+v", id, x.State, v.Number, v.Status, list)
	}
	runs := slices.ContainsFunc(x.OrderItem, func(i struct{ Service struct{ State string } }) bool { return i.Service.State == "active" })
	if runs && x.State != "FAILED" && (v.Status.Over() || v.Status == scheduler.UnderReview) {
		list, err := w.desk[0].List(context.Background(), oskar)
		w.must(nil, err)
		if !slices.ContainsFunc(list[0].Orders, func(o scheduler.Order) bool { return o.Key == id && o.Trouble != "" && o.Remedy != "" }) {
			w.r.Fatalf("order %s runs unsaid, while request #%d is %s: %+v", id, v.Number, v.Status, list)
		}
	}
	if s := v.Scheduled; s != nil && (x.StartDate == nil || !s.Equal(testbeds.Slot{Start: *x.StartDate, End: *x.ExpectedCompletionDate})) {
		w.r.Fatalf("order %s begins at %v, and request #%d at %s", id, x.StartDate, v.Number, s)
	}
}

// heard looks for everything that was said, on the other side.
func (w *world) heard(requests map[string]string) {
	for _, said := range w.there {
		id, text, _ := strings.Cut(said, " ")
		v, taken := w.request(id)
		if !taken {
			continue
		}
		page, err := w.svc.History(context.Background(), account.System, v.ID, "", 500)
		w.must(nil, err)
		n := strings.Count(strings.Join(w.remarks(v.ID), "\n"), text)
		for _, e := range page.Items {
			if n == 0 && strings.Contains(e.Reason, text) {
				n = 1
			}
		}
		if n != 1 {
			w.r.Fatalf("%q, said in Openslice, stands %d times in request #%d", text, n, v.Number)
		}
	}
	for _, said := range w.here {
		request, text, _ := strings.Cut(said, " ")
		n := 0
		x, _ := w.server.Look(requests[request])
		for _, note := range x.Note {
			n += strings.Count(note.Text, text)
		}
		if n != 1 && !(w.late && n == 2) {
			w.r.Fatalf("%q, said in Berth, stands %d times in order %s", text, n, requests[request])
		}
	}
}
