package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"berth/testbeds"
)

// TestAClosureShowsWhomItHitsFirst, is added once, changed, and ended.
func TestAClosureShowsWhomItHitsFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	r := h.granted("maeve", 8, tomorrow(4))
	adele := h.session("adele")
	dublin, err := time.LoadLocation("Europe/Dublin")
	if err != nil {
		t.Fatal(err)
	}
	wall := func(at time.Time) string { return at.In(dublin).Format(localTime) }
	form := url.Values{"summary": {"Painting <b>"}, "start": {wall(r.Slot.Start)}, "end": {wall(r.Slot.End)}, "of": {"vim:iris"}, "once": {"key"}}
	code, page := h.page("/testbeds/hall/closures", adele, form)
	if code != http.StatusOK || !strings.Contains(page, "bookings would lose capacity") || !strings.Contains(page, "Close, and tell the people of 1 booking") || !strings.Contains(page, `value="Painting &lt;b&gt;"`) || !strings.Contains(page, `value="vim:iris" selected`) {
		t.Fatalf("%d %s", code, page)
	}
	if now, _ := h.hall(); len(now.Closures) != 0 {
		t.Fatal("it was added at once")
	}
	form.Set("step", "confirm")
	for range 2 { // the second is the same again
		if code, page := h.page("/testbeds/hall/closures", adele, form); code != http.StatusSeeOther {
			t.Fatalf("%d %s", code, page)
		}
	}
	now, _ := h.hall()
	if len(now.Closures) != 1 || now.Closures[0].Summary != "Painting <b>" || now.Closures[0].VIMs[0] != "iris" {
		t.Fatalf("%+v", now.Closures)
	}
	at := "/testbeds/hall/closures/" + now.Closures[0].ID
	if _, page := h.page("/testbeds/hall", adele, nil); !strings.Contains(page, at) || !strings.Contains(page, "Painting &lt;b&gt;") {
		t.Errorf("it is not listed: %s", page)
	}
	_, page = h.page(at, adele, nil)
	shown := sent(t, page)
	shown.Set("step", "confirm")
	if code, page := h.page(at, adele, shown); code != http.StatusSeeOther {
		t.Fatalf("as it is shown: %d %s", code, page)
	}
	if again, _ := h.hall(); inFile(again) != inFile(now) {
		t.Errorf("saving what is shown changes it:\n%s\nwas\n%s", inFile(again), inFile(now))
	}
	shown.Set("part.vcpu", "4")
	shown.Set("repeat", "WEEKLY")
	shown.Set("until", "2031-12-31")
	if code, page := h.page(at, adele, shown); code != http.StatusSeeOther {
		t.Fatalf("changing: %d %s", code, page)
	}
	if now, _ := h.hall(); now.Closures[0].RRule != "FREQ=WEEKLY;UNTIL=20311231" || now.Closures[0].Capacity["vcpu"] != 4 {
		t.Errorf("%+v", now.Closures)
	}
	if _, page := h.page("/testbeds/hall", adele, nil); !strings.Contains(page, "every week, next ") {
		t.Errorf("when it recurs: %s", page)
	}
	if code, _ := h.page("/testbeds/hall/reopen", adele, url.Values{"closure": {now.Closures[0].ID}}); code != http.StatusSeeOther {
		t.Errorf("ending: %d", code)
	}
	if now, _ := h.hall(); len(now.Closures) != 0 {
		t.Errorf("a closure that had not begun stays: %+v", now.Closures)
	}
	if code, _ := h.page(at, adele, nil); code != http.StatusNotFound {
		t.Errorf("a closure that is gone: %d", code)
	}
}

// TestWhoClosesWhat: the providers of a testbed and administrators.
func TestWhoClosesWhat(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	adele := h.session("adele")
	if code, _ := h.page("/admin/people/hector", adele, url.Values{"name": {"Hector"}, "role": {"provider"}, "testbed": {"hall"}, "revision": {"1"}}); code != http.StatusSeeOther {
		t.Fatal(code)
	}
	form := url.Values{"summary": {"x"}, "start": {"2031-01-01T00:00"}, "end": {"2031-01-02T00:00"}}
	for who, want := range map[string]int{"adele": 200, "hector": 200, "maeve": 403, "monika": 403} {
		cookie := h.session(who)
		if code, _ := h.page("/testbeds/hall/closures", cookie, nil); code != want {
			t.Errorf("%s sees the form: %d", who, code)
		}
		if code, _ := h.page("/testbeds/hall/closures", cookie, form); code != want {
			t.Errorf("%s previews: %d", who, code)
		}
		_, page := h.page("/testbeds/hall", cookie, nil)
		if strings.Contains(page, "Add a closure") != (want == 200) || strings.Contains(page, "/testbeds/hall/edit") != (want == 200) {
			t.Errorf("%s is shown what refuses them, or not what does not", who)
		}
	}
	if code, _ := h.page("/testbeds/hall/reopen", h.session("maeve"), url.Values{"closure": {"c"}}); code != http.StatusNotFound {
		t.Errorf("reopening nothing: %d", code)
	}
}

// TestClosuresThatTheFormCannotHold keep their rule.
func TestClosuresThatTheFormCannotHold(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{"": "", "FREQ=DAILY": "DAILY", "FREQ=WEEKLY;BYDAY=MO,TU": "WEEKLY", "FREQ=MONTHLY;UNTIL=20311231": "MONTHLY", "FREQ=MONTHLY;BYDAY=2TU": "keep", "FREQ=WEEKLY;INTERVAL=2": "keep"} {
		c := testbeds.Closure{Summary: "x", Start: testbeds.LocalTime{Time: firstMonday}, Duration: testbeds.Period{Clock: time.Hour}, RRule: rule}
		f := closureFields(c)
		if f.Repeat != want {
			t.Errorf("%s: %s", rule, f.Repeat)
		}
		form := url.Values{"summary": {"x"}, "start": {f.Start}, "end": {f.End}, "repeat": {f.Repeat}, "until": {f.Until}}
		for _, d := range f.Days {
			if d.On {
				form.Add("day", d.Code)
			}
		}
		if err := readClosure(form, &c); err != nil || c.RRule != rule {
			t.Errorf("%q comes back as %q, %v", rule, c.RRule, err)
		}
	}
}
