package api

import (
	"berth/scheduler/account"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
)

// public lists the routes open without signing in, beside the offer links.
var public = []string{"/healthz", "/readyz", "/metrics", prefix + "/openapi.json", prefix + "/openapi-3.0.json", prefix + "/offers/read", prefix + "/offers/accept", prefix + "/device/authorization", prefix + "/device/token"}

// TestEveryRouteSaysWhoMayUseIt walks the router: without signing in every route must answer 401.
func TestEveryRouteSaysWhoMayUseIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	count := 0
	err := chi.Walk(h.api.router, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if slices.Contains(public, route) {
			return nil
		}
		count++
		path := strings.NewReplacer("{id}", "1", "{testbed}", "hall", "{offer}", "1", "{user}", "maeve", "{token}", "x", "{closure}", "x", "{calendar}", "lab", "{delivery}", "1").Replace(strings.TrimPrefix(route, prefix))
		r := h.send("", method, path, nil)
		if r.status != http.StatusUnauthorized || len(r.header.Values("WWW-Authenticate")) != 2 {
			t.Errorf("%s %s without signing in is answered %d", method, route, r.status)
		}
		return nil
	})
	if err != nil || count < 40 {
		t.Errorf("%d routes, %v", count, err)
	}
	for id := range routes {
		if !strings.Contains(string(h.document()), `"operationId":"`+id+`"`) {
			t.Errorf("the table names %s, which there is not", id)
		}
	}
}

func (h *house) document() []byte {
	raw, err := h.api.document()
	h.must(nil, err)
	return raw
}

// TestRolesAtTheDoor tries restricted routes with every role.
func TestRolesAtTheDoor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.submitted("maeve", h.wish(0, 2))
	everybody := []string{"maeve", "hector", "monika", "paddy", "oskar", "adele"}
	for _, c := range []struct {
		method, path string
		body         any
		may          []string
	}{
		{"GET", "/users", nil, []string{"adele"}},
		{"POST", "/users", map[string]any{}, []string{"adele"}},
		{"PUT", "/catalogue", "{}", []string{"adele"}},
		{"DELETE", "/testbeds/nowhere", nil, []string{"adele"}},
		{"POST", "/requests/" + id + "/schedule", map[string]any{"dry_run": true}, []string{"monika", "adele"}},
		{"POST", "/requests/" + id + "/reject", map[string]any{"reason": "x", "dry_run": true}, []string{"monika", "adele"}},
		{"PUT", "/requests/" + id + "/approvals/hall", map[string]any{"decision": "approved", "dry_run": true}, []string{"paddy", "adele"}},
		{"POST", "/requests/" + id + "/start", map[string]any{"dry_run": true}, []string{"oskar", "adele"}},
		{"GET", "/requests/" + id, nil, []string{"maeve", "monika", "paddy", "oskar", "adele"}},
		{"POST", "/requests/" + id + "/cancel", map[string]any{"dry_run": true}, []string{"maeve", "monika", "adele"}},
		{"POST", "/requests/" + id + "/confirm", map[string]any{"needed": true, "dry_run": true}, []string{"maeve", "monika", "adele"}},
		{"POST", "/testbeds/hall/closures?dry_run=true", map[string]any{"summary": "x", "start": "2030-01-05T08:00:00", "duration": "PT1H"}, []string{"paddy", "adele"}},
		{"GET", "/testbeds", nil, everybody},
	} {
		for _, who := range everybody {
			r := h.send(who, c.method, c.path, c.body)
			refused := r.status == http.StatusForbidden || r.status == http.StatusNotFound && !strings.Contains(c.path, "nowhere")
			if may := slices.Contains(c.may, who); may == refused {
				t.Errorf("%s %s by %s is answered %d: %s", c.method, c.path, who, r.status, r.body)
			}
		}
	}
}

func TestTokensAreShownOnceScopedAndRevocable(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	made := h.expect(h.send("maeve", "POST", "/tokens", map[string]any{"name": "script", "scopes": []account.Scope{"read"}}), 201).json(t)
	secret, id := made["secret"].(string), made["token"].(map[string]any)["id"].(string)
	bearer := []string{"Authorization", "Bearer " + secret}
	h.expect(h.send("", "GET", "/requests", nil, bearer...), 200)
	h.expect(h.send("", "POST", "/requests", h.wish(0, 1), bearer...), 403)
	h.expect(h.send("", "POST", "/tokens", map[string]any{"name": "more", "scopes": []string{"write"}}, bearer...), 403)
	if list := h.send("maeve", "GET", "/tokens", nil); strings.Contains(string(list.body), secret) || !strings.Contains(string(list.body), id) {
		t.Errorf("the list of tokens: %s", list.body)
	}
	h.expect(h.send("hector", "DELETE", "/tokens/"+id+"?owner=maeve", nil), 403)
	other := h.expect(h.send("maeve", "POST", "/tokens", map[string]any{"name": "other", "scopes": []account.Scope{"read"}}), 201).json(t)["token"].(map[string]any)["id"].(string)
	h.expect(h.send("", "DELETE", "/tokens/"+other, nil, bearer...), 403)
	h.expect(h.send("", "DELETE", "/tokens/"+id, nil, bearer...), 200) // itself
	h.expect(h.send("maeve", "DELETE", "/tokens/"+other, nil), 200)
	h.expect(h.send("", "GET", "/requests", nil, bearer...), 401)
}

func TestGuessingIsSlowedDown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 20 {
		h.expect(h.send("", "GET", "/requests", nil, "Authorization", "Bearer berth_wrong"), 401)
	}
	r := h.expect(h.send("", "GET", "/requests", nil, "Authorization", "Bearer berth_wrong"), 429)
	if r.header.Get("Retry-After") == "" {
		t.Error("nobody says how long to wait")
	}
}
