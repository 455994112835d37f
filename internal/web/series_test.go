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

var (
	wayButton   = regexp.MustCompile(`name="way" value="([^"]+)"`)
	changeKey   = regexp.MustCompile(`name="change_of" value="([^"]+)"`)
	leaveButton = regexp.MustCompile(`<li class="short">.*?name="leave" value="([^"]+)"`)
)

// TestASlotIsRepeated from the form of a booking on, without scripts: the occurrences with their fit, a way that works, the series, and a decision about
// all of it on one page.
func TestASlotIsRepeated(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	week := tomorrow(4).Shift(7 * 24 * time.Hour)
	h.granted("hector", 20, week)
	maeve, monika := h.session("maeve"), h.session("monika")
	repeat := with(booking(tomorrow(4), 20), "unit", "week", "every", "1", "times", "6")
	code, to := h.page("/new", maeve, with(repeat, "step", "check"))
	if code != http.StatusSeeOther || !strings.HasPrefix(to, "/new?") {
		t.Fatalf("%d %s", code, to)
	}
	_, body := h.page(to, maeve, nil)
	for _, want := range []string{"5 of 6 fit", "does not fit", `value="Spectrum &amp; more"`, "Why &lt;we&gt; need it</textarea>", "What works for all of it", `<option selected>monika`,
		`<option value="week" selected>`, "Submit the 5 that fit", "Submit all 6 anyway"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q: %s", want, body)
		}
	}
	code, to = h.page("/new", maeve, with(repeat, "leave", leaveButton.FindStringSubmatch(body)[1]))
	if _, body = h.page(to, maeve, nil); code != http.StatusSeeOther || !strings.Contains(body, "All 5 fit:") || !strings.Contains(body, "Submit 5 requests") {
		t.Errorf("what is left out is answered %d: %s", code, body)
	}
	repeated := with(repeat, "times", "3")
	code, body = h.page("/new", maeve, with(repeated, "step", "submit"))
	if code != http.StatusConflict || !strings.Contains(body, "2 of 3 fit") {
		t.Errorf("what does not fit is answered %d: %s", code, body)
	}
	way := html.UnescapeString(wayButton.FindStringSubmatch(body)[1])
	code, to = h.page("/new", maeve, with(repeated, "way", way))
	if _, body = h.page(to, maeve, nil); code != http.StatusSeeOther || !strings.Contains(body, "Changed: ") || strings.Contains(body, "chip bad") {
		t.Errorf("the way is answered %d: %s", code, body)
	}
	// The way was for these times: with others it is dropped.
	changed := with(repeated, "change", way, "change_of", html.UnescapeString(changeKey.FindStringSubmatch(body)[1]))
	code, to = h.page("/new", maeve, with(changed, "step", "check", "times", "4"))
	if _, body = h.page(to, maeve, nil); code != http.StatusSeeOther || strings.Contains(body, "Changed: ") || !strings.Contains(body, "3 of 4 fit") {
		t.Errorf("a way for other times is answered %d: %s", code, body)
	}
	code, to = h.page("/new", maeve, with(changed, "step", "submit"))
	if code != http.StatusSeeOther || to != "/series/2?note=series-submitted" {
		t.Fatalf("%d %s", code, to)
	}
	if code, to = h.page("/new", maeve, with(changed, "step", "submit")); code != http.StatusSeeOther || to != "/series/2?note=repeated" {
		t.Errorf("sent again, it is answered %d %s", code, to)
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
	for field, wrong := range map[string][]string{"except": {"except", "soon"}, "Recurrence": {"times", "1"}, "every": {"every", "x"}, "unit": {"unit", "year"}} {
		if code, body = h.page("/new", maeve, with(repeated, append(wrong, "step", "submit", "once", field)...)); code != http.StatusUnprocessableEntity {
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

// TestSeriesAreListed: one's own and all, narrowed by state, testbed, experiment and text, with what became of them.
func TestSeriesAreListed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	maeve, monika := h.session("maeve"), h.session("monika")
	if _, body := h.page("/series", maeve, nil); !strings.Contains(body, "There are no series that you may see.") || !strings.Contains(body, "Book a slot, and repeat it") {
		t.Errorf("nobody's series: %s", body)
	}
	if code, to := h.page("/new", maeve, with(booking(tomorrow(4), 1), "unit", "week", "times", "3", "step", "submit")); code != http.StatusSeeOther {
		t.Fatal(code, to)
	}
	if code, to := h.page("/series/1/take", monika, url.Values{"pick": {"1"}, "partly": {"yes"}, "step": {"reject"}, "reason": {"no"}}); code != http.StatusSeeOther {
		t.Fatal(code, to)
	}
	row := `<a class="title" href="/series/1">`
	for query, listed := range map[string]bool{"": true, "text=SPECTRUM": true, "text=nothing": false, "status=REJECTED": true, "status=RUNNING": false, "testbed=hall": true, "testbed=elsewhere": false,
		"experiment=Spectrum+%26+more": true, "experiment=other": false, "status=UNDER_REVIEW&testbed=hall&text=more": true} {
		_, body := h.page("/series?"+query, monika, nil)
		if strings.Contains(body, row) != listed || listed && !strings.Contains(body, "2 under review, 1 rejected") || !listed && !strings.Contains(body, "No series is like that.") {
			t.Errorf("%q lists it wrongly: %s", query, body)
		}
	}
	if _, body := h.page("/series?mine=yes", maeve, nil); !strings.Contains(body, row) || !strings.Contains(body, `href="/series?mine=yes" aria-current="page"`) {
		t.Errorf("one's own: %s", body)
	}
	if code, _ := h.page("/series?status=LOST", monika, nil); code != http.StatusUnprocessableEntity {
		t.Errorf("no status is answered %d", code)
	}
}
