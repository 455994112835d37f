package tmf685

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"berth/internal/store"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

var storeOptions = store.Options{}

const hour = time.Hour

// TestEveryRouteSaysWhoMayUseIt: nobody is answered without signing in, a token that only reads changes nothing, and one for calendars does nothing.
func TestEveryRouteSaysWhoMayUseIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := fmt.Sprint(h.expect(h.send("maeve", "POST", "/reservation", h.wanted("hall:usrp", 1, 0, hour)), 201)["id"])
	paths := map[string]string{"GET " + base + "/": "/nowhere"}
	for pattern := range routes {
		_, path, _ := strings.Cut(pattern, " ")
		paths[pattern] = strings.ReplaceAll(strings.TrimPrefix(path, base), "{id}", id)
	}
	for pattern, path := range paths {
		method, _, _ := strings.Cut(pattern, " ")
		scope := account.ScopeRead
		if x, ok := routes[pattern]; ok {
			scope = x.scope
		}
		if wrote := method != "GET" && !strings.HasSuffix(path, "/availabilityCheck"); wrote != (scope == account.ScopeWrite) {
			t.Errorf("%s requires the scope %s", pattern, scope)
		}
		if r := h.send("", method, path, "{}"); r.status != http.StatusUnauthorized || len(r.header.Values("WWW-Authenticate")) != 2 {
			t.Errorf("%s without signing in is answered %d: %s", pattern, r.status, r.body)
		}
		for _, s := range []account.Scope{account.ScopeRead, account.ScopeCalendar} {
			r := h.send("", method, path, "{}", "Authorization", "Bearer "+h.token("maeve", s))
			if refused := r.status == http.StatusForbidden; refused == (s == scope) {
				t.Errorf("%s with a token to %s is answered %d: %s", pattern, s, r.status, r.body)
			}
		}
	}
	if v, err := h.svc.Get(t.Context(), account.System, id); err != nil || v.Status != scheduler.UnderReview || v.Revision != 1 && v.Revision != 2 {
		t.Errorf("%+v, %v", v.Request, err)
	}
}

// TestOnlyItsPeopleTakeSteps: a reservation is a request, so the table of its life decides.
func TestOnlyItsPeopleTakeSteps(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := fmt.Sprint(h.expect(h.send("maeve", "POST", "/reservation", h.wanted("hall:usrp", 1, 0, hour)), 201)["id"])
	for _, c := range []struct {
		who, method string
		body        any
		status      int
	}{
		{"hector", "GET", nil, 404},
		{"hector", "DELETE", nil, 404},
		{"oskar", "GET", nil, 200},
		{"oskar", "DELETE", nil, 403},
		{"maeve", "PATCH", map[string]any{"reservationState": "COMPLETED"}, 403},
		{"monika", "PATCH", map[string]any{"reservationState": "COMPLETED"}, 403}, // not hers
		{"maeve", "PATCH", map[string]any{"reservationState": "REJECTED", "reservationStateReason": "x"}, 403},
		{"adele", "PATCH", map[string]any{"reservationState": "REJECTED"}, 400}, // no reason
		{"adele", "PATCH", map[string]any{"reservationState": "COMPLETED"}, 200},
		{"adele", "PATCH", map[string]any{"reservationState": "INPROGRESS"}, 400},
		{"adele", "PATCH", map[string]any{"reservationState": "DONE"}, 400},
		{"maeve", "DELETE", nil, 204},
		{"maeve", "DELETE", nil, 204}, // again
		{"maeve", "PATCH", map[string]any{"reservationState": "CANCELLED"}, 200},
	} {
		if r := h.send(c.who, c.method, "/reservation/"+id, c.body); r.status != c.status {
			t.Errorf("%s by %s with %v is answered %d, want %d: %s", c.method, c.who, c.body, r.status, c.status, r.body)
		}
	}
	r := h.expect(h.send("maeve", "GET", "/reservation/"+id, nil), 200)
	if r["reservationState"] != "CANCELLED" || r["lifecycleStatus"] != "CANCELLED" {
		t.Errorf("%v", r)
	}
	h.expect(h.send("oskar", "POST", "/reservation", h.wanted("hall:usrp", 1, 0, hour)), 403)
	h.expect(h.send("maeve", "POST", "/reservation", h.wanted("hall:usrp", 1, 0, hour, "reservationState", "COMPLETED")), 403)
	own := h.expect(h.send("monika", "POST", "/reservation", h.wanted("hall:usrp", 1, 0, hour, "reservationState", "COMPLETED")), 201)
	if own["reservationState"] != "COMPLETED" {
		t.Errorf("a mentor's own: %v", own)
	}
}

