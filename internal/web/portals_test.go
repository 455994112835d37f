package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// shownPortals are the portals of a test; done is what people decided.
type shownPortals struct{ done []string }

func (p *shownPortals) List(_ context.Context, a account.Actor) ([]scheduler.Portal, error) {
	at := time.Now().Add(-time.Minute)
	return []scheduler.Portal{{Name: "lab", Kind: "5ginfire", Site: "https://portal.example.org", Follow: "progress", Polled: &at, Failure: "it <b> fails", Remedy: "look at it",
		Orders: []scheduler.Order{{Key: "7", Name: "<i>Trial", Number: 42, Request: "x", Word: "UNDER_REVIEW", URL: "https://portal.example.org/#!/edit_deployment/7", Trouble: "not alike", Remedy: "write",
			Facts: []scheduler.OrderFact{{Name: "instanceId", Value: "ns-1"}}}},
		Loose: []scheduler.LooseOrder{{Key: "8", Name: "Old", Word: "RUNNING", Why: "too late"}}}}, scheduler.Require(a, account.ScopeRead, account.RoleOperator, account.RoleAdministrator)
}

func (p *shownPortals) TryAgain(_ context.Context, _ account.Actor, name string) error {
	p.done = append(p.done, "retry "+name)
	return nil
}

func (p *shownPortals) Untie(_ context.Context, _ account.Actor, name, key string) error {
	p.done = append(p.done, "untie "+name+" "+key)
	return nil
}

// TestPortals shows operators what is wrong, and lets administrators act.
func TestPortals(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	p := &shownPortals{}
	adele := h.session("adele")
	if code, _ := h.page("/portals", adele, nil); code != http.StatusNotFound {
		t.Errorf("without a portal: %d", code)
	}
	h.site.o.Portals = p
	for who, want := range map[string]int{"maeve": http.StatusForbidden, "adele": http.StatusOK} {
		code, page := h.page("/portals", h.session(who), nil)
		if code != want {
			t.Errorf("%s: %d", who, code)
		}
		if want != http.StatusOK {
			continue
		}
		for _, text := range []string{"it &lt;b&gt; fails", "What helps: look at it", "&lt;i&gt;Trial", `href="/requests/42"`, "not alike", "What helps: write", "ns-1", "too late", "decisions are made here"} {
			if !strings.Contains(page, text) {
				t.Errorf("%s does not see %q", who, text)
			}
		}
		if acts := strings.Contains(page, `value="untie"`); acts != (who == "adele") {
			t.Errorf("%s is offered to act: %t", who, acts)
		}
	}
	for _, form := range []url.Values{{"do": {"retry"}, "portal": {"lab"}}, {"do": {"untie"}, "portal": {"lab"}, "order": {"7"}}, {"do": {"nonsense"}}} {
		h.page("/portals", adele, form)
	}
	if got := strings.Join(p.done, ", "); got != "retry lab, untie lab 7" {
		t.Errorf("done: %s", got)
	}
}
