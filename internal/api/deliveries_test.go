package api

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"berth/scheduler"
)

// TestDeliveriesAreSeenAndRetried lets one delivery be stuck and another succeed, and reads them as an administrator and as Prometheus.
func TestDeliveriesAreSeenAndRetried(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.submitted("maeve", h.wish(0, 2))
	h.submitted("maeve", h.wish(3, 2))
	ctx := t.Context()
	waiting, err := h.db.DueDeliveries(ctx, "ticket", "", time.Now(), 10)
	if err != nil || len(waiting) != 2 {
		t.Fatal(waiting, err)
	}
	h.must(nil, h.db.Stuck(ctx, waiting[0], time.Now().Add(time.Hour), "no such component", "make the component"))
	h.must(nil, h.db.Delivered(ctx, waiting[1], time.Now()))

	var page scheduler.Page[DeliveryShape]
	read := func(path string) {
		t.Helper()
		r := h.send("adele", http.MethodGet, path, nil)
		if r.status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, r.status, r.body)
		}
		page = scheduler.Page[DeliveryShape]{}
		h.must(nil, json.Unmarshal(r.body, &page))
	}
	if read("/deliveries?limit=1"); len(page.Items) != 1 || page.Items[0].State != "done" || page.Items[0].Settled == nil || page.Next == "" {
		t.Errorf("the newest: %+v", page)
	}
	if read("/deliveries?limit=1&cursor=" + page.Next); len(page.Items) != 1 || page.Items[0].Remedy != "make the component" || page.Items[0].Request != 1 || page.Next != "" {
		t.Errorf("the one before: %+v", page)
	}
	if read("/deliveries?undone=true&channel=ticket"); len(page.Items) != 1 || page.Items[0].State != "stuck" {
		t.Errorf("undone: %+v", page)
	}
	if r := h.send("adele", http.MethodGet, "/deliveries?cursor=x", nil); r.status != http.StatusUnprocessableEntity && r.status != http.StatusBadRequest {
		t.Errorf("a made-up cursor: %d", r.status)
	}
	res, err := http.Get(h.url + "/metrics")
	h.must(nil, err)
	figures, err := io.ReadAll(res.Body)
	h.must(nil, errors.Join(err, res.Body.Close()))
	if r := string(figures); !strings.Contains(r, `berth_deliveries_stuck{channel="ticket"} 1`) ||
		!strings.Contains(r, `berth_deliveries_waiting{channel="ticket"} 0`) || !strings.Contains(r, "berth_deliveries_last_success_timestamp_seconds") {
		t.Errorf("the metrics say nothing of it: %s", r)
	}
	if r := h.send("adele", http.MethodGet, "/deliveries/backlog", nil); !strings.Contains(string(r.body), `"stuck":1`) {
		t.Errorf("backlog: %s", r.body)
	}
	if r := h.send("adele", http.MethodPost, "/deliveries/retry", map[string]any{"channel": "ticket", "request": "1"}); !strings.Contains(string(r.body), `"messages":1`) {
		t.Errorf("retry: %d %s", r.status, r.body)
	}
	if read("/deliveries?undone=true"); len(page.Items) != 1 || page.Items[0].State != "waiting" {
		t.Errorf("tried again: %+v", page)
	}
	for _, who := range []string{"maeve", "monika", "paddy", "oskar"} {
		if r := h.send(who, http.MethodGet, "/deliveries", nil); r.status != http.StatusForbidden {
			t.Errorf("%s sees deliveries: %d", who, r.status)
		}
	}
}

// TestTheAuditOverREST finds a step by its actor, and checks that only administrators may.
func TestTheAuditOverREST(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.submitted("maeve", h.wish(0, 2))
	h.submitted("hector", h.wish(3, 2))
	r := h.expect(h.send("adele", http.MethodGet, "/audit?actor=hector&action=submit&request=2&from=2020-01-01T00:00:00Z", nil), http.StatusOK)
	var page scheduler.Page[scheduler.Event]
	h.must(nil, json.Unmarshal(r.body, &page))
	if len(page.Items) != 1 || page.Items[0].Actor != "hector" || page.Items[0].Number != 2 {
		t.Errorf("%s", r.body)
	}
	h.expect(h.send("monika", http.MethodGet, "/audit", nil), http.StatusForbidden)
}

// TestTheDocumentNamesEveryStateOfADelivery compares its enum with the states that there are.
func TestTheDocumentNamesEveryStateOfADelivery(t *testing.T) {
	t.Parallel()
	f, _ := reflect.TypeFor[DeliveryShape]().FieldByName("State")
	var states []string
	for _, s := range scheduler.DeliveryStates {
		states = append(states, string(s))
	}
	if got, want := f.Tag.Get("enum"), strings.Join(states, ","); got != want {
		t.Errorf("the enum is %q, want %q", got, want)
	}
}
