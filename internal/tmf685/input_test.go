package tmf685

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// token makes a token of a person with one scope.
func (h *house) token(who string, s account.Scope) string {
	h.Helper()
	secret, _, err := h.tokens.Create(h.Context(), account.Actor{Username: who, Roles: []account.Role{account.RoleExperimenter}, Scopes: account.AllScopes()}, who, "a token", []account.Scope{s}, nil)
	h.must(nil, err)
	return secret
}

// TestEveryStatusHasAState: a status that is missing would be shown as no state at all.
func TestEveryStatusHasAState(t *testing.T) {
	t.Parallel()
	want := map[scheduler.Status]string{scheduler.UnderReview: "INPROGRESS", scheduler.Scheduled: "COMPLETED", scheduler.Instantiating: "COMPLETED", scheduler.Running: "COMPLETED",
		scheduler.Terminating: "COMPLETED", scheduler.Completed: "COMPLETED", scheduler.Rejected: "REJECTED", scheduler.Cancelled: "CANCELLED", scheduler.Failed: "CANCELLED"}
	for _, s := range scheduler.Statuses {
		if states[s] != want[s] || states[s] == "" {
			t.Errorf("%s is shown as %q", s, states[s])
		}
	}
}

// TestItemsBecomeComponentsAndDevices: quantities of one VIM are one component, equal parts several.
func TestItemsBecomeComponentsAndDevices(t *testing.T) {
	t.Parallel()
	list := pools(testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "x", VIMs: []testbeds.VIM{{ID: "a", Capacity: testbeds.Quantities{"vcpu": 8, "gpus": 2}}, {ID: "b", Capacity: testbeds.Quantities{"vcpu": 8}}},
		Devices: []testbeds.Device{{ID: "usrp", Count: 2, Units: []string{"u1", "u2"}}, {ID: "sim", Count: 3}}}}})
	n := func(v int64) *int64 { return &v }
	of := func(pool string, amount, quantity *int64, resources ...string) item {
		x := item{Quantity: quantity, Capacity: demand{Amount: amount, Pool: poolRef{ID: pool}}}
		for _, r := range resources {
			x.Capacity.Pool.Resources = append(x.Capacity.Pool.Resources, reference{ID: r})
		}
		return x
	}
	for name, c := range map[string]struct {
		items []item
		want  string // the demand, and how many components
		fault string // its field
	}{
		"one VIM":              {items: []item{of("x:a:vcpu", n(4), nil), of("x:a:gpus", n(1), nil)}, want: "x/a gpus=1 x/a vcpu=4 1"},
		"two VIMs":             {items: []item{of("x:a:vcpu", n(4), nil), of("x:b:vcpu", n(1), nil)}, want: "x/a vcpu=4 x/b vcpu=1 2"},
		"twice the same":       {items: []item{of("x:a:vcpu", n(4), nil), of("x:a:vcpu", n(1), nil)}, want: "x/a vcpu=5 2"},
		"equal parts":          {items: []item{of("x:a:vcpu", n(2), n(3)), of("x:a:gpus", n(1), n(3))}, want: "x/a gpus=3 x/a vcpu=6 3"},
		"unequal parts":        {items: []item{of("x:a:vcpu", n(2), n(3)), of("x:a:gpus", n(1), nil)}, want: "x/a gpus=1 x/a vcpu=6 4"},
		"a VIM, no amount":     {items: []item{of("x:a:vcpu", nil, nil, "x:a:vcpu")}, fault: "reservationItem[0].resourceCapacity.capacityDemandAmount"},
		"units by id and name": {items: []item{of("x:usrp", nil, nil, "x:usrp:u2", "u1")}, want: "x usrp=2[u2 u1] 0"},
		"any unit":             {items: []item{of("x:usrp", nil, nil, "x:usrp")}, want: "x usrp=1[] 0"},
		"one unit of two":      {items: []item{of("x:usrp", n(2), nil, "u1")}, want: "x usrp=2[u1] 0"},
		"a unit twice":         {items: []item{of("x:usrp", nil, nil, "u1", "u1")}, want: "x usrp=1[u1] 0"},
		"more than the amount": {items: []item{of("x:usrp", n(1), nil, "u1", "u2")}, fault: "reservationItem[0].resourceCapacity.resourcePool.resources"},
		"unnamed units":        {items: []item{of("x:sim", nil, nil, "x:sim:1", "x:sim:3")}, want: "x sim=2[] 0"},
		"no such unnamed unit": {items: []item{of("x:sim", nil, nil, "x:sim:4")}, fault: "reservationItem[0].resourceCapacity.resourcePool.resources"},
		"nothing named":        {items: []item{of("x:sim", nil, nil)}, want: "x sim=1[] 0"},
		"two items of one":     {items: []item{of("x:usrp", nil, nil, "u1"), of("x:usrp", n(1), nil)}, want: "x usrp=2[u1] 0"},
		"no such pool":         {items: []item{of("x:nothing", n(1), nil)}, fault: "reservationItem[0].resourceCapacity.resourcePool.id"},
		"none":                 {fault: "reservationItem"},
		"zero":                 {items: []item{of("x:sim", n(0), nil)}, fault: "reservationItem[0].resourceCapacity.capacityDemandAmount"},
		"negative":             {items: []item{of("x:sim", n(-1), nil)}, fault: "reservationItem[0].resourceCapacity.capacityDemandAmount"},
		"too many parts":       {items: []item{of("x:a:vcpu", n(1), n(101))}, fault: "reservationItem[0].quantity"},
		"no parts":             {items: []item{of("x:a:vcpu", n(1), n(0))}, fault: "reservationItem[0].quantity"},
		"beyond counting":      {items: []item{of("x:sim", n(1<<62), n(100))}, fault: "reservationItem[0].resourceCapacity.capacityDemandAmount"},
	} {
		var bad faults
		w := wishOf("reservationItem", c.items, list, nil, &bad)
		if c.fault != "" {
			if len(bad) != 1 || bad[0].Field != c.fault {
				t.Errorf("%s: %v", name, bad)
			}
			continue
		}
		got := ""
		for _, d := range w.demand() {
			got += d.Resource.String() + "=" + fmt.Sprint(d.Amount)
			if d.Device != "" {
				got += fmt.Sprint(d.Units)
			}
			got += " "
		}
		if got += fmt.Sprint(len(w.components)); len(bad) > 0 || got != c.want {
			t.Errorf("%s: %s, want %s; %v", name, got, c.want, bad)
		}
	}
}

