package orders

import (
	"encoding/json"
	"testing"
	"time"

	"berth/internal/intake"
	"berth/internal/portal"
	"berth/scheduler"
	"berth/testbeds"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// record makes a deployment of a generation.
func record(later bool, s portal.Status, instance string) portal.Deployment {
	d := portal.Deployment{ID: 7, Status: s, Instance: instance, Experiment: &portal.Experiment{Name: "nsd"}, Raw: map[string]json.RawMessage{"id": nil}}
	d.StartReq, d.EndReq = portal.Date{Time: noon}, portal.Date{Time: noon.Add(time.Hour)}
	if later {
		d.Raw["instanceId"] = nil
	}
	return d
}

// TestEveryStatusHasItsMeaning, and none is forgotten.
func TestEveryStatusHasItsMeaning(t *testing.T) {
	t.Parallel()
	for _, s := range portal.Statuses {
		if meanings[s] == "" {
			t.Errorf("%s means nothing", s)
		}
	}
	for _, s := range scheduler.Statuses {
		if first[s] == "" {
			t.Errorf("%s has no word in the first generation", s)
		}
	}
}

// TestWhatIsWritten for each status of a request: in the second generation never what would start something there, and an end only of what runs.
func TestWhatIsWritten(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		later    bool
		is       portal.Status
		instance string
		request  scheduler.Status
		want     portal.Status // empty: nothing
	}{
		{false, portal.UnderReview, "", scheduler.Scheduled, portal.Scheduled},
		{false, portal.Scheduled, "", scheduler.Running, portal.Running},
		{false, portal.Running, "", scheduler.Completed, portal.Completed},
		{false, portal.Scheduled, "", scheduler.UnderReview, portal.UnderReview},
		{false, portal.Scheduled, "", scheduler.Cancelled, portal.Rejected},
		{false, portal.Scheduled, "", scheduler.Instantiating, ""},
		{false, portal.Running, "", scheduler.Failed, portal.Rejected},
		{true, portal.UnderReview, "", scheduler.Scheduled, portal.Scheduled},
		{true, portal.UnderReview, "", scheduler.Rejected, portal.Rejected},
		{true, portal.Rejected, "", scheduler.Scheduled, portal.Scheduled},
		{true, portal.Rejected, "", scheduler.UnderReview, ""},
		{true, portal.Scheduled, "", scheduler.UnderReview, portal.Rejected},
		{true, portal.Scheduled, "", scheduler.Running, ""},
		{true, portal.UnderReview, "", scheduler.Running, portal.Scheduled},
		{true, portal.Scheduled, "", scheduler.Completed, ""},
		{true, portal.Running, "ns", scheduler.Completed, portal.Completed},
		{true, portal.Instantiating, "ns", scheduler.Completed, portal.Completed},
		{true, portal.Terminating, "ns", scheduler.Completed, ""},
		{true, portal.Terminated, "ns", scheduler.Completed, ""},
		{true, portal.Running, "ns", scheduler.Cancelled, ""},
		{true, portal.Running, "ns", scheduler.UnderReview, ""},
		{true, portal.Running, "ns", scheduler.Scheduled, ""},
		{true, portal.RemovedInOSM, "ns", scheduler.Failed, ""},
	} {
		got := missing(record(x.later, x.is, x.instance), intake.Wanted{Status: x.request})["status"]
		if x.want == "" && got != nil || x.want != "" && got != x.want {
			t.Errorf("later %t, %s %q, the request is %s: %v is written, want %q", x.later, x.is, x.instance, x.request, got, x.want)
		}
	}
}

// TestDatesThatAgree: to the second, but by the day where a form of the first generation left them.
func TestDatesThatAgree(t *testing.T) {
	t.Parallel()
	day := noon.Truncate(24 * time.Hour)
	slot := testbeds.NewSlot(noon, 4*time.Hour)
	for name, x := range map[string]struct {
		later      bool
		start, end time.Time
		want       bool
	}{
		"the same":                       {true, noon, noon.Add(4 * time.Hour), true},
		"a second later":                 {true, noon.Add(time.Second), noon.Add(4 * time.Hour), false},
		"its day, in the second":         {true, day, day, false},
		"its day, in the first":          {false, day, day, true},
		"the next day, in the first":     {false, day.Add(24 * time.Hour), day.Add(24 * time.Hour), false},
		"a longer time, in the first":    {false, day, day.Add(48 * time.Hour), false},
		"other hours, in the first":      {false, noon.Add(time.Hour), noon.Add(4 * time.Hour), false},
		"its day to midnight, the first": {false, day, day.Add(24 * time.Hour), true},
		"nothing":                        {false, time.Time{}, time.Time{}, false},
	} {
		d := record(x.later, portal.Scheduled, "")
		d.Start, d.End = portal.Date{Time: x.start}, portal.Date{Time: x.end}
		if got := dated(d, slot); got != x.want {
			t.Errorf("%s: %t, want %t", name, got, x.want)
		}
	}
	d := record(false, portal.Scheduled, "")
	d.StartReq, d.EndReq = portal.Date{Time: day}, portal.Date{Time: day}
	if start, end := dates(d, testbeds.NewSlot(day, 24*time.Hour)); !start.Equal(day) || !end.Equal(day) {
		t.Errorf("a whole day is written as %v – %v", start, end)
	}
	if start, end := dates(d, slot); !start.Equal(slot.Start) || !end.Equal(slot.End) {
		t.Errorf("hours are written as %v – %v", start, end)
	}
}

// TestAProgramsText is no news, and is not written over for its own sake.
func TestAProgramsText(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		later            bool
		feedback, detail string
		want             bool
	}{
		{true, "creating", "creating", true}, {true, "creating\n", " creating", true}, {true, "OSM5 communication failed. Aborting NSD deployment action.", "", true},
		{true, "My words", "creating", false}, {true, "", "", false}, {false, "creating", "creating", false},
	} {
		d := record(x.later, portal.Running, "ns")
		d.Feedback, d.Detail = x.feedback, x.detail
		if got := spoken(d); got != x.want {
			t.Errorf("%+v: %t", x, got)
		}
		fields := missing(d, intake.Wanted{Thread: "What Berth says"})
		if _, written := fields["feedback"]; written == x.want {
			t.Errorf("%+v: written %t", x, written)
		}
	}
}
