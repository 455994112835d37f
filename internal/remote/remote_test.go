package remote

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestBounded pins both bounds, and that text counts for nothing.
func TestBounded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		raw string
		ok  bool
	}{
		"as deep as may be":       {strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth), true},
		"one deeper":              {strings.Repeat("[", maxDepth+1), false},
		"as long as may be":       {"[1,2,3]", true},
		"one longer":              {"[1,2,3,4]", false},
		"an object too":           {`{"a":1,"b":2,"c":3,"d":4}`, false},
		"two lists of that":       {"[[1,2,3],[1,2,3]]", true},
		"brackets in a text":      {`"` + strings.Repeat("[", 100) + `"`, true},
		"commas in a text":        {`["a,b,c,d,e",",,,,"]`, true},
		"a quotation in the text": {`["\",,,,,",1]`, true},
	} {
		if err := Bounded([]byte(c.raw), 3); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestANameLeadsNowhereInside: an internal address is called where it is given, or where that is meant, and not behind a name.
func TestANameLeadsNowhereInside(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{"localhost": false, "127.0.0.1": false, "::1": false, "inside.example": true} {
		if isName(host) != want {
			t.Errorf("%s is taken for a name: %v", host, !want)
		}
	}
	for addr, want := range map[string]bool{"127.0.0.1:1": false, "10.0.0.1:1": false, "[::ffff:10.0.0.1]:1": false, "169.254.1.1:1": false, "93.184.215.14:1": true, "[2606:4700::1]:1": true} {
		if err := public("tcp", addr, nil); (err == nil) != want {
			t.Errorf("%s: %v", addr, err)
		}
	}
}

// TestEveryHostIsGuarded: one transport serves several hosts, such as a system and its identity provider, and each is looked at.
func TestEveryHostIsGuarded(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(server.Close)
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	tr, err := Transport(Trust{}, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1", "localhost"} {
		c, err := tr.DialContext(context.Background(), "tcp", net.JoinHostPort(host, port))
		if err != nil {
			t.Fatalf("%s: %v", host, err)
		}
		_ = c.Close()
	}
	if _, err := tr.DialContext(context.Background(), "tcp", net.JoinHostPort("LOCALHOST", port)); !errors.As(err, new(errInside)) {
		t.Errorf("a name for an internal address: %v", err)
	}
}
