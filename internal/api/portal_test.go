package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// TestAPortalsDayIsAWholeDay covers the portal's first forms, where a single day began and ended on the same
// date.
func TestAPortalsDayIsAWholeDay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	day := h.at.Truncate(24 * time.Hour).Add(72 * time.Hour)
	post := func(start, end time.Time) reply {
		return h.send("maeve", "POST", "/portal/deployments", descriptorOf(start, end))
	}
	made := h.expect(post(day, day), 201).json(t)
	if made["startReqDate"] != float64(day.UnixMilli()) || made["endReqDate"] != float64(day.UnixMilli()) {
		t.Errorf("given back: %v", made)
	}
	r := h.expect(h.send("maeve", "GET", "/requests/"+made["uuid"].(string), nil), 200).json(t)
	slot := r["slot"].(map[string]any)
	if slot["start"] != day.Format(time.RFC3339) || slot["end"] != day.Add(24*time.Hour).Format(time.RFC3339) {
		t.Errorf("the slot is %v", slot)
	}
	h.expect(post(day, day.Add(-24*time.Hour)), 422)
}

func descriptorOf(start, end time.Time) map[string]any {
	return map[string]any{"name": "test", "startReqDate": start.UnixMilli(), "endReqDate": end.UnixMilli(), "mentor": map[string]any{"username": "monika"},
		"experiment": map[string]any{"name": "radio_nsd"}}
}

// TestTheListOfDeploymentsIsAnArray, as the portal's clients expect it; the address of the next page is in a
// header.
func TestTheListOfDeploymentsIsAnArray(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	if r := h.expect(h.send("maeve", "GET", "/portal/deployments", nil), 200); strings.TrimSpace(string(r.body)) != "[]" {
		t.Errorf("nothing is %s", r.body)
	}
	h.submitted("maeve", h.wish(0, 1))
	h.submitted("maeve", h.wish(3, 1))
	r := h.expect(h.send("maeve", "GET", "/portal/deployments?limit=1", nil), 200)
	var list []map[string]any
	if err := json.Unmarshal(r.body, &list); err != nil || len(list) != 1 || list[0]["id"] != 2.0 || r.header.Get("Link") == "" {
		t.Errorf("%v, %v, Link %q", list, err, r.header.Get("Link"))
	}
}

// TestADeploymentIsChangedAsInThePortal by its mentor, through the status, the dates, and the feedback as one text.
func TestADeploymentIsChangedAsInThePortal(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	day := h.at.Truncate(24 * time.Hour).Add(72 * time.Hour)
	id := h.expect(h.send("maeve", "POST", "/portal/deployments", descriptorOf(day, day.Add(6*time.Hour))), 201).json(t)["uuid"].(string)
	at := "/portal/deployments/" + id
	read := func() map[string]any { return h.expect(h.send("monika", "GET", at, nil), 200).json(t) }
	put := func(who string, change map[string]any) reply {
		d := read()
		for k, v := range change {
			d[k] = v
		}
		return h.send(who, "PUT", at, d)
	}
	h.expect(put("hector", map[string]any{"status": "SCHEDULED"}), 404)
	h.expect(put("maeve", map[string]any{"status": "SCHEDULED"}), 403)
	h.expect(put("monika", map[string]any{"status": "TERMINATED"}), 422)
	h.expect(put("monika", nil), 200) // a repetition changes nothing
	if d := h.expect(put("monika", map[string]any{"feedback": "Looks good."}), 200).json(t); !strings.HasSuffix(d["feedback"].(string), "monika: Looks good.") {
		t.Errorf("feedback %v", d["feedback"])
	}
	added := read()["feedback"].(string) + "\nOne more thing."
	if d := h.expect(put("monika", map[string]any{"feedback": added}), 200).json(t); strings.Count(d["feedback"].(string), "Looks good.") != 1 || !strings.HasSuffix(d["feedback"].(string), "monika: One more thing.") {
		t.Errorf("feedback %v", d["feedback"])
	}
	h.expect(h.send("paddy", "PUT", "/requests/"+id+"/approvals/hall", map[string]any{"decision": "approved"}), 200)
	later := day.Add(time.Hour)
	d := h.expect(put("monika", map[string]any{"status": "SCHEDULED", "startDate": later.UnixMilli(), "endDate": later.Add(5 * time.Hour).UnixMilli()}), 200).json(t)
	if d["status"] != "SCHEDULED" || d["startDate"] != float64(later.UnixMilli()) || d["endDate"] != float64(later.Add(5*time.Hour).UnixMilli()) {
		t.Errorf("scheduled: %v", d)
	}
	d = h.expect(put("monika", map[string]any{"endDate": later.Add(4 * time.Hour).UnixMilli()}), 200).json(t)
	if d["endDate"] != float64(later.Add(4*time.Hour).UnixMilli()) {
		t.Errorf("moved: %v", d)
	}
	h.expect(put("monika", map[string]any{"status": "REJECTED"}), 422) // a rejection without a reason
	d = h.expect(put("monika", map[string]any{"status": "REJECTED", "feedback": read()["feedback"].(string) + "\nThe hall is closed."}), 200).json(t)
	if d["status"] != "REJECTED" {
		t.Errorf("rejected: %v", d)
	}
}
