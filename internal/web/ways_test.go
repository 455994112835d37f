package web

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// actor returns a user of the house.
func (h *house) actor(name string, role account.Role) account.Actor {
	return account.ActorOf(account.Person{Username: name, Name: name, Roles: []account.Role{role}})
}

// tomorrow is a slot of so many hours, from noon of the next day in UTC on.
func tomorrow(hours int) testbeds.Slot {
	day := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	return testbeds.NewSlot(day.Add(12*time.Hour), time.Duration(hours)*time.Hour)
}

// asks submits a request for virtual processors on the hall's VIM, whether they fit or not; monika is its mentor.
func (h *house) asks(who string, vcpu int64, slot testbeds.Slot) scheduler.Request {
	h.t.Helper()
	in := scheduler.Submission{Name: who + "'s", Mentor: "monika", Anyway: true, Ask: scheduler.Ask{Slot: slot, Placement: testbeds.Placement{"1": "hall/iris"},
		Components: []testbeds.Component{{Member: "1", Size: testbeds.Quantities{"vcpu": vcpu}, Onboarded: []string{"hall/iris"}}}}}
	out, err := h.svc.Submit(h.t.Context(), h.actor(who, account.RoleExperimenter), in)
	if err != nil {
		h.t.Fatal(err)
	}
	return out.Request
}

// granted is a request that is scheduled.
func (h *house) granted(who string, vcpu int64, slot testbeds.Slot) scheduler.Request {
	h.t.Helper()
	r := h.asks(who, vcpu, slot)
	out, err := h.svc.Schedule(h.t.Context(), h.actor("monika", account.RoleMentor), r.ID, scheduler.Schedule{})
	if err != nil {
		h.t.Fatal(err)
	}
	return out.Request
}

// page sends a form, or asks for a page, and returns the text of the answer.
func (h *house) page(path, cookie string, form url.Values, headers ...string) (int, string) {
	h.t.Helper()
	res := h.send(path, cookie, form, headers...)
	body, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	if to := res.Header.Get("Location"); to != "" {
		return res.StatusCode, to
	}
	return res.StatusCode, string(body)
}

var takeButton = regexp.MustCompile(`name="take" value="([^"]+)"`)

// firstWay returns the field of the first alternative on a page.
func firstWay(t *testing.T, body string) string {
	t.Helper()
	m := takeButton.FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no alternative can be taken:\n%s", body)
	}
	return html.UnescapeString(m[1])
}

// TestARefusalShowsWaysThatWork: a decision about a slot that is taken shows others, each taken with one click and one confirmation.
func TestARefusalShowsWaysThatWork(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		action, who string
		status      scheduler.Status
	}{{"move", "monika", scheduler.UnderReview}, {"move", "hector", scheduler.UnderReview}} {
		t.Run(tt.action+" by "+tt.who, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, "http://berth.example")
			h.granted("maeve", 20, tomorrow(4))
			r := h.asks("hector", 20, testbeds.NewSlot(tomorrow(4).Start.Add(time.Hour), 4*time.Hour))
			decide, cookie := fmt.Sprintf("/requests/%d/decide", r.Number), h.session(tt.who)
			to := tomorrow(4)
			form := url.Values{"action": {tt.action}, "reason": {"as agreed"}, "revision": {fmt.Sprint(r.Revision)}, "zone": {"UTC"}, "start": {to.Start.Format(localTime)}, "end": {to.End.Format(localTime)}}
			code, body := h.page(decide, cookie, form)
			if code != http.StatusConflict || !strings.Contains(body, "short by 8 (20 needed, 12 free)") || strings.Contains(body, "#…") {
				t.Fatalf("%d %s", code, body)
			}
			form.Set("take", firstWay(t, body))
			if code, body = h.page(decide, cookie, form); code != http.StatusOK || !strings.Contains(body, `value="confirm"`) || !strings.Contains(body, `name="take"`) || !strings.Contains(body, "as agreed") {
				t.Fatalf("%d %s", code, body)
			}
			form.Set("step", "confirm")
			if code, body = h.page(decide, cookie, form); code != http.StatusSeeOther {
				t.Fatalf("%d %s", code, body)
			}
			v, err := h.svc.Get(t.Context(), account.System, r.ID)
			if err != nil || v.Status != tt.status || !v.Fit.Fits || v.Slot.Equal(to) || v.Slot.Equal(r.Slot) {
				t.Errorf("%s %v %v, %v", v.Status, v.Slot, v.Fit, err)
			}
		})
	}
}

