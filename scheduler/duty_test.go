package scheduler_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/testbeds"
)

// radios returns a request from nine to one, whose radios have two hours of setup, and its facility.
func radios(status scheduler.Status) (scheduler.Request, testbeds.Facility) {
	at := morning.Add(3 * time.Hour)
	return scheduler.Request{Status: status, Slot: testbeds.NewSlot(at, 4*time.Hour), Demand: testbeds.Demand{
			{Resource: testbeds.Resource{Testbed: "hall", VIM: "iris", Quantity: "vcpu"}, Amount: 2},
			{Resource: testbeds.Resource{Testbed: "hall", Device: "usrp"}, Amount: 2},
			{Resource: testbeds.Resource{Testbed: "gone", Device: "usrp"}, Amount: 2}}},
		testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "hall", Timezone: "UTC", Setup: testbeds.Period{Clock: time.Hour}, Teardown: testbeds.Period{Clock: 30 * time.Minute},
			VIMs: []testbeds.VIM{{ID: "iris"}}, Devices: []testbeds.Device{{ID: "usrp", Count: 2, Setup: &testbeds.Period{Clock: 2 * time.Hour}}}}}}
}

func TestDutiesBeginWithTheSetup(t *testing.T) {
	t.Parallel()
	waits, hall := radios(scheduler.Scheduled)
	runs, _ := radios(scheduler.Running)
	at := waits.Slot.Start
	var got []string
	for _, d := range scheduler.Duties([]scheduler.Request{waits, runs}, hall, at.Add(5*time.Hour), at.Add(6*time.Hour)) {
		if !d.Late {
			t.Errorf("%s is not late", d.What)
		}
		got = append(got, d.At.Format("15:04")+" "+d.What+" "+string(d.Request.Status))
	}
	if diff := cmp.Diff([]string{"07:00 orchestrate SCHEDULED", "13:00 tear down SCHEDULED", "13:00 tear down RUNNING"}, got); diff != "" {
		t.Error(diff)
	}
	if got := scheduler.Duties([]scheduler.Request{waits}, hall, at, at.Add(-3*time.Hour)); len(got) != 0 {
		t.Errorf("before anything begins: %v", got)
	}
}

// The tasks of operators for each status, before the day is over.
func TestDutiesOfEveryStatus(t *testing.T) {
	t.Parallel()
	const orchestrate, tearDown = "orchestrate", "tear down"
	want := map[scheduler.Status][]string{scheduler.UnderReview: nil, scheduler.Scheduled: {orchestrate, tearDown}, scheduler.Instantiating: {tearDown}, scheduler.Running: {tearDown},
		scheduler.Terminating: {tearDown}, scheduler.Completed: nil, scheduler.Rejected: nil, scheduler.Cancelled: nil, scheduler.Failed: nil}
	for _, status := range scheduler.Statuses {
		r, hall := radios(status)
		var got []string
		for _, d := range scheduler.Duties([]scheduler.Request{r}, hall, morning, morning.Add(24*time.Hour)) {
			got = append(got, d.What)
			if d.Late {
				t.Errorf("%s: %s is late before it is due", status, d.What)
			}
		}
		expected, known := want[status]
		if !known {
			t.Errorf("nobody said what %s asks of operators", status)
		}
		if diff := cmp.Diff(expected, got); diff != "" {
			t.Errorf("%s: %s", status, diff)
		}
	}
}

// A granted request occupies the time that it was granted, even if the facility changes.
func TestWhatARequestOccupies(t *testing.T) {
	t.Parallel()
	r, hall := radios(scheduler.Scheduled)
	if got, want := r.OccupiedIn(hall), (testbeds.Slot{Start: r.Slot.Start.Add(-2 * time.Hour), End: r.Slot.End.Add(30 * time.Minute)}); !got.Equal(want) {
		t.Errorf("%s, want %s", got, want)
	}
	r.Occupied = new(testbeds.NewSlot(r.Slot.Start, 5*time.Hour))
	if got := r.OccupiedIn(hall); !got.Equal(*r.Occupied) {
		t.Errorf("%s, want what was granted", got)
	}
}
