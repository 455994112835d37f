package web

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// crowded are two requests for more than there is together: the first has its slot, the second waits for the same one.
func (h *house) crowded() (has, waits scheduler.Request) {
	h.t.Helper()
	return h.granted("maeve", 20, tomorrow(4)), h.asks("hector", 20, testbeds.NewSlot(tomorrow(4).Start.Add(time.Hour), 4*time.Hour))
}

var (
	wayRadio = regexp.MustCompile(`<input type="radio" name="way" value="([^"]*)"`)
	button   = regexp.MustCompile(`<button type="submit" name="step" value="confirm"([^>]*)>([^<]*)</button>`)
)

// ways lists the kinds of ways on the page for decisions: other slots as "take".
func ways(body string) (values, kinds []string) {
	for _, m := range wayRadio.FindAllStringSubmatch(body, -1) {
		value, kind := html.UnescapeString(m[1]), ""
		if kind, _, _ = strings.Cut(value, " "); strings.HasPrefix(value, "{") {
			kind = "take"
		}
		values, kinds = append(values, value), append(kinds, kind)
	}
	return values, kinds
}

// TestTheDeskShowsWhatIsInTheWay and every way out that its reader has; nobody else finds any.
func TestTheDeskShowsWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	has, r := h.crowded()
	page := fmt.Sprintf("/requests/%d/decide", r.Number)
	for who, want := range map[string][]string{"monika": {"take", "take", "displace", "overbook", "reject"}, "adele": {"take", "take", "displace", "overbook", "reject"}, "hector": nil} {
		code, body := h.page(page, h.session(who), nil)
		_, kinds := ways(body)
		if n := len(kinds); n > 3 && kinds[2] == "take" {
			kinds = append(kinds[:2:2], kinds[3:]...) // there may be three
		}
		if diff := cmp.Diff(want, kinds); diff != "" || code != http.StatusOK {
			t.Errorf("%s: %d (-want +got):\n%s", who, code, diff)
		}
		if want == nil {
			if !strings.Contains(body, "There is nothing for you to decide") {
				t.Error(body)
			}
			continue
		}
		for _, text := range []string{"It does not fit:", "iris vCPU short by 8 (20 needed, 12 free)", fmt.Sprintf("Displace #%d %s", has.Number, has.Name), " would work for it.", "by 8", `data-ghost="0"`, "disabled>Schedule</button>"} {
			if !strings.Contains(body, html.EscapeString(text)) && !strings.Contains(body, text) {
				t.Errorf("%s: not %q in %s", who, text, body)
			}
		}
	}
	if code, _ := h.page(page, h.session("maeve"), nil); code != http.StatusNotFound {
		t.Errorf("somebody who may not know it: %d", code)
	}
}

// TestEveryWayOfTheDeskIsForeseenAndTaken: the preview says what the button will do, the page after it what was done.
func TestEveryWayOfTheDeskIsForeseenAndTaken(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		kind, says, effect, note string
		status, other            scheduler.Status
	}{
		{"take", "Schedule it there", "It is scheduled for ", "Scheduled for ", scheduler.Scheduled, scheduler.Scheduled},
		{"displace", "Schedule and displace #1", "#1 goes back to review", "Scheduled for ", scheduler.Scheduled, scheduler.UnderReview},
		{"overbook", "Schedule and overbook", "by 8", "Scheduled for ", scheduler.Scheduled, scheduler.Scheduled},
		{"reject", "Reject and offer 3 slots", "three other slots are held for hector", "Rejected, and three other slots are held for hector. hector and Radio hall are told.", scheduler.Rejected, scheduler.Scheduled},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, "http://berth.example")
			has, r := h.crowded()
			page, monika := fmt.Sprintf("/requests/%d/decide", r.Number), h.session("monika")
			_, body := h.page(page, monika, nil)
			values, kinds := ways(body)
			way := ""
			for i, kind := range kinds {
				if kind == tt.kind && way == "" {
					way = values[i]
				}
			}
			form := url.Values{"way": {way}, "step": {"preview"}, "revision": {fmt.Sprint(r.Revision)}, "zone": {"UTC"}}
			code, body := h.page(page+"/take", monika, form)
			if m := button.FindStringSubmatch(body); code != http.StatusOK || m == nil || strings.Contains(m[1], "disabled") || m[2] != tt.says || !strings.Contains(body, tt.effect) {
				t.Fatalf("%d %v %s", code, m, body)
			}
			if v, err := h.svc.Get(t.Context(), account.System, r.ID); err != nil || v.Status != scheduler.UnderReview {
				t.Fatalf("a preview changed it: %s, %v", v.Status, err)
			}
			for _, m := range regexp.MustCompile(`name="offer" value="([^"]*)" checked`).FindAllStringSubmatch(body, -1) {
				form.Add("offer", html.UnescapeString(m[1]))
			}
			form.Set("step", "confirm")
			if tt.kind != "take" { // without a reason it comes back, as it was chosen
				code, body := h.page(page+"/take", monika, form)
				if m := button.FindStringSubmatch(body); code != http.StatusUnprocessableEntity || m == nil || m[2] != tt.says || strings.Contains(m[1], "disabled") || !strings.Contains(body, `id="wrong-reason"`) {
					t.Fatalf("%d %v %s", code, m, body)
				}
			}
			form.Set("reason", "agreed on the phone")
			code, to := h.page(page+"/take", monika, form)
			if code != http.StatusSeeOther {
				t.Fatalf("%d %s", code, to)
			}
			for _, x := range []struct {
				id   string
				want scheduler.Status
			}{{r.ID, tt.status}, {has.ID, tt.other}} {
				if v, err := h.svc.Get(t.Context(), account.System, x.id); err != nil || v.Status != x.want {
					t.Errorf("%s, want %s, %v", v.Status, x.want, err)
				}
			}
			if _, body := h.page(to, monika, nil); !strings.Contains(body, `role="status">`+tt.note) {
				t.Errorf("not %q: %s", tt.note, body)
			}
			if _, body := h.page(to, h.session("adele"), nil); strings.Contains(body, `role="status">`) {
				t.Error("somebody who did nothing is told that they did")
			}
		})
	}
}

