package api

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestARefusalSaysWhyAndWhatElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.submitted("maeve", h.wish(0, 4))
	h.expect(h.send("paddy", "PUT", "/requests/"+id+"/approvals/hall", map[string]any{"decision": "approved"}), 200)
	h.expect(h.send("monika", "POST", "/requests/"+id+"/schedule", map[string]any{}), 200)

	refused := h.expect(h.send("hector", "POST", "/requests", h.wish(1, 2)), 409)
	text := string(refused.body)
	for _, want := range []string{"usrp: short by 2 (3 needed, 1 free), ", "; taken by another experiment", `"alternatives":[{`, `"summary":"busy"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the refusal lacks %s: %s", want, text)
		}
	}
	if strings.Contains(text, id) || strings.Contains(text, "maeve") {
		t.Errorf("the refusal says whose it is: %s", text)
	}
	best := refused.json(t)["alternatives"].([]any)[0].(map[string]any)
	wish := h.wish(0, 0)
	wish["slot"], wish["placement"], wish["devices"] = best["slot"], best["placement"], best["devices"]
	h.submitted("hector", wish)
}

func TestALostUpdateIsA412(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.submitted("maeve", h.wish(0, 2))
	seen := h.send("maeve", "GET", "/requests/"+id, nil).header.Get("ETag")
	h.expect(h.send("maeve", "PATCH", "/requests/"+id, map[string]any{"name": "first"}, "If-Match", seen), 200)
	h.expect(h.send("maeve", "PATCH", "/requests/"+id, map[string]any{"name": "second"}, "If-Match", seen), 412)
	h.expect(h.send("maeve", "PATCH", "/requests/"+id, map[string]any{"name": "third"}, "If-Match", "nonsense"), 412)
	if name := h.send("maeve", "GET", "/requests/"+id, nil).json(t)["name"]; name != "first" {
		t.Errorf("it is called %v", name)
	}
}

func TestAnIdempotencyKeyCreatesOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.expect(h.send("maeve", "POST", "/requests", h.wish(0, 2), "Idempotency-Key", "k1"), 201)
	again := h.expect(h.send("maeve", "POST", "/requests", h.wish(0, 2), "Idempotency-Key", "k1"), 201)
	if first.header.Get("Location") != again.header.Get("Location") {
		t.Errorf("two requests: %s and %s", first.header.Get("Location"), again.header.Get("Location"))
	}
	h.expect(h.send("maeve", "POST", "/requests", h.wish(5, 2), "Idempotency-Key", "k1"), 422)
	h.expect(h.send("hector", "POST", "/requests", h.wish(5, 2), "Idempotency-Key", "k1"), 201)
	if n := len(h.send("adele", "GET", "/requests", nil).json(t)["items"].([]any)); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

func TestListsComeInParts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i := range 5 {
		h.submitted("maeve", h.wish(3*i, 2))
	}
	var numbers []string
	path := "/requests?limit=2&status=UNDER_REVIEW&testbed=hall&experimenter=maeve&q=RADIO"
	for range 4 {
		r := h.expect(h.send("maeve", "GET", path, nil), 200)
		body := r.json(t)
		for _, x := range body["items"].([]any) {
			numbers = append(numbers, fmt.Sprint(x.(map[string]any)["number"]))
		}
		next, more := body["next"]
		if !more {
			break
		}
		path = "/requests?limit=2&cursor=" + next.(string)
	}
	if got := strings.Join(numbers, " "); got != "5 4 3 2 1" {
		t.Errorf("numbers %s", got)
	}
	h.expect(h.send("maeve", "GET", "/requests?limit=2&cursor=x", nil), 422)
	h.expect(h.send("maeve", "GET", "/requests?colour=blue", nil), 422)
	h.expect(h.send("maeve", "GET", "/requests?status=DREAMING", nil), 422)
}

func TestEventsGoOnWhereTheyWereCutOff(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.submitted("maeve", h.wish(0, 2))
	h.submitted("hector", h.wish(5, 2))
	read := func(who, after string, n int) []string {
		req, err := http.NewRequestWithContext(t.Context(), "GET", h.url+prefix+"/events", nil)
		h.must(nil, err)
		req.SetBasicAuth(who, password)
		req.Header.Set("Last-Event-ID", after)
		res, err := http.DefaultClient.Do(req)
		h.must(nil, err)
		defer res.Body.Close()
		var ids []string
		for lines := bufio.NewScanner(res.Body); len(ids) < n && lines.Scan(); {
			if id, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
				ids = append(ids, id)
			}
		}
		return ids
	}
	all := read("adele", "0", 4)
	if len(all) != 4 {
		t.Fatalf("events %v", all)
	}
	if rest := read("adele", all[2], 1); rest[0] != all[3] {
		t.Errorf("after %s comes %s, want %s", all[2], rest[0], all[3])
	}
	own := read("hector", "0", 3) // the facility, the catalogue and his own request, without maeve's
	if own[2] != all[3] {
		t.Errorf("hector sees %v of %v", own, all)
	}
}

func TestPortalDescriptorIsTakenAndGivenBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	start, end := h.at.Add(48*time.Hour), h.at.Add(50*time.Hour)
	post := func(startDate any, infrastructure map[string]any) reply {
		return h.send("maeve", "POST", "/portal/deployments", map[string]any{
			"name": "test", "description": "Description", "startReqDate": startDate, "endReqDate": end.UnixMilli(), "startReqHour": "00",
			"owner": map[string]any{"username": "adele", "roles": []string{"ROLE_ADMIN"}}, "mentor": map[string]any{"username": "monika", "apikey": "x"},
			"experiment":    map[string]any{"id": 26, "name": "radio_nsd", "vendor": "OSM", "constituentVxF": []any{}},
			"vxfPlacements": []any{map[string]any{"constituentVxF": map[string]any{"membervnfIndex": 1, "vnfdidRef": "vnf"}, "infrastructure": infrastructure}},
		})
	}
	for _, c := range []struct {
		date  any
		where map[string]any
	}{
		{start.Format("2006-01-02T15:04:05.000Z"), map[string]any{"datacentername": "Iris DC"}},
		{start.UnixMilli(), map[string]any{"vimid": "6f8a-vim"}},
		{start.UnixMilli(), map[string]any{"datacentername": "hall/iris"}},
	} {
		made := h.expect(post(c.date, c.where), 201)
		got := made.json(t)
		owner := got["owner"].(map[string]any)["username"]
		if got["status"] != "UNDER_REVIEW" || owner != "maeve" || got["startReqDate"] != float64(start.UnixMilli()) || got["startDate"] != nil {
			t.Errorf("given back: %s", made.body)
		}
	}
	if r := post(start.UnixMilli(), map[string]any{"datacentername": "Cloudville"}); r.status != 422 || !strings.Contains(string(r.body), "vxfPlacements[0].infrastructure") {
		t.Errorf("an unknown infrastructure is answered %d: %s", r.status, r.body)
	}
	if r := post("soon", map[string]any{"vimid": "6f8a-vim"}); r.status != 400 && r.status != 422 {
		t.Errorf("no date is answered %d: %s", r.status, r.body)
	}
	h.expect(h.send("paddy", "PUT", "/requests/3/approvals/hall", map[string]any{"decision": "approved"}), 200)
	h.expect(h.send("monika", "POST", "/requests/3/schedule", map[string]any{}), 200)
	shown := h.expect(h.send("maeve", "GET", "/portal/deployments/3", nil), 200).json(t)
	day := start.Truncate(24 * time.Hour)
	if shown["status"] != "SCHEDULED" || shown["startDate"] != float64(start.UnixMilli()) || shown["scheduledStartDate"] != day.Format(time.RFC3339) {
		raw, _ := json.Marshal(shown)
		t.Errorf("scheduled: %s", raw)
	}
}

func TestAvailabilityComesAsSteps(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.submitted("maeve", h.wish(2, 4))
	h.expect(h.send("adele", "POST", "/requests/"+id+"/schedule", map[string]any{"override": map[string]any{"mode": "approvals", "reason": "test"}}), 200)
	r := h.expect(h.send("hector", "GET", "/testbeds/hall/availability?from="+h.at.Format(time.RFC3339)+"&to="+h.at.Add(10*time.Hour).Format(time.RFC3339), nil), 200)
	var got struct {
		Series []struct {
			Resource struct{ Device string }
			Steps    []struct {
				At          time.Time
				Free, Total int64
			}
		}
	}
	h.must(nil, json.Unmarshal(r.body, &got))
	last := got.Series[len(got.Series)-1]
	if last.Resource.Device != "usrp" || len(last.Steps) != 3 || last.Steps[1].Free != 1 || last.Steps[1].Total != 4 || !last.Steps[1].At.Equal(h.at.Add(2*time.Hour)) || last.Steps[2].Free != 4 {
		t.Errorf("steps: %+v", last)
	}
	h.expect(h.send("hector", "GET", "/testbeds/moon/availability", nil), 404)
}

func TestFacilityIsTakenAsYAMLAndRefusedWithLines(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	good := "testbeds:\n  - id: hall\n    name: Hall\n    timezone: Europe/Dublin\n    providers: [paddy]\n    features: [sdr]\n    vims:\n      - {id: iris, capacity: {vcpu: 4, memory_mb: 65536}}\n    devices:\n      - {id: usrp, count: 4}\n"
	id := h.submitted("maeve", h.wish(0, 2))
	h.expect(h.send("adele", "POST", "/requests/"+id+"/schedule", map[string]any{"override": map[string]any{"mode": "approvals", "reason": "test"}}), 200)
	h.expect(h.send("adele", "PUT", "/facility", good, "Content-Type", "application/yaml"), 200)
	bad := h.expect(h.send("adele", "PUT", "/facility", "testbeds:\n  - id: UPPER CASE\n    name: 7\n", "Content-Type", "application/yaml"), 422)
	if !strings.Contains(string(bad.body), "line ") {
		t.Errorf("no lines: %s", bad.body)
	}
	if orphan := h.expect(h.send("adele", "PUT", "/facility", strings.Replace(good, "[paddy]", "[adele]", 1), "Content-Type", "application/yaml"), 422); !strings.Contains(string(orphan.body), "must keep paddy") {
		t.Errorf("paddy would have no role: %s", orphan.body)
	}
	if given := h.expect(h.send("adele", "PUT", "/facility?dry_run=true", strings.Replace(good, "[paddy]", "[paddy, maeve]", 1), "Content-Type", "application/yaml"), 200); !strings.Contains(string(given.body), `"providers":[{"username":"maeve","testbed":"hall","right":"granted"}]`) {
		t.Errorf("maeve is to become a provider: %s", given.body)
	}
	smaller := strings.Replace(good, "count: 4", "count: 2", 1)
	dry := h.expect(h.send("adele", "PUT", "/facility?dry_run=true", smaller, "Content-Type", "application/yaml"), 200)
	refused := h.expect(h.send("adele", "PUT", "/facility", smaller, "Content-Type", "application/yaml"), 409)
	for _, r := range []reply{dry, refused} {
		if !strings.Contains(string(r.body), `"broken":[{`) || !strings.Contains(string(r.body), id) {
			t.Errorf("whom it hits is not named: %s", r.body)
		}
	}
	h.expect(h.send("adele", "PUT", "/facility?force=true&reason=fire", smaller, "Content-Type", "application/yaml"), 200)
	if view := h.send("maeve", "GET", "/requests/"+id, nil); !strings.Contains(string(view.body), "facility_change") {
		t.Errorf("the request is not flagged: %s", view.body)
	}
}

// The dates that the portal shows as requested are those of the last edit, not of the first post.
func TestPortalShowsWhatWasLastAskedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at := h.at.Add(48 * time.Hour)
	h.expect(h.send("maeve", "POST", "/portal/deployments", map[string]any{"name": "test", "startReqDate": at.UnixMilli(), "endReqDate": at.Add(2 * time.Hour).UnixMilli(),
		"mentor": map[string]any{"username": "monika"}, "experiment": map[string]any{"name": "radio_nsd"},
		"vxfPlacements": []any{map[string]any{"constituentVxF": map[string]any{"membervnfIndex": 1, "vnfdidRef": "vnf"}, "infrastructure": map[string]any{"vimid": "6f8a-vim"}}}}), 201)
	later := map[string]any{"start": at.Add(3 * time.Hour).Format(time.RFC3339), "end": at.Add(6 * time.Hour).Format(time.RFC3339)}
	h.expect(h.send("maeve", "PATCH", "/requests/1", map[string]any{"slot": later}), 200)
	granted := map[string]any{"start": at.Add(4 * time.Hour).Format(time.RFC3339), "end": at.Add(5 * time.Hour).Format(time.RFC3339)}
	h.expect(h.send("adele", "POST", "/requests/1/schedule", map[string]any{"slot": granted, "override": map[string]any{"mode": "approvals", "reason": "test"}}), 200)
	shown := h.expect(h.send("maeve", "GET", "/portal/deployments/1", nil), 200).json(t)
	if shown["startReqDate"] != float64(at.Add(3*time.Hour).UnixMilli()) || shown["endReqDate"] != float64(at.Add(6*time.Hour).UnixMilli()) || shown["startDate"] != float64(at.Add(4*time.Hour).UnixMilli()) {
		t.Errorf("shown: asked for %v to %v, granted %v", shown["startReqDate"], shown["endReqDate"], shown["startDate"])
	}
}
