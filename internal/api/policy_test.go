package api

import (
	"strings"
	"testing"

	"berth/scheduler/account"
)

// TestThePolicyOverREST: it is put in force, read with one's own use, says no with every figure, and is tried before.
func TestThePolicyOverREST(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	yaml := []string{"Content-Type", "application/yaml"}
	first := h.expect(h.send("maeve", "GET", "/policy", nil), 200)
	if r := first.json(t); r["revision"] != 0.0 || len(r["words"].([]any)) != 0 || len(r["shares"].([]any)) != 0 {
		t.Errorf("without a policy: %s", first.body)
	}
	const text = "limits:\n  - {name: short, longest: PT4H}\nquotas:\n  - {name: usrps, device: usrp, hours: 9, per: person, every: month}\n"
	h.submitted("maeve", h.wish(0, 2)) // 6 hours of USRPs
	trial := h.expect(h.send("adele", "POST", "/policy/test?months=1", "limits: [{name: short, longest: PT1H}]", yaml...), 200).json(t)
	if trial["requests"] != 1.0 || len(trial["refused"].([]any)) != 1 {
		t.Errorf("tried: %v", trial)
	}
	bad := h.expect(h.send("adele", "PUT", "/policy", "limits:\n  - {name: short, longest: 4h}\n  - {name: a, open: 1, testbeds: [mars]}\n", yaml...), 422)
	for _, want := range []string{`"line 2: limits[0].longest"`, `"line 3: limits[1].testbeds[0]"`, "must be an ISO 8601 duration"} {
		if !strings.Contains(string(bad.body), want) {
			t.Errorf("%s is not in %s", want, bad.body)
		}
	}
	if dry := h.expect(h.send("adele", "PUT", "/policy?dry_run=true", text, yaml...), 200).json(t); dry["dry_run"] != true || dry["revision"] != 1.0 {
		t.Errorf("dry run: %v", dry)
	}
	put := h.expect(h.send("adele", "PUT", "/policy?reason=few+radios", text, yaml...), 200)
	h.expect(h.send("adele", "PUT", "/policy", "zone: UTC", append(yaml, "If-Match", `"9"`)...), 412)
	got := h.expect(h.send("maeve", "GET", "/policy", nil), 200)
	if r := got.json(t); got.header.Get("ETag") != put.header.Get("ETag") || r["text"] != text || r["by"] != "adele" || r["reason"] != "few radios" || len(r["words"].([]any)) != 2 {
		t.Errorf("in force: %s", got.body)
	}
	share := got.json(t)["shares"].([]any)[0].(map[string]any)
	if share["used"] != 6.0 || share["left"] != 3.0 || share["text"] != "you have used or asked for 6 of 9 usrp-hours this month" {
		t.Errorf("share: %v", share)
	}

	ask := h.wish(30, 2)
	delete(ask, "name")
	delete(ask, "mentor")
	check := h.expect(h.send("maeve", "POST", "/availability/check", ask), 200).json(t)
	if list := check["policy"].([]any); check["ok"] != true || len(list) != 1 || list[0].(map[string]any)["rule"] != "usrps" {
		t.Errorf("check: %v", check)
	}
	no := h.expect(h.send("maeve", "POST", "/requests", h.wish(30, 2)), 409).json(t)
	x := no["policy"].([]any)[0].(map[string]any)
	if x["limit"] != 9.0 || x["used"] != 6.0 || x["asked"] != 6.0 || x["allowed"] != 3.0 || x["kind"] != "quota" || x["period"] == nil || no["overrides"] != nil {
		t.Errorf("refused: %v", no)
	}
	long := h.expect(h.send("hector", "POST", "/requests", h.wish(30, 5)), 409).json(t)
	if len(long["policy"].([]any)) != 2 {
		t.Errorf("refused: %v", long)
	}
	wish := h.wish(30, 2)
	wish["experimenter"], wish["override"] = "maeve", map[string]any{"mode": "policy", "reason": "the review"}
	made := h.expect(h.send("monika", "POST", "/requests", wish), 201).json(t)["request"].(map[string]any)
	if w := made["waived"].([]any)[0].(map[string]any); w["by"] != "monika" || w["reason"] != "the review" {
		t.Errorf("waived: %v", made)
	}
	for who, status := range map[string]int{"maeve": 403, "monika": 403, "paddy": 403, "oskar": 403} {
		h.expect(h.send(who, "PUT", "/policy", text, yaml...), status)
		h.expect(h.send(who, "POST", "/policy/test", text, yaml...), status)
	}
	h.expect(h.send("adele", "PUT", "/policy", text, "Content-Type", "text/plain"), 415)
	h.expect(h.send("adele", "POST", "/policy/test?months=13", text, yaml...), 422)
	h.expect(h.send("adele", "PUT", "/policy", `{"zone": "UTC"}`, "Content-Type", "application/json"), 200)
	bearer, _ := h.key("adele", account.ScopeWrite)
	h.expect(h.send("", "PUT", "/policy", text, append(bearer, yaml...)...), 403)
}
