package scheduler_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"berth/internal/story/memory"
	"berth/scheduler"
	"berth/scheduler/account"
)

// hookHouse keeps webhooks, at most two per person, at addresses with https.
func hookHouse(t *testing.T) *scheduler.Service {
	t.Helper()
	db := memory.New()
	svc := scheduler.New(db, scheduler.Options{Clock: func() time.Time { return morning }, NewID: func() string { return "id" }, MaxWebhooks: 2,
		WebhookAddress: func(address string) string {
			if !strings.HasPrefix(address, "https://") {
				return "must be https"
			}
			return ""
		}})
	for name, role := range map[string]account.Role{"eva": account.RoleExperimenter, "erik": account.RoleExperimenter, "adele": account.RoleAdministrator} {
		p := account.Person{Username: name, Name: name, Roles: []account.Role{role}, Revision: 1}
		if err := db.Change(t.Context(), nil, func(tx scheduler.Tx) error { return tx.PutPerson(t.Context(), p) }); err != nil {
			t.Fatal(err)
		}
	}
	return svc
}

func goodHook(id string) scheduler.Webhook {
	return scheduler.Webhook{ID: id, Name: "portal", URL: "https://portal.example", Secret: "s", Owner: "somebody else", Off: "yes"}
}

// The rights of each user to eva's webhook, for every method.
func TestRightsOfWebhooks(t *testing.T) {
	t.Parallel()
	eva, erik, adele := someone("eva", account.RoleExperimenter), someone("erik", account.RoleExperimenter), someone("adele", account.RoleAdministrator)
	reading := eva
	reading.Scopes = []account.Scope{account.ScopeRead, account.ScopeWrite}
	const ok, forbidden, unknown = scheduler.Code(""), scheduler.CodeForbidden, scheduler.CodeNotFound
	for what, tt := range map[string]struct {
		do                          func(svc *scheduler.Service, a account.Actor) error
		eva, reading, erik, manager scheduler.Code
	}{
		"read": {func(svc *scheduler.Service, a account.Actor) error {
			_, err := svc.Webhook(t.Context(), a, "h")
			return err
		}, ok, ok, unknown, ok},
		"keep": {func(svc *scheduler.Service, a account.Actor) error {
			_, err := svc.KeptWebhook(t.Context(), a, "h")
			return err
		}, ok, forbidden, unknown, ok},
		"change": {func(svc *scheduler.Service, a account.Actor) error {
			_, err := svc.ChangeWebhook(t.Context(), a, "h", goodHook(""))
			return err
		}, ok, forbidden, unknown, ok},
		"renew": {func(svc *scheduler.Service, a account.Actor) error {
			_, err := svc.RenewWebhook(t.Context(), a, "h", "t")
			return err
		}, ok, forbidden, unknown, ok},
		"delete": {func(svc *scheduler.Service, a account.Actor) error { return svc.DeleteWebhook(t.Context(), a, "h") }, ok, forbidden, unknown, ok},
		"create": {func(svc *scheduler.Service, a account.Actor) error {
			_, err := svc.CreateWebhook(t.Context(), a, goodHook("another"))
			return err
		}, ok, forbidden, ok, ok},
		"list everybody's": {func(svc *scheduler.Service, a account.Actor) error {
			_, err := svc.Webhooks(t.Context(), a, true)
			return err
		}, forbidden, forbidden, forbidden, ok},
	} {
		for _, x := range []struct {
			name string
			who  account.Actor
			want scheduler.Code
		}{{"eva", eva, tt.eva}, {"eva without the scope", reading, tt.reading}, {"erik", erik, tt.erik}, {"an administrator", adele, tt.manager}} {
			svc := hookHouse(t)
			if _, err := svc.CreateWebhook(t.Context(), eva, goodHook("h")); err != nil {
				t.Fatal(err)
			}
			if err := tt.do(svc, x.who); scheduler.CodeOf(err) != x.want || (err == nil) != (x.want == ok) {
				t.Errorf("%s by %s: %v, want %q", what, x.name, err, x.want)
			}
		}
	}
}

