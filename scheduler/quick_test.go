package scheduler_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/internal/story/memory"
	"berth/scheduler"
	"berth/testbeds"
)

// witness is a store that writes down how it is used: what was looked at, and what was locked.
type witness struct {
	*memory.Store
	seen   []string
	before func() // what others do before the next change
}

func (w *witness) View(ctx context.Context, fn func(scheduler.Reader) error) error {
	w.seen = append(w.seen, "look")
	return w.Store.View(ctx, fn)
}

func (w *witness) Change(ctx context.Context, lock []string, fn func(scheduler.Tx) error) error {
	w.seen = append(w.seen, "lock "+strings.Join(lock, " "))
	if meanwhile := w.before; meanwhile != nil {
		w.before = nil
		meanwhile()
	}
	return w.Store.Change(ctx, lock, fn)
}

// watched returns a service of one more process, and its store.
func (h *house) watched() (*scheduler.Service, *witness) {
	w := &witness{Store: h.store}
	return scheduler.New(w, scheduler.Options{Log: h.out, Clock: func() time.Time { return h.clock }, NewID: func() string {
		return fmt.Sprintf("00000000-0000-4000-8000-%012d", h.ids.Add(1))
	}}), w
}

// TestADecisionLooksWhereItHasTo: one that knows what it touches locks that and looks at nothing. Where that may be wrong it begins anew, and looks.
func TestADecisionLooksWhereItHasTo(t *testing.T) {
	t.Parallel()
	const locksRadio, locksCloud = "lock radio", "lock cloud"
	for _, tt := range []struct {
		name  string
		fresh bool                                                      // the process has not met the request yet
		prior func(h *house, s *scheduler.Service, r scheduler.Request) // before the request is granted
		late  func(h *house, s *scheduler.Service, r scheduler.Request) // while its grant waits for the lock
		want  []string
	}{
		{name: "it knows the request", want: []string{locksRadio}},
		{name: "it does not know the request", fresh: true, want: []string{"look", locksRadio}},
		{name: "it does not know the request, and a day begins meanwhile", fresh: true, late: func(h *house, _ *scheduler.Service, _ scheduler.Request) {
			h.clock = hours(20, 1).Start
		}, want: []string{"look", locksRadio}},
		{name: "it does not know the request, and the facility changes meanwhile", fresh: true, late: func(h *house, _ *scheduler.Service, _ scheduler.Request) {
			f := facility()
			f.Testbeds[0].VIMs[0].Capacity["vcpu"] = 16
			h.put(f)
		}, want: []string{"look", locksRadio}},
		{name: "it does not know the request, and another process moves it meanwhile", fresh: true, late: func(h *house, _ *scheduler.Service, r scheduler.Request) {
			h.moved(r)
		}, want: []string{"look", locksRadio, "lock cloud radio"}},
		{name: "another process has changed the request", prior: func(h *house, _ *scheduler.Service, r scheduler.Request) {
			h.ok(h.Edit(t.Context(), as("maeve"), r.ID, scheduler.Edit{Name: new("another name")}))
		}, want: []string{locksRadio}},
		{name: "another process has moved the request", prior: func(h *house, _ *scheduler.Service, r scheduler.Request) {
			h.moved(r)
		}, want: []string{locksRadio, "look", locksCloud}},
		{name: "another process moves the request meanwhile", late: func(h *house, _ *scheduler.Service, r scheduler.Request) {
			h.moved(r)
		}, want: []string{locksRadio, "look", locksCloud}},
		{name: "something is due, which is done first", prior: func(h *house, s *scheduler.Service, r scheduler.Request) {
			h.rejected("c2gran", hours(40, 2), 1)
			h.clock = hours(39, 1).Start
		}, want: []string{locksRadio, "look", locksRadio, "look", locksRadio}},
		{name: "another process has changed the facility", prior: func(h *house, _ *scheduler.Service, _ scheduler.Request) {
			f := facility()
			f.Testbeds[2].Name = "Another room"
			h.put(f)
		}, want: []string{locksRadio, "look", locksRadio}},
		{name: "another process changes the facility meanwhile", late: func(h *house, _ *scheduler.Service, _ scheduler.Request) {
			f := facility()
			f.Testbeds[2].Name = "Another room"
			h.put(f)
		}, want: []string{locksRadio, "look", locksRadio}},
		{name: "a day begins", prior: func(h *house, _ *scheduler.Service, _ scheduler.Request) {
			h.clock = hours(20, 1).Start
		}, want: []string{locksRadio, "look", locksRadio}},
		{name: "a day begins meanwhile", late: func(h *house, _ *scheduler.Service, _ scheduler.Request) {
			h.clock = hours(20, 1).Start
		}, want: []string{locksRadio, "look", locksRadio}},
	} {
		h := newHouse(t)
		s, w := h.watched()
		in := wants("c2gran", hours(50, 2))
		r := h.ok(s.Submit(t.Context(), as("maeve"), in))
		h.ok(s.Approve(t.Context(), as("adele"), r.ID, "radio", scheduler.Approve{Decision: scheduler.Approved}))
		if tt.prior != nil {
			tt.prior(h, s, r)
		}
		if tt.fresh {
			s, w = h.watched()
		}
		w.seen = nil
		if tt.late != nil {
			w.before = func() { tt.late(h, s, r) }
		}
		if out, err := s.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}); err != nil || out.Request.Status != scheduler.Scheduled {
			t.Errorf("%s: %s, %v", tt.name, out.Request.Status, err)
		}
		if diff := cmp.Diff(tt.want, slices.Compact(w.seen)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		h.clean()
	}
}