// TestTheDeskFollowsTheSlot: what fits elsewhere is granted there.
func TestTheDeskFollowsTheSlot(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	_, r := h.crowded()
	monika, free := h.session("monika"), testbeds.NewSlot(tomorrow(4).End.Add(24*time.Hour), 3*time.Hour)
	query := url.Values{"zone": {"UTC"}, "start": {free.Start.Format(localTime)}, "end": {free.End.Format(localTime)}}
	page := fmt.Sprintf("/requests/%d/decide", r.Number)
	code, body := h.page(page+"?"+query.Encode(), monika, nil)
	if _, kinds := ways(body); code != http.StatusOK || len(kinds) != 2 || kinds[0] != "asked" || !strings.Contains(body, "It fits") {
		t.Fatalf("%d %v %s", code, kinds, body)
	}
	query.Set("way", "reject")
	if _, body := h.page(page+"?"+query.Encode(), monika, nil); !strings.Contains(body, "checked> "+html.EscapeString(h.site.readerOf(account.Actor{}).slot(free))+" (chosen on the picture)") {
		t.Errorf("the slot on the picture cannot be offered: %s", body)
	}
	query.Set("way", "asked")
	query.Set("step", "confirm")
	if code, body := h.page(page+"/take", monika, query); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, body)
	}
	if v, err := h.svc.Get(t.Context(), account.System, r.ID); err != nil || !v.Slot.Equal(free) || v.Status != scheduler.Scheduled {
		t.Errorf("%s %s, %v", v.Status, v.Slot, err)
	}
	query.Set("start", "no time")
	if code, body := h.page(page+"?"+query.Encode(), monika, nil); code != http.StatusUnprocessableEntity {
		t.Errorf("%d %s", code, body)
	}
}

// TestTwoPeopleDecideAtOnce: the second one is told who was first, what they did, and how to go on; what they wrote is kept.
func TestTwoPeopleDecideAtOnce(t *testing.T) {
	t.Parallel()
	t.Run("the same request", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, "http://berth.example")
		r := h.asks("maeve", 20, tomorrow(4))
		page := fmt.Sprintf("/requests/%d/decide", r.Number)
		form := url.Values{"way": {"asked"}, "step": {"confirm"}, "revision": {fmt.Sprint(r.Revision)}, "zone": {"UTC"}, "reason": {"my long thoughts"}}
		if code, body := h.page(page+"/take", h.session("monika"), form); code != http.StatusSeeOther {
			t.Fatalf("%d %s", code, body)
		}
		code, body := h.page(page+"/take", h.session("adele"), form)
		if code != http.StatusPreconditionFailed && code != http.StatusConflict {
			t.Fatal(code)
		}
		for _, text := range []string{"Nothing was decided: in the meantime monika scheduled it for ", "my long thoughts", fmt.Sprintf(`href="/requests/%d"`, r.Number)} {
			if !strings.Contains(body, text) {
				t.Errorf("not %q in %s", text, body)
			}
		}
	})
	t.Run("the same capacity", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, "http://berth.example")
		first, second := h.asks("maeve", 20, tomorrow(4)), h.asks("hector", 20, tomorrow(4))
		monika := h.session("monika")
		form := url.Values{"way": {"asked"}, "step": {"confirm"}, "zone": {"UTC"}, "reason": {"my long thoughts"}}
		if code, body := h.page(fmt.Sprintf("/requests/%d/decide/take", first.Number), monika, form); code != http.StatusSeeOther {
			t.Fatalf("%d %s", code, body)
		}
		code, body := h.page(fmt.Sprintf("/requests/%d/decide/take", second.Number), monika, form)
		_, kinds := ways(body)
		if code != http.StatusConflict || !strings.Contains(body, "It does not fit any more") || !strings.Contains(body, "my long thoughts</textarea>") || len(kinds) < 4 {
			t.Errorf("%d %v %s", code, kinds, body)
		}
	})
}

