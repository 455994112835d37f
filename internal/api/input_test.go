package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestBadInputIsNamed sends inputs that must never be stored. Each must get a 4xx that names the field and the rule, and leave no
// trace.
func TestBadInputIsNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	wish := func(change func(w map[string]any)) string {
		w := h.wish(0, 2)
		change(w)
		raw, err := json.Marshal(w)
		h.must(nil, err)
		return string(raw)
	}
	set := func(field string, v any) string { return wish(func(w map[string]any) { w[field] = v }) }
	slot := func(start, end string) string { return set("slot", map[string]any{"start": start, "end": end}) }
	at := func(d time.Duration) string { return h.at.Add(d).Format(time.RFC3339Nano) }
	device := func(d map[string]any) string { return set("devices", []any{d}) }
	for _, c := range []struct {
		name, body, field string
		status            int
	}{
		{"malformed JSON", `{"name": `, "", 400},
		{"something after the JSON", set("name", "x") + "{}", "", 400},
		{"no object", `[]`, "", 422},
		{"an unknown field", set("colour", "blue"), "colour", 422},
		{"a wrong type", set("name", 7), "name", 422},
		{"no name", set("name", ""), "name", 422},
		{"a name of two lines", set("name", "a\nb"), "name", 422},
		{"a long name", set("name", strings.Repeat("a", 300)), "name", 422},
		{"start after end", slot(at(2*time.Hour), at(time.Hour)), "slot.end", 422},
		{"start is end", slot(at(time.Hour), at(time.Hour)), "slot.end", 422},
		{"a past slot", slot(at(-72*time.Hour), at(-71*time.Hour)), "slot.start", 422},
		{"parts of a second", slot(at(1500*time.Millisecond), at(time.Hour)), "slot.start", 422},
		{"no date", slot("tomorrow", at(time.Hour)), "slot.start", 422},
		{"a date without zone", slot("2030-01-01T00:00:00", at(time.Hour)), "slot.start", 422},
		{"a slot of two years", slot(at(0), at(2*8800*time.Hour)), "slot.end", 422},
		{"a slot in a hundred years", slot(at(876000*time.Hour), at(876001*time.Hour)), "slot.end", 422},
		{"the year 9999", slot("9999-01-01T00:00:00Z", "9999-01-02T00:00:00Z"), "slot.start", 422},
		{"a huge window", set("window", map[string]any{"start": at(0), "end": at(5 * 8800 * time.Hour)}), "window.end", 422},
		{"a window elsewhere", set("window", h.slot(10, 20)), "window", 422},
		{"a shortest duration that is too long", set("min_duration", "P3D"), "min_duration", 422},
		{"a duration of years", set("min_duration", "P3Y"), "min_duration", 422},
		{"an unknown NSD", set("nsd", "no_such_nsd"), "nsd", 422},
		{"both NSD and components", set("components", []any{map[string]any{"member": "1"}}), "components", 422},
		{"an unknown VNF", wish(func(w map[string]any) {
			delete(w, "nsd")
			w["components"] = []any{map[string]any{"member": "1", "vnf": "nothing"}}
		}), "components[0].vnf", 422},
		{"a negative quantity", wish(func(w map[string]any) {
			delete(w, "nsd")
			w["components"] = []any{map[string]any{"member": "1", "size": map[string]int{"vcpu": -1}}}
		}), "components[0].size.vcpu", 422},
		{"an overflowing quantity", wish(func(w map[string]any) {
			delete(w, "nsd")
			w["components"] = []any{map[string]any{"member": "1", "size": map[string]any{"vcpu": json.Number("9223372036854775808")}}}
		}), "", 422},
		{"a quantity of 1e30", wish(func(w map[string]any) {
			delete(w, "nsd")
			w["components"] = []any{map[string]any{"member": "1", "size": map[string]any{"vcpu": json.Number("1e30")}}}
		}), "", 422},
		{"a quantity beyond the bound", wish(func(w map[string]any) {
			delete(w, "nsd")
			w["components"] = []any{map[string]any{"member": "1", "size": map[string]int64{"vcpu": 9e18}}}
		}), "components[0].size.vcpu", 422},
		{"an unknown VIM", set("placement", map[string]string{"all": "hall/nowhere"}), "placement.all", 422},
		{"no VIM at all", set("placement", map[string]string{"all": "x"}), "placement.all", 422},
		{"an unknown member", set("placement", map[string]string{"7": "hall/iris"}), "placement.7", 422},
		{"an unknown testbed", device(map[string]any{"testbed": "moon", "device": "usrp", "count": 1}), "devices[0].testbed", 422},
		{"an unknown device", device(map[string]any{"testbed": "hall", "device": "laser", "count": 1}), "devices[0].device", 422},
		{"an unknown unit", device(map[string]any{"testbed": "hall", "device": "usrp", "count": 1, "units": []string{"u9"}}), "devices[0].units[0]", 422},
		{"no devices of a kind", device(map[string]any{"testbed": "hall", "device": "usrp", "count": 0}), "devices[0].count", 422},
		{"a negative count", device(map[string]any{"testbed": "hall", "device": "usrp", "count": -3}), "devices[0].count", 422},
		{"a device twice", set("devices", []any{map[string]any{"testbed": "hall", "device": "usrp", "count": 1}, map[string]any{"testbed": "hall", "device": "usrp", "count": 1}}), "devices[1]", 422},
		{"an unknown mentor", set("mentor", "nobody"), "mentor", 422},
		{"ten megabytes", set("description", strings.Repeat("a", 10<<20)), "", 413},
		{"a description that is too long", set("description", strings.Repeat("a", 70<<10)), "description", 422},
		{"a NUL character", set("name", "a\x00b"), "name", 422},
		{"a deep nest", `{"name":` + strings.Repeat("[", 100_000), "", 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := h.send("maeve", "POST", "/requests", c.body)
			if r.status != c.status {
				t.Fatalf("answered %d, want %d: %.600s", r.status, c.status, r.body)
			}
			if kind := r.header.Get("Content-Type"); kind != "application/problem+json" {
				t.Errorf("answered as %s", kind)
			}
			if c.field != "" && !strings.Contains(string(r.body), fmt.Sprintf(`"field":%q`, c.field)) {
				t.Errorf("does not name %s: %.600s", c.field, r.body)
			}
		})
	}
	if list := h.send("adele", "GET", "/requests", nil).json(t)["items"].([]any); len(list) != 0 {
		t.Errorf("%d requests were stored", len(list))
	}
}

