package app_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"berth/internal/app"
	"berth/internal/config"
	"berth/internal/testdb"
	"berth/internal/webhook"
	"berth/scheduler"
	"berth/scheduler/account"
)

// settings makes the settings of a test: any port, a fresh database, and the given pairs of flags.
func settings(t *testing.T, flags ...string) config.Settings {
	t.Helper()
	given := map[string]string{"listen": "127.0.0.1:0", "database": testdb.SQLite(t)}
	for i := 0; i+1 < len(flags); i += 2 {
		given[flags[i]] = flags[i+1]
	}
	empty := filepath.Join(t.TempDir(), "berth.toml")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := config.Load(config.Sources{File: empty, Flags: given})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func options(log io.Writer) app.Options {
	return app.Options{Log: slog.New(slog.NewTextHandler(log, nil)), Version: "test"}
}

// get reads an address; the answer is closed already.
func get(t *testing.T, client *http.Client, url string) (int, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, err
}

// remark lets the demo's administrator write to the first request; printed is the output of the demo's start.
func remark(t *testing.T, a *app.App, printed, text string) {
	t.Helper()
	password := regexp.MustCompile(`password[^:]*: (\S+)`).FindStringSubmatch(printed)[1]
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+a.Addr()+"/api/v1/requests/1/feedback", strings.NewReader(`{"text": "`+text+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("adele", password)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(res.Body)
	if res.Body.Close(); err != nil || res.StatusCode != http.StatusCreated {
		t.Fatalf("%d %s, %v", res.StatusCode, b, err)
	}
}

func TestStartAndStop(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	a := app.New(settings(t), options(io.Discard), app.Serving{Out: &out})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	base := "http://" + a.Addr()
	if !strings.Contains(out.String(), base) {
		t.Errorf("it does not say where it is: %q", out.String())
	}
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/api/v1/openapi.json"} {
		if status, err := get(t, http.DefaultClient, base+path); err != nil || status != http.StatusOK {
			t.Errorf("%s is answered %d (%v)", path, status, err)
		}
	}
	for range 2 {
		if err := a.Stop(t.Context()); err != nil {
			t.Errorf("stop: %v", err)
		}
	}
	if _, err := get(t, http.DefaultClient, base+"/healthz"); err == nil {
		t.Error("it still answers after it was stopped")
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	out := &told{line: make(chan struct{})}
	ended := make(chan error)
	a := app.New(settings(t), options(io.Discard), app.Serving{Out: out})
	go func() { ended <- a.Run(ctx) }()
	<-out.line
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("run: %v", err)
	}
}

// told closes a channel when something is written.
type told struct {
	line chan struct{}
	once sync.Once
}

func (w *told) Write(p []byte) (int, error) {
	w.once.Do(func() { close(w.line) })
	return len(p), nil
}

func TestStartThatFailsLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	s := settings(t, "listen", taken.Addr().String())
	if err := app.New(s, options(io.Discard), app.Serving{Out: io.Discard}).Start(t.Context()); err == nil {
		t.Fatal("it started on an address that is taken")
	}
	parts, err := app.Open(t.Context(), s, options(io.Discard))
	if err != nil {
		t.Fatalf("the database cannot be opened again: %v", err)
	}
	if err := parts.Close(); err != nil {
		t.Error(err)
	}
}