// TestPoolsAreListedInPages: offset and limit as TM Forum has them.
func TestPoolsAreListedInPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var all []map[string]any
	h.must(nil, json.Unmarshal(h.send("maeve", "GET", "/resourcePool", nil).body, &all))
	var ids, paged []string
	for _, p := range all {
		ids = append(ids, fmt.Sprint(p["id"]))
	}
	if diff := cmp.Diff([]string{"hall:iris:memory_mb", "hall:iris:vcpu", "hall:usrp", "hall:sim", "hall:slow"}, ids); diff != "" {
		t.Error(diff)
	}
	for offset := 0; ; offset += 2 {
		r := h.send("maeve", "GET", fmt.Sprintf("/resourcePool?offset=%d&limit=2&fields=capacity", offset), nil)
		var page []map[string]any
		h.must(nil, json.Unmarshal(r.body, &page))
		for _, p := range page {
			paged = append(paged, fmt.Sprint(p["id"]))
			if p["capacity"] == nil || p["name"] != nil {
				t.Errorf("%v", p)
			}
		}
		if r.header.Get("X-Total-Count") != "5" || r.header.Get("X-Result-Count") != fmt.Sprint(len(page)) {
			t.Errorf("%v", r.header)
		}
		if r.status == 200 {
			break
		}
		if h.expect(r, 206); !strings.Contains(r.header.Get("Link"), fmt.Sprintf("offset=%d", offset+2)) {
			t.Errorf("%v", r.header)
		}
	}
	if diff := cmp.Diff(ids, paged); diff != "" {
		t.Error(diff)
	}
	one := h.expect(h.send("maeve", "GET", "/resourcePool/hall:usrp", nil), 200)
	if c := one["capacity"].(map[string]any); c["capacityAmount"] != 4.0 || len(c["resources"].([]any)) != 5 {
		t.Errorf("%v", one)
	}
	h.expect(h.send("maeve", "GET", "/resourcePool/hall:none", nil), 404)
	for _, query := range []string{"limit=0", "limit=1001", "limit=x", "offset=-1", "weather=fine"} {
		h.expect(h.send("maeve", "GET", "/resourcePool?"+query, nil), 400)
	}
	if r := h.send("adele", "POST", "/resourcePool", "{}"); r.header.Get("Allow") != "GET" || r.status != 405 {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// TestReservationsAreListed: those that stand, newest first, and only those that the caller may see.
func TestReservationsAreListed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ids := map[string]string{}
	for i, name := range []string{"one", "two", "three"} {
		from := time.Duration(i) * 2 * hour
		ids[name] = fmt.Sprint(h.expect(h.send("maeve", "POST", "/reservation", h.wanted("hall:usrp", 1, from, from+hour, "name", name)), 201)["id"])
	}
	_, err := h.svc.Submit(t.Context(), account.System, scheduler.Submission{Name: "of an NSD", Experimenter: "hector", Ask: scheduler.Ask{NSD: "an_nsd", Slot: testbeds.NewSlot(h.at, hour)}})
	h.must(nil, err)
	h.expect(h.send("maeve", "DELETE", "/reservation/"+ids["two"], nil), 204)
	listed := func(who, query string) (names []string) {
		r := h.send(who, "GET", "/reservation"+query, nil)
		var list []map[string]any
		if err := json.Unmarshal(r.body, &list); err != nil {
			t.Fatalf("%d %s", r.status, r.body)
		}
		for _, x := range list {
			names = append(names, fmt.Sprint(x["name"]))
		}
		return append(names, r.header.Get("X-Total-Count"))
	}
	after := written(h.at.Add(4 * hour))
	for _, c := range []struct {
		who, query string
		want       []string
	}{
		{"maeve", "", []string{"three", "one", "2"}},
		{"hector", "", []string{"of an NSD", "1"}},
		{"adele", "", []string{"of an NSD", "three", "one", "3"}},
		{"maeve", "?reservationState=CANCELLED", []string{"two", "1"}},
		{"maeve", "?reservationState=CANCELLED,INPROGRESS", []string{"three", "two", "one", "3"}},
		{"maeve", "?name=one", []string{"one", "1"}},
		{"maeve", "?limit=1", []string{"three", ""}}, // the total is told where it is known
		{"maeve", "?limit=1&offset=1", []string{"one", "2"}},
		{"maeve", "?offset=5", []string{"2"}},
		{"maeve", "?requestedPeriodStartDateTime.lt=" + after, []string{"one", "1"}},
		{"maeve", "?requestedPeriodEndDateTime.gt=" + after, []string{"three", "1"}},
	} {
		if diff := cmp.Diff(c.want, listed(c.who, c.query)); diff != "" {
			t.Errorf("%s%s: %s", c.who, c.query, diff)
		}
	}
	h.expect(h.send("maeve", "GET", "/reservation?reservationState=DONE", nil), 400)
}

