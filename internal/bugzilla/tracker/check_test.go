package tracker_test

import (
	"strings"
	"testing"
	"time"

	"berth/internal/bugzilla"
	"berth/internal/bugzilla/bugzillatest"
	"berth/internal/bugzilla/tracker"
	"berth/internal/tickets"
	"berth/scheduler"
)

// bench is a Bugzilla, and it as a tracker.
type bench struct {
	t       testing.TB
	server  *bugzillatest.Server
	client  *bugzilla.Client
	tracker *tracker.Tracker
}

func clock() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) }

func newBench(t testing.TB, v bugzillatest.Version) *bench {
	t.Helper()
	b := &bench{t: t, server: bugzillatest.New(t, v, clock, "eva@bugs.example")}
	var err error
	if b.client, err = bugzilla.New(bugzilla.Options{URL: b.server.URL, Login: bugzillatest.Login, Key: bugzillatest.Key}); err != nil {
		t.Fatal(err)
	}
	b.tracker = tracker.New(b.client, tracker.Settings{Product: bugzillatest.Product, Component: bugzillatest.Component, Version: "unspecified", OpSys: "All",
		Platform: "All", Login: bugzillatest.Login, Browse: b.server.URL})
	return b
}

// each runs a test beside a Bugzilla of each version.
func each(t *testing.T, run func(t *testing.T, b *bench)) {
	t.Helper()
	t.Parallel()
	for _, v := range []bugzillatest.Version{bugzillatest.V50, bugzillatest.V52, bugzillatest.V53} {
		t.Run(string(v), func(t *testing.T) {
			t.Parallel()
			run(t, newBench(t, v))
		})
	}
}

func (b *bench) check() []tracker.Finding {
	return b.tracker.Check(b.t.Context(), tracker.Stock(), clock)
}

// finding returns the check's finding about one thing; the last of several.
func (b *bench) finding(what string) (found tracker.Finding, ok bool) {
	for _, f := range b.check() {
		if f.What == what {
			found, ok = f, true
		}
	}
	return found, ok
}

// faults lists the faults that the check finds in one thing.
func (b *bench) faults(what string) (list []tracker.Finding) {
	b.t.Helper()
	for _, f := range b.check() {
		if f.What == what && !f.OK {
			list = append(list, f)
		}
	}
	return list
}

// TestEachMissingStepIsOneLine however many requests would need it.
func TestEachMissingStepIsOneLine(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.server.DropStep("IN_PROGRESS", "CONFIRMED")
		if list := b.faults("workflow"); len(list) != 1 || !strings.Contains(list[0].Detail, "from IN_PROGRESS to CONFIRMED") {
			t.Errorf("found %+v", list)
		}
		b.server.DropStep("IN_PROGRESS", "RESOLVED")
		list := b.faults("workflow")
		if len(list) != 2 || !strings.Contains(list[0].Detail+list[1].Detail, "from IN_PROGRESS to RESOLVED") {
			t.Errorf("found %+v", list)
		}
	})
}

func TestTheCheckSeesStepsThatTakeComments(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.server.TakeComments("* RESOLVED")
		line, _ := b.finding("workflow")
		if !line.OK || !strings.Contains(line.Detail, "IN_PROGRESS to RESOLVED") {
			t.Errorf("the check says %+v", line)
		}
	})
}

func TestTheCheckSeesHowPeopleAreMailed(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		if line, _ := b.finding("mail"); !line.OK || line.Remedy != "" {
			t.Errorf("of a usual one the check says %+v", line)
		}
		b.server.SetParameter("mail_delivery_method", "None")
		if line, _ := b.finding("mail"); !line.OK || !strings.Contains(line.Detail, "sends no mail") || line.Remedy == "" {
			t.Errorf("without mail the check says %+v", line)
		}
		b.server.SetParameter("emailsuffix", "@bugs.example")
		if line, _ := b.finding("mail"); line.OK || !strings.Contains(line.Detail, "emailsuffix") {
			t.Errorf("of logins without a domain the check says %+v", line)
		}
	})
}

func TestTheCheckSaysWhatWouldFail(t *testing.T) {
	t.Parallel()
	b := newBench(t, bugzillatest.V52)
	for _, f := range b.check() {
		if !f.OK {
			t.Errorf("%+v", f)
		}
	}
	b.server.Demote(bugzillatest.Login)
	wrong := 0
	for _, f := range b.check() {
		if !f.OK {
			wrong++
			if f.What != "rights" || f.Remedy == "" {
				t.Errorf("%+v", f)
			}
		}
	}
	if wrong != 2 {
		t.Errorf("%d faults, want both groups", wrong)
	}
}

func TestTheStockStatusesFitTheStockWorkflow(t *testing.T) {
	t.Parallel()
	w, err := newBench(t, bugzillatest.V52).client.Workflow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if wrong := tracker.CheckStatuses(tracker.Stock(), w); len(wrong) != 0 {
		t.Errorf("wrong: %v", wrong)
	}
	odd := tracker.Stock()
	odd[scheduler.Running] = tickets.TrackerStatus{Status: "DEPLOYED"}
	odd[scheduler.Completed] = tickets.TrackerStatus{Status: "RESOLVED"}
	if wrong := tracker.CheckStatuses(odd, w); len(wrong) < 2 {
		t.Errorf("wrong: %v", wrong)
	}
}

// TestWhoIsAtWorkHasTimeForIt: the lease covers six writes that take as long as they can, and no other process writes while one may still
// come through.
func TestWhoIsAtWorkHasTimeForIt(t *testing.T) {
	t.Parallel()
	x := newBench(t, bugzillatest.V52).tracker
	about, lease := x.About(), tickets.New(x, nil, nil, tickets.Settings{}, clock, nil).Lease()
	if lease <= 6*about.Patience {
		t.Errorf("a lease of %s is not longer than six writes of %s", lease, about.Patience)
	}
	if about.Open <= about.Patience+bugzilla.LongestLock || about.Patience <= bugzilla.LongestLock {
		t.Errorf("a write is waited for for %s, and not repeated for %s; a lock is waited for for %s", about.Patience, about.Open, bugzilla.LongestLock)
	}
}