// TestPeriodsAreHalfOpen: one reservation may begin in the second in which another ends, and not one earlier.
func TestPeriodsAreHalfOpen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.expect(h.send("adele", "POST", "/reservation", h.wanted("hall:usrp", 3, 10*hour, 12*hour, "reservationState", "COMPLETED")), 201)
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		from, to time.Duration
		amount   int
		fits     bool
	}{
		"right before":                     {8 * hour, 10 * hour, 4, true},
		"one second into it":               {8 * hour, 10*hour + time.Second, 2, false},
		"right after":                      {12 * hour, 13 * hour, 4, true},
		"one second before its end":        {12*hour - time.Second, 13 * hour, 2, false},
		"fractions at both ends":           {12*hour + 900*ms, 13*hour + 900*ms, 2, true},
		"a fraction into it is no second":  {8 * hour, 10*hour + 900*ms, 2, true},
		"a fraction before its end is one": {12*hour - 100*ms, 13 * hour, 2, false},
		"within it, what is left":          {10 * hour, 12 * hour, 1, true},
		"within it, one more":              {11 * hour, 11*hour + time.Second, 2, false},
		"around it":                        {9 * hour, 13 * hour, 2, false},
	} {
		asked := map[string]any{"resourceCapacityDemand": map[string]any{"capacityDemandAmount": c.amount, "resourcePool": map[string]any{"id": "hall:usrp"},
			"applicableTimePeriod": map[string]any{"fromDateTime": h.at.Add(c.from).Format(time.RFC3339Nano), "endDateTime": h.at.Add(c.to).Format(time.RFC3339Nano)}}}
		check := h.expect(h.send("maeve", "POST", "/availabilityCheck", asked), 200)
		if check["available"] != c.fits {
			t.Errorf("%s: the check says %v", name, check)
		}
		r := h.send("maeve", "POST", "/reservation", h.wanted("hall:usrp", c.amount, c.from, c.to))
		if c.fits {
			h.expect(r, 201)
			continue
		}
		p := h.expect(r, 409)
		if list, _ := p["alternatives"].([]any); p["@type"] != "Error" || p["status"] != "409" || len(list) == 0 || len(p["conflicts"].([]any)) == 0 {
			t.Errorf("%s: %s", name, r.body)
		}
	}
}

// TestSetupIsKeptFree: what the facility keeps free before a slot is no part of the reservation, and still taken.
func TestSetupIsKeptFree(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.expect(h.send("adele", "POST", "/reservation", h.wanted("hall:slow", 1, 10*hour, 12*hour, "reservationState", "COMPLETED")), 201)
	h.expect(h.send("maeve", "POST", "/reservation", h.wanted("hall:slow", 1, 12*hour+59*time.Minute, 14*hour)), 409)
	h.expect(h.send("maeve", "POST", "/reservation", h.wanted("hall:slow", 1, 13*hour, 14*hour)), 201)
}

// TestAnAlternativeCanBeReserved takes each alternative of a refusal, as it stands: at another time, with less, or elsewhere, and with all that was asked for.
func TestAnAlternativeCanBeReserved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	f, _, err := h.svc.Facility(t.Context(), account.System)
	h.must(nil, err)
	f.Testbeds = append(f.Testbeds, testbeds.Testbed{ID: "annex", Name: "Annex", Timezone: "Europe/Dublin", Approval: testbeds.ApprovalInformed, Devices: []testbeds.Device{{ID: "usrp", Count: 2}}})
	h.must(h.svc.PutFacility(t.Context(), account.System, f, scheduler.ChangeOptions{}))
	h.expect(h.send("adele", "POST", "/reservation", h.wanted("hall:usrp", 3, 10*hour, 12*hour, "reservationState", "COMPLETED")), 201)
	both := []any{needed("hall:usrp", 2), needed("hall:iris:vcpu", 4)}
	p := h.expect(h.send("maeve", "POST", "/reservation", h.wanted("", 0, 11*hour, 13*hour, "reservationItem", both)), 409)
	moved := 0
	for i, x := range p["alternatives"].([]any) {
		a := x.(map[string]any)
		again := h.wanted("", 0, 0, 0, "reservationItem", both, "requestedPeriodStartDateTime", a["requestedPeriodStartDateTime"], "requestedPeriodEndDateTime", a["requestedPeriodEndDateTime"])
		if items, ok := a["reservationItem"]; ok {
			again["reservationItem"] = items
		}
		made := h.expect(h.send("maeve", "POST", "/reservation", again), 201)
		pools := fmt.Sprint(made["reservationItem"])
		if !strings.Contains(pools, "hall:iris:vcpu") {
			t.Errorf("alternative %d, %v, leaves out the VIM: %v", i, a["changes"], pools)
		}
		if strings.Contains(pools, "annex:usrp") {
			moved++
		}
	}
	if moved == 0 {
		t.Errorf("none is elsewhere: %v", p["alternatives"])
	}
}