// TestAvailabilityNamesWhatIsFree: units one by one, and how much of what has none.
func TestAvailabilityNamesWhatIsFree(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.expect(h.send("adele", "POST", "/reservation", h.wanted("hall:usrp", 2, 0, 2*hour, "reservationState", "COMPLETED", "reservationItem", []any{
		map[string]any{"resourceCapacity": map[string]any{"resourcePool": map[string]any{"id": "hall:usrp", "resources": []any{map[string]any{"id": "u1"}, map[string]any{"id": "u3"}}}}},
		needed("hall:iris:vcpu", 30), needed("hall:sim", 2)})), 201)
	ask := func(d ...any) map[string]any {
		var body any = d
		if len(d) == 1 {
			body = d[0]
		}
		return h.expect(h.send("maeve", "POST", "/availabilityCheck", map[string]any{"resourceCapacityDemand": body}), 200)
	}
	demand := func(pool string, more ...any) map[string]any {
		m := map[string]any{"resourcePool": map[string]any{"id": pool}, "applicableTimePeriod": map[string]any{"fromDateTime": h.at.Add(hour), "endDateTime": h.at.Add(3 * hour)}}
		for i := 0; i+1 < len(more); i += 2 {
			m[more[i].(string)] = more[i+1]
		}
		return m
	}
	names := func(r map[string]any) (list []string) {
		for _, x := range r["availableResources"].([]any) {
			list = append(list, fmt.Sprint(x.(map[string]any)["id"]))
		}
		return list
	}
	if diff := cmp.Diff([]string{"hall:usrp", "hall:usrp:u2", "hall:usrp:u4"}, names(ask(demand("hall:usrp")))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"hall:usrp:u4"}, names(ask(demand("hall:usrp", "resources", []any{map[string]any{"id": "hall:usrp:u3"}, map[string]any{"id": "u4"}})))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"hall:sim", "hall:sim:1"}, names(ask(demand("hall:sim")))); diff != "" {
		t.Error(diff)
	}
	r := ask(demand("hall:iris:vcpu", "capacityDemandAmount", 3))
	if r["available"] != false || len(r["alternatives"].([]any)) == 0 || len(r["messages"].([]any)) == 0 || fmt.Sprint(r["availableAmount"]) != "[map[capacityAmount:2 resourcePool:hall:iris:vcpu]]" {
		t.Errorf("%v", r)
	}
	if both := ask(demand("hall:iris:vcpu", "capacityDemandAmount", 2), demand("hall:usrp", "capacityDemandAmount", 3)); both["available"] != false {
		t.Errorf("each fits, and not both: %v", both)
	}
	if both := ask(demand("hall:iris:vcpu", "capacityDemandAmount", 2), demand("hall:usrp", "capacityDemandAmount", 2)); both["available"] != true {
		t.Errorf("both fit: %v", both)
	}
	for _, bad := range []any{nil, []any{}, demand("hall:none"), map[string]any{"resourcePool": map[string]any{"id": "hall:sim"}}, "text", 7} {
		h.expect(h.send("maeve", "POST", "/availabilityCheck", map[string]any{"resourceCapacityDemand": bad}), 400)
	}
}