// TestHostileClosuresAreRefused sends recurrences that would take for ever, or crash the process.
func TestHostileClosuresAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, rule := range []string{"FREQ=SECONDLY", "FREQ=HOURLY;INTERVAL=2;BYHOUR=1", "FREQ=YEARLY;BYEASTER=400", "FREQ=MONTHLY;BYDAY=53MO",
		"FREQ=MONTHLY;INTERVAL=9223372036854775807", "FREQ=DAILY;BYHOUR=" + strings.Repeat("1,", 300) + "1", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "freq=daily"} {
		r := h.send("paddy", "POST", "/testbeds/hall/closures", map[string]any{"summary": "x", "start": "2026-01-05T08:00:00", "duration": "PT1H", "rrule": rule})
		if r.status != http.StatusUnprocessableEntity || !strings.Contains(string(r.body), "rrule") {
			t.Errorf("%.60s is answered %d: %s", rule, r.status, r.body)
		}
	}
	h.expect(h.send("paddy", "POST", "/testbeds/hall/closures", map[string]any{"summary": "x", "start": "2026-01-05T08:00:00", "duration": "PT1H", "rrule": "FREQ=WEEKLY;BYDAY=MO"}), 201)
}

func TestOtherContentIsNotTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		path, kind string
		want       int
	}{{"/requests", "text/plain", 415}, {"/facility", "text/html", 415}, {"/requests", "application/xml", 415}} {
		method := map[string]string{"/requests": "POST", "/facility": "PUT"}[c.path]
		if r := h.send("adele", method, c.path, "x", "Content-Type", c.kind); r.status != c.want {
			t.Errorf("%s as %s is answered %d: %s", c.path, c.kind, r.status, r.body)
		}
	}
}

func FuzzPortalDescriptor(f *testing.F) {
	f.Add([]byte(`{"name":"x","experiment":{"name":"n"},"startReqDate":1568639467000,"endReqDate":"2019-12-23T00:00:00.000Z"}`))
	f.Add([]byte(`{"vxfPlacements":[{"constituentVxF":{"membervnfIndex":1}}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := readDeployment(raw)
		if err == nil && d.StartReq.Nanosecond() != 0 {
			t.Errorf("took %v", d.StartReq)
		}
	})
}

func FuzzRevision(f *testing.F) {
	f.Add(`"7"`)
	f.Add(`W/"7", "8"`)
	f.Fuzz(func(t *testing.T, tag string) {
		if n, err := revisionOf(tag); err == nil && n < 0 {
			t.Errorf("%q is %d", tag, n)
		}
	})
}
