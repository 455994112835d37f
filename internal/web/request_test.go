package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// offeredSteps lists the steps that a request's page offers: by its forms, and by the way to the page of decisions.
func offeredSteps(t *testing.T, body string) (list []scheduler.Action) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	add := func(a scheduler.Action) {
		if !slices.Contains(list, a) {
			list = append(list, a)
		}
	}
	for main := range nodes(doc, atom.Main) {
		for link := range nodes(main, atom.A) { // it leads to the page for decisions
			switch _, rest, _ := strings.Cut(get(link, "href"), "/decide"); {
			case textOf(link) == "Reject…" && rest == "?way=reject":
				add(scheduler.ActionReject)
			case textOf(link) == "Move…":
				add(scheduler.ActionMove)
			case strings.HasSuffix(get(link, "href"), "/decide"):
				add(scheduler.ActionSchedule)
			}
		}
		for form := range nodes(main, atom.Form) {
			if strings.HasSuffix(get(form, "action"), "/feedback") {
				add(scheduler.ActionFeedback)
			}
			for input := range nodes(form, atom.Input) {
				if get(input, "name") == "action" {
					add(scheduler.Action(get(input, "value")))
				}
			}
		}
	}
	return list
}

// states brings a request of maeve's into each state that its page knows, by the people whose part it is.
func (h *house) states(shift *time.Duration) map[string]scheduler.Request {
	h.t.Helper()
	ctx := h.t.Context()
	monika, oskar := h.actor("monika", account.RoleMentor), h.actor("oskar", account.RoleOperator)
	did := func(out scheduler.Outcome, err error) scheduler.Request {
		h.t.Helper()
		if err != nil {
			h.t.Fatal(err)
		}
		return out.Request
	}
	slot := func(n int) testbeds.Slot { return testbeds.NewSlot(tomorrow(1).Start.AddDate(0, 0, n), 4*time.Hour) }
	list := map[string]scheduler.Request{"under review": h.asks("maeve", 1, slot(9)), "that does not fit": h.asks("maeve", 40, slot(10)), "ahead": h.granted("maeve", 1, slot(8))}
	list["cancelled"] = did(h.svc.Cancel(ctx, monika, h.granted("maeve", 1, slot(7)).ID, scheduler.Step{Reason: "painted"}))
	list["rejected"] = did(h.svc.Reject(ctx, monika, h.asks("maeve", 1, slot(6)).ID, scheduler.Reject{Reason: "no"}))
	list["rejected with offers"] = did(h.svc.Reject(ctx, monika, h.asks("maeve", 1, slot(5)).ID, scheduler.Reject{Reason: "no", Count: 2}))
	due, absent, running, completed, failed := h.granted("maeve", 1, slot(0)), h.granted("maeve", 1, testbeds.NewSlot(slot(0).Start.Add(-2*time.Hour), time.Hour)), h.granted("maeve", 1, slot(0)), h.granted("maeve", 1, slot(0)), h.granted("maeve", 1, slot(0))
	*shift = time.Until(slot(0).Start.Add(time.Hour))
	list["due"], list["absent"] = due, absent
	for _, r := range []scheduler.Request{running, completed, failed} {
		did(h.svc.Start(ctx, oskar, r.ID, scheduler.Step{}))
	}
	list["running"] = running
	list["completed"] = did(h.svc.Complete(ctx, oskar, completed.ID, scheduler.Step{}))
	list["failed"] = did(h.svc.Fail(ctx, oskar, failed.ID, scheduler.Step{Reason: "smoke"}))
	return list
}

// TestARequestsPageOffersWhatItsReaderMayDo: shown is allowed, in each state and for each role; what is not possible yet is there, and cannot be pressed.
func TestARequestsPageOffersWhatItsReaderMayDo(t *testing.T) {
	t.Parallel()
	var shift time.Duration
	clock := func() time.Time { return time.Now().Add(shift) }
	h := newHouseAt(t, "http://berth.example", clock)
	for name, p := range map[string]account.Person{"oskar": {Roles: []account.Role{account.RoleOperator}}, "paddy": {Roles: []account.Role{account.RoleProvider}, Testbeds: []string{"hall"}}, "marco": {Roles: []account.Role{account.RoleMentor}}} {
		p.Username, p.Name, p.Password = name, "The "+name, testdb.PasswordHash(password)
		if _, err := h.site.people.PutPerson(t.Context(), account.System, p); err != nil {
			t.Fatal(err)
		}
	}
	for state, r := range h.states(&shift) {
		for _, who := range []string{"maeve", "monika", "marco", "paddy", "oskar", "adele"} {
			cookie := h.session(who)
			code, body := h.page(fmt.Sprintf("/requests/%d", r.Number), cookie, nil)
			if code != http.StatusOK {
				t.Fatalf("%s for %s: %d", state, who, code)
			}
			person, err := h.site.people.Person(t.Context(), account.System, who)
			if err != nil {
				t.Fatal(err)
			}
			actor := account.ActorOf(person)
			v, err := h.svc.Get(t.Context(), actor, r.ID)
			if err != nil {
				t.Fatal(err)
			}
			got := offeredSteps(t, body)
			for _, a := range v.Actions {
				want := v.MayNow(actor, a, clock())
				switch {
				case a == scheduler.ActionMove && v.Status == scheduler.UnderReview:
					continue // as a part of edit
				case a == scheduler.ActionAcceptOffer:
					want = openOffers(v.Request) > 0
				}
				if slices.Contains(got, a) != want {
					t.Errorf("%s for %s: %s is offered: %v, want %v", state, who, a, !want, want)
				}
			}
			for _, a := range got {
				if !slices.Contains(v.Actions, a) {
					t.Errorf("%s for %s: %s is offered, and would be refused", state, who, a)
				}
			}
			if later := v.NotYet(actor, clock()); strings.Count(body, " disabled") != len(later) {
				t.Errorf("%s for %s: %d buttons are disabled, want %d", state, who, strings.Count(body, " disabled"), len(later))
			}
			if n := strings.Count(body, `class="act primary"`) + strings.Count(body, `class="button" href="/new?again`) + strings.Count(body, `<button type="submit" name="mentor"`); n > 1 {
				t.Errorf("%s for %s: %d primary buttons", state, who, n)
			}
		}
	}
}

