package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// TestWebhooksOverREST creates a webhook, tests it, changes it, reads its deliveries, and deletes it.
func TestWebhooksOverREST(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var calls atomic.Int64
	there := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Header.Get("Webhook-Signature"), "v1,") {
			calls.Add(1)
		}
	}))
	t.Cleanup(there.Close)
	if r := h.send("maeve", "POST", "/webhooks", map[string]any{"name": "x", "url": "nowhere"}); r.status != http.StatusUnprocessableEntity && r.status != http.StatusBadRequest || !strings.Contains(string(r.body), `"location":"url"`) && !strings.Contains(string(r.body), "url") {
		t.Errorf("a bad address: %d %s", r.status, r.body)
	}
	made := h.expect(h.send("maeve", "POST", "/webhooks", map[string]any{"name": "portal", "url": there.URL, "actions": []string{"schedule"}}), http.StatusCreated).json(t)
	secret := made["secret"].(string)
	path := "/webhooks/" + made["webhook"].(map[string]any)["id"].(string)
	if !strings.HasPrefix(secret, "whsec_") {
		t.Error(secret)
	}
	h.expect(h.send("maeve", "POST", path+"/test", nil), http.StatusNoContent)
	if calls.Load() != 1 {
		t.Errorf("%d calls", calls.Load())
	}
	for _, p := range []string{"/webhooks", path, path + "/deliveries"} {
		if r := h.expect(h.send("maeve", "GET", p, nil), http.StatusOK); strings.Contains(string(r.body), secret) {
			t.Errorf("%s tells the secret", p)
		}
	}
	h.expect(h.send("hector", "GET", path, nil), http.StatusNotFound)
	h.expect(h.send("hector", "GET", "/webhooks?all=true", nil), http.StatusForbidden)
	h.expect(h.send("adele", "GET", "/webhooks?all=true", nil), http.StatusOK)
	off := h.expect(h.send("maeve", "PUT", path, map[string]any{"name": "portal", "url": there.URL, "off": "holidays"}), http.StatusOK).json(t)
	if off["off"] != "holidays" || off["actions"] != nil {
		t.Error(off)
	}
	if next := h.expect(h.send("maeve", "POST", path+"/secret", nil), http.StatusOK).json(t)["secret"]; next == secret {
		t.Error("the secret is the same")
	}
	h.expect(h.send("maeve", "POST", path+"/deliveries/1/redeliver", nil), http.StatusNotFound)
	h.expect(h.send("maeve", "DELETE", path, nil), http.StatusNoContent)
	h.expect(h.send("maeve", "GET", path, nil), http.StatusNotFound)
}
