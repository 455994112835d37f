package web

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

var wayButton = regexp.MustCompile(`name="way" value="([^"]+)"`)

// TestASlotIsRepeated from the form of a booking on, without scripts: the occurrences with their fit, a way that works, the series, and a decision about
// all of it on one page.
func TestASlotIsRepeated(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	week := tomorrow(4).Shift(7 * 24 * time.Hour)
	h.granted("hector", 20, week)
	maeve, monika := h.session("maeve"), h.session("monika")
	form := booking(tomorrow(4), 20)
	code, to := h.page("/new", maeve, with(form, "step", "repeat"))
	if code != http.StatusSeeOther || !strings.HasPrefix(to, "/series/new?") {
		t.Fatalf("%d %s", code, to)
	}
	_, body := h.page(to, maeve, nil)
	for _, want := range []string{"5 of 6 fit", "does not fit", `value="Spectrum &amp; more"`, "Why &lt;we&gt; need it</textarea>", "What works for all of it", `<option selected>monika`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q: %s", want, body)
		}
	}
	repeated := with(form, "clock", "Europe/Dublin", "every", "1", "unit", "week", "times", "3")
	code, body = h.page("/series/new", maeve, with(repeated, "step", "submit"))
	if code != http.StatusConflict || !strings.Contains(body, "2 of 3 fit") {
		t.Errorf("what does not fit is answered %d: %s", code, body)
	}
	way := html.UnescapeString(wayButton.FindStringSubmatch(body)[1])
	code, to = h.page("/series/new", maeve, with(repeated, "way", way))
	if _, body = h.page(to, maeve, nil); code != http.StatusSeeOther || !strings.Contains(body, "Changed: ") || strings.Contains(body, "chip bad") {
		t.Errorf("the way is answered %d: %s", code, body)
	}
	code, to = h.page("/series/new", maeve, with(repeated, "step", "submit", "change", way))
	if code != http.StatusSeeOther || to != "/series/2?note=series-submitted" {
		t.Fatalf("%d %s", code, to)
	}
	_, body = h.page("/series/2", maeve, nil)
	if !strings.Contains(body, "under review · asked by maeve") || strings.Contains(body, "Schedule them") || !strings.Contains(body, "Cancel them") {
		t.Errorf("the experimenter's page: %s", body)
	}
	if _, body = h.page("/requests/3", maeve, nil); !strings.Contains(body, `<a href="/series/2">number `) {
		t.Errorf("the request does not lead to its series: %s", body)
	}
	take := url.Values{"pick": {"1", "3"}, "reason": {"welcome"}}
	if code, body = h.page("/series/2/take", monika, with(take, "try", "schedule")); code != http.StatusOK || !strings.Contains(body, "This could be done with 2 occurrences.") {
		t.Errorf("a try is answered %d: %s", code, body)
	}
	if code, to = h.page("/series/2/take", monika, with(take, "step", "schedule")); code != http.StatusSeeOther || to != "/series/2?note=series-done" {
		t.Errorf("%d %s", code, to)
	}
	if code, body = h.page("/series/2/take", monika, with(take, "step", "schedule")); code != http.StatusConflict || !strings.Contains(body, "cannot schedule") {
		t.Errorf("a second time is answered %d: %s", code, body)
	}
	if code, _ = h.page("/series/2/take", monika, url.Values{"step": {"schedule"}}); code != http.StatusUnprocessableEntity {
		t.Errorf("nothing ticked is answered %d", code)
	}
	for field, wrong := range map[string][]string{"except": {"except", "soon"}, "Recurrence": {"times", "1"}, "every": {"every", "x"}} {
		if code, body = h.page("/series/new", maeve, with(repeated, append(wrong, "step", "submit")...)); code != http.StatusUnprocessableEntity {
			t.Errorf("%s is answered %d: %s", field, code, body)
		}
	}
	if _, body = h.page("/series", monika, nil); !strings.Contains(body, `href="/series/2"`) {
		t.Errorf("the list lacks it: %s", body)
	}
	if code, _ = h.page("/series/2", h.session("hector"), nil); code != http.StatusNotFound {
		t.Errorf("another experimenter is answered %d", code)
	}
}
