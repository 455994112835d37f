package mail_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/calendar"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// TestTheMinuteToOrchestrate: what the operators' calendar, agenda and mails say, and when a start is accepted, are one instant: the start of the first
// setup, as it was granted. Setup is exact time, whatever the clocks of the testbed do.
func TestTheMinuteToOrchestrate(t *testing.T) {
	t.Parallel()
	clock := func(d time.Duration) testbeds.Period { return testbeds.Period{Clock: d} }
	for name, c := range map[string]struct {
		zone   string
		setup  testbeds.Period  // of the testbed
		device *testbeds.Period // of its radio
		start  string           // of the slot
		want   string
	}{
		"no setup":           {"UTC", testbeds.Period{}, nil, "2026-12-01T09:00:00Z", "2026-12-01T09:00:00Z"},
		"half an hour":       {"Europe/Dublin", clock(30 * time.Minute), nil, "2026-12-01T09:00:00Z", "2026-12-01T08:30:00Z"},
		"odd seconds":        {"UTC", clock(17*time.Minute + 3*time.Second), nil, "2026-12-01T09:00:00Z", "2026-12-01T08:42:57Z"},
		"the longest of two": {"Europe/Athens", clock(30 * time.Minute), new(clock(2 * time.Hour)), "2026-12-01T09:00:00Z", "2026-12-01T07:00:00Z"},
		"none of the device, some of the testbed": {"Europe/Athens", clock(30 * time.Minute), new(clock(0)), "2026-12-01T09:00:00Z", "2026-12-01T08:30:00Z"},
		"from the evening before":                 {"Pacific/Auckland", clock(12 * time.Hour), nil, "2026-12-01T09:00:00Z", "2026-11-30T21:00:00Z"},
		"over the hour that spring leaves out":    {"Europe/Athens", clock(2 * time.Hour), nil, "2027-03-28T02:00:00Z", "2027-03-28T00:00:00Z"},
		"a day, of 23 hours on the wall":          {"Europe/Athens", testbeds.Period{Days: 1}, nil, "2027-03-28T07:00:00Z", "2027-03-27T07:00:00Z"},
		"in the hour that autumn repeats":         {"Europe/Athens", clock(time.Hour), nil, "2027-10-31T01:30:00Z", "2027-10-31T00:30:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			ctx := t.Context()
			begins, err := time.Parse(time.RFC3339, c.start)
			h.must(nil, err)
			want, err := time.Parse(time.RFC3339, c.want)
			h.must(nil, err)
			north := testbeds.Testbed{ID: "north", Name: "North", Timezone: c.zone, Providers: []string{"paddy"}, Approval: testbeds.ApprovalInformed, Setup: c.setup, VIMs: []testbeds.VIM{{ID: "a", Capacity: testbeds.Quantities{"vcpu": 8}}},
				Devices: []testbeds.Device{{ID: "radio", Count: 2, Setup: c.device}}}
			h.must(h.svc.PutFacility(ctx, account.System, testbeds.Facility{Testbeds: []testbeds.Testbed{north}}, scheduler.ChangeOptions{}))
			h.later(want.Add(-36 * time.Hour).Sub(h.clock()))
			in := h.wants(0)
			in.Slot = testbeds.NewSlot(begins, 2*time.Hour)
			in.Devices = []testbeds.DeviceNeed{{Testbed: "north", Device: "radio", Count: 1}}
			out, err := h.svc.Submit(ctx, as("eva"), in)
			h.must(nil, err)
			out, err = h.svc.Schedule(ctx, as("monika"), out.Request.ID, scheduler.Schedule{})
			h.must(nil, err)
			r := out.Request
			h.post()

			got := map[string]string{}
			say := func(face string, at time.Time) { got[face] = at.UTC().Format(time.RFC3339) }
			say("API", r.Occupied.Start)
			duties, err := h.svc.Duties(ctx, as("oskar"), h.clock(), begins.Add(time.Minute))
			h.must(nil, err)
			for _, d := range duties {
				say("agenda, "+d.What, d.At)
			}
			f, _, err := h.svc.Facility(ctx, account.System)
			h.must(nil, err)
			for _, o := range (calendar.Site{URL: site}).Objects(r, f) {
				if o.Kind != calendar.KindOrchestrate {
					continue
				}
				say("calendar", o.Start)
				if stamp := "DTSTART:" + want.Format("20060102T150405Z"); !strings.Contains(string(o.Full), stamp) {
					t.Errorf("the event has no %s:\n%s", stamp, o.Full)
				}
			}
			h.must(h.svc.Digest(ctx, "2026-11-24"))
			if line, text := want.Format("15:04")+"  orchestrate #1", h.of(h.post(), "oskar").Text("text/plain"); strings.Contains(text, line) && strings.Contains(text, want.Format("Mon 2 Jan")) {
				say("digest", want)
			} else {
				t.Errorf("the digest has no %q on %s:\n%s", line, want.Format("Mon 2 Jan"), text)
			}
			h.later(want.Add(-time.Hour - time.Second).Sub(h.clock()))
			h.post() // the one of a day ahead
			h.later(time.Second)
			if mails := readers(h.post()); cmp.Equal(mails, []string{"eva", "oskar"}) {
				say("reminder", h.clock().Add(time.Hour))
			} else {
				t.Errorf("reminded an hour ahead: %v", mails)
			}
			for _, early := range []time.Duration{time.Minute, time.Second} {
				h.later(want.Add(-early).Sub(h.clock()))
				_, err := h.svc.Start(ctx, as("oskar"), r.ID, scheduler.Step{})
				if scheduler.CodeOf(err) != scheduler.CodeConflict || !strings.Contains(err.Error(), "can be started from "+c.want+" on") {
					t.Errorf("a start %v early: %v", early, err)
				}
			}
			h.later(want.Sub(h.clock()))
			if _, err := h.svc.Start(ctx, as("oskar"), r.ID, scheduler.Step{}); err == nil {
				say("start", h.clock())
			} else {
				t.Errorf("a start in time: %v", err)
			}
			all := map[string]string{"API": c.want, "agenda, orchestrate": c.want, "calendar": c.want, "digest": c.want, "reminder": c.want, "start": c.want}
			if diff := cmp.Diff(all, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
