package store_test

import (
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
)

func TestWebhooks(t *testing.T) {
	t.Parallel()
	testdb.EachWith(t, tells("webhook"), func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		for _, name := range []string{"ada", "eva"} {
			if err := putPerson(t, s, person(name)); err != nil {
				t.Fatal(err)
			}
		}
		h := scheduler.Webhook{ID: "h1", Owner: "ada", Name: "Portal", URL: "https://portal.example/hook", Actions: []scheduler.Action{scheduler.ActionSchedule}, Off: "by its owner",
			Secret: "whsec_x", Created: start.Add(time.Microsecond)}
		whole(t, h)
		other := scheduler.Webhook{ID: "h2", Owner: "eva", Secret: "y", Created: start}
		for _, x := range []scheduler.Webhook{h, other} {
			if err := s.PutWebhook(ctx, x); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Webhook(ctx, "h1")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "created", h, got)
		h.Off, h.Secret = "", "whsec_z"
		if err := s.PutWebhook(ctx, h); err != nil {
			t.Fatal(err)
		}
		for owner, want := range map[string][]scheduler.Webhook{"": {h, other}, "ada": {h}, "nobody": nil} {
			list, err := s.Webhooks(ctx, owner)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "those of "+owner, want, list)
		}

		// What it was still to be told goes with it.
		happen(t, s, uuid(1), "a")
		list, err := s.Messages(ctx, "webhook", "", start, 10)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		if err := s.Delivered(ctx, list[0], start, "h1", "h2"); err != nil {
			t.Fatal(err)
		}
		if err := s.DeleteWebhook(ctx, "webhook", "h1"); err != nil {
			t.Fatal(err)
		}
		_, err = s.Webhook(ctx, "h1")
		code(t, "a deleted one", err, scheduler.CodeNotFound)
		if list, err = s.Messages(ctx, "webhook", "", start, 10); err != nil || len(list) != 1 || list[0].Target != "h2" {
			t.Errorf("%+v, %v", list, err)
		}
	})
}
