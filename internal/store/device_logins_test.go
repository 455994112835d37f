package store_test

import (
	"context"
	"testing"
	"time"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
)

func TestDeviceLogins(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, s *store.Store) {
		change := func(do func(tx scheduler.Tx) error) error { t.Helper(); return s.Change(t.Context(), nil, do) }
		read := func(hash string) (account.DeviceLogin, error) {
			var d account.DeviceLogin
			err := s.View(t.Context(), func(r scheduler.Reader) (err error) { d, err = r.DeviceLogin(t.Context(), hash); return err })
			return d, err
		}
		d := account.DeviceLogin{Hash: "secret 1", Code: "code 1", Program: "berth on laptop", Address: "192.0.2.7", Scopes: []account.Scope{account.ScopeRead}, Asked: start, Expires: start.Add(time.Minute), Pace: 5}
		done(t, change(func(tx scheduler.Tx) error { return tx.AddDeviceLogin(t.Context(), d) }))
		twin := d
		twin.Hash = "secret 2"
		code(t, "a code twice", change(func(tx scheduler.Tx) error { return tx.AddDeviceLogin(t.Context(), twin) }), scheduler.CodeConflict)

		d.Answer, d.Person, d.Until = account.LoginConfirmed, "ada", new(start.Add(time.Hour))
		done(t, change(func(tx scheduler.Tx) error { return tx.AnswerDeviceLogin(t.Context(), d) }))
		again := d
		again.Answer, again.Person = account.LoginRefused, "eva"
		code(t, "a second answer", change(func(tx scheduler.Tx) error { return tx.AnswerDeviceLogin(t.Context(), again) }), scheduler.CodeConflict)
		d.Pace, d.Polls, d.Polled = 10, 2, new(start.Add(time.Second))
		done(t, change(func(tx scheduler.Tx) error { return tx.PollDeviceLogin(t.Context(), d) }))
		whole(t, d)
		got, err := read("secret 1")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "answered and polled", d, got)
		same(t, "by its code", d, look(t, s, func(ctx context.Context, r scheduler.Reader) (account.DeviceLogin, error) {
			return r.DeviceLoginByCode(ctx, "code 1")
		}))

		for _, x := range []struct {
			address   string
			at        time.Time
			from, all int
		}{{"192.0.2.7", start, 1, 1}, {"192.0.2.8", start, 0, 1}, {"192.0.2.7", d.Expires.Add(-time.Second), 1, 1}, {"192.0.2.7", d.Expires, 0, 0}} {
			err := s.View(t.Context(), func(r scheduler.Reader) error {
				from, all, err := r.DeviceLogins(t.Context(), x.address, x.at)
				if from != x.from || all != x.all {
					t.Errorf("%s at %s: %d of %d, want %d of %d", x.address, x.at, from, all, x.from, x.all)
				}
				return err
			})
			done(t, err)
		}
		ended := func() (was bool) {
			done(t, change(func(tx scheduler.Tx) (err error) { was, err = tx.EndDeviceLogin(t.Context(), "secret 1"); return err }))
			return was
		}
		if !ended() || ended() {
			t.Error("it does not end exactly once")
		}
		_, err = read("secret 1")
		code(t, "ended", err, scheduler.CodeNotFound)

		for i, end := range []func(tx scheduler.Tx) error{
			func(tx scheduler.Tx) error { return tx.EndDeviceLoginsOf(t.Context(), "ada") },
			func(tx scheduler.Tx) error { return tx.ForgetDeviceLogins(t.Context(), d.Expires.Add(time.Second)) },
		} {
			done(t, change(func(tx scheduler.Tx) error { return tx.AddDeviceLogin(t.Context(), d) }))
			done(t, change(func(tx scheduler.Tx) error { return tx.AnswerDeviceLogin(t.Context(), d) }))
			done(t, change(func(tx scheduler.Tx) error { return tx.EndDeviceLoginsOf(t.Context(), "eva") }))
			done(t, change(func(tx scheduler.Tx) error { return tx.ForgetDeviceLogins(t.Context(), d.Expires) }))
			if _, err := read("secret 1"); err != nil {
				t.Fatalf("%d: too early: %v", i, err)
			}
			done(t, change(end))
			_, err = read("secret 1")
			code(t, "deleted", err, scheduler.CodeNotFound)
		}
	})
}
