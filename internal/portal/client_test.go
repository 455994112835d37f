package portal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"berth/internal/portal"
	"berth/internal/portal/portaltest"
	"berth/internal/remote"
)

func clock() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) }

func client(t *testing.T, url, key string) *portal.Client {
	t.Helper()
	c, err := portal.New(portal.Options{URL: url, Key: key, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestDates reads what browsers send and what servers answer, and believes no nonsense.
func TestDates(t *testing.T) {
	t.Parallel()
	want := time.Date(2019, 12, 10, 0, 0, 0, 0, time.UTC)
	for _, text := range []string{`1575936000000`, `1575936000999`, `"2019-12-10T00:00:00.000Z"`, `"2019-12-10T02:00:00+02:00"`, `"2019-12-10T00:00:00.000+0000"`, `"2019-12-10"`} {
		var d portal.Date
		if err := json.Unmarshal([]byte(text), &d); err != nil || !d.Equal(want) {
			t.Errorf("%s is %v, %v", text, d, err)
		}
	}
	for _, text := range []string{`null`, `""`} {
		var d portal.Date
		if err := json.Unmarshal([]byte(text), &d); err != nil || !d.IsZero() {
			t.Errorf("%s is %v, %v", text, d, err)
		}
	}
	for _, text := range []string{`-1`, `0`, `1e12`, `99999999999999999`, `"yesterday"`, `true`, `{}`, `"1999-12-31"`, `"2201-01-01"`} {
		var d portal.Date
		if err := json.Unmarshal([]byte(text), &d); err == nil {
			t.Errorf("%s is believed: %v", text, d)
		}
	}
	if raw, err := json.Marshal(portal.Date{Time: want}); err != nil || string(raw) != "1575936000000" {
		t.Errorf("written: %s, %v", raw, err)
	}
}

// TestBothGenerations: each is told by its fields, and everything of a record survives a change.
func TestBothGenerations(t *testing.T) {
	t.Parallel()
	for _, g := range []portaltest.Generation{portaltest.First, portaltest.Second} {
		s := portaltest.New(t, g, clock)
		s.AddInfrastructure("Cloudville", "Cloudville", "vim-id")
		s.AddExperiment("cirros_nsd", "cirros_vnfd")
		key := s.AddUser("alice", "Alice", "alice@example.org")
		id := s.Ask(portaltest.Ask{Key: key, Name: "A", Experiment: "cirros_nsd", Places: map[int]string{1: "Cloudville"}, Mentor: "m@example.org", Start: clock(), End: clock().Add(time.Hour), ISO: true})
		c := client(t, s.API(), portaltest.Key)
		list, err := c.Deployments(t.Context())
		if err != nil || len(list) != 1 || list[0].ID != id || list[0].Fault != "" || list[0].Later() != (g == portaltest.Second) {
			t.Fatalf("%s: %+v, %v", g, list, err)
		}
		if err := c.Put(t.Context(), list[0], map[string]any{"status": portal.Scheduled, "startDate": list[0].StartReq, "endDate": list[0].EndReq, "feedback": "fine"}); err != nil {
			t.Fatal(err)
		}
		d, err := c.Deployment(t.Context(), id)
		if err != nil || d.Status != portal.Scheduled || !d.Start.Equal(clock()) || d.Feedback != "fine" || d.Owner.Email != "alice@example.org" || len(d.Placements) != 1 {
			t.Errorf("%s: %+v, %v", g, d, err)
		}
		if public, err := d.Public(); err != nil || strings.Contains(string(public), "a-secret-of-the-mentor") || strings.Contains(string(public), "apikey") {
			t.Errorf("%s: kept: %s, %v", g, public, err)
		}
		if wrong := s.Wrongs(); len(wrong) > 0 {
			t.Errorf("%s: %v", g, wrong)
		}
		if _, err := c.Deployment(t.Context(), 4711); err == nil {
			t.Errorf("%s: what is not there is read", g)
		} else if e, ok := portal.AsError(err); !ok || !e.IsMissing() || e.IsSignIn() {
			t.Errorf("%s: what is not there: %v", g, err)
		}
		for _, read := range []func(*portal.Client) error{
			func(c *portal.Client) error { _, err := c.Deployments(context.Background()); return err },
			func(c *portal.Client) error { _, err := c.Deployment(context.Background(), id); return err },
			func(c *portal.Client) error { return c.Put(context.Background(), d, nil) },
		} {
			e, ok := portal.AsError(read(client(t, s.API(), "a-key-of-nobody")))
			if !ok || !e.IsSignIn() || e.IsMissing() || !e.Outage() || e.Remedy() == "" || strings.Contains(e.Error(), "a-key-of-nobody") {
				t.Errorf("%s: an unknown key: %v", g, e)
			}
		}
	}
}

// TestARenewedKeyIsRead once the portal refuses the old one.
func TestARenewedKeyIsRead(t *testing.T) {
	t.Parallel()
	s := portaltest.New(t, portaltest.First, clock)
	now, reads := "old-key", 0
	c, err := portal.New(portal.Options{URL: s.API(), Key: now, Reread: func() (string, error) { reads++; return now, nil }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Deployments(t.Context()); err == nil || reads != 1 {
		t.Fatalf("%v, %d reads", err, reads)
	}
	now = portaltest.Key
	if _, err := c.Deployments(t.Context()); err != nil || reads != 2 {
		t.Errorf("%v, %d reads", err, reads)
	}
	if _, err := c.Deployments(t.Context()); err != nil || reads != 2 {
		t.Errorf("%v, %d reads", err, reads)
	}
}

// TestHostileAnswers are errors that say what is wrong, and hold neither the key nor much of the answer.
func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the key %q was sent elsewhere", r.Header.Get("X-APIKEY"))
	}))
	t.Cleanup(elsewhere.Close)
	for name, x := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"too deep":      {200, strings.Repeat("[", 1000), "nested too deeply"},
		"too many":      {200, "[" + strings.Repeat("0,", 10_001) + "0]", "too long"},
		"too long":      {200, "[" + strings.Repeat(" ", 33<<20) + "]", "too long"},
		"a page":        {200, "<html>sign in</html>", "not what a portal answers"},
		"an object":     {200, `{"a":1}`, "not what a portal answers"},
		"a redirection": {302, "", "302"},
		"an echo":       {500, "X-APIKEY: the-key-of-berth " + strings.Repeat("x", 10_000), "500"},
		"invisible":     {500, "\x00\x1b[31m\u202e", "500"},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", elsewhere.URL)
			w.WriteHeader(x.status)
			_, _ = fmt.Fprint(w, x.body)
		}))
		_, err := client(t, s.URL, "the-key-of-berth").Deployments(t.Context())
		s.Close()
		if err == nil || !strings.Contains(err.Error(), x.want) || strings.Contains(err.Error(), "the-key-of-berth") || len(err.Error()) > 1000 || strings.ContainsAny(err.Error(), "\x00\x1b") {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, `{"id":8,"status":"RUNNING"}`) }))
	t.Cleanup(s.Close)
	if _, err := client(t, s.URL, "k").Deployment(t.Context(), 7); err == nil {
		t.Error("another deployment than that asked for is taken")
	}
	if _, err := portal.New(portal.Options{URL: "https://u:p@portal.example.org", Key: "k"}); err == nil {
		t.Error("an address with a password is taken")
	}
	c, err := portal.New(portal.Options{URL: strings.Replace(s.URL, "127.0.0.1", "LOCALHOST", 1), Key: "k", Trust: remote.Trust{}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Deployments(t.Context()); err == nil || !strings.Contains(err.Error(), "internal address") {
		t.Errorf("a name that leads inside: %v", err)
	}
}
