package api

import "testing"

// TestPeriodsThatOverflowAreRefused in every field that accepts a period.
func TestPeriodsThatOverflowAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.submitted("maeve", h.wish(0, 4))
	const long = "P99999DT999999H"
	wish := h.wish(10, 1)
	wish["min_duration"] = long
	for what, r := range map[string]reply{
		"min_duration":   h.send("maeve", "POST", "/requests", wish),
		"edit":           h.send("maeve", "PATCH", "/requests/"+id, map[string]any{"min_duration": long}),
		"suggest":        h.send("maeve", "POST", "/availability/suggest", map[string]any{"nsd": "radio_nsd", "duration": long, "window": h.slot(0, 100)}),
		"hold_for":       h.send("monika", "POST", "/requests/"+id+"/reject", map[string]any{"reason": "no", "alternatives": 1, "hold_for": long}),
		"closure":        h.send("paddy", "POST", "/testbeds/hall/closures", map[string]any{"summary": "x", "start": "2030-01-05T08:00:00", "duration": long}),
		"testbed, setup": h.send("adele", "PUT", "/testbeds/hall", map[string]any{"id": "hall", "name": "Hall", "timezone": "Europe/Dublin", "setup": long}),
	} {
		if r.status != 422 && r.status != 400 {
			t.Errorf("%s: %d %s", what, r.status, r.body)
		}
	}
}
