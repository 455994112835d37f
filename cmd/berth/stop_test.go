package main

import (
	"context"
	"net/http"
	"syscall"
	"testing"
	"time"

	"berth/internal/testdb"
)

// stopSlack is the delay of a busy machine beyond the promised time.
const stopSlack = 4 * time.Second

// TestAStopEndsInTime stops servers while a mail server says nothing, and while the database stands still.
func TestAStopEndsInTime(t *testing.T) {
	t.Parallel()
	t.Run("a silent mail server", func(t *testing.T) {
		t.Parallel()
		p := newPlace(t, "")
		address, came := silent(t)
		p.write(t, "berth.toml", "stop_after = \"PT3S\"\nmail_server = \""+address+"\"\nmail_security = \"none\"\nmail_from = \"berth@berth.example\"\nmail_list = \"list@berth.example\"\n")
		c := newCrash(t, p, 1)
		in := p.serve(t)
		(&caller{base: in.url, secret: c.token}).call(t, 201, "POST", "requests", map[string]any{"name": "one", "mentor": "root", "slot": c.slot(dice(1)),
			"devices": []map[string]any{{"testbed": "rig", "device": "radio", "count": 1}}})
		<-came
		ends(t, in, 3*time.Second)
	})
	t.Run("a database that stands still", func(t *testing.T) {
		t.Parallel()
		if testdb.Address(t) == "" {
			t.Skip("there is no PostgreSQL")
		}
		g, through := newGate(t, testdb.Postgres(t))
		p := newPlace(t, through)
		p.write(t, "berth.toml", "stop_after = \"PT3S\"\n")
		c := newCrash(t, p, 1)
		in := p.serve(t)
		who := &caller{base: in.url, secret: c.token}
		who.call(t, 200, "GET", "testbeds", nil)
		g.shut()
		asked := make(chan int, 1)
		go func() {
			a, _ := who.send(context.WithoutCancel(t.Context()), "GET", "requests", nil)
			asked <- a.status
		}()
		client := make(chan *http.Response, 1)
		go func() { client <- propfind(t, in.url+"/dav/", "root", "correct horse battery") }()
		began := time.Now()
		if a, err := who.send(t.Context(), "GET", "../../readyz", nil); err != nil || a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
			t.Fatalf("readiness while the database stands still: %d, %v", a.status, err)
		}
		if status := <-asked; status != http.StatusServiceUnavailable || time.Since(began) > 10*time.Second+stopSlack {
			t.Errorf("a call is answered %d after %v, want 503 within ten seconds\n%s", status, time.Since(began), in.log)
		}
		if r := <-client; r == nil || r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" {
			t.Errorf("a calendar client is answered %+v, want 503: at a 401 it would throw its password away", r)
		}
		go func() { _, _ = who.send(context.WithoutCancel(t.Context()), "GET", "requests", nil) }()
		ends(t, in, 3*time.Second)
	})
}

// ends stops a server, and looks how long that takes.
func ends(t *testing.T, in *instance, within time.Duration) {
	t.Helper()
	began := time.Now()
	if err := in.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-in.ended
	if took := time.Since(began); took > within+stopSlack {
		t.Errorf("stopping took %v, want %v:\n%s", took, within, in.log)
	}
}

// propfind asks as a calendar client does; nil where no answer came.
func propfind(t *testing.T, url, name, password string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), "PROPFIND", url, nil)
	if err != nil {
		t.Error(err)
		return nil
	}
	req.SetBasicAuth(name, password)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return nil
	}
	_ = res.Body.Close()
	return res
}
