package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"

	"berth/internal/auth"
	"berth/internal/delivery"
	"berth/internal/store"
	"berth/internal/testdb"
	"berth/internal/webhook"
	"berth/scheduler"
	"berth/scheduler/account"
)

// street is a database with webhooks of two owners, and their lanes.
type street struct {
	*testing.T
	store *store.Store
	desk  *webhook.Service
	lanes *lanes
}

func newStreet(t *testing.T, dsn string) *street {
	t.Helper()
	db := testdb.OpenWith(t, dsn, store.Options{Channels: []scheduler.Channel{{Name: webhook.Channel, Takes: webhook.Takes}}})
	svc := scheduler.New(db, scheduler.Options{Clock: time.Now, NewID: uuid.NewString, WebhookAddress: webhook.Address(true)})
	for _, name := range []string{"adele", "monika"} {
		p := account.Person{Username: name, Name: name, Roles: []account.Role{account.RoleAdministrator}}
		if _, err := auth.New(db, time.Now).PutPerson(t.Context(), account.System, p); err != nil {
			t.Fatal(err)
		}
	}
	desk := webhook.New(db, testdb.NewDirectory(t, svc, db, time.Now), webhook.Settings{Anywhere: true, Site: "https://berth.example"}, time.Now)
	return &street{t, db, desk, &lanes{queue: db, desk: desk, clock: time.Now, log: slog.New(slog.DiscardHandler), tell: desk.Deliver, make: delivery.New}}
}

func (s *street) hook(owner, url string) scheduler.Webhook {
	s.Helper()
	actor := account.ActorOf(account.Person{Username: owner, Roles: []account.Role{account.RoleAdministrator}})
	_, h, err := s.desk.Create(s.Context(), actor, scheduler.Webhook{Name: "hook", URL: url})
	if err != nil {
		s.Fatal(err)
	}
	return h
}

// happen writes events that concern every webhook.
func (s *street) happen(times int) {
	s.Helper()
	for range times {
		err := s.store.Change(s.Context(), nil, func(tx scheduler.Tx) error {
			return tx.AddEvent(s.Context(), scheduler.Event{At: time.Now(), Kind: "facility", Action: scheduler.ActionFacility, Actor: "adele"})
		})
		if err != nil {
			s.Fatal(err)
		}
	}
}

// expand runs the lanes until the targets of all events are known.
func (s *street) expand(ctx context.Context) {
	s.Helper()
	for {
		done, _, err := s.lanes.run(ctx)
		if err != nil {
			s.Fatal(err)
		}
		if done == 0 {
			return
		}
	}
}

// TestDeadWebhooksKeepNobodyElseWaiting: ten that take a call and never answer, each with forty events, beside one that works. They are let
// go only after the other one was told everything.
func TestDeadWebhooksKeepNobodyElseWaiting(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		s := newStreet(t, dsn)
		let := make(chan struct{})
		dead := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-let:
			case <-r.Context().Done():
			}
			w.WriteHeader(http.StatusBadGateway)
		}))
		defer dead.Close()
		told := make(chan struct{}, 100)
		alive := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { told <- struct{}{} }))
		defer alive.Close()
		for i := range 10 {
			s.hook("adele", fmt.Sprintf("%s/%d", dead.URL, i))
		}
		s.hook("monika", alive.URL)
		s.happen(40)
		ctx, cancel := context.WithCancel(t.Context())
		s.expand(ctx)
		for n := 0; n < 40; {
			select {
			case <-told:
				n++
			case <-time.After(50 * time.Millisecond): // the job's own pace
				s.expand(ctx)
			}
		}
		cancel()
		close(let)
		if err := s.lanes.stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
}

// TestADeletedWebhookIsNobody: the deliveries of a deleted webhook do not wait for ever.
func TestADeletedWebhookIsNobody(t *testing.T) {
	t.Parallel()
	s := newStreet(t, testdb.SQLite(t))
	h := s.hook("adele", "http://127.0.0.1:1/never")
	s.happen(1)
	if _, err := s.lanes.courier([]string{""}).Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := s.store.Deliveries(t.Context(), webhook.Channel, h.ID, false, 0, 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	forget := func(tx scheduler.Tx) error { return tx.DeleteWebhook(t.Context(), "another channel", h.ID) } // the webhook alone
	if err := s.store.Change(t.Context(), nil, forget); err != nil {
		t.Fatal(err)
	}
	s.expand(t.Context())
	if err := s.lanes.stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if waits, err := s.store.Pending(t.Context(), webhook.Channel, ""); waits || err != nil {
		t.Errorf("it waits: %v, %v", waits, err)
	}
}

// TestStoppingDoesNotWaitForEver for an address that does not answer.
func TestStoppingDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	l := &lanes{}
	end := make(chan struct{})
	defer close(end)
	l.work.Go(func() { <-end })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.stop(ctx); err == nil {
		t.Error("it says that all lanes have ended")
	}
}
