package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"berth/scheduler/account"
)

// keyOf makes a token of a person, as a program of the portal sends it.
func (h *house) keyOf(who string, scopes ...account.Scope) []string {
	h.t.Helper()
	made := h.expect(h.send(who, "POST", "/tokens", map[string]any{"name": "portal", "scopes": scopes}), 201).json(h.t)
	return []string{"X-APIKEY", made["secret"].(string)}
}

// TestProgramsOfThePortal work with Berth as with the portal: its paths, its header, its statuses.
func TestProgramsOfThePortal(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	maeve, monika, reader := h.keyOf("maeve", account.ScopeRead, account.ScopeWrite), h.keyOf("monika", account.ScopeRead, account.ScopeWrite), h.keyOf("monika", account.ScopeRead)
	day := h.at.Truncate(24 * time.Hour).Add(72 * time.Hour)
	wish := descriptorOf(day, day.Add(6*time.Hour))
	wish["startReqDate"], wish["endReqDate"] = day.Format("2006-01-02T15:04:05.000Z"), day.Add(6*time.Hour).Format("2006-01-02T15:04:05.000Z")
	wish["owner"] = map[string]any{"id": 7, "username": "adele", "apikey": "a-secret", "password": "another"}
	wish["experiment"] = map[string]any{"id": 26, "name": "radio_nsd", "experimentOnBoardDescriptors": []any{map[string]any{"deployId": "5eaa933a"}}}
	wish["instanceId"], wish["constituentVnfrIps"], wish["infrastructureExtra"] = "ns-1", "10.0.0.1", map[string]any{"id": 4}
	made := h.expect(h.send("", "POST", "/portal/admin/deployments", wish, maeve...), 200).json(t)
	if made["id"] != 1.0 || made["status"] != "UNDER_REVIEW" || made["owner"].(map[string]any)["username"] != "maeve" {
		t.Errorf("made: %v", made)
	}
	list := func(path string, key []string) (all []map[string]any) {
		t.Helper()
		r := h.expect(h.send("", "GET", path, nil, key...), 200)
		if err := json.Unmarshal(r.body, &all); err != nil {
			t.Fatalf("%s: %v", r.body, err)
		}
		return all
	}
	for path, want := range map[string]int{"": 1, "/": 1, "?status=UNDER_REVIEW": 1, "?status=COMPLETED": 0, "?status=REJECTED": 0, "?status=FAILED": 0, "?status=FAILED_OSM_REMOVED": 0, "/scheduled": 0} {
		if all := list("/portal/admin/deployments"+path, maeve); len(all) != want {
			t.Errorf("%q lists %d, want %d", path, len(all), want)
		}
	}
	read := h.expect(h.send("", "GET", "/portal/admin/deployments/1", nil, monika...), 200).json(t)
	if read["instanceId"] != "ns-1" || read["constituentVnfrIps"] != "10.0.0.1" || read["infrastructureExtra"] == nil || !strings.Contains(string(jsonOf(t, read["experiment"])), "5eaa933a") {
		t.Errorf("what was posted is not given back: %v", read)
	}
	if text := string(jsonOf(t, read)); strings.Contains(text, "secret") || strings.Contains(text, "another") {
		t.Errorf("a secret is given back: %s", text)
	}
	put := func(key []string, change map[string]any) reply {
		d := h.expect(h.send("", "GET", "/portal/admin/deployments/1", nil, monika...), 200).json(t)
		for k, v := range change {
			d[k] = v
		}
		return h.send("", "PUT", "/portal/admin/deployments/1", d, key...)
	}
	scheduled := map[string]any{"status": "SCHEDULED"}
	for name, r := range map[string]reply{"an experimenter": put(maeve, scheduled), "a token that may only read": put(reader, scheduled), "an unknown key": put([]string{"X-APIKEY", "berth_nobody"}, scheduled)} {
		if r.status != 406 || string(r.body) != noPortalAdmin {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	if r := put(monika, map[string]any{"status": "TERMINATED"}); r.status != 406 || !strings.Contains(string(r.body), "status") {
		t.Errorf("a status that nobody sets: %d %s", r.status, r.body)
	}
	if r := put(monika, map[string]any{"id": 2}); r.status != 406 || !strings.Contains(string(r.body), "as in the address") {
		t.Errorf("another id than that of the path: %d %s", r.status, r.body)
	}
	h.expect(h.send("paddy", "PUT", "/requests/1/approvals/hall", map[string]any{"decision": "approved"}), 200)
	if d := h.expect(put(monika, scheduled), 200).json(t); d["status"] != "SCHEDULED" || d["startDate"] != float64(day.UnixMilli()) || d["instanceId"] != "ns-1" {
		t.Errorf("scheduled: %v", d)
	}
	if all := list("/portal/admin/deployments/scheduled", monika); len(all) != 1 {
		t.Errorf("scheduled: %v", all)
	}
	if all := list("/portal/admin/infrastructures/", maeve); len(all) == 0 || all[0]["datacentername"] == "" {
		t.Errorf("infrastructures: %v", all)
	}
	if all := list("/portal/experiments", maeve); len(all) == 0 || all[0]["constituentVxF"] == nil {
		t.Errorf("experiments: %v", all)
	}
	h.expect(h.send("", "DELETE", "/portal/admin/deployments/1", nil, maeve...), 200)
	if all := list("/portal/admin/deployments?status=REJECTED", maeve); len(all) != 1 {
		t.Errorf("deleted: %v", all)
	}
	if r := h.send("", "GET", "/portal/admin/deployments?status=NONSENSE", nil, maeve...); r.status != 422 {
		t.Errorf("a status that there is not: %d", r.status)
	}
}

func jsonOf(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestAKeyOpensThePortalsPathsAlone, and only if it is a token with the scope.
func TestAKeyOpensThePortalsPathsAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	key, calendar := h.keyOf("maeve", account.ScopeRead), h.keyOf("maeve", account.ScopeCalendar)
	h.expect(h.send("", "GET", "/portal/deployments", nil, key...), 200)
	for _, path := range []string{"/requests", "/me", "/testbeds", "/portals", "/portalx/../requests"} {
		if r := h.send("", "GET", path, nil, key...); r.status == 200 {
			t.Errorf("%s is answered %d", path, r.status)
		}
	}
	for name, x := range map[string][]string{"no key": {"X-APIKEY", ""}, "a password": {"X-APIKEY", "correct horse battery"}, "an unknown token": {"X-APIKEY", "berth_nobody"}, "an app password": calendar} {
		if r := h.send("", "GET", "/portal/deployments", nil, x...); r.status == 200 || r.status == 500 {
			t.Errorf("%s: %d", name, r.status)
		}
	}
	if r := h.send("", "GET", "/portal/deployments", nil, "X-APIKEY", "berth_nobody"); r.status != 404 || string(r.body) != unknownToPortal || r.header.Get("WWW-Authenticate") != "" {
		t.Errorf("an unknown key: %d %s", r.status, r.body)
	}
	if r := h.send("", "POST", "/portal/deployments", map[string]any{}, key...); r.status != 403 {
		t.Errorf("a token that may only read posts: %d", r.status)
	}
	for range 30 {
		h.send("", "GET", "/portal/deployments", nil, "X-APIKEY", "berth_wrong")
	}
	if r := h.send("", "GET", "/portal/deployments", nil, "X-APIKEY", "berth_wrong"); r.status != 429 {
		t.Errorf("guessing is not slowed down: %d", r.status)
	}
}
