package api

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"berth/scheduler"
	"berth/scheduler/account"
)

// TestOnePersonHasSoManyOpenRequests, whoever submits them; one that ends makes room, and a repeated call counts once.
func TestOnePersonHasSoManyOpenRequests(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.api.service = scheduler.New(h.db, scheduler.Options{Clock: time.Now, NewID: uuid.NewString, MaxOpen: 2})
	first := h.submitted("maeve", h.wish(0, 1))
	once := []string{"Idempotency-Key", "once"}
	h.expect(h.send("maeve", "POST", "/requests", h.wish(3, 1), once...), 201)
	h.expect(h.send("maeve", "POST", "/requests", h.wish(6, 1)), 409)
	h.expect(h.send("maeve", "POST", "/requests", h.wish(3, 1), once...), 201)
	others := h.wish(6, 1)
	others["experimenter"] = "maeve"
	h.expect(h.send("monika", "POST", "/requests", others), 409)
	h.expect(h.send("hector", "POST", "/requests", h.wish(6, 1)), 201)
	h.expect(h.send("maeve", "POST", "/requests/"+first+"/cancel", map[string]any{}), 200)
	h.expect(h.send("maeve", "POST", "/requests", h.wish(9, 1)), 201)
}

// TestOnePersonWritesSoManyRemarksInAnHour, without counting those that another system forwards.
func TestOnePersonWritesSoManyRemarksInAnHour(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	now := time.Now()
	svc := scheduler.New(h.db, scheduler.Options{Clock: func() time.Time { return now }, NewID: uuid.NewString, MaxRemarks: 2})
	h.api.service = svc
	id := h.submitted("maeve", h.wish(0, 1))
	remark := map[string]any{"text": "Hello?"}
	for range 2 {
		h.expect(h.send("maeve", "POST", "/requests/"+id+"/feedback", remark), 201)
	}
	if r := h.expect(h.send("maeve", "POST", "/requests/"+id+"/feedback", remark), 429); r.header.Get("Retry-After") != "3601" {
		t.Errorf("Retry-After: %s", r.header.Get("Retry-After"))
	}
	h.expect(h.send("monika", "POST", "/requests/"+id+"/feedback", remark), 201)
	actor := account.ActorOf(account.Person{Username: "maeve", Roles: []account.Role{account.RoleExperimenter}})
	actor.Via = "bugzilla"
	h.must(svc.AddFeedback(t.Context(), actor, id, "a comment", scheduler.Creation{}))
	now = now.Add(time.Hour)
	h.expect(h.send("maeve", "POST", "/requests/"+id+"/feedback", remark), 201)
}
