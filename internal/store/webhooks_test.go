package store_test

import (
	"context"
	"errors"
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
		put := func(list ...scheduler.Webhook) {
			t.Helper()
			change(t, s, func(ctx context.Context, tx scheduler.Tx) (err error) {
				for _, x := range list {
					err = errors.Join(err, tx.PutWebhook(ctx, x))
				}
				return err
			})
		}
		put(h, other)
		same(t, "created", h, look(t, s, func(ctx context.Context, r scheduler.Reader) (scheduler.Webhook, error) { return r.Webhook(ctx, "h1") }))
		h.Off, h.Secret = "", "whsec_z"
		put(h)
		for owner, want := range map[string][]scheduler.Webhook{"": {h, other}, "ada": {h}, "nobody": nil} {
			same(t, "those of "+owner, want, look(t, s, func(ctx context.Context, r scheduler.Reader) ([]scheduler.Webhook, error) {
				return r.Webhooks(ctx, owner)
			}))
		}

		// What it was still to be told goes with it.
		happen(t, s, uuid(1), "a")
		list, err := s.DueDeliveries(ctx, "webhook", "", start, 10)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		if err := s.Delivered(ctx, list[0], start, "h1", "h2"); err != nil {
			t.Fatal(err)
		}
		change(t, s, func(ctx context.Context, tx scheduler.Tx) error { return tx.DeleteWebhook(ctx, "webhook", "h1") })
		err = s.View(ctx, func(r scheduler.Reader) error {
			_, err := r.Webhook(ctx, "h1")
			return err
		})
		code(t, "a deleted one", err, scheduler.CodeNotFound)
		if list, err = s.DueDeliveries(ctx, "webhook", "", start, 10); err != nil || len(list) != 1 || list[0].Target != "h2" {
			t.Errorf("%+v, %v", list, err)
		}
	})
}
