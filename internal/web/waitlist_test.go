package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

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

// The fields of waiting, on the page of a request and with a booking: the window, the cost and the end are taken as they were typed, and what is wrong
// with one is said at it.
func TestTheFieldsOfWaiting(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	taken := o.asked("Taken", 0, 32)
	o.approved(taken)
	if _, err := o.svc.Schedule(t.Context(), actorOf("monika", nil, account.RoleMentor), taken.ID, scheduler.Schedule{}); err != nil {
		t.Fatal(err)
	}
	local := func(at time.Time) string { return at.UTC().Format(localTime) }
	start, end := taken.Slot.Start.Add(-time.Hour).Truncate(time.Minute), taken.Slot.End.Add(time.Hour).Truncate(time.Minute)
	until := taken.Slot.Start.Add(-4 * time.Hour).Truncate(time.Minute)
	for _, tt := range []struct {
		name  string
		form  []string
		wrong string // the field that is marked; empty if it waits
		want  func(scheduler.Wait) bool
	}{
		{"no window", []string{"wait_for", "window"}, "wait_from", nil},
		{"half a window", []string{"wait_for", "window", "wait_from", local(start)}, "wait_to", nil},
		{"too short a window", []string{"wait_for", "window", "wait_from", local(start), "wait_to", local(start.Add(time.Minute))}, "wait_from", nil},
		{"backwards", []string{"wait_for", "alternative", "max_cost", "1", "wait_from", local(end), "wait_to", local(start)}, "wait_from", nil},
		{"no number", []string{"wait_for", "alternative", "max_cost", "much"}, "max_cost", nil},
		{"no cost", []string{"wait_for", "alternative", "max_cost", "0"}, "max_cost", nil},
		{"over already", []string{"wait_for", "slot", "wait_until", "2020-01-01T09:00"}, "wait_until", nil},
		{"no such way", []string{"wait_for", "ever"}, "wait_for", nil},
		{"a window", []string{"wait_for", "window", "wait_from", local(start), "wait_to", local(end)}, "", func(w scheduler.Wait) bool {
			return w.For == scheduler.WaitWindow && w.Within.Start.Equal(start) && w.Within.End.Equal(end)
		}},
		{"an alternative until", []string{"wait_for", "alternative", "max_cost", "0.5", "wait_until", local(until)}, "", func(w scheduler.Wait) bool {
			return w.For == scheduler.WaitAlternative && w.MaxCost == 0.5 && w.Until.Equal(until)
		}},
		{"a slot, with what belongs to others", []string{"wait_for", "slot", "max_cost", "24", "wait_from", local(start), "wait_to", local(end)}, "", func(w scheduler.Wait) bool {
			return w.For == scheduler.WaitSlot && w.MaxCost == 0 && w.Within == nil
		}},
	} {
		r := o.asked("Asked", 0, 32)
		asked := with(url.Values{"action": {"wait"}, "step": {"confirm"}, "zone": {"UTC"}}, tt.form...)
		booked := with(booking(taken.Slot, 32), append(tt.form, "step", "wait", "once", tt.name)...)
		booked.Set("own.1.where", r.Placement["1"])
		for path, form := range map[string]url.Values{fmt.Sprintf("/requests/%d/decide", r.Number): asked, "/new": booked} {
			res := o.send(path, o.cookie["maeve"], form)
			text := body(t, res)
			if tt.wrong != "" {
				if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, `id="wrong-`+tt.wrong+`"`) {
					t.Errorf("%s on %s: %d, not marked at %s:\n%s", tt.name, path, res.StatusCode, tt.wrong, text)
				}
				if path == "/new" && !strings.Contains(text, `<details class="wait" open="">`) {
					t.Errorf("%s: what is wrong is folded away:\n%s", tt.name, text)
				}
				continue
			}
			number, _, _ := strings.Cut(strings.TrimPrefix(res.Header.Get("Location"), "/requests/"), "?")
			v, err := o.svc.Get(t.Context(), account.System, number)
			if res.StatusCode != http.StatusSeeOther || err != nil || v.Wait == nil || !tt.want(*v.Wait) {
				t.Errorf("%s on %s: %d, %v, waits %+v\n%s", tt.name, path, res.StatusCode, err, v.Wait, text)
			}
		}
	}
}