// TestWhatWasDoneIsSaidForAMoment and only to who did it, in the words of the history.
func TestWhatWasDoneIsSaidForAMoment(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	x, slot := reader{time.UTC, now}, testbeds.NewSlot(now.Add(45*time.Hour), 4*time.Hour)
	r := scheduler.Request{Number: 7, Experimenter: "maeve", Mentor: "monika", Status: scheduler.Scheduled, Slot: slot,
		Demand: testbeds.Demand{{Resource: testbeds.Resource{Testbed: "hall", Device: "usrp"}, Amount: 1}}}
	n := names{people: map[string]string{"maeve": "Maeve Dunne", "monika": "Monika Weiss"}, beds: testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "hall", Name: "Radio hall"}}}}
	monika := account.Actor{Username: "monika"}
	entry := func(actor string, action scheduler.Action, ago time.Duration, text string) []scheduler.Entry {
		return []scheduler.Entry{{Actor: actor, Action: action, At: now.Add(-ago), Text: text}}
	}
	for _, tt := range []struct {
		name    string
		entries []scheduler.Entry
		want    string
	}{
		{"scheduled", entry("monika", scheduler.ActionSchedule, 0, ""), "Scheduled for Thu 3 Dec, 09:00–13:00. Maeve Dunne and Radio hall are told."},
		{"moved", entry("monika", scheduler.ActionMove, justNow, ""), "Moved to Thu 3 Dec, 09:00–13:00. Maeve Dunne and Radio hall are told."},
		{"too long ago", entry("monika", scheduler.ActionMove, justNow+1, ""), ""},
		{"by another one", entry("marco", scheduler.ActionSchedule, 0, ""), ""},
		{"nothing", nil, ""},
		{"approved", entry("monika", scheduler.ActionApprove, 0, "hall approved"), "Approved for Radio hall. Maeve Dunne and Radio hall are told."},
		{"cancelled", entry("monika", scheduler.ActionCancel, 0, ""), "Cancelled; its capacity is free again. Maeve Dunne and Radio hall are told."},
		{"taken over", entry("monika", scheduler.ActionAssign, 0, "from marco to monika"), "You are its mentor now. Maeve Dunne and Radio hall are told."},
	} {
		if got := x.confirmed(monika, r, tt.entries, n); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestTheDeskDecidesAgainstThePolicy only where its reader ticks that, with a note; beside an overbook as well.
func TestTheDeskDecidesAgainstThePolicy(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"asked", "overbook"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, "http://berth.example")
			has, r := h.crowded()
			if kind == "asked" {
				if _, err := h.svc.Cancel(t.Context(), account.System, has.ID, scheduler.Step{Reason: "room"}); err != nil {
					t.Fatal(err)
				}
			}
			rules := []byte("limits:\n  - {name: short, longest: PT2H}\n")
			if _, err := h.svc.PutPolicy(t.Context(), account.System, rules, scheduler.ChangeOptions{Reason: "trial"}); err != nil {
				t.Fatal(err)
			}
			page, monika := fmt.Sprintf("/requests/%d/decide", r.Number), h.session("monika")
			form := url.Values{"way": {kind}, "step": {"preview"}, "revision": {fmt.Sprint(r.Revision)}, "zone": {"UTC"}, "reason": {"agreed on the phone"}}
			_, body := h.page(page+"/take", monika, form)
			if m := button.FindStringSubmatch(body); m == nil || !strings.Contains(m[1], "disabled") || !strings.Contains(body, "at most 2 h long") || !strings.Contains(body, `name="against"`) {
				t.Fatalf("%v %s", m, body)
			}
			form.Set("against", "yes")
			_, body = h.page(page+"/take", monika, form)
			if m := button.FindStringSubmatch(body); m == nil || strings.Contains(m[1], "disabled") || !strings.HasSuffix(m[2], ", against the policy") {
				t.Fatalf("%v %s", m, body)
			}
			form.Set("step", "confirm")
			if code, to := h.page(page+"/take", monika, form); code != http.StatusSeeOther {
				t.Fatalf("%d %s", code, to)
			}
			v, err := h.svc.Get(t.Context(), account.System, r.ID)
			if err != nil || v.Status != scheduler.Scheduled || len(v.Waived) != 1 || v.Waived[0].Reason != "agreed on the phone" {
				t.Errorf("%s, waived %+v, %v", v.Status, v.Waived, err)
			}
		})
	}
}
