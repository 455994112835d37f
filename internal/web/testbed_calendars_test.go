package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// shownCalendars are the calendars of a test; done is what people decided.
type shownCalendars struct {
	list []scheduler.TestbedCalendar
	done []string
}

func (c *shownCalendars) List(_ context.Context, _ account.Actor, testbed string) (list []scheduler.TestbedCalendar, _ error) {
	for _, x := range c.list {
		if testbed == "" || testbed == x.Testbed {
			list = append(list, x)
		}
	}
	return list, nil
}

func (c *shownCalendars) Preview(context.Context, account.Actor, string) (scheduler.FacilityChange, error) {
	return scheduler.FacilityChange{Differences: []testbeds.Difference{{Kind: "removed", Field: "testbeds[hall].closures[cal-1]", From: "2031-01-01T00:00:00 PT1H"}}, Broken: []scheduler.BrokenBooking{{Number: 7, Name: "hit"}}}, nil
}

func (c *shownCalendars) Confirm(_ context.Context, _ account.Actor, name string) error {
	c.done = append(c.done, "confirm "+name)
	return nil
}

func (c *shownCalendars) TryNow(_ context.Context, _ account.Actor, name string) error {
	c.done = append(c.done, "read "+name)
	return nil
}

func (c *shownCalendars) Forget(_ context.Context, _ account.Actor, name string) (scheduler.FacilityChange, error) {
	c.done = append(c.done, "forget "+name)
	return scheduler.FacilityChange{}, nil
}

// TestCalendarsOfATestbed show how old they are to everybody, and to those who tend them what is wrong and what waits.
func TestCalendarsOfATestbed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	at := time.Now().Add(-time.Hour)
	c := &shownCalendars{list: []scheduler.TestbedCalendar{{Name: "lab", Testbed: "hall", Read: &at, Stale: true, Failure: "it <b> fails", Remedy: "look", Events: 2, Closures: 2,
		Notes: []scheduler.EventNote{{Event: "<i>Paint", Text: "not understood", Kept: true}}, Held: &scheduler.HeldCalendar{Since: at, Gone: 3, Of: 4, Events: []string{"Repair"}}},
		{Name: "out", Testbed: "hall", Writes: true, Read: &at}, {Name: "old", Testbed: "hall", Left: true, Stale: true, Closures: 1}}}
	adele, maeve := h.session("adele"), h.session("maeve")
	if code, _ := h.page("/testbeds/hall/calendars", adele, nil); code != http.StatusNotFound {
		t.Errorf("without a calendar: %d", code)
	}
	h.site.o.TestbedCalendars = c
	closure := testbeds.Closure{ID: "cal-1", Summary: "Paint", Start: testbeds.LocalTime{Time: time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 1, 0)}, Duration: testbeds.Period{Days: 1}}
	if _, err := h.svc.TakeClosures(t.Context(), account.System, "hall", "lab", []testbeds.Closure{closure}, scheduler.ChangeOptions{}); err != nil {
		t.Fatal(err)
	}
	_, page := h.page("/testbeds/hall", maeve, nil)
	if !strings.Contains(page, "what it said then stays in force") || strings.Contains(page, "/calendars") {
		t.Errorf("everybody sees how old it is: %s", page)
	}
	_, page = h.page("/testbeds/hall", adele, nil)
	if !strings.Contains(page, "from the calendar lab") || strings.Contains(page, "/closures/cal-1") || !strings.Contains(page, `href="/testbeds/hall/calendars"`) {
		t.Errorf("%s", page)
	}
	for path, who := range map[string]string{"/testbeds/hall/calendars": maeve, "/admin/calendars": maeve} {
		if code, _ := h.page(path, who, nil); code != http.StatusForbidden {
			t.Errorf("%s: %d", path, code)
		}
	}
	for _, path := range []string{"/testbeds/hall/calendars", "/admin/calendars"} {
		code, page := h.page(path, adele, nil)
		for _, want := range []string{"it &lt;b&gt; fails", "What helps: look", "&lt;i&gt;Paint: not understood. It closes what it closed before", "Of 4 events 3 are gone", "Repair", "They are gone", "Forget it", "Write it now"} {
			if code != http.StatusOK || !strings.Contains(page, want) {
				t.Errorf("%s does not say %q: %d %s", path, want, code, page)
			}
		}
		if code, page := h.page(path, adele, url.Values{"calendar": {"lab"}, "do": {"preview"}}); code != http.StatusOK || !strings.Contains(page, "Removed: ") || !strings.Contains(page, "#7 hit") {
			t.Errorf("%s: %d %s", path, code, page)
		}
		for _, do := range []string{"confirm", "read", "forget"} {
			if code, _ := h.page(path, adele, url.Values{"calendar": {"lab"}, "do": {do}}); code != http.StatusSeeOther || c.done[len(c.done)-1] != do+" lab" {
				t.Errorf("%s %s: %d %v", path, do, code, c.done)
			}
		}
		if code, _ := h.page(path, adele, url.Values{"calendar": {"lab"}, "do": {"dance"}}); code == http.StatusSeeOther {
			t.Errorf("%s: %d", path, code)
		}
	}
	if code, page := h.page("/testbeds/hall/closures/cal-1", adele, url.Values{"summary": {"x"}, "start": {"2031-01-01T00:00"}, "end": {"2031-01-02T00:00"}}); code == http.StatusSeeOther || !strings.Contains(page, "comes from the calendar lab") {
		t.Errorf("it is changed by hand: %d %s", code, page)
	}
	if _, page := h.page("/admin", adele, nil); !strings.Contains(page, "Calendars of testbeds") || !strings.Contains(page, "/admin/calendars") {
		t.Errorf("the overview: %s", page)
	}
}
