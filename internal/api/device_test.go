package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"berth/internal/auth"
	"berth/scheduler/account"
)

// form posts a form without signing in.
func (h *house) form(path string, fields url.Values) (reply, map[string]any) {
	h.t.Helper()
	r := h.send("", "POST", path, fields.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	var v map[string]any
	_ = json.Unmarshal(r.body, &v)
	return r, v
}

// TestADeviceSignsInByACode speaks as RFC 8628 says.
func TestADeviceSignsInByACode(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r, codes := h.form("/device/authorization", url.Values{"client_id": {"probe on laptop"}, "scope": {"read write"}})
	code, _ := codes["user_code"].(string)
	left, _ := codes["expires_in"].(float64) // whole seconds, and some may have passed
	if r.status != http.StatusOK || codes["verification_uri"] != "https://berth.example/device" || codes["verification_uri_complete"] != "https://berth.example/device?code="+code ||
		left < 540 || left > 600 || codes["interval"] != 5.0 || len(code) != 9 || r.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", r.status, codes)
	}
	ask := url.Values{"grant_type": {deviceGrant}, "device_code": {codes["device_code"].(string)}, "client_id": {"probe"}}
	for _, want := range []string{"authorization_pending", "slow_down"} {
		if r, v := h.form("/device/token", ask); r.status != http.StatusBadRequest || v["error"] != want || v["error_description"] == "" {
			t.Errorf("%d %v, want %s", r.status, v, want)
		}
	}
	later := auth.New(h.db, func() time.Time { return time.Now().Add(20 * time.Second) })
	h.api.auth = later
	monika := account.Actor{Username: "monika", Roles: []account.Role{account.RoleMentor}, Scopes: account.AllScopes()}
	_, err := later.AnswerDevice(t.Context(), monika, code, []account.Scope{account.ScopeRead}, nil)
	h.must(nil, err)
	r, granted := h.form("/device/token", ask)
	secret, _ := granted["access_token"].(string)
	if r.status != http.StatusOK || granted["token_type"] != "Bearer" || granted["scope"] != "read" || granted["token_id"] == "" || granted["error"] != nil {
		t.Fatalf("%d %v", r.status, granted)
	}
	if me := h.expect(h.send("", "GET", "/me", nil, "Authorization", "Bearer "+secret), 200).json(t); me["username"] != "monika" {
		t.Errorf("%v", me)
	}
	if list := h.send("monika", "GET", "/tokens", nil); !strings.Contains(string(list.body), "probe on laptop") {
		t.Errorf("the list of tokens: %s", list.body)
	}
	if r, v := h.form("/device/token", ask); r.status != http.StatusBadRequest || v["error"] != "expired_token" {
		t.Errorf("a second time: %d %v", r.status, v)
	}
}

func TestWhatADeviceMayNotAsk(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		path string
		form url.Values
		want string
	}{
		{"/device/authorization", url.Values{"scope": {"read"}}, "invalid_request"},
		{"/device/authorization", url.Values{"client_id": {"x"}, "scope": {"read password"}}, "invalid_scope"},
		{"/device/token", url.Values{"device_code": {"x"}}, "unsupported_grant_type"},
		{"/device/token", url.Values{"grant_type": {deviceGrant}}, "invalid_request"},
		{"/device/token", url.Values{"grant_type": {deviceGrant}, "device_code": {"berth_guessed"}}, "expired_token"},
	} {
		if r, v := h.form(c.path, c.form); r.status != http.StatusBadRequest || v["error"] != c.want {
			t.Errorf("%s %v: %d %v, want %s", c.path, c.form, r.status, v, c.want)
		}
	}
}
