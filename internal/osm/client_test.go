package osm_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/internal/osm"
	"berth/internal/osm/osmtest"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// bench is a server with a client, and their clock.
type bench struct {
	*osmtest.Server
	*osm.Client
	now atomic.Int64
}

func (b *bench) clock() time.Time     { return start.Add(time.Duration(b.now.Load()) * time.Second) }
func (b *bench) pass(d time.Duration) { b.now.Add(int64(d / time.Second)) }
func (b *bench) count(call string) (n int) {
	for _, r := range b.Requests() {
		if strings.HasPrefix(r, call) {
			n++
		}
	}
	return n
}

func newBench(t *testing.T, r osmtest.Release) *bench {
	t.Helper()
	b := &bench{}
	b.Server = osmtest.New(t, r, b.clock)
	b.Client = client(t, osm.Options{URL: b.URL, User: osmtest.User, Password: osmtest.Password, Clock: b.clock})
	return b
}

func client(t *testing.T, o osm.Options) *osm.Client {
	t.Helper()
	c, err := osm.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var releases = []osmtest.Release{osmtest.Five, osmtest.Eight, osmtest.Nineteen}

const logins = "POST /osm/admin/v1/tokens"

func TestATokenIsRenewedBeforeItExpires(t *testing.T) {
	t.Parallel()
	b := newBench(t, osmtest.Eight)
	for _, step := range []struct {
		pass   time.Duration
		logins int
	}{{0, 1}, {55*time.Minute - time.Second, 1}, {time.Second, 2}, {54 * time.Minute, 2}} {
		b.pass(step.pass)
		if _, err := b.Accounts(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := b.count(logins); n != step.logins {
			t.Errorf("after %s: %d logins, want %d", b.clock().Sub(start), n, step.logins)
		}
	}
}

func TestAForgottenTokenIsReplacedOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, osmtest.Nineteen)
	if _, err := b.Accounts(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.ForgetTokens()
	if _, err := b.Accounts(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := b.count(logins); n != 2 {
		t.Errorf("%d logins, want 2", n)
	}
}

// TestARefusedLoginIsNotRepeated with the same password, in this process or the next: five of them lock the account.
func TestARefusedLoginIsNotRepeated(t *testing.T) {
	t.Parallel()
	b := newBench(t, osmtest.Nineteen)
	b.SetPassword("another")
	for range 10 {
		_, err := b.Accounts(t.Context())
		if !osm.IsSignIn(err) || osm.IsTemporary(err) || osm.Remedy(err) == "" {
			t.Fatalf("%v is no refused sign-in", err)
		}
	}
	if n := b.count(logins); n != 1 || b.Locked() {
		t.Fatalf("%d logins, locked: %v", n, b.Locked())
	}
	seal := b.Seal()
	if seal == "" || strings.Contains(seal, osmtest.Password) {
		t.Fatalf("the seal is %q", seal)
	}
	password := osmtest.Password
	next := client(t, osm.Options{URL: b.URL, User: osmtest.User, Password: password, Clock: b.clock, Reread: func() (string, error) { return password, nil }})
	next.Heed(seal)
	if _, err := next.Accounts(t.Context()); !osm.IsSignIn(err) || b.count(logins) != 1 {
		t.Errorf("another process tried it again: %v", err)
	}
	password = "another" // in its file
	next.Heed(seal)
	if _, err := next.Accounts(t.Context()); err != nil || b.count(logins) != 2 {
		t.Errorf("the new password is used: %v", err)
	}
	if b.Heed(""); b.count(logins) != 2 {
		t.Error("it signed in unasked")
	}
	if _, err := b.Accounts(t.Context()); !osm.IsSignIn(err) || b.count(logins) != 3 {
		t.Errorf("it was allowed to try again, and did not: %v", err)
	}
}

func TestNoErrorShowsASecret(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"code":"BAD_REQUEST","detail":"no such password %s\nfor you"}`, osmtest.Password)
	}))
	defer s.Close()
	c := client(t, osm.Options{URL: s.URL, User: osmtest.User, Password: osmtest.Password, Clock: time.Now})
	if _, err := c.Accounts(t.Context()); err == nil || strings.Contains(err.Error(), osmtest.Password) || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "no such password") {
		t.Errorf("the error is %q", err)
	}
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	s := osmtest.NewTLS(t, osmtest.Eight, time.Now)
	raw := s.Certificate().Raw
	sum := sha256.Sum256(raw)
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})
	other := sum
	other[0]++
	for name, x := range map[string]struct {
		o  osm.Options
		ok bool
	}{
		"unknown":       {osm.Options{}, false},
		"its authority": {osm.Options{CA: authority}, true},
		"pinned":        {osm.Options{Fingerprint: hex.EncodeToString(sum[:])}, true},
		"another":       {osm.Options{Fingerprint: hex.EncodeToString(other[:])}, false},
	} {
		x.o.URL, x.o.User, x.o.Password, x.o.Clock = s.URL, osmtest.User, osmtest.Password, time.Now
		_, err := client(t, x.o).Accounts(t.Context())
		if (err == nil) != x.ok || err != nil && osm.Remedy(err) == "" {
			t.Errorf("%s: %v, remedy %q", name, err, osm.Remedy(err))
		}
	}
	for name, o := range map[string]osm.Options{"no PEM": {CA: []byte("x")}, "no SHA-256": {Fingerprint: "00:11"}} {
		o.URL, o.User, o.Password = s.URL, osmtest.User, osmtest.Password
		if _, err := osm.New(o); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// TestANameIsNotCalledInside where the settings do not say so: whoever answers for the name could lead Berth anywhere.
func TestANameIsNotCalledInside(t *testing.T) {
	t.Parallel()
	s := osmtest.New(t, osmtest.Eight, time.Now)
	o := osm.Options{User: osmtest.User, Password: osmtest.Password, Clock: time.Now}
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	for host, ok := range map[string]bool{"http://localhost.localdomain": false, "http://localhost": true, "http://127.0.0.1": true} {
		o.URL = host + port
		_, err := client(t, o).Accounts(t.Context())
		if (err == nil) != ok {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestHostileAnswers(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"a page": "<html>", "deep": strings.Repeat(`[`, 100), "deep objects": strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100), "long": "[" + strings.Repeat("1,", 20_000) + "1]",
		"an object": `{"_id":"x"}`, "nothing": "", "numbers for texts": `[{"_id":1}]`, "cut": `[{"_id":"x"`,
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				fmt.Fprint(w, `{"id":"token","issued_at":1,"expires":1e300}`)
				return
			}
			fmt.Fprint(w, body)
		}))
		c := client(t, osm.Options{URL: s.URL, User: osmtest.User, Password: osmtest.Password, Clock: time.Now})
		if list, err := c.Services(t.Context(), ""); err == nil || !osm.IsTemporary(err) {
			t.Errorf("%s: %v, %v", name, list, err)
		}
		s.Close()
	}
	answered := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-answered }))
	defer s.Close()
	defer close(answered)
	c := client(t, osm.Options{URL: s.URL, User: osmtest.User, Password: osmtest.Password, Clock: time.Now, Timeout: 50 * time.Millisecond})
	if _, err := c.Services(t.Context(), ""); err == nil || !strings.Contains(osm.Remedy(err), "in time") {
		t.Errorf("a silent server: %v, %s", err, osm.Remedy(err))
	}
	elsewhere := httptest.NewServer(http.RedirectHandler("http://127.0.0.1:1/", http.StatusFound))
	defer elsewhere.Close()
	c = client(t, osm.Options{URL: elsewhere.URL, User: osmtest.User, Password: osmtest.Password, Clock: time.Now})
	if _, err := c.Services(t.Context(), ""); err == nil || !strings.Contains(osm.Remedy(err), "leads elsewhere") {
		t.Errorf("a redirection: %v, %s", err, osm.Remedy(err))
	}
}

// TestALife takes a network service through its life, in each release.
func TestALife(t *testing.T) {
	t.Parallel()
	for _, r := range releases {
		t.Run(string(r), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, r)
			ctx := t.Context()
			account := b.AddAccount("wins-5g")
			b.AddPackage("usrp_vnfd", 2, 4096, 20)
			nsd := b.AddDescriptor("hydra_baseline_nsd", "usrp_vnfd", "usrp_vnfd")
			if list, err := b.Descriptors(ctx); err != nil || len(list) != 1 || !cmp.Equal(list[0], osm.Descriptor{UID: nsd, ID: "hydra_baseline_nsd", Name: "hydra_baseline_nsd",
				Members: []osm.Member{{Index: "1", Package: "usrp_vnfd"}, {Index: "2", Package: "usrp_vnfd"}}}) {
				t.Errorf("NSDs: %+v, %v", list, err)
			}
			if list, err := b.Packages(ctx); err != nil || !slices.Equal(list, []osm.Package{{ID: "usrp_vnfd", Name: "usrp_vnfd", VCPU: 2, MemoryMB: 4096, StorageGB: 20}}) {
				t.Errorf("packages: %+v, %v", list, err)
			}
			n := osm.NewService{Name: "berth-42", NSD: nsd, Account: account, Members: map[string]string{"1": account, "2": account}}
			id, err := b.Client.Create(ctx, n)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := b.Terminate(ctx, id); !osm.IsConflict(err) {
				t.Errorf("terminating what is not instantiated: %v", err)
			}
			if _, err := b.Instantiate(ctx, id, n); err != nil {
				t.Fatal(err)
			}
			b.pass(time.Minute)
			s, err := b.Service(ctx, id)
			if err != nil || s.Name != "berth-42" || s.NSD != "hydra_baseline_nsd" || s.Account != account || s.Operational != "running" || !s.Created.Equal(start) {
				t.Errorf("%+v, %v", s, err)
			}
			if _, err := b.Instantiate(ctx, id, n); !osm.IsConflict(err) || osm.IsOpen(err) {
				t.Errorf("a second time: %v", err)
			}
			if err := b.Client.Delete(ctx, id); !osm.IsConflict(err) {
				t.Errorf("deleting what runs: %v", err)
			}
			if _, err := b.Terminate(ctx, id); err != nil {
				t.Fatal(err)
			}
			b.pass(time.Minute)
			ops, err := b.Operations(ctx, id)
			if err != nil || len(ops) != 2 || ops[0].Kind != "instantiate" || ops[1].Kind != "terminate" || ops[1].State != "COMPLETED" || !ops[1].Changed.After(ops[1].Began) {
				t.Errorf("operations: %+v, %v", ops, err)
			}
			if err := b.Client.Delete(ctx, id); err != nil {
				t.Error(err)
			}
			if _, err := b.Service(ctx, id); !osm.IsNotFound(err) {
				t.Errorf("a deleted one: %v", err)
			}
			if wrong := b.Wrongs(); len(wrong) > 0 {
				t.Error(wrong)
			}
			if _, err := b.Client.Create(ctx, osm.NewService{Name: "berth-43", NSD: "unknown", Account: account}); !osm.IsNotFound(err) || osm.IsTemporary(err) {
				t.Errorf("an unknown NSD: %v", err)
			}
			if _, err := b.Client.Create(ctx, osm.NewService{Name: "a;b", NSD: nsd, Account: account}); err == nil || osm.IsTemporary(err) {
				t.Errorf("a bad name: %v", err)
			}
		})
	}
}

func TestTheFateOfACall(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		fault osmtest.Fault
		open  bool
	}{"cut before": {osmtest.CutBefore, true}, "cut after": {osmtest.CutAfter, true}, "internal": {osmtest.Internal, true}, "gateway": {osmtest.Gateway, true}, "none": {osmtest.None, false}} {
		b := newBench(t, osmtest.Eight)
		nsd := b.AddDescriptor("x")
		if err := b.SignIn(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.SetFaults(func(*http.Request) osmtest.Fault { return x.fault })
		_, err := b.Client.Create(t.Context(), osm.NewService{Name: "berth-1", NSD: nsd, Account: "a"})
		if osm.IsOpen(err) != x.open || (err != nil) != (x.fault != osmtest.None) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b := newBench(t, osmtest.Eight)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.Accounts(ctx); err == nil {
		t.Error("a call that was given up succeeded")
	} else if _, is := osm.Outage(err); is {
		t.Errorf("%v is an outage", err)
	}
}