// TestARequestsPageSaysHowItStands, in one banner, to each reader.
func TestARequestsPageSaysHowItStands(t *testing.T) {
	t.Parallel()
	var shift time.Duration
	h := newHouseAt(t, "http://berth.example", func() time.Time { return time.Now().Add(shift) })
	list := h.states(&shift)
	for state, want := range map[string]string{
		"under review": "It fits. It waits for monika, its mentor, to schedule it.", "that does not fit": "At present it does not fit.", "ahead": "It starts ", "due": "Its slot began 1 h ago, and nobody has reported the start yet.",
		"absent": "Its slot has passed, and nobody reported a start.", "running": "Running until ", "completed": "It is over: it ran for ", "failed": "It failed.", "cancelled": "It was cancelled by monika. Its capacity is free again.",
		"rejected": "It was rejected.", "rejected with offers": "Its slot could not be given. Other slots are held for you instead.",
	} {
		_, body := h.page(fmt.Sprintf("/requests/%d", list[state].Number), h.session("maeve"), nil)
		if !strings.Contains(body, "<strong>"+want) || strings.Count(body, `<div class="stands`) != 1 {
			t.Errorf("%s does not say %q:\n%s", state, want, body)
		}
	}
	if _, body := h.page(fmt.Sprintf("/requests/%d", list["under review"].Number), h.session("monika"), nil); !strings.Contains(body, "it waits for your decision.") {
		t.Error("its mentor is not told that it waits for them")
	}
}

// TestARequestUnderReviewIsEditedInItsPage: what the form leaves as it is, stays; a change that does not fit shows ways, and is asked for anyway where
// its owner insists.
func TestARequestUnderReviewIsEditedInItsPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	h.granted("hector", 30, tomorrow(4))
	r := h.asks("maeve", 4, testbeds.NewSlot(tomorrow(4).End, 4*time.Hour))
	page, cookie := fmt.Sprintf("/requests/%d/decide", r.Number), h.session("maeve")
	form := url.Values{"action": {"edit"}, "zone": {"UTC"}, "name": {"Another name"}, "description": {"for\r\nit"}, "start": {r.Slot.Start.Format(localTime)}, "end": {r.Slot.End.Format(localTime)}, "place.1": {"hall/iris"}, "step": {"confirm"}}
	if code, body := h.page(page, cookie, form); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, body)
	}
	v, err := h.svc.Get(t.Context(), account.System, r.ID)
	if err != nil || v.Name != "Another name" || v.Description != "for\nit" || !v.Slot.Equal(r.Slot) || v.Placement["1"] != "hall/iris" {
		t.Errorf("%+v %v", v.Request, err)
	}
	form.Set("start", tomorrow(4).Start.Format(localTime))
	form.Set("end", tomorrow(4).End.Format(localTime))
	code, body := h.page(page, cookie, form)
	if code != http.StatusConflict || !takeButton.MatchString(body) {
		t.Errorf("a slot that is taken: %d %s", code, body)
	}
	take := url.Values{"action": {"edit"}, "take": {firstWay(t, body)}, "step": {"confirm"}}
	form.Set("anyway", "1")
	if code, body := h.page(page, cookie, form); code != http.StatusSeeOther {
		t.Errorf("anyway: %d %s", code, body)
	}
	if v, err := h.svc.Get(t.Context(), account.System, r.ID); err != nil || !v.Slot.Equal(tomorrow(4)) || v.Fit.Fits {
		t.Errorf("%v %v %v", v.Slot, v.Fit.Fits, err)
	}
	if code, body := h.page(page, cookie, take); code != http.StatusSeeOther {
		t.Errorf("a way out: %d %s", code, body)
	}
	if v, err := h.svc.Get(t.Context(), account.System, r.ID); err != nil || !v.Fit.Fits {
		t.Errorf("%v %v", v.Slot, err)
	}
}

