package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"berth/scheduler/account"
)

// TestTimesAreInTheReadersZone: UTC, until the browser tells its own, until the reader chooses one; the instants in the markup stay the same.
func TestTimesAreInTheReadersZone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	slot := tomorrow(4)
	r := h.asks("maeve", 1, slot)
	cookie, page := h.session("maeve"), fmt.Sprintf("/requests/%d", r.Number)
	mark := func(at time.Time, words string) string {
		return fmt.Sprintf(`<time datetime="%s" title="%s">%s</time>`, at.Format(time.RFC3339), at.Format("2006-01-02 15:04 UTC"), words)
	}
	day := slot.Start.Format("Mon 2 Jan")
	if slot.Start.Year() != time.Now().Year() {
		day = slot.Start.Format("Mon 2 Jan 2006")
	}
	shown := func(from, to string) string { return mark(slot.Start, day+", "+from) + "–" + mark(slot.End, to) }
	if _, body := h.page(page, cookie, nil); !strings.Contains(body, shown("12:00", "16:00")) {
		t.Errorf("not in UTC: %s", body)
	}
	if _, body := h.page(page, cookie+"; berth-zone=Asia%2FTokyo", nil); !strings.Contains(body, shown("21:00", "01:00")) && !strings.Contains(body, ", 21:00") {
		t.Errorf("not in the browser's zone: %s", body)
	}
	if _, body := h.page(page, cookie+"; berth-zone=%2Fetc%2Fpasswd", nil); !strings.Contains(body, shown("12:00", "16:00")) {
		t.Errorf("a browser's nonsense is believed: %s", body)
	}
	if code, to := h.page("/account/zone", cookie, url.Values{"zone": {"Africa/Johannesburg"}}); code != 303 {
		t.Fatal(code, to)
	}
	_, body := h.page(page, cookie+"; berth-zone=Asia%2FTokyo", nil)
	if !strings.Contains(body, shown("14:00", "18:00")) || !strings.Contains(body, "Johannesburg time") {
		t.Errorf("not in the chosen zone: %s", body)
	}
	if !strings.Contains(body, " Dublin time") {
		t.Errorf("the testbed's clocks show something else, and are not named: %s", body)
	}
	if p, err := h.site.people.Person(t.Context(), account.System, "maeve"); err != nil || p.Zone != "Africa/Johannesburg" {
		t.Errorf("%+v %v", p, err)
	}
}