// toldNobody checks that the made-up events of a demo reach no real person.
func toldNobody(t *testing.T, s config.Settings) {
	t.Helper()
	parts, err := app.Open(t.Context(), s, options(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	defer parts.Close()
	list, err := parts.Store.Deliveries(t.Context(), webhook.Channel, "", false, 0, 500)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		if e := m.Event; e.Kind == "request" && e.Action != scheduler.ActionRemind { // reminders are owed while it serves
			t.Errorf("webhooks are told of %s of request #%d", e.Action, e.Number)
		}
	}
}

// token adds a user to the database, and makes a token for them.
func token(t *testing.T, s config.Settings) string {
	t.Helper()
	parts, err := app.Open(t.Context(), s, options(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	defer parts.Close()
	p := account.Person{Username: "ada", Name: "Ada", Roles: []account.Role{account.RoleAdministrator}}
	if _, err := parts.Auth.PutPerson(t.Context(), account.System, p); err != nil {
		t.Fatal(err)
	}
	secret, _, err := parts.Auth.Create(t.Context(), account.System, "ada", "test", []account.Scope{account.ScopeRead}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func TestStopEndsEventStreams(t *testing.T) {
	t.Parallel()
	s := settings(t)
	secret := token(t, s)
	a := app.New(s, options(io.Discard), app.Serving{Out: io.Discard})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+a.Addr()+"/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("the stream is answered %d", res.StatusCode)
	}
	if err := a.Stop(t.Context()); err != nil {
		t.Errorf("the stop had to cut the stream off: %v", err)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	cert, key, pool := certificate(t)
	a := app.New(settings(t, "tls_cert", cert, "tls_key", key), options(io.Discard), app.Serving{Out: io.Discard})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}}
	defer client.CloseIdleConnections()
	if status, err := get(t, client, "https://"+a.Addr()+"/healthz"); err != nil || status != http.StatusOK {
		t.Errorf("over TLS it answers %d (%v)", status, err)
	}
	if status, err := get(t, http.DefaultClient, "http://"+a.Addr()+"/healthz"); err == nil && status == http.StatusOK {
		t.Error("it answers in clear as well")
	}
}

// certificate makes one for 127.0.0.1, and the pool that trusts it.
func certificate(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, b []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pool = x509.NewCertPool()
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool.AddCert(parsed)
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", keyDER), pool
}

func TestTheDemoIsForEmptyDatabasesOnLoopback(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T, s config.Settings) (out string, err error) {
		t.Helper()
		var b bytes.Buffer
		a := app.New(s, options(io.Discard), app.Serving{Demo: true, Out: &b})
		if err = a.Start(t.Context()); err == nil {
			err = a.Stop(t.Context())
		}
		return b.String(), err
	}
	t.Run("empty, and once more", func(t *testing.T) {
		t.Parallel()
		s := settings(t)
		first, err := start(t, s)
		if err != nil {
			t.Fatal(err)
		}
		second, err := start(t, s)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"adele", "administrator", "paddy", "password of all of them"} {
			if !strings.Contains(first, part) || !strings.Contains(second, part) {
				t.Errorf("it does not say %q:\n%s\n%s", part, first, second)
			}
		}
		if first == second {
			t.Error("the password is the same at each start")
		}
		toldNobody(t, s)
	})
	t.Run("in use", func(t *testing.T) {
		t.Parallel()
		s := settings(t)
		token(t, s)
		if _, err := start(t, s); scheduler.CodeOf(err) != scheduler.CodeConflict {
			t.Errorf("error is %v, want a conflict", err)
		}
	})
	t.Run("beyond loopback", func(t *testing.T) {
		t.Parallel()
		s := settings(t, "listen", "0.0.0.0:0", "behind_proxy", "10.0.0.1")
		if _, err := start(t, s); scheduler.CodeOf(err) != scheduler.CodeInvalid {
			t.Errorf("error is %v, want an invalid setting", err)
		}
	})
}

func TestItSaysThatNobodyCanSignIn(t *testing.T) {
	t.Parallel()
	s := settings(t)
	var log, out bytes.Buffer
	a := app.New(s, options(&log), app.Serving{Out: &out})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	link := "http://" + a.Addr() + "/welcome/"
	if err := a.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), link) || strings.Contains(log.String(), "/welcome/") {
		t.Errorf("it prints no link, or logs it:\n%s\n%s", out.String(), log.String())
	}
	if !strings.Contains(log.String(), "nobody has an account yet") {
		t.Errorf("it does not say so:\n%s", log.String())
	}
}

// TestStoppedWhileStarting ends the context of an instance before it serves: that is a normal stop.
func TestStoppedWhileStarting(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := app.New(settings(t), options(io.Discard), app.Serving{Demo: true, Out: io.Discard}).Run(ctx); err != nil {
		t.Errorf("run: %v", err)
	}
}

// TestAHalfFilledDemoGoesOn starts the demo over the remains of one that was stopped while filling.
func TestAHalfFilledDemoGoesOn(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("playing the demo takes long")
	}
	for _, e := range testdb.Engines(t) {
		s := settings(t, "database", e.Fresh(t))
		token(t, s)
		parts, err := app.Open(t.Context(), s, options(io.Discard))
		if err != nil {
			t.Fatal(err)
		}
		_, err = parts.Store.SetMark(t.Context(), "demo", "", "filling")
		if err := errors.Join(err, parts.Close()); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		for range 2 {
			a := app.New(s, options(io.Discard), app.Serving{Demo: true, Out: &out})
			if err := a.Start(t.Context()); err != nil {
				t.Fatalf("%s: %v", e.Name, err)
			}
			if err := a.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if parts, err = app.Open(t.Context(), s, options(io.Discard)); err != nil {
			t.Fatal(err)
		}
		if _, err := parts.Auth.Person(t.Context(), account.System, "ada"); scheduler.CodeOf(err) != scheduler.CodeNotFound {
			t.Errorf("%s: who was there in between: %v", e.Name, err)
		}
		if err := parts.Close(); err != nil {
			t.Error(err)
		}
	}
}
