package calendar

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
)

func TestDutiesBeginWithTheSetup(t *testing.T) {
	t.Parallel()
	waits, runs := marathon(scheduler.Scheduled), marathon(scheduler.Running) // nine to one, the radios have two hours of setup
	var got []string
	for _, d := range Duties([]scheduler.Request{waits, runs}, hall(), at.Add(5*time.Hour), at.Add(6*time.Hour)) {
		if !d.Late {
			t.Errorf("%s is not late", d.What)
		}
		got = append(got, d.At.Format("15:04")+" "+d.What+" "+string(d.Request.Status))
	}
	if diff := cmp.Diff([]string{"07:00 orchestrate SCHEDULED", "13:00 tear down SCHEDULED", "13:00 tear down RUNNING"}, got); diff != "" {
		t.Error(diff)
	}
	if got := Duties([]scheduler.Request{waits}, hall(), at, at.Add(-3*time.Hour)); len(got) != 0 {
		t.Errorf("before anything begins: %v", got)
	}
}
