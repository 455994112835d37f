package bugzilla_test

import (
	"testing"

	"berth/internal/bugzilla/bugzillatest"
	"berth/internal/testdb"
)

// versions are those of the servers that were seen.
var versions = []bugzillatest.Version{bugzillatest.V50, bugzillatest.V52, bugzillatest.V53}

// eachDesk runs a test beside a Bugzilla of each version.
func eachDesk(t *testing.T, run func(t *testing.T, d *desk)) {
	t.Helper()
	t.Parallel()
	for _, v := range versions {
		t.Run(string(v), func(t *testing.T) {
			t.Parallel()
			run(t, newDesk(t, testdb.SQLite(t), v))
		})
	}
}

func TestEveryVersionIsPolledFromTheFirstTimeOn(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		if _, err := d.tickets.Poll(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		p, err := d.tickets.Progress(t.Context())
		if err != nil || p.Failure != "" || !p.Polled.Equal(d.clock()) {
			t.Errorf("progress %+v, %v", p, err)
		}
	})
}

// TestNoTicketIsTakenForLostBecauseAListWasCut sweeps with a server that gives two bugs at a time.
func TestNoTicketIsTakenForLostBecauseAListWasCut(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		for i := range 5 {
			d.submit("eva", 48*(i+1))
		}
		d.settle()
		d.server.SetMost(2)
		d.poll()
		if p, err := d.tickets.Progress(t.Context()); err != nil || len(p.Lost) > 0 {
			t.Errorf("lost are %v, %v", p.Lost, err)
		}
	})
}
