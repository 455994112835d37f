package calendar

import (
	"strings"
	"testing"
	"time"

	"berth/scheduler"
)

func TestADeploymentSaysHowFarItCouldGrow(t *testing.T) {
	t.Parallel()
	r := marathon(scheduler.Scheduled)
	for by, want := range map[scheduler.HeadroomLimit]string{
		scheduler.LimitedByCapacity: "Room to grow: free until Tue 1 Dec 2026, 16:00 UTC (as of Sun 29 Nov 2026, 09:00 UTC; the page says it as of now)\n",
		scheduler.LimitedByFacility: "Room to grow: cannot be prolonged: it can no longer run where it is placed (as of ",
		scheduler.LimitedByHorizon:  "16:00 UTC, as far as can be booked (as of ",
	} {
		r.Headroom = &scheduler.Headroom{Start: r.Slot.Start, End: r.Slot.End.Add(3 * time.Hour), By: by, At: r.Updated}
		o := named(t, Site{URL: "https://berth.example"}.Objects(r, hall()), KindDeployment)
		text := strings.NewReplacer(`\n`, "\n", `\,`, ",", `\;`, ";").Replace(string(unfold([]byte(o.Full))))
		if !strings.Contains(text, want) {
			t.Errorf("%s: %s", by, text)
		}
		if strings.Contains(o.Busy, "Room to grow") {
			t.Errorf("strangers are told: %s", o.Busy)
		}
	}
}