// TestWhatOpenslicesFormSendsBack: it knows no amounts, and sends everything back whatever was changed in it.
func TestWhatOpenslicesFormSendsBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	made := h.expect(h.send("maeve", "POST", "/reservation", h.wanted("hall:usrp", 3, 10*hour, 12*hour, "serviceOrderRef", map[string]any{"id": "xxx"})), 201)
	id := fmt.Sprint(made["id"])
	sent := func(name string, resources ...string) map[string]any {
		list := []any{}
		for _, r := range resources {
			list = append(list, map[string]any{"id": r})
		}
		now := h.expect(h.send("maeve", "GET", "/reservation/"+id, nil), 200)
		return map[string]any{"name": name, "description": now["description"], "requestedPeriodStartDateTime": now["requestedPeriodStartDateTime"], "requestedPeriodEndDateTime": now["requestedPeriodEndDateTime"],
			"reservationItem": []any{map[string]any{"resourceCapacity": map[string]any{"resourcePool": map[string]any{"id": "hall:usrp", "resources": list}}}}}
	}
	counts := func() (n int64, units []string) {
		v, err := h.svc.Get(t.Context(), account.System, id)
		h.must(nil, err)
		return v.Devices[0].Count, v.Devices[0].Units
	}
	h.expect(h.send("maeve", "PATCH", "/reservation/"+id+"?name=x", sent("another name", "hall:usrp")), 200)
	if n, units := counts(); n != 3 || len(units) != 0 {
		t.Errorf("a new name alone made it %d, %v", n, units)
	}
	h.expect(h.send("maeve", "PATCH", "/reservation/"+id, sent("another name", "hall:usrp:u2", "hall:usrp:u4", "hall:usrp")), 200)
	if n, units := counts(); n != 3 || fmt.Sprint(units) != "[u2 u4]" {
		t.Errorf("two units and any other are %d, %v", n, units)
	}
	h.expect(h.send("maeve", "PATCH", "/reservation/"+id, sent("another name", "u2")), 200)
	if n, units := counts(); n != 1 || fmt.Sprint(units) != "[u2]" {
		t.Errorf("one unit is %d, %v", n, units)
	}
	h.expect(h.send("maeve", "PATCH", "/reservation/"+id, sent("another name", "hall:usrp:u9")), 400)
	got := h.expect(h.send("maeve", "GET", "/reservation/"+id, nil), 200)
	if got["name"] != "another name" || fmt.Sprint(got["serviceOrderRef"]) != "map[id:xxx]" {
		t.Errorf("%v", got)
	}
	// Its calendar reads the resources of the first item unasked.
	item := got["reservationItem"].([]any)[0].(map[string]any)
	inside := item["appliedCapacityAmount"].(map[string]any)["resourceCapacityDemand"].(map[string]any)
	if list, ok := inside["resources"].([]any); !ok || len(list) != 1 {
		t.Errorf("%v", item)
	}
}

// TestAReservationIsChanged: as long as it is under review all of it, then what a move may change.
func TestAReservationIsChanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	made := h.send("maeve", "POST", "/reservation", h.wanted("hall:iris:vcpu", 8, 10*hour, 12*hour, "reservationItem", []any{needed("hall:iris:vcpu", 8), needed("hall:iris:memory_mb", 4096), needed("hall:sim", 2)}))
	id := fmt.Sprint(h.expect(made, 201)["id"])
	path, tag := "/reservation/"+id, made.header.Get("ETag")
	h.expect(h.send("maeve", "PATCH", path, map[string]any{"reservationItem": []any{needed("hall:iris:vcpu", 16), needed("hall:sim", 3)}}, "If-Match", tag), 200)
	h.expect(h.send("maeve", "PATCH", path, map[string]any{"name": "late"}, "If-Match", tag), 412)
	v, err := h.svc.Get(t.Context(), account.System, id)
	h.must(nil, err)
	if len(v.Components) != 1 || v.Components[0].Size["vcpu"] != 16 || v.Components[0].Size["memory_mb"] != 0 || v.Devices[0].Count != 3 {
		t.Errorf("%+v", v.Request)
	}
	granted := h.expect(h.send("adele", "PATCH", path, map[string]any{"reservationState": "COMPLETED", "requestedPeriodEndDateTime": h.at.Add(13 * hour)}), 200)
	if granted["reservationState"] != "COMPLETED" || granted["requestedPeriodEndDateTime"] != written(h.at.Add(13*hour)) || granted["validFor"] == nil {
		t.Errorf("%v", granted)
	}
	h.expect(h.send("maeve", "PATCH", path, map[string]any{"requestedPeriodEndDateTime": h.at.Add(14 * hour)}), 403) // its experimenter only shortens it
	h.expect(h.send("maeve", "PATCH", path, map[string]any{"requestedPeriodEndDateTime": h.at.Add(11 * hour)}), 200)
	h.expect(h.send("adele", "PATCH", path, map[string]any{"requestedPeriodEndDateTime": h.at.Add(14 * hour)}), 200)
	h.expect(h.send("adele", "PATCH", path, map[string]any{"name": "another"}), 400)
	h.expect(h.send("adele", "PATCH", path, map[string]any{"reservationItem": []any{needed("hall:sim", 3)}}), 400)
	h.expect(h.send("adele", "PATCH", path, map[string]any{"serviceOrderRef": map[string]any{"id": "other"}}), 400)
	h.now = h.at.Add(10*hour + time.Minute) // it has begun: what is sent back unchanged does not lie in the past
	h.expect(h.send("adele", "PATCH", path, map[string]any{"requestedPeriodStartDateTime": granted["requestedPeriodStartDateTime"], "requestedPeriodEndDateTime": h.at.Add(12 * hour)}), 200)
}