// moved gives a request another experiment on another testbed.
func (h *house) moved(r scheduler.Request) {
	h.Helper()
	h.ok(h.Edit(h.t.Context(), as("maeve"), r.ID, scheduler.Edit{NSD: new("video")}))
}

// TestASubmissionLooksWhereItHasTo: like a decision, by what the process knows of the catalogue.
func TestASubmissionLooksWhereItHasTo(t *testing.T) {
	t.Parallel()
	moving := func(s *scheduler.Service) {
		c := catalogue()
		c.VNFs[0].Onboarded, c.VNFs[0].Requires = []string{"cloud/big"}, nil
		c.NSDs[2].Placement = testbeds.Placement{"all": "cloud/big"}
		if _, err := s.PutCatalogue(t.Context(), as("adele"), c, scheduler.ChangeOptions{Force: true, Reason: "so"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name  string
		fresh bool // the process knows nothing yet
		late  func(h *house, s *scheduler.Service)
		want  []string
	}{
		{name: "it knows the catalogue", want: []string{"lock radio"}},
		{name: "it knows nothing", fresh: true, want: []string{"look", "lock radio"}},
		{name: "another process moves the service meanwhile", late: func(h *house, _ *scheduler.Service) { moving(h.Service) },
			want: []string{"lock radio", "look", "lock cloud radio"}},
		{name: "its own process moves the service meanwhile", late: func(h *house, s *scheduler.Service) { moving(s) },
			want: []string{"lock radio", "look", "lock cloud radio"}},
		{name: "a day begins meanwhile", late: func(h *house, _ *scheduler.Service) { h.clock = hours(20, 1).Start },
			want: []string{"lock radio", "look", "lock radio"}},
	} {
		h := newHouse(t)
		s, w := h.watched()
		if !tt.fresh {
			h.ok(s.Submit(t.Context(), as("maeve"), wants("c2gran", hours(60, 2))))
		}
		w.seen = nil
		if tt.late != nil {
			w.before = func() {
				before := w.seen
				tt.late(h, s)
				w.seen = before
			}
		}
		if _, err := s.Submit(t.Context(), as("maeve"), wants("c2gran", hours(50, 2))); err != nil {
			t.Errorf("%s: %v%s", tt.name, err, reasons(err))
		}
		if diff := cmp.Diff(tt.want, slices.Compact(w.seen)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		h.clean()
	}
}
