package web

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"berth/internal/web/timeline"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// booking is the form of a choice, filled in.
func booking(slot testbeds.Slot, vcpu int) url.Values {
	return url.Values{"own.1.where": {"hall/iris"}, "own.1.vcpu": {fmt.Sprint(vcpu)}, "own.1.memory_mb": {"0"}, "own.1.storage_gb": {"0"}, "zone": {"UTC"}, "once": {"key"},
		"start": {slot.Start.Format(localTime)}, "end": {slot.End.Format(localTime)}, "name": {"Spectrum & more"}, "description": {"Why <we> need it"}, "mentor": {"monika"}}
}

func with(form url.Values, pairs ...string) url.Values {
	out := url.Values{}
	for name, values := range form {
		out[name] = values
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}

// TestChangingTheSlotKeepsWhatWasTyped, whether it is typed, found or taken from what works instead; long texts too.
func TestChangingTheSlotKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	h.granted("hector", 20, tomorrow(4))
	maeve, form := h.session("maeve"), booking(tomorrow(4), 20)
	long := strings.Repeat("a long text, ", 1000)
	_, body := h.page("/new?"+form.Encode(), maeve, nil)
	take := firstWay(t, body[strings.Index(body, "What works instead:"):])
	for name, step := range map[string][]string{"checked": {"step", "check"}, "found": {"step", "find", "hours", "7"}, "taken": {"take", take}} {
		for _, text := range []string{"Why <we> need it", long} {
			code, body := h.page("/new", maeve, with(form, append(step, "description", text)...))
			if code == http.StatusSeeOther {
				code, body = h.page(body, maeve, nil)
			}
			for _, want := range []string{`value="Spectrum &amp; more"`, html.EscapeString(text) + "</textarea>", "<option selected>monika", `name="once" value="key"`} {
				if code != http.StatusOK || !strings.Contains(body, want) {
					t.Errorf("%s: %d, without %.60s: %s", name, code, want, body)
				}
			}
			if name == "taken" && !strings.Contains(body, "It fits:") {
				t.Errorf("what works instead does not: %s", body)
			}
		}
	}
	// A refused submission comes back with everything, and with ways that work.
	code, body := h.page("/new", maeve, with(form, "step", "submit"))
	if code != http.StatusConflict || !strings.Contains(body, `id="refused"`) || !strings.Contains(body, "Why &lt;we&gt; need it</textarea>") || !takeButton.MatchString(body) {
		t.Errorf("%d %s", code, body)
	}
	code, body = h.page("/new", maeve, with(booking(tomorrow(4), 1), "step", "submit", "name", ""))
	if code != http.StatusUnprocessableEntity || !strings.Contains(body, `id="wrong-name"`) || !strings.Contains(body, "Name is missing.") || !strings.Contains(body, "Why &lt;we&gt; need it</textarea>") {
		t.Errorf("%d %s", code, body)
	}
}

// TestSendingAFormAgainMakesNoTwin: the key of the form stands in the address, so that the page before has it too.
func TestSendingAFormAgainMakesNoTwin(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	maeve, form := h.session("maeve"), with(booking(tomorrow(4), 1), "step", "submit")
	code, first := h.page("/new", maeve, form)
	if code != http.StatusSeeOther || !strings.HasSuffix(first, "?note=submitted") {
		t.Fatal(code, first)
	}
	code, again := h.page("/new", maeve, form)
	if code != http.StatusSeeOther || again != strings.Replace(first, "submitted", "repeated", 1) {
		t.Errorf("%d %s", code, again)
	}
	if _, body := h.page(again, maeve, nil); !strings.Contains(body, "Nothing was made twice.") {
		t.Error(body)
	}
	code, body := h.page("/new", maeve, with(form, "name", "another name"))
	if code != http.StatusConflict || !strings.Contains(body, "sent this form already") || strings.Contains(body, `name="once" value="key"`) || !strings.Contains(body, `value="another name"`) {
		t.Errorf("%d %s", code, body)
	}
	list, err := h.svc.List(t.Context(), account.System, scheduler.RequestFilter{}, "")
	if err != nil || len(list.Items) != 1 {
		t.Errorf("%d requests, %v", len(list.Items), err)
	}
	page, _, _ := strings.Cut(first, "?")
	for range 2 {
		if code, to := h.page(page+"/feedback", maeve, url.Values{"text": {"Thank you!"}}); code != http.StatusSeeOther {
			t.Fatal(code, to)
		}
	}
	if f, err := h.svc.Feedback(t.Context(), account.System, strings.TrimPrefix(page, "/requests/"), "", 10); err != nil || len(f.Items) != 1 {
		t.Errorf("%d remarks, %v", len(f.Items), err)
	}
}