// TestAnEventToPutIntoACalendar is the one of the request, for those who may know it.
func TestAnEventToPutIntoACalendar(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	r := h.granted("maeve", 4, tomorrow(4))
	path := fmt.Sprintf("/requests/%d/calendar.ics", r.Number)
	if code, body := h.page(path, h.session("maeve"), nil); code != http.StatusOK || !strings.Contains(body, "BEGIN:VEVENT") || !strings.Contains(body, "DTSTART:"+r.Slot.Start.Format("20060102T150405Z")) {
		t.Errorf("%d %s", code, body)
	}
	if code, _ := h.page(path, h.session("hector"), nil); code != http.StatusNotFound {
		t.Errorf("another experimenter: %d", code)
	}
}

// hostileNames are names that people gave, or could give, to make a page say something else.
var hostileNames = []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'; DROP TABLE requests; --`, `{{.Who.Username}}`, "${7*7}", `</title><svg onload=alert(1)>`, `javascript:alert(1)`,
	strings.Repeat("W", 180), strings.Repeat("long ", 35), "שלום עולם", "مرحبا بالعالم", "\u202etxt.exe", "a\u200bb\u200bc", "👩‍👩‍👧‍👦👩‍👩‍👧‍👦", "Z͑ͫ̓a̴l̵g̶o̷", "&lt;b&gt;", "%00%0a", `\u003cscript\u003e`, "=1+1", "-"}

// TestHostileNamesStayNames on the page of a request, whoever carries them.
func TestHostileNamesStayNames(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	cookie := h.session("maeve")
	shown := 0
	for _, name := range hostileNames {
		r := h.asks("maeve", 1, tomorrow(4))
		if _, err := h.svc.Edit(t.Context(), h.actor("maeve", account.RoleExperimenter), r.ID, scheduler.Edit{Name: &name, Description: &name}); err != nil {
			if scheduler.CodeOf(err) != scheduler.CodeInvalid {
				t.Errorf("%q: %v", name, err)
			}
			continue
		}
		if _, err := h.svc.AddFeedback(t.Context(), h.actor("monika", account.RoleMentor), r.ID, name, scheduler.Creation{}); err != nil {
			t.Fatal(err)
		}
		shown++
		code, body := h.page(fmt.Sprintf("/requests/%d", r.Number), cookie, nil)
		doc, err := html.Parse(strings.NewReader(body))
		if code != http.StatusOK || err != nil {
			t.Fatalf("%q: %d %v", name, code, err)
		}
		for script := range nodes(doc, atom.Script) {
			if get(script, "src") == "" {
				t.Errorf("%q makes a script", name)
			}
		}
		for range nodes(doc, atom.Img) {
			t.Errorf("%q makes a picture", name)
		}
		for h1 := range nodes(doc, atom.H1) {
			want := fmt.Sprintf("#%d %s", r.Number, name)
			if got := textOf(h1); strings.TrimSpace(got) != strings.TrimSpace(want) {
				t.Errorf("%q is shown as %q", want, got)
			}
		}
	}
	if shown < 15 {
		t.Errorf("only %d names were accepted", shown)
	}
}

// TestWhatWasOverbookedIsSaidOnce: what is missing was known when it was granted, and is no news.
func TestWhatWasOverbookedIsSaidOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	h.granted("hector", 20, tomorrow(4))
	r := h.asks("maeve", 20, tomorrow(4))
	override := &scheduler.Override{Mode: scheduler.OverrideOverbook, Reason: "they bring their own"}
	if _, err := h.svc.Schedule(t.Context(), h.actor("monika", account.RoleMentor), r.ID, scheduler.Schedule{Override: override}); err != nil {
		t.Fatal(err)
	}
	_, body := h.page(fmt.Sprintf("/requests/%d", r.Number), h.session("monika"), nil)
	if !strings.Contains(body, "<strong>Overbooked by monika: they bring their own</strong>") || strings.Count(body, "Radio hall iris vCPU short by 8") != 1 || strings.Contains(body, "no longer has") {
		t.Errorf("%s", body)
	}
}

// TestARequestNamesItsTicket by the tracker's own key, with a way there.
func TestARequestNamesItsTicket(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	r := h.asks("maeve", 1, tomorrow(1))
	if err := h.svc.SetTicket(t.Context(), account.System, r.ID, scheduler.Ticket{Key: "4711", URL: "https://bugs.example/show_bug.cgi?id=4711"}); err != nil {
		t.Fatal(err)
	}
	code, body := h.page(fmt.Sprintf("/requests/%d", r.Number), h.session("maeve"), nil)
	if code != http.StatusOK || !strings.Contains(body, `<a href="https://bugs.example/show_bug.cgi?id=4711" rel="noreferrer">4711</a>, up to date`) {
		t.Errorf("%d: %s", code, body)
	}
}
