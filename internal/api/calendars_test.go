package api

import (
	"encoding/base64"
	"encoding/xml"
	"strings"
	"testing"
)

func TestHowToSubscribe(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ids := func(who string) string {
		var list []string
		for _, c := range h.send(who, "GET", "/calendars", nil).json(t)["calendars"].([]any) {
			list = append(list, c.(map[string]any)["id"].(string))
		}
		return strings.Join(list, " ")
	}
	for who, want := range map[string]string{"maeve": "deployments mine testbed-hall", "oskar": "operations deployments testbed-hall", "monika": "operations deployments mine decisions testbed-hall"} {
		if got := ids(who); got != want {
			t.Errorf("%s has %s, want %s", who, got, want)
		}
	}
	all := h.expect(h.send("oskar", "GET", "/calendars", nil), 200).json(t)
	first := all["calendars"].([]any)[0].(map[string]any)
	if all["server"] != "https://berth.example/dav/" || first["url"] != "https://berth.example/dav/calendars/oskar/operations/" || first["writable"] != false {
		t.Errorf("answered %v", all)
	}
}

func TestAlarmsAreChosen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	set := func(who, id string, minutes ...int) reply {
		return h.send(who, "PATCH", "/calendars/"+id, map[string]any{"alarms": append([]int{}, minutes...)})
	}
	if got := h.expect(set("oskar", "operations", 60, 1440), 200).json(t)["alarms"].([]any); len(got) != 2 || got[1] != 1440.0 {
		t.Errorf("alarms %v", got)
	}
	first := h.send("oskar", "GET", "/calendars", nil).json(t)["calendars"].([]any)[0].(map[string]any)
	if got, ok := first["alarms"].([]any); !ok || len(got) != 2 {
		t.Errorf("kept are %v", first["alarms"])
	}
	h.expect(set("oskar", "operations"), 200)
	if first := h.send("oskar", "GET", "/calendars", nil).json(t)["calendars"].([]any)[0].(map[string]any); first["alarms"] != nil {
		t.Errorf("after taking them away: %v", first["alarms"])
	}
	h.expect(set("oskar", "operations", 0), 422)
	h.expect(set("oskar", "operations", 1, 2, 3, 4, 5, 6), 422)
	h.expect(set("oskar", "deployments", 5), 422)
	h.expect(set("maeve", "operations", 5), 404)
}

func TestAppPasswordsAreTokensForCalendarsOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	made := h.expect(h.send("maeve", "POST", "/tokens", map[string]any{"name": "phone", "scopes": []string{"calendar", "calendar:move"}}), 201).json(t)
	secret := made["secret"].(string)
	h.expect(h.send("", "GET", "/requests", nil, "Authorization", "Bearer "+secret), 403)
	h.expect(h.send("", "GET", "/calendars", nil, "Authorization", "Bearer "+secret), 403)
	h.expect(h.send("maeve", "POST", "/tokens", map[string]any{"name": "feed", "scopes": []string{"feed"}}), 422)
	reading := h.expect(h.send("maeve", "POST", "/tokens", map[string]any{"name": "script", "scopes": []string{"read", "admin"}}), 201).json(t)["secret"].(string)
	h.expect(h.send("", "POST", "/tokens", map[string]any{"name": "more", "scopes": []string{"calendar:move"}}, "Authorization", "Bearer "+reading), 422)
}

func TestFeedsHaveSecretAddresses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	made := h.expect(h.send("maeve", "POST", "/feeds", map[string]any{"calendar": "mine", "name": "Google"}), 201).json(t)
	address := made["url"].(string)
	if !strings.HasPrefix(address, "https://berth.example/feeds/berth_") || !strings.HasSuffix(address, "/mine.ics") || made["webcal"] != "webcal"+strings.TrimPrefix(address, "https") {
		t.Errorf("answered %v", made)
	}
	if want := "https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2Fberth.example%2Ffeeds%2F"; !strings.HasPrefix(made["google"].(string), want) {
		t.Errorf("for Google: %v", made["google"])
	}
	list := h.expect(h.send("maeve", "GET", "/feeds", nil), 200)
	items := list.json(t)["items"].([]any)
	if len(items) != 1 || strings.Contains(string(list.body), "berth_") {
		t.Fatalf("listed are %s", list.body)
	}
	if n := len(h.send("hector", "GET", "/feeds", nil).json(t)["items"].([]any)); n != 0 {
		t.Errorf("hector sees %d feeds", n)
	}
	id := items[0].(map[string]any)["id"].(string)
	h.expect(h.send("hector", "DELETE", "/feeds/"+id, nil), 404)
	if revoked := h.expect(h.send("maeve", "DELETE", "/feeds/"+id, nil), 200).json(t); revoked["revoked"] == nil {
		t.Errorf("answered %v", revoked)
	}
	h.expect(h.send("maeve", "POST", "/feeds", map[string]any{"calendar": "operations", "name": "x"}), 404)
	h.expect(h.send("maeve", "POST", "/feeds", map[string]any{"calendar": "mine", "name": ""}), 422)
}

func TestAnAppleProfileHasAnAppPasswordInIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	res := h.expect(h.send("maeve", "POST", "/calendars/profile", map[string]any{"name": "iPhone", "move": true}), 201)
	if kind := res.header.Get("Content-Type"); kind != "application/x-apple-aspen-config" {
		t.Errorf("it is %s", kind)
	}
	var plist struct {
		Strings []string `xml:"dict>array>dict>string"`
	}
	if err := xml.Unmarshal(res.body, &plist); err != nil {
		t.Fatalf("%v: %s", err, res.body)
	}
	text := strings.Join(plist.Strings, " ")
	for _, want := range []string{"berth.example", "/dav/principals/maeve/", "maeve", "berth_"} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %q: %s", want, text)
		}
	}
	if !strings.Contains(string(res.body), "<integer>443</integer>") || !strings.Contains(string(res.body), "<key>CalDAVUseSSL</key><true/>") {
		t.Errorf("it does not ask for TLS: %s", res.body)
	}
	secret := plist.Strings[len(plist.Strings)-1]
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("maeve:"+secret))
	h.expect(h.send("", "GET", "/requests", nil, "Authorization", basic), 403) // the password is known, but not valid for this
}