// TestARepeatedCreationReservesOnce: with the key of the first call.
func TestARepeatedCreationReservesOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	body := h.wanted("hall:usrp", 3, 10*hour, 12*hour, "reservationState", "COMPLETED")
	first := h.expect(h.send("adele", "POST", "/reservation", body, "Idempotency-Key", "k1"), 201)
	again := h.expect(h.send("adele", "POST", "/reservation", body, "Idempotency-Key", "k1"), 201)
	if first["id"] != again["id"] || again["reservationState"] != "COMPLETED" {
		t.Errorf("%v, then %v", first, again)
	}
	h.expect(h.send("adele", "POST", "/reservation", h.wanted("hall:usrp", 1, 10*hour, 12*hour), "Idempotency-Key", "k1"), 400)
}

// TestAStartThatHasJustPassedIsNow: Openslice's form proposes the moment at which it was opened.
func TestAStartThatHasJustPassedIsNow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	start := func(ago time.Duration) map[string]any {
		return h.wanted("hall:usrp", 1, 0, 2*hour, "requestedPeriodStartDateTime", h.now.Add(-ago))
	}
	r := h.expect(h.send("maeve", "POST", "/reservation", start(15*time.Minute)), 201)
	if want := written(h.now.Truncate(time.Minute).Add(time.Minute)); r["requestedPeriodStartDateTime"] != want {
		t.Errorf("it begins at %v, want %s", r["requestedPeriodStartDateTime"], want)
	}
	p := h.send("maeve", "POST", "/reservation", start(15*time.Minute+time.Second))
	if h.expect(p, 400); !strings.Contains(string(p.body), `"field":"requestedPeriodStartDateTime"`) {
		t.Errorf("%s", p.body)
	}
}

// TestChecksAndReservationsAgree: whatever is reserved, what the check calls available can be reserved, and nothing more.
func TestChecksAndReservationsAgree(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	day := 0
	rapid.Check(t, func(r *rapid.T) {
		day++
		for range rapid.IntRange(1, 6).Draw(r, "reservations") {
			pool := rapid.SampledFrom([]string{"hall:usrp", "hall:sim", "hall:iris:vcpu", "hall:slow"}).Draw(r, "pool")
			amount := rapid.IntRange(1, 5).Draw(r, "amount")
			from := rapid.IntRange(0, 6).Draw(r, "from")
			to := from + rapid.IntRange(1, 4).Draw(r, "hours")
			base := time.Duration(day*24) * hour
			asked := map[string]any{"capacityDemandAmount": amount, "resourcePool": map[string]any{"id": pool}, "applicableTimePeriod": map[string]any{
				"fromDateTime": h.at.Add(base + time.Duration(from)*hour), "endDateTime": h.at.Add(base + time.Duration(to)*hour)}}
			check := h.send("maeve", "POST", "/availabilityCheck", map[string]any{"resourceCapacityDemand": asked})
			var said struct {
				Available bool         `json:"available"`
				Amounts   []poolAmount `json:"availableAmount"`
			}
			if err := json.Unmarshal(check.body, &said); err != nil || check.status != 200 {
				r.Fatalf("%d %s", check.status, check.body)
			}
			if fits := int64(amount) <= said.Amounts[0].Amount; fits != said.Available {
				r.Fatalf("%s ×%d: available %v, and %d of it", pool, amount, said.Available, said.Amounts[0].Amount)
			}
			made := h.send("adele", "POST", "/reservation", h.wanted(pool, amount, base+time.Duration(from)*hour, base+time.Duration(to)*hour, "reservationState", "COMPLETED"))
			if (made.status == 201) != said.Available || made.status != 201 && made.status != 409 {
				r.Fatalf("the check said %s, the reservation is answered %d: %s", check.body, made.status, made.body)
			}
		}
	})
}
