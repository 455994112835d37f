package bugzilla_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"berth/internal/bugzilla"
	"berth/internal/bugzilla/bugzillatest"
)

// TestTheKeyIsWhereEachServerLooksForIt and nowhere else: it is in the address of a read only where the server looks at nothing else, and of
// no write.
func TestTheKeyIsWhereEachServerLooksForIt(t *testing.T) {
	for _, closed := range []bool{false, true} {
		t.Run(map[bool]string{false: "open", true: "closed"}[closed], func(t *testing.T) {
			each(t, func(t *testing.T, b bench) {
				if closed {
					b.server.RequireLogin()
				}
				id := made(t, b, "r-1")
				if _, err := b.Update(t.Context(), id, bugzilla.Change{Comment: "hello"}); err != nil {
					t.Error(err)
				}
				if bug, err := b.Bug(t.Context(), id); err != nil || bug.ID != id {
					t.Errorf("%+v, %v", bug, err)
				}
				newest := strings.Contains(b.version(t), "5.3")
				for _, line := range b.server.Requests() {
					if has := strings.Contains(line, bugzillatest.Key); has && (newest || !strings.HasPrefix(line, "GET ")) {
						t.Errorf("the access log of the server has the key: %s", line)
					}
				}
			})
		})
	}
}

func (b bench) version(t *testing.T) string {
	t.Helper()
	v, err := b.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWhereTheServerLooksIsFoundOutOnce(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		for range 3 {
			if _, _, err := b.Time(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		asked := 0
		for _, line := range b.server.Requests() {
			if strings.HasPrefix(line, "GET /rest/valid_login") {
				asked++
			}
		}
		if want := map[bool]int{true: 1, false: 2}[strings.Contains(b.version(t), "5.3")]; asked != want {
			t.Errorf("asked %d times, want %d", asked, want)
		}
	})
}

// TestANewKeyIsTakenUp without a restart: for reads and for writes.
func TestANewKeyIsTakenUp(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		key := bugzillatest.Key
		c, err := bugzilla.New(bugzilla.Options{URL: b.server.URL, Login: bugzillatest.Login, Key: key, Timeout: 5 * time.Second,
			Reread: func() (string, error) { return key, nil }, HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}})
		if err != nil {
			t.Fatal(err)
		}
		id, err := c.Create(t.Context(), request("r-1"), ours)
		if err != nil {
			t.Fatal(err)
		}
		b.server.SetKey("second-key")
		if _, err := c.Bug(t.Context(), id); !bugzilla.IsSignIn(err) || !strings.Contains(bugzilla.Remedy(err), "API key") {
			t.Errorf("with a key that was revoked: %v", err)
		}
		key = "second-key"
		if _, err := c.Bug(t.Context(), id); err != nil {
			t.Errorf("reading with the new key: %v", err)
		}
		b.server.SetKey("third-key")
		key = "third-key"
		if _, err := c.Update(t.Context(), id, bugzilla.Change{Comment: "hello"}); err != nil {
			t.Errorf("writing with the next one: %v", err)
		}
	})
}

// TestAKeyOfSomebodyElseIsNotTaken as the account's: its reads might show secrets.
func TestAKeyOfSomebodyElseIsNotTaken(t *testing.T) {
	each(t, func(t *testing.T, b bench) {
		c, err := bugzilla.New(bugzilla.Options{URL: b.server.URL, Login: "alice@bugs.example", Key: bugzillatest.Key})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Bug(t.Context(), 1)
		if !bugzilla.IsSignIn(err) || bugzilla.IsTemporary(err) || !strings.Contains(bugzilla.Remedy(err), "bugzilla_login") {
			t.Errorf("error %v", err)
		}
	})
}
