package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"berth/scheduler/report"
	"berth/testbeds"
)

// TestEverybodyReadsTheirUse: own requests, own testbeds, or all; in the page and in the table.
func TestEverybodyReadsTheirUse(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	h.granted("maeve", 4, tomorrow(4))
	h.granted("hector", 2, tomorrow(2))
	in := url.Values{"span": {"range"}, "from": {tomorrow(4).Start.AddDate(0, 0, -1).Format(time.DateOnly)}, "to": {tomorrow(4).Start.AddDate(0, 0, 1).Format(time.DateOnly)}, "by": {"experimenter"}}
	for who, want := range map[string]string{"maeve": "4 h", "hector": "2 h", "monika": "6 h", "adele": "6 h"} {
		code, body := h.page("/use?"+in.Encode(), h.session(who), nil)
		m := regexp.MustCompile(`<dt>Planned</dt><dd>([^<]*)</dd>`).FindStringSubmatch(body)
		if code != http.StatusOK || m == nil || m[1] != want {
			t.Errorf("%s: %d, planned %v, want %s", who, code, m, want)
		}
		if sees := strings.Contains(body, ">hector"); sees != (who != "maeve") {
			t.Errorf("%s sees hector's: %v", who, sees)
		}
		code, table := h.page("/use.csv?"+in.Encode(), h.session(who), nil)
		if code != http.StatusOK || strings.Contains(table, "hector") != (who != "maeve") || !strings.Contains(table, "total,") {
			t.Errorf("%s: %d %s", who, code, table)
		}
	}
	for _, by := range report.Dimensions {
		in.Set("by", string(by))
		if code, body := h.page("/use?"+in.Encode(), h.session("monika"), nil); code != http.StatusOK || !strings.Contains(body, "<tbody>") {
			t.Errorf("by %s: %d", by, code)
		}
	}
	for _, wrong := range []string{"by=colour", "span=range", "span=range&from=2026-01-01&to=yesterday", "span=range&from=2026-01-02&to=2026-01-01", "span=range&from=2000-01-01&to=2026-01-01", "page=-1"} {
		if code, _ := h.page("/use?"+wrong, h.session("monika"), nil); code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", wrong, code)
		}
	}
	if code, _ := h.page("/use?testbed=none", h.session("monika"), nil); code != http.StatusNotFound {
		t.Error("a testbed that there is not")
	}
}

// TestSpansOfUse begin and end at midnights of the reader's zone, with the clocks' changes in them.
func TestSpansOfUse(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Dublin")
	if err != nil {
		t.Fatal(err)
	}
	x := reader{zone, time.Date(2026, 10, 31, 23, 30, 0, 0, time.UTC)}
	for query, want := range map[string]string{
		"":                "2026-09-30T23:00:00Z 2026-11-01T00:00:00Z",
		"span=last-month": "2026-08-31T23:00:00Z 2026-09-30T23:00:00Z",
		"span=quarter":    "2026-09-30T23:00:00Z 2027-01-01T00:00:00Z",
		"span=year":       "2026-01-01T00:00:00Z 2027-01-01T00:00:00Z",
		"span=12-months":  "2025-11-01T00:00:00Z 2026-11-01T00:00:00Z",
		"span=range&from=2026-10-25&to=2026-10-25": "2026-10-24T23:00:00Z 2026-10-26T00:00:00Z",
	} {
		q, _ := url.ParseQuery(query)
		u, err := x.readUse(q)
		if got := u.Slot.Start.UTC().Format(time.RFC3339) + " " + u.Slot.End.UTC().Format(time.RFC3339); err != nil || got != want {
			t.Errorf("%q: %s, %v; want %s", query, got, err, want)
		}
		again, err := x.readUse(u.query())
		if err != nil || !again.Slot.Equal(u.Slot) {
			t.Errorf("%q leads on to %v, %v", query, again.Slot, err)
		}
	}
}

func TestUseInWords(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[int64]string{0: "0", 1800: "0.5", 3600: "1", 9 * 3600: "9", 36000: "10", 3600*999 + 1799: "999", 3600 * 1234: "1,234", 3600 * 1234567: "1,234,567"} {
		if got := hoursWords(seconds); got != want {
			t.Errorf("%d seconds are %s, want %s", seconds, got, want)
		}
	}
	units := func(quantity, device string, n int64) string {
		return unitsWords(report.Line{Resource: &testbeds.Resource{Testbed: "hall", VIM: "iris", Quantity: quantity, Device: device}}, n*3600)
	}
	for got, want := range map[string]string{units("vcpu", "", 12): "12 vCPU-hours", units("memory_mb", "", 4096): "4 GB-hours", units("storage_gb", "", 10): "10 GB-hours", units("memory_mb", "", 1500): "1.5 GB-hours", units("gpus", "", 3): "3 gpus-hours", units("vcpu", "", 0): "–", units("", "usrp", 5): "5 unit-hours",
		ofPlan(1, 3): "33 %", ofPlan(2, 3): "67 %", ofPlan(1, 0): ""} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
