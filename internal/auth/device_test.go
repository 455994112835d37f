package auth_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"berth/internal/auth"
	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
)

var reading = []account.Scope{account.ScopeRead}

// asks lets a program begin to wait.
func (g *gatehouse) asks(address string) account.DeviceCodes {
	g.t.Helper()
	c, err := g.auth.AskDevice(g.t.Context(), address+":4711", "berth on laptop", []account.Scope{account.ScopeRead, account.ScopeWrite})
	if err != nil {
		g.t.Fatal(err)
	}
	return c
}

// polls asks for the answer, five seconds after the last time.
func (g *gatehouse) polls(secret string, want account.LoginState) (token string, t account.Token) {
	g.t.Helper()
	g.now = g.now.Add(5 * time.Second)
	token, t, state, err := g.auth.PollDevice(g.t.Context(), "192.0.2.7:1", secret)
	if err != nil || state != want || (token != "") != (want == "") {
		g.t.Fatalf("a token %v, %q, %v; want %q", token != "", state, err, want)
	}
	return token, t
}

func (g *gatehouse) answers(who, code string, scopes []account.Scope) error {
	_, err := g.auth.AnswerDevice(g.t.Context(), g.actor(who), code, scopes, nil)
	return err
}

// A program gets the token of whoever confirms its code, once, within the rights that were confirmed, whichever process it asks.
func TestAProgramSignsInByACode(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		g := newGatehouseOn(t, dsn)
		other := auth.New(testdb.OpenWith(t, dsn, store.Options{}), func() time.Time { return g.now })
		c := g.asks("192.0.2.7")
		if len(c.Code) != 9 || c.Code[4] != '-' || c.Pace != 5*time.Second || !c.Expires.Equal(g.now.Add(10*time.Minute)) {
			t.Fatalf("%+v", c)
		}
		g.polls(c.Secret, account.LoginPending)
		shown, err := other.Device(t.Context(), g.actor("ada"), " "+strings.ToLower(strings.ReplaceAll(c.Code, "-", " ")))
		if err != nil || shown.Program != "berth on laptop" || shown.Address != "192.0.2.7" || len(shown.Scopes) != 2 {
			t.Fatalf("%+v, %v", shown, err)
		}
		until := g.now.Add(24 * time.Hour)
		if _, err := other.AnswerDevice(t.Context(), g.actor("ada"), c.Code, reading, &until); err != nil {
			t.Fatal(err)
		}
		if err := g.answers("adele", c.Code, reading); scheduler.CodeOf(err) != scheduler.CodeNotFound {
			t.Errorf("a second answer: %v", err)
		}
		token, made := g.polls(c.Secret, "")
		if made.Owner != "ada" || made.Name != "berth on laptop" || fmt.Sprint(made.Scopes) != "[read]" || made.Expires == nil || !made.Expires.Equal(until) {
			t.Errorf("%+v", made)
		}
		call := g.from("192.0.2.7")
		call.Header.Set("Authorization", "Bearer "+token)
		if who, err := g.auth.Authenticate(call); err != nil || who.Username != "ada" || who.Can(account.ScopeWrite) {
			t.Errorf("%+v, %v", who, err)
		}
		g.polls(c.Secret, account.LoginExpired)
		if list, err := g.auth.List(t.Context(), g.actor("ada"), "ada"); err != nil || len(list) != 1 || list[0].ID != made.ID {
			t.Errorf("%v, %v", list, err)
		}
		trail, err := g.auth.Trail(t.Context(), g.actor("adele"), account.Filter{Person: "ada"}, "")
		if err != nil || len(trail.Items) < 2 || trail.Items[0].Action != account.TokenMade || trail.Items[1].Action != account.Confirmed || trail.Items[1].Address != "192.0.2.7" {
			t.Errorf("%+v, %v", trail.Items, err)
		}
	})
}

// Of several processes that are asked at once for the token of one program, one gives it.
func TestATokenIsHandedOverOnce(t *testing.T) {
	t.Parallel()
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		g := newGatehouseOn(t, dsn)
		c := g.asks("192.0.2.7")
		if err := g.answers("ada", c.Code, reading); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		got := make(chan string, 8)
		for range 8 {
			a := auth.New(testdb.OpenWith(t, dsn, store.Options{}), func() time.Time { return g.now })
			all.Go(func() {
				if token, _, _, err := a.PollDevice(t.Context(), "192.0.2.7:1", c.Secret); token != "" || err != nil {
					got <- fmt.Sprint(token, err)
				}
			})
		}
		all.Wait()
		if len(got) != 1 {
			t.Errorf("%d tokens", len(got))
		}
	})
}

func TestWhatEndsAProgramsWaiting(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	refused := g.asks("192.0.2.7")
	if err := g.answers("ada", refused.Code, nil); err != nil {
		t.Fatal(err)
	}
	g.polls(refused.Secret, account.LoginDenied)
	g.polls(refused.Secret, account.LoginExpired)

	late := g.asks("192.0.2.7")
	g.now = late.Expires.Add(-6 * time.Second)
	g.polls(late.Secret, account.LoginPending) // a second before
	if _, err := g.auth.Device(t.Context(), g.actor("ada"), late.Code); err != nil {
		t.Errorf("a second before its end: %v", err)
	}
	g.now = late.Expires
	if err := g.answers("ada", late.Code, reading); scheduler.CodeOf(err) != scheduler.CodeNotFound {
		t.Errorf("confirmed at its end: %v", err)
	}
	g.polls(late.Secret, account.LoginExpired)

	gone := g.asks("192.0.2.7")
	if err := g.answers("ada", gone.Code, reading); err != nil {
		t.Fatal(err)
	}
	ada := g.person("ada")
	ada.Disabled = true
	if _, err := g.auth.PutPerson(t.Context(), g.actor("adele"), ada); err != nil {
		t.Fatal(err)
	}
	g.polls(gone.Secret, account.LoginExpired)
}