// TestAPastSlotIsRefusedBesideThePicture with free ones to take.
func TestAPastSlotIsRefusedBesideThePicture(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	past := testbeds.NewSlot(time.Now().UTC().Truncate(time.Hour).Add(-3*time.Hour), time.Hour)
	_, body := h.page("/new?"+booking(past, 1).Encode(), h.session("maeve"), nil)
	verdict := body[strings.Index(body, `id="verdict"`):strings.Index(body, `name="start"`)]
	if !strings.Contains(verdict, "<strong>Start</strong> lies in the past (now is ") || !takeButton.MatchString(verdict) {
		t.Errorf("%s", verdict)
	}
}

// TestAClosureHatchesWhatItCloses: the bands of a VIM or a device; the whole lane only for the whole testbed.
func TestAClosureHatchesWhatItCloses(t *testing.T) {
	t.Parallel()
	series := []testbeds.Series{{Resource: testbeds.Resource{Testbed: "hall", VIM: "iris", Quantity: "vcpu"}}, {Resource: testbeds.Resource{Testbed: "hall", Device: "usrp"}}}
	for _, tt := range []struct {
		of    []string
		whole int
		parts []int
	}{{nil, 1, []int{0, 0}}, {[]string{"iris"}, 0, []int{1, 0}}, {[]string{"usrp"}, 0, []int{0, 1}}, {[]string{"iris", "usrp"}, 0, []int{1, 1}}} {
		l := timeline.Lane{Bands: []timeline.Band{{}, {}}}
		hatch(&l, series, closed{Of: tt.of})
		if len(l.Closures) != tt.whole {
			t.Errorf("%v: the lane has %d", tt.of, len(l.Closures))
		}
		for i := range tt.parts {
			if len(l.Bands[i].Closures) != tt.parts[i] {
				t.Errorf("%v: part %d has %d", tt.of, i, len(l.Bands[i].Closures))
			}
		}
	}
}

// TestChangingTheMentorChoosesNobody beforehand, and a mentor takes a request over with one button.
func TestChangingTheMentorChoosesNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	r := h.asks("maeve", 1, tomorrow(4))
	if _, err := h.svc.Assign(t.Context(), account.System, r.ID, scheduler.Assign{Mentor: "monika"}); err != nil {
		t.Fatal(err)
	}
	page := fmt.Sprintf("/requests/%d", r.Number)
	if _, body := h.page(page, h.session("monika"), nil); strings.Contains(body, "Take it") {
		t.Error("its own mentor is asked to take it")
	}
	if err := h.another(t, "marco"); err != nil {
		t.Fatal(err)
	}
	marco := h.session("marco")
	_, body := h.page(page, marco, nil)
	if !strings.Contains(body, `<select name="mentor" required><option value="">`) || strings.Contains(body, "<option>monika") || !strings.Contains(body, `name="mentor" value="marco">Take it`) {
		t.Error(body)
	}
	if code, body := h.page(page+"/decide", marco, url.Values{"action": {"assign"}, "mentor": {"marco"}}); code != http.StatusOK || !strings.Contains(body, "Its mentor would be marco.") {
		t.Errorf("%d %s", code, body)
	}
}
