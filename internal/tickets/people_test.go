package tickets_test

import (
	"slices"
	"testing"
	"time"

	"berth/internal/bugzilla"
	"berth/scheduler"
)

func (d *bench) bug(id string) bugzilla.Bug {
	d.t.Helper()
	b, err := d.client.Bug(d.t.Context(), d.bugOf(id))
	d.must(nil, err)
	return b
}

// stir makes something happen that the ticket is told of, and lets it be told.
func (d *bench) stir(id string) {
	d.t.Helper()
	d.now.Add(5)
	d.must(d.svc.AddFeedback(d.t.Context(), as("eva"), id, "stirred at "+d.clock().Format(time.TimeOnly), scheduler.Creation{}))
	d.settle()
}

// TestWhoLeavesCCStaysOut whether it is seen by a poll, by a delivery, or happened before the ticket was first looked at.
func TestWhoLeavesCCStaysOut(t *testing.T) {
	leave := map[string]any{"cc": map[string]any{"remove": []any{"eva@bugs.example"}}}
	for name, seen := range map[string]func(d *bench, id string){
		"by a poll": func(d *bench, id string) { d.in("eva", id, leave); d.stir(id) },
		"by a delivery": func(d *bench, id string) {
			d.must(nil, d.server.As("eva@bugs.example", d.bugOf(id), leave))
			d.stir(id)
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachVersion(t, func(t *testing.T, d *bench) {
				r := d.submit("eva", 48)
				d.settle()
				seen(d, r.ID)
				d.stir(r.ID)
				if cc := d.bug(r.ID).CC; len(cc) != 0 {
					t.Errorf("CC is %v", cc)
				}
			})
		})
	}
	t.Run("before the first look", func(t *testing.T) {
		eachVersion(t, func(t *testing.T, d *bench) {
			r := d.submit("eva", 48)
			left := false
			d.server.SetFaults(d.onceThereIs(func(id int64) {
				left = true
				d.must(nil, d.server.As("eva@bugs.example", id, leave))
			}))
			d.settle()
			d.server.SetFaults(nil)
			d.stir(r.ID)
			if cc := d.bug(r.ID).CC; !left || len(cc) != 0 {
				t.Errorf("eva has left: %t; CC is %v", left, cc)
			}
		})
	})
}

// TestWhoHasAnAccountLaterIsPutIntoCC once.
func TestWhoHasAnAccountLaterIsPutIntoCC(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		r := d.submit("erik", 48)
		d.settle()
		d.server.AddPerson("erik@bugs.example")
		d.must(d.svc.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
		d.settle()
		if cc := d.bug(r.ID).CC; !slices.Equal(cc, []string{"erik@bugs.example"}) {
			t.Errorf("CC is %v", cc)
		}
	})
}

// TestASummaryThatPeopleWroteStays through every later step, and one of Berth's own does not.
func TestASummaryThatPeopleWroteStays(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		r, other := d.submit("eva", 48), d.submit("eva", 48)
		d.settle()
		d.in("monika", r.ID, map[string]any{"summary": "Athens, please hurry"})
		for _, id := range []string{r.ID, other.ID} {
			d.must(d.svc.Schedule(t.Context(), as("monika"), id, scheduler.Schedule{}))
			d.settle()
			d.stir(id)
		}
		if got := d.bug(r.ID).Summary; got != "Athens, please hurry" {
			t.Errorf("the summary that monika wrote is %q", got)
		}
		if got := d.bug(other.ID).Summary; got != "[PORTAL] Deployment Request of NSD:,User: eva" {
			t.Errorf("the other one's is %q", got)
		}
	})
}

func TestTheSummaryOfATicketOpenedByHandStays(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		r := d.submitTo(d.untold(), "eva", 48)
		id, err := d.server.Open("eva@bugs.example", map[string]any{"summary": "Athens berth#1", "description": "by hand"})
		d.must(id, err)
		d.poll()
		d.stir(r.ID)
		if b := d.bug(r.ID); b.ID != id || b.Summary != "Athens berth#1" {
			t.Errorf("bug %d is called %q", b.ID, b.Summary)
		}
	})
}
