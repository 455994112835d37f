package api

import (
	"berth/scheduler/account"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestTheUseOfTestbedsIsReported, as JSON and as a table, each reader their share.
func TestTheUseOfTestbedsIsReported(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.submitted("maeve", h.wish(0, 2))
	h.submitted("hector", h.wish(4, 2))
	from := time.Now().UTC().Truncate(time.Second)
	span := url.Values{"from": {from.Add(-time.Hour).Format(time.RFC3339)}, "to": {from.AddDate(0, 0, 30).Format(time.RFC3339)}}
	ask := func(path string, more ...string) string {
		q := url.Values{}
		for k, v := range span {
			q[k] = v
		}
		for i := 0; i < len(more); i += 2 {
			q.Set(more[i], more[i+1])
		}
		return path + "?" + q.Encode()
	}
	for who, want := range map[string]float64{"maeve": 1, "hector": 1, "monika": 2, "adele": 2} {
		r := h.expect(h.send(who, "GET", ask("/reports/use", "by", "experimenter"), nil), 200).json(t)
		total := r["total"].(map[string]any)
		if total["requests"] != want || total["fates"].(map[string]any)["waiting"] != want || len(r["lines"].([]any)) != int(want) || r["by"] != "experimenter" || r["zone"] != "UTC" {
			t.Errorf("%s: %v", who, r)
		}
	}
	r := h.expect(h.send("monika", "GET", ask("/reports/use.csv", "by", "month", "zone", "Europe/Dublin"), nil), 200)
	if lines := strings.Split(strings.TrimSpace(string(r.body)), "\r\n"); !strings.HasPrefix(lines[0], "key,name,requests,") || !strings.HasPrefix(lines[len(lines)-1], "total,,2,") ||
		!strings.HasPrefix(r.header.Get("Content-Type"), "text/csv") || !strings.Contains(r.header.Get("Content-Disposition"), "use.csv") {
		t.Errorf("%v\n%s", r.header, r.body)
	}
	h.expect(h.send("monika", "GET", ask("/reports/use", "by", "colour"), nil), 422)
	h.expect(h.send("monika", "GET", ask("/reports/use", "zone", "Mars/Olympus"), nil), 422)
	h.expect(h.send("monika", "GET", ask("/reports/use", "testbed", "none"), nil), 404)
	h.expect(h.send("monika", "GET", ask("/reports/use.csv", "to", span.Get("from")), nil), 422)
	h.expect(h.send("monika", "GET", "/reports/use", nil), 422)
	bearer, _ := h.key("monika", account.ScopeCalendar)
	h.expect(h.send("", "GET", ask("/reports/use"), nil, bearer...), 403)
}
