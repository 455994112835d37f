package tickets_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// facility replaces the testbed by one with so much capacity, whose provider is asked where wanted.
func (d *bench) facility(vcpu int64, approval testbeds.ApprovalPolicy) {
	d.t.Helper()
	d.must(d.svc.PutFacility(d.t.Context(), account.System, testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "north", Name: "Athens", Timezone: "Europe/Athens",
		Approval: approval, VIMs: []testbeds.VIM{{ID: "a", Capacity: testbeds.Quantities{"vcpu": vcpu}}}}}}, scheduler.ChangeOptions{}))
}

func (d *bench) saysAll(id string, texts ...string) {
	d.t.Helper()
	for _, text := range texts {
		if !d.says(d.bugOf(id), text) {
			d.t.Errorf("the ticket does not say %q", text)
		}
	}
}

// TestBothReasonsAreSaid where a request neither fits nor is approved, and one where there is one.
func TestBothReasonsAreSaid(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		d.facility(4, testbeds.ApprovalRequired)
		first, second := d.submit("eva", 48), d.submit("eva", 48)
		d.settle()
		d.poll()
		granted := map[string]any{"status": "IN_PROGRESS"}
		d.in("monika", first.ID, granted)
		d.saysAll(first.ID, "request #1 waits for the approval of north")
		if d.says(d.bugOf(first.ID), "does not fit") {
			t.Error("a request that fits is said not to")
		}
		d.must(d.svc.Schedule(t.Context(), as("monika"), first.ID, scheduler.Schedule{Override: &scheduler.Override{Mode: scheduler.OverrideApprovals, Reason: "agreed by telephone"}}))
		d.in("monika", second.ID, granted)
		d.saysAll(second.ID, "request #2 waits for the approval of north, and does not fit", "short by 4", "What would work instead:", "The ticket is put back.")
	})
}

func TestADisplacedRequestSaysWhatWouldWork(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		d.facility(4, testbeds.ApprovalInformed)
		first, second := d.submit("eva", 48), d.submit("eva", 48)
		d.must(d.svc.Schedule(t.Context(), as("monika"), first.ID, scheduler.Schedule{}))
		d.settle()
		d.must(d.svc.Schedule(t.Context(), as("monika"), second.ID, scheduler.Schedule{Override: &scheduler.Override{Mode: scheduler.OverrideDisplace,
			Reason: "a demonstration", Displace: []string{first.ID}}}))
		d.settle()
		d.stands(first.ID, scheduler.UnderReview, "CONFIRMED", "")
		d.saysAll(first.ID, "Slot lost: ", "Another request was given its slot", "As things are it does not fit:", "What would work instead:")
		d.agree(first.ID)
	})
}

// TestATicketNamesTheOneThatItComesFrom and that one names the new one, where the installation links bugs and where it does not.
func TestATicketNamesTheOneThatItComesFrom(t *testing.T) {
	for name, links := range map[string]bool{"with links": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			eachVersion(t, func(t *testing.T, d *bench) {
				if !links {
					d.server.RefuseLinks()
				}
				r := d.submit("eva", 48)
				d.must(d.svc.Reject(t.Context(), as("monika"), r.ID, scheduler.Reject{Reason: "not then", Count: 1}))
				d.settle()
				out, err := d.svc.AcceptOffer(t.Context(), as("eva"), r.ID, d.view(r.ID).Offers[0].ID, false)
				d.must(out, err)
				d.settle()
				d.saysAll(out.Created.ID, "Comes from: #1: https://berth.example/requests/1, bug 1")
				d.saysAll(r.ID, "It goes on as #2: https://berth.example/requests/2, bug 2")
				want := []any{}
				if links {
					want = append(want, fmt.Sprintf("%s/show_bug.cgi?id=2", d.server.URL))
				}
				if diff := cmp.Diff(want, d.field("see_also")); diff != "" {
					t.Errorf("the first ticket links to (-want +got):\n%s", diff)
				}
				posts := 0
				for _, line := range d.server.Requests() {
					if strings.HasPrefix(line, "POST /rest/bug") {
						posts++
					}
				}
				if most := map[bool]int{true: 2, false: 3}[links]; posts != most || d.server.Count() != 2 {
					t.Errorf("%d tickets were made in %d calls, want %d", d.server.Count(), posts, most)
				}
			})
		})
	}
}

// TestANoShowThatIsCorrected: its ticket is closed with it, and closed otherwise once somebody says what really happened.
func TestANoShowThatIsCorrected(t *testing.T) {
	eachVersion(t, func(t *testing.T, d *bench) {
		d.facility(4, testbeds.ApprovalInformed)
		r := d.submit("eva", 48)
		d.must(d.svc.Schedule(t.Context(), as("monika"), r.ID, scheduler.Schedule{}))
		d.settle()
		d.now.Add(int64(r.Slot.End.Add(7*24*time.Hour).Sub(d.clock()) / time.Second))
		for done := 1; done > 0; {
			var err error
			done, _, err = d.svc.RunDue(t.Context())
			d.must(nil, err)
		}
		d.settle()
		d.stands(r.ID, scheduler.Cancelled, "RESOLVED", "WONTFIX")
		d.saysAll(r.ID, "Closed as a no-show: ")
		d.must(d.svc.Complete(t.Context(), as("oskar"), r.ID, scheduler.Step{Reason: "the log shows it", Actual: &scheduler.Actual{Start: &r.Slot.Start, End: &r.Slot.End}}))
		d.settle()
		d.stands(r.ID, scheduler.Completed, "RESOLVED", "FIXED")
		d.saysAll(r.ID, "Completed: ", "the log shows it", "It was closed as a no-show; now what really happened is known, and counts.")
	})
}