func TestBoundsOfWebhooks(t *testing.T) {
	t.Parallel()
	svc, eva := hookHouse(t), someone("eva", account.RoleExperimenter)
	for i := range 3 {
		h, err := svc.CreateWebhook(t.Context(), eva, goodHook(fmt.Sprint(i)))
		if want := i == 2; (scheduler.CodeOf(err) == scheduler.CodeConflict) != want {
			t.Errorf("webhook %d: %v", i, err)
		}
		if i == 0 && (h.Owner != "eva" || h.Off != "" || h.Secret != "s" || !h.Created.Equal(morning)) {
			t.Errorf("it was made as %+v", h)
		}
	}
	if _, err := svc.CreateWebhook(t.Context(), someone("erik"), goodHook("erik's")); err != nil {
		t.Errorf("another one's first: %v", err)
	}
	for field, bad := range map[string]scheduler.Webhook{"name": {Name: strings.Repeat("x", 101), URL: "https://x"}, "url": {Name: "x", URL: "http://x"},
		"actions": {Name: "x", URL: "https://x", Actions: []scheduler.Action{scheduler.ActionMove, scheduler.ActionMove}}} {
		_, err := svc.ChangeWebhook(t.Context(), eva, "0", bad)
		if e, ok := errors.AsType[*scheduler.Error](err); !ok || e.Code != scheduler.CodeInvalid || len(e.Fields) != 1 || e.Fields[0].Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if h, err := svc.ChangeWebhook(t.Context(), eva, "0", scheduler.Webhook{Name: strings.Repeat("ü", 100), URL: "https://x", Off: "holidays"}); err != nil || h.Off != "holidays" || h.Secret != "s" {
		t.Errorf("%+v, %v", h, err)
	}
	silent := scheduler.New(memory.New(), scheduler.Options{Clock: time.Now, NewID: func() string { return "id" }})
	if _, err := silent.CreateWebhook(t.Context(), eva, goodHook("h")); scheduler.CodeOf(err) != scheduler.CodeInvalid {
		t.Errorf("where nobody says which addresses may be told: %v", err)
	}
}

// The events that owners of webhooks may know, and the webhooks that take them, by id.
func TestWebhooksThatAreToBeTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("marathon", hours(24, 2)) // of maeve, mentored by monika, on the radio testbed
	disabled := account.Person{Username: "dora", Name: "Dora", Roles: []account.Role{account.RoleMentor}, Disabled: true}
	h.putPerson(disabled)
	err := h.store.Change(t.Context(), nil, func(tx scheduler.Tx) (err error) {
		for _, x := range []scheduler.Webhook{
			{ID: "1 hers", Owner: "maeve"}, {ID: "2 of another", Owner: "hector"}, {ID: "3 her mentor's", Owner: "monika"}, {ID: "4 her provider's", Owner: "paddy"},
			{ID: "5 another provider's", Owner: "carla"}, {ID: "6 nobody's", Owner: "ghost"}, {ID: "7 disabled", Owner: "dora"}, {ID: "8 off", Owner: "maeve", Off: "holidays"},
			{ID: "9 of other actions", Owner: "maeve", Actions: []scheduler.Action{scheduler.ActionMove}},
			{ID: "a of this action", Owner: "maeve", Actions: []scheduler.Action{scheduler.ActionMove, scheduler.ActionCancel}},
		} {
			err = errors.Join(err, tx.PutWebhook(t.Context(), x))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		of   scheduler.Event
		want []string
	}{
		{scheduler.Event{Action: scheduler.ActionCancel, Request: r.ID}, []string{"1 hers", "3 her mentor's", "4 her provider's", "a of this action"}},
		{scheduler.Event{Action: scheduler.ActionFacility}, []string{"1 hers", "2 of another", "3 her mentor's", "4 her provider's", "5 another provider's"}},
	} {
		list, err := h.WebhooksFor(t.Context(), tt.of)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range list {
			got = append(got, x.ID)
			if may, err := h.WebhookMayKnow(t.Context(), x, tt.of); err != nil || !may {
				t.Errorf("%s is to be told of %s, and may not know: %v", x.ID, tt.of.Action, err)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("of %s: %q, want %q", tt.of.Action, got, tt.want)
		}
	}
	if may, err := h.WebhookMayKnow(t.Context(), scheduler.Webhook{Owner: "hector"}, scheduler.Event{Request: r.ID}); may || err != nil {
		t.Errorf("somebody else may know: %v, %v", may, err)
	}
	if !scheduler.TellsWebhooks(scheduler.Event{Action: scheduler.ActionCancel}) || scheduler.TellsWebhooks(scheduler.Event{Action: scheduler.ActionDigest}) {
		t.Error("webhooks are told of the wrong events")
	}
}

// A webhook that the courier switches off keeps its owner's changes; a deleted one stays deleted.
func TestSwitchingAWebhookOff(t *testing.T) {
	t.Parallel()
	svc, eva := hookHouse(t), someone("eva", account.RoleExperimenter)
	if _, err := svc.CreateWebhook(t.Context(), eva, goodHook("h")); err != nil {
		t.Fatal(err)
	}
	if _, err := svc.ChangeWebhook(t.Context(), eva, "h", scheduler.Webhook{Name: "changed", URL: "https://changed.example"}); err != nil {
		t.Fatal(err)
	}
	if err := svc.SwitchOffWebhook(t.Context(), "h", "gone"); err != nil {
		t.Fatal(err)
	}
	if h, err := svc.Webhook(t.Context(), eva, "h"); err != nil || h.Off != "gone" || h.Name != "changed" {
		t.Errorf("%+v, %v", h, err)
	}
	if err := svc.DeleteWebhook(t.Context(), eva, "h"); err != nil {
		t.Fatal(err)
	}
	if err := svc.SwitchOffWebhook(t.Context(), "h", "gone"); err != nil {
		t.Errorf("one that was deleted: %v", err)
	}
	if list, err := svc.Webhooks(t.Context(), eva, false); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}
