package api

import (
	"fmt"
	"strings"
	"testing"
)

// weekly asks for the wish of a fixture every Tuesday at a time in Dublin, so often.
func (h *house) weekly(start string, times int) map[string]any {
	wish := h.wish(0, 1)
	delete(wish, "slot")
	wish["timezone"], wish["start"], wish["duration"], wish["rrule"] = "Europe/Dublin", start, "PT4H", fmt.Sprintf("FREQ=WEEKLY;COUNT=%d", times)
	return wish
}

// asked returns what a check takes of a series.
func (h *house) asked(start string, times int) map[string]any {
	ask := h.weekly(start, times)
	delete(ask, "name")
	delete(ask, "mentor")
	return ask
}

// A series over REST, from the check to the last step, with what every other route has: dry runs, keys, tags, problems.
func TestASeriesOverREST(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	day := h.at.AddDate(0, 0, 7).Format("2006-01-02")
	wish := h.weekly(day+"T09:00", 3)
	ask := h.asked(day+"T09:00", 3)
	if got := h.expect(h.send("maeve", "POST", "/series/check", ask), 200).json(t); got["ok"] != true || len(got["occurrences"].([]any)) != 3 {
		t.Errorf("the check says %v", got)
	}
	dry := h.weekly(day+"T09:00", 3)
	dry["dry_run"] = true
	if got := h.expect(h.send("maeve", "POST", "/series", dry), 201).json(t); got["dry_run"] != true || got["done"] != 3.0 {
		t.Errorf("a dry run says %v", got)
	}
	made := h.expect(h.send("maeve", "POST", "/series", wish, "Idempotency-Key", "k"), 201)
	again := h.expect(h.send("maeve", "POST", "/series", wish, "Idempotency-Key", "k"), 201)
	where := made.header.Get("Location")
	if where == "" || where != again.header.Get("Location") {
		t.Errorf("made %q, and then %q", where, again.header.Get("Location"))
	}
	path := strings.TrimPrefix(where, prefix)
	seen := h.send("maeve", "GET", path, nil)
	if seen.json(t)["said"] == "" || seen.header.Get("ETag") == "" {
		t.Errorf("%s", seen.body)
	}
	if n := len(h.expect(h.send("maeve", "GET", "/series?limit=1&experimenter=maeve", nil), 200).json(t)["items"].([]any)); n != 1 {
		t.Errorf("%d series are listed", n)
	}
	h.expect(h.send("hector", "GET", path, nil), 404)
	h.expect(h.send("maeve", "POST", path+"/schedule", map[string]any{}), 403)
	refused := h.expect(h.send("monika", "POST", path+"/schedule", map[string]any{}), 409).json(t)
	if parts := refused["occurrences"].([]any); len(parts) != 3 || parts[0].(map[string]any)["refused"] == nil {
		t.Errorf("without approvals: %v", refused)
	}
	h.expect(h.send("paddy", "PUT", path+"/approvals/hall", map[string]any{"decision": "approved"}, "If-Match", seen.header.Get("ETag")), 200)
	h.expect(h.send("monika", "POST", path+"/schedule", map[string]any{}, "If-Match", seen.header.Get("ETag")), 412)
	if got := h.expect(h.send("monika", "POST", path+"/schedule", map[string]any{"reason": "welcome"}), 200).json(t); got["done"] != 3.0 {
		t.Errorf("scheduled: %v", got)
	}

	other := h.expect(h.send("hector", "POST", "/series", h.weekly(day+"T11:00", 3)), 409).json(t)
	ways := other["ways"].([]any)
	if len(ways) == 0 || len(other["occurrences"].([]any)) != 3 {
		t.Fatalf("it does not fit: %v", other)
	}
	taken := h.weekly(day+"T11:00", 3)
	taken["change"] = map[string]any{"shift_minutes": ways[0].(map[string]any)["shift_minutes"]}
	h.expect(h.send("hector", "POST", "/series", taken), 201)
	found := h.expect(h.send("hector", "POST", "/series/suggest", h.asked(day+"T11:00", 3)), 200).json(t)
	if len(found["ways"].([]any)) == 0 || found["fit"].(map[string]any)["ok"] != false {
		t.Errorf("suggested: %v", found)
	}

	h.expect(h.send("monika", "POST", path+"/assign", map[string]any{"mentor": "monika"}), 200)
	h.expect(h.send("monika", "GET", path+"/ways", nil), 200)
	h.expect(h.send("monika", "POST", path+"/move", map[string]any{"change": map[string]any{"shift_minutes": 24 * 60}, "occurrences": []int{1}, "dry_run": true}), 200)
	h.expect(h.send("monika", "POST", path+"/move", map[string]any{"change": map[string]any{"shift_minutes": 24 * 60}, "override": map[string]any{"mode": "approvals", "reason": "agreed"}}), 200)
	h.expect(h.send("monika", "POST", path+"/reject", map[string]any{"reason": "closed", "occurrences": []int{3}, "change": map[string]any{"shift_minutes": 60}}), 200)
	h.expect(h.send("maeve", "POST", path+"/accept", map[string]any{}), 200)
	if got := h.expect(h.send("maeve", "POST", path+"/cancel", map[string]any{"reason": "no time"}), 200).json(t); got["done"] != 3.0 {
		t.Errorf("cancelled: %v", got)
	}
}

func TestFaultsOfASeriesHaveTheirFields(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for field, change := range map[string]func(map[string]any){
		"rrule":           func(w map[string]any) { w["rrule"] = "FREQ=WEEKLY" },
		"timezone":        func(w map[string]any) { w["timezone"] = "Dublin" },
		"start":           func(w map[string]any) { w["start"] = "2026-03-03T24:00" },
		"duration":        func(w map[string]any) { w["duration"] = "4h" },
		"exdates[0]":      func(w map[string]any) { w["exdates"] = []string{"soon"} },
		"change.skip[0]":  func(w map[string]any) { w["change"] = map[string]any{"skip": []int{9}} },
		"change.moves[0]": func(w map[string]any) { w["change"] = map[string]any{"moves": []any{map[string]any{"place": 1}}} },
		"nsd": func(w map[string]any) {
			w["nsd"] = "nothing"
			delete(w, "components")
			delete(w, "placement")
			delete(w, "devices")
		},
	} {
		wish := h.weekly(h.at.AddDate(0, 0, 7).Format("2006-01-02")+"T09:00", 3)
		change(wish)
		first := h.expect(h.send("maeve", "POST", "/series", wish), 422).json(t)["errors"].([]any)[0].(map[string]any)
		if first["field"] != field {
			t.Errorf("got %v, want %s", first, field)
		}
	}
}