// TestOnlyDecidersAreOfferedOverrides: of the two who may move a request, its mentor may also override.
func TestOnlyDecidersAreOfferedOverrides(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	h.granted("maeve", 20, tomorrow(4))
	free := testbeds.NewSlot(tomorrow(4).End.Add(time.Hour), 4*time.Hour)
	r := h.granted("hector", 20, free)
	to := tomorrow(4)
	form := url.Values{"action": {"move"}, "zone": {"UTC"}, "start": {to.Start.Format(localTime)}, "end": {to.End.Format(localTime)}}
	for who, may := range map[string]bool{"hector": false, "monika": true} {
		code, body := h.page(fmt.Sprintf("/requests/%d/decide", r.Number), h.session(who), form)
		if code < 400 || strings.Contains(body, `value="overbook"`) != may {
			t.Errorf("%s: %d %s", who, code, body)
		}
	}
	for who, title := range map[string]string{"hector": "Shorten…", "monika": "Move…"} {
		if _, body := h.page(fmt.Sprintf("/requests/%d", r.Number), h.session(who), nil); !strings.Contains(body, title) {
			t.Errorf("%s is not offered %q", who, title)
		}
	}
}

// TestOnlyWhoMayMoveIsOfferedOtherSlots: a provider sees what is in the way of a request under review, and no slot that they may not choose.
func TestOnlyWhoMayMoveIsOfferedOtherSlots(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	_, r := h.crowded()
	if code, body := h.page("/admin/people/maeve", h.session("adele"), url.Values{"name": {"Maeve"}, "role": {"provider"}, "testbed": {"hall"}, "revision": {"1"}}); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, body)
	}
	for who, may := range map[string]bool{"hector": true, "monika": true, "maeve": false} {
		code, body := h.page(fmt.Sprintf("/requests/%d", r.Number), h.session(who), nil)
		if code != http.StatusOK || !strings.Contains(body, "At present it does not fit.") || takeButton.MatchString(body) != may {
			t.Errorf("%s: %d %s", who, code, body)
		}
	}
}

// TestAClosureThatTakesAGrantedSlotIsSaid in red, with slots that work: the mentor moves it there, the experimenter asks for one.
func TestAClosureThatTakesAGrantedSlotIsSaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	r := h.granted("maeve", 20, tomorrow(4))
	if _, body := h.page(fmt.Sprintf("/requests/%d", r.Number), h.session("maeve"), nil); strings.Contains(body, `role="alert"`) {
		t.Errorf("there is a banner before anything happened: %s", body)
	}
	local := tomorrow(4).Start.In(time.UTC).Add(-2 * time.Hour)
	closure := testbeds.Closure{Summary: "painting", Start: testbeds.LocalTime{Time: local}, Duration: testbeds.Period{Clock: 8 * time.Hour}}
	if _, _, err := h.svc.AddClosure(t.Context(), account.System, "hall", closure, scheduler.ChangeOptions{Force: true, Reason: "painting"}, scheduler.Creation{}); err != nil {
		t.Fatal(err)
	}
	page := fmt.Sprintf("/requests/%d", r.Number)
	_, body := h.page(page, h.session("monika"), nil)
	if !strings.Contains(body, `role="alert"`) || !strings.Contains(body, "It no longer has what it needs.") || !strings.Contains(body, "a closure (painting)") {
		t.Errorf("the banner is missing: %s", body)
	}
	form := url.Values{"action": {"move"}, "take": {firstWay(t, body)}}
	if code, body := h.page(page+"/decide", h.session("monika"), form); code != http.StatusOK || !strings.Contains(body, `value="confirm"`) {
		t.Errorf("%d %s", code, body)
	}
	if _, body = h.page(page, h.session("maeve"), nil); takeButton.MatchString(body) || !regexp.MustCompile(`<a class="button quiet" href="/new\?[^"]*start=`).MatchString(body) {
		t.Errorf("the experimenter cannot move it, and should be led to a new request: %s", body)
	}
}