// Who asks too often waits longer each time, and at last is forgotten.
func TestAHastyProgramIsSlowedDown(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	c := g.asks("192.0.2.7")
	g.polls(c.Secret, account.LoginPending)
	for _, x := range []struct {
		after time.Duration
		want  account.LoginState
	}{{4*time.Second + 999*time.Millisecond, account.LoginHasty}, {9 * time.Second, account.LoginHasty}, {15 * time.Second, account.LoginPending}} {
		g.now = g.now.Add(x.after)
		if _, _, state, err := g.auth.PollDevice(t.Context(), "192.0.2.7:1", c.Secret); state != x.want || err != nil {
			t.Fatalf("after %s: %q, %v, want %q", x.after, state, err, x.want)
		}
	}
	last := account.LoginHasty
	for range 300 {
		_, _, last, _ = g.auth.PollDevice(t.Context(), "192.0.2.7:1", c.Secret)
	}
	if last != account.LoginExpired {
		t.Errorf("after 300 questions at once: %q", last)
	}
}

func TestBoundsOnProgramsThatAsk(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	ask := func(address, program string, scopes ...account.Scope) error {
		_, err := g.auth.AskDevice(t.Context(), address+":1", program, scopes)
		return err
	}
	for _, bad := range [][]account.Scope{nil, {account.ScopePassword}, {account.ScopeSession}, {account.ScopeRead, account.ScopeRead}, {"weather"}} {
		if err := ask("192.0.2.1", "berth", bad...); scheduler.CodeOf(err) != scheduler.CodeInvalid {
			t.Errorf("%v: %v", bad, err)
		}
	}
	for _, bad := range []string{"", "a\nb", strings.Repeat("x", 101)} {
		if err := ask("192.0.2.1", bad, account.ScopeRead); scheduler.CodeOf(err) != scheduler.CodeInvalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for i := range 20 {
		if err := ask("192.0.2.2", "berth", account.ScopeRead); err != nil {
			t.Fatalf("program %d: %v", i+1, err)
		}
	}
	if err := ask("192.0.2.2", "berth", account.ScopeRead); scheduler.CodeOf(err) != scheduler.CodeUnavailable {
		t.Errorf("the 21st: %v", err)
	}
	if err := ask("192.0.2.3", "berth", account.ScopeRead); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	for range 39 {
		_ = ask("192.0.2.2", "berth", account.ScopeRead)
	}
	if err := ask("192.0.2.2", "berth", account.ScopeRead); !errors.As(err, new(auth.TooMany)) {
		t.Errorf("the 61st: %v", err)
	}
}

// Guessing codes and secrets ends soon; what is right passes all the same.
func TestGuessedCodesAreBounded(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	c := g.asks("192.0.2.7")
	for range 10 {
		if _, err := g.auth.Device(t.Context(), g.actor("ada"), "BCDF-GHJK"); scheduler.CodeOf(err) != scheduler.CodeNotFound {
			t.Fatal(err)
		}
	}
	if _, err := g.auth.Device(t.Context(), g.actor("ada"), "AEIO-U"); !errors.As(err, new(auth.TooMany)) {
		t.Errorf("the 11th: %v", err)
	}
	if _, err := g.auth.Device(t.Context(), g.actor("ada"), c.Code); err != nil {
		t.Errorf("the right one: %v", err)
	}
	for range 20 {
		g.polls("berth_guessed", account.LoginExpired)
	}
	if _, _, _, err := g.auth.PollDevice(t.Context(), "192.0.2.7:1", "berth_guessed"); !errors.As(err, new(auth.TooMany)) {
		t.Errorf("the 21st secret: %v", err)
	}
	g.polls(c.Secret, account.LoginPending)
}

// Nobody confirms more than was asked, nor with a token in the place of a session.
func TestConfirmingStaysWithinWhatWasAsked(t *testing.T) {
	t.Parallel()
	g := newGatehouse(t)
	c := g.asks("192.0.2.7")
	if err := g.answers("adele", c.Code, []account.Scope{account.ScopeRead, account.ScopeAdmin}); scheduler.CodeOf(err) != scheduler.CodeInvalid {
		t.Errorf("more than was asked: %v", err)
	}
	weak := g.actor("ada")
	weak.Scopes = []account.Scope{account.ScopeRead, account.ScopeWrite}
	if _, err := g.auth.AnswerDevice(t.Context(), weak, c.Code, reading, nil); scheduler.CodeOf(err) != scheduler.CodeForbidden {
		t.Errorf("by a token that may not make tokens: %v", err)
	}
	past := g.now
	if _, err := g.auth.AnswerDevice(t.Context(), g.actor("ada"), c.Code, reading, &past); scheduler.CodeOf(err) != scheduler.CodeInvalid {
		t.Errorf("until now: %v", err)
	}
	g.polls(c.Secret, account.LoginPending)
}
