package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"berth/scheduler"
	"berth/scheduler/account"
)

// The waitlist on the pages: joining it with a form, one's place, what a missed offer leads to, the list as a mentor sees it, the offer, taking and
// declining it.
func TestTheWaitlistOnThePages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	taken := o.asked("Taken", 0, 32)
	o.approved(taken)
	monika := actorOf("monika", nil, account.RoleMentor)
	if _, err := o.svc.Schedule(t.Context(), monika, taken.ID, scheduler.Schedule{}); err != nil {
		t.Fatal(err)
	}
	has := func(who, path string, want ...string) {
		t.Helper()
		page := o.page(who, path)
		for _, text := range want {
			if !strings.Contains(page, text) {
				t.Errorf("%s does not read %q on %s:\n%s", who, text, path, page)
			}
		}
	}
	has("monika", "/requests?view=waiting", "Nobody waits for capacity.")

	first, second := o.asked("First", 0, 32), o.asked("Second", 0, 32)
	send := func(r scheduler.Request, want int, form url.Values) string {
		t.Helper()
		res := o.send(fmt.Sprintf("/requests/%d/decide", r.Number), o.cookie["maeve"], form)
		text := body(t, res)
		if res.StatusCode != want {
			t.Fatalf("%v: %d\n%s", form, res.StatusCode, text)
		}
		return text
	}
	has("maeve", fmt.Sprintf("/requests/%d", first.Number), "Wait for it…", `name="if_missed"`)
	send(first, http.StatusSeeOther, url.Values{"action": {"wait"}, "step": {"confirm"}, "wait_for": {"slot"}, "if_missed": {"leave"}})
	send(second, http.StatusSeeOther, url.Values{"action": {"wait"}, "step": {"confirm"}, "wait_for": {"alternative"}, "max_cost": {"0.5"}})
	has("maeve", fmt.Sprintf("/requests/%d", first.Number), "It is first on the waitlist.", "If it misses an offer: it then leaves the list.")
	has("maeve", fmt.Sprintf("/requests/%d", second.Number), "It is on the waitlist, at place 2.", "it then waits on, behind the others")
	has("maeve", "/", "waits, place 2")
	has("monika", "/requests?view=waiting", "<strong>1.</strong>", "#2 First", "<strong>2.</strong>", "#3 Second", "If it misses an offer, it then leaves the list", "waits on, behind the others")
	if page := o.page("hector", "/requests?view=waiting"); strings.Contains(page, "First") {
		t.Errorf("somebody else's requests are listed:\n%s", page)
	}

	if _, err := o.svc.Cancel(t.Context(), actorOf("maeve", nil, account.RoleExperimenter), taken.ID, scheduler.Step{}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := o.svc.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	has("maeve", fmt.Sprintf("/requests/%d", first.Number), "Something came free for it.", "it goes to the next who waits: it then leaves the list.", "Take it", "Stop waiting")
	has("monika", "/requests?view=waiting", "offer until")

	// Declining leaves the list, and the next has the offer; taking it ends the waiting.
	send(first, http.StatusSeeOther, url.Values{"action": {"stop_waiting"}, "step": {"confirm"}})
	if _, _, err := o.svc.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	has("maeve", fmt.Sprintf("/requests/%d", second.Number), "Something came free for it.")
	send(second, http.StatusSeeOther, url.Values{"action": {"accept_offer"}, "step": {"confirm"}, "offer": {"1"}})
	has("monika", "/requests?view=waiting", "Nobody waits for capacity.")
	v, err := o.svc.Get(t.Context(), account.System, second.ID)
	if err != nil || v.HoldUntil == nil || v.Wait != nil {
		t.Errorf("what was taken is held until %v, waits %v: %v", v.HoldUntil, v.Wait, err)
	}
}