// TestHostileBodies: bounded, refused, and never an internal error.
func TestHostileBodies(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	deep := strings.Repeat(`{"resourceCapacityDemand":`, 20_000) + "1" + strings.Repeat("}", 20_000)
	many := make([]any, 101)
	for i := range many {
		many[i] = needed("hall:sim", 1)
	}
	for name, c := range map[string]struct {
		body   any
		status int
	}{
		"nothing":         {"", 400},
		"no JSON":         {"{", 400},
		"a list":          {"[]", 400},
		"too long":        {`{"name":"` + strings.Repeat("x", 1<<20) + `"}`, 413},
		"too deep":        {deep, 400},
		"wrong types":     {`{"name":7}`, 400},
		"empty":           {"{}", 400},
		"too many items":  {h.wanted("hall:sim", 1, 0, hour, "reservationItem", many), 400},
		"no such date":    {h.wanted("hall:sim", 1, 0, hour, "requestedPeriodEndDateTime", "tomorrow"), 400},
		"backwards":       {h.wanted("hall:sim", 1, hour, 0), 400},
		"of no length":    {h.wanted("hall:sim", 1, hour, hour), 400},
		"a long relation": {h.wanted("hall:sim", 1, 0, hour, "relatedParty", map[string]any{"name": strings.Repeat("x", maxKept)}), 400},
		"a state":         {h.wanted("hall:sim", 1, 0, hour, "reservationState", "REJECTED"), 400},
		"hidden name":     {h.wanted("hall:sim", 1, 0, hour, "name", "a\u202eb"), 400},
	} {
		r := h.send("maeve", "POST", "/reservation", c.body)
		if r.status != c.status || !json.Valid(r.body) {
			t.Errorf("%s is answered %d, want %d: %s", name, r.status, c.status, r.body)
		}
	}
	if r := h.send("maeve", "POST", "/reservation", "{}", "Content-Type", "text/xml"); r.status != 415 {
		t.Errorf("%d", r.status)
	}
}
