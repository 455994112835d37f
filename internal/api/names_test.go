package api

import (
	"berth/scheduler/account"
	"testing"
)

// TestNamesHideNothing checks that names that imitate others are refused wherever people read them.
func TestNamesHideNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, name := range []string{"ada\u202elecal", "ada\u2066x", "a\u200bda", "ada\ufeff", "ada\u00ad"} {
		wish := h.wish(0, 1)
		wish["name"] = name
		for what, r := range map[string]reply{
			"a request": h.send("maeve", "POST", "/requests", wish),
			"a person":  h.send("adele", "POST", "/users", map[string]any{"username": "eve", "name": name, "roles": []string{"experimenter"}}),
			"a token":   h.send("maeve", "POST", "/tokens", map[string]any{"name": name, "scopes": []account.Scope{"read"}}),
			"a feed":    h.send("maeve", "POST", "/feeds", map[string]any{"name": name, "calendar": "deployments"}),
			"a webhook": h.send("maeve", "POST", "/webhooks", map[string]any{"name": name, "url": "https://portal.example/hook"}),
			"a testbed": h.send("adele", "PUT", "/testbeds/hall", map[string]any{"id": "hall", "name": name, "timezone": "Europe/Dublin"}),
		} {
			h.expect(r, 422)
			first := r.json(t)["errors"].([]any)[0].(map[string]any)
			if place := first["field"]; place != "name" && place != "testbeds[0].name" {
				t.Errorf("%s called %q: %s", what, name, r.body)
			}
		}
	}
	wish := h.wish(0, 1)
	wish["name"] = "می\u200cخواهم 👩\u200d🔬"
	h.expect(h.send("maeve", "POST", "/requests", wish), 201)
}
