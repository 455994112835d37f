package api

import (
	"berth/scheduler/account"
	"testing"
)

// TestAnAdministratorsProgramBecomesNobodyElse without the scope password: it may set no password, create no account with one,
// and make no token for others.
func TestAnAdministratorsProgramBecomesNobodyElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	all, _ := h.key("adele", account.ScopeRead, account.ScopeWrite, account.ScopeAdmin)
	with, _ := h.key("adele", account.ScopeRead, account.ScopeAdmin, account.ScopePassword)
	eve := func(name string) map[string]any {
		return map[string]any{"username": name, "name": "Eve", "roles": []string{"administrator"}, "password": "a good enough password"}
	}
	for _, c := range []struct {
		method, path string
		body         map[string]any
		status       int
	}{
		{"PUT", "/users/maeve/password", map[string]any{"password": "a second good password"}, 204},
		{"PUT", "/users/adele/password", map[string]any{"old_password": password, "password": "a second good password"}, 204},
		{"POST", "/users", eve("eve"), 201},
		{"POST", "/tokens", map[string]any{"owner": "monika", "name": "x", "scopes": []string{"read"}}, 201},
		{"POST", "/tokens", map[string]any{"name": "x", "scopes": []string{"password"}}, 201},
	} {
		want := 403
		if c.path == "/tokens" && c.body["owner"] == nil {
			want = 422 // no token gets more scopes than its maker's
		}
		h.expect(h.send("", c.method, c.path, c.body, all...), want)
		h.expect(h.send("", c.method, c.path, c.body, with...), c.status)
	}
	without := eve("ewan")
	delete(without, "password")
	h.expect(h.send("", "POST", "/users", without, all...), 201)
	h.expect(h.send("", "POST", "/tokens", map[string]any{"name": "mine", "scopes": []string{"read"}}, all...), 201)
	h.expect(h.send("maeve", "GET", "/me", nil), 401) // her password has changed
}
