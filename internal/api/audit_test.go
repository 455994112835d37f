package api

import (
	"berth/scheduler/account"
	"strings"
	"testing"
)

func TestWhatHappenedToAccountsIsForAdministrators(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.key("maeve", account.ScopeRead)
	h.key("maeve", account.ScopeRead)
	for _, who := range []string{"maeve", "monika", "oskar", "paddy"} {
		h.expect(h.send(who, "GET", "/audit/accounts", nil), 403)
	}
	first := h.expect(h.send("adele", "GET", "/audit/accounts?person=maeve&action=token&actor=maeve&limit=1", nil), 200)
	item := first.json(t)["items"].([]any)[0].(map[string]any)
	if item["person"] != "maeve" || item["action"] != "token" || item["actor"] != "maeve" || !strings.HasPrefix(item["text"].(string), "script (") {
		t.Errorf("%v", item)
	}
	link := first.header.Get("Link")
	next, ok := strings.CutPrefix(link, "<"+prefix)
	next, _, found := strings.Cut(next, ">")
	if !ok || !found {
		t.Fatalf("Link: %q", link)
	}
	last := h.expect(h.send("adele", "GET", next, nil), 200)
	if items := last.json(t)["items"].([]any); len(items) != 1 || last.header.Get("Link") != "" || items[0].(map[string]any)["action"] != "token" {
		t.Errorf("the last page, %q: %s", next, last.body)
	}
	h.expect(h.send("adele", "GET", "/audit/accounts?action=dreamt", nil), 422)
}
