package web

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// short puts in force that a slot is at most two hours long.
func (h *house) short() {
	h.t.Helper()
	if _, err := h.svc.PutPolicy(h.t.Context(), account.System, []byte("limits:\n  - {name: short, longest: PT2H}\n"), scheduler.ChangeOptions{Reason: "trial"}); err != nil {
		h.t.Fatal(err)
	}
}

// TestBookingAgainstThePolicy: the page says what the policy has against a slot before it is asked for. Who may be its mentor, or an administrator, can
// ask for it nonetheless, with a note; others cannot.
func TestBookingAgainstThePolicy(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	h.short()
	slot := tomorrow(4)
	form := with(booking(slot, 4), "step", "against", "why", "the review is tomorrow")
	_, body := h.page("/new?"+booking(slot, 4).Encode(), h.session("maeve"), nil)
	if !strings.Contains(body, "The policy does not allow it:") || !strings.Contains(body, "at most 2 h long") || strings.Contains(body, `value="against"`) || strings.Contains(body, `value="submit"`) {
		t.Errorf("an experimenter sees %s", body)
	}
	if take := firstWay(t, body[strings.Index(body, "What works instead:"):]); !strings.Contains(html.UnescapeString(take), slot.Start.Add(2*time.Hour).Format(time.RFC3339)) {
		t.Errorf("the first way is %s", take)
	}
	if code, body := h.page("/new", h.session("maeve"), form); code != http.StatusForbidden || !strings.Contains(body, "may not override the policy") {
		t.Errorf("an experimenter overrides: %d %s", code, body)
	}
	monika := h.session("monika")
	_, body = h.page("/new?"+booking(slot, 4).Encode(), monika, nil)
	if !strings.Contains(body, `value="against"`) || !strings.Contains(body, `name="why"`) {
		t.Errorf("its mentor sees %s", body)
	}
	if code, body := h.page("/new", monika, with(form, "why", " ")); code != http.StatusUnprocessableEntity || !strings.Contains(body, "please give a reason") {
		t.Errorf("without a note: %d %s", code, body)
	}
	code, to := h.page("/new", monika, form)
	if code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, to)
	}
	var number string
	if _, err := fmt.Sscanf(to, "/requests/%s", &number); err != nil {
		t.Fatalf("%s: %v", to, err)
	}
	v, err := h.svc.Get(t.Context(), account.System, strings.SplitN(number, "?", 2)[0])
	if err != nil || len(v.Waived) != 1 || v.Waived[0].By != "monika" || v.Waived[0].Reason != "the review is tomorrow" || !v.Slot.Equal(slot) {
		t.Errorf("%+v, %v", v.Waived, err)
	}
	if _, body = h.page("/new?"+booking(tomorrow(2), 4).Encode(), monika, nil); strings.Contains(body, "The policy does not allow it:") || !strings.Contains(body, `value="submit"`) {
		t.Errorf("within the policy: %s", body)
	}
}

// TestEditingAgainstThePolicy: a change that the policy refuses comes back with a way to make it nonetheless, for those who may.
func TestEditingAgainstThePolicy(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	h.short()
	r := h.asks("maeve", 4, tomorrow(2))
	page, longer := fmt.Sprintf("/requests/%d/decide", r.Number), tomorrow(4)
	form := url.Values{"action": {"edit"}, "step": {"preview"}, "revision": {fmt.Sprint(r.Revision)}, "zone": {"UTC"}, "start": {longer.Start.Format(localTime)}, "end": {longer.End.Format(localTime)}}
	if _, body := h.page(page, h.session("maeve"), form); strings.Contains(body, "Decide against the policy") || !strings.Contains(body, "at most 2 h long") {
		t.Errorf("its owner sees %s", body)
	}
	monika := h.session("monika")
	if _, body := h.page(page, monika, form); !strings.Contains(body, "Decide against the policy") || !strings.Contains(body, `name="override" value="policy"`) {
		t.Fatalf("its mentor sees %s", body)
	}
	form = with(form, "override", "policy", "why", "agreed on the phone")
	if _, body := h.page(page, monika, form); !strings.Contains(body, ">Confirm</button>") {
		t.Fatalf("the preview: %s", body)
	}
	if code, to := h.page(page, monika, with(form, "step", "confirm")); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, to)
	}
	v, err := h.svc.Get(t.Context(), account.System, r.ID)
	if err != nil || len(v.Waived) != 1 || v.Waived[0].Reason != "agreed on the phone" || !v.Slot.Equal(longer) {
		t.Errorf("%s, %+v, %v", v.Slot, v.Waived, err)
	}
}
