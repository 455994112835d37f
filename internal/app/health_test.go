package app

import (
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"berth/internal/config"
	"berth/scheduler"
)

// TestHealthIsAskedWhereTheServerListens asks servers that are well, not ready, and not there.
func TestHealthIsAskedWhereTheServerListens(t *testing.T) {
	t.Parallel()
	busy := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/healthz" {
			_, _ = w.Write([]byte("ok\n"))
			return
		}
		http.Error(w, "berth is reading the bookings", http.StatusServiceUnavailable)
	})
	plain, encrypted := httptest.NewServer(busy), httptest.NewTLSServer(busy)
	t.Cleanup(plain.Close)
	t.Cleanup(encrypted.Close)
	gone := httptest.NewServer(busy)
	gone.Close()
	for _, tt := range []struct {
		name     string
		settings config.Settings
		alive    bool
		said     string
		code     scheduler.Code
		mentions string
	}{
		{"alive", config.Settings{Listen: plain.Listener.Addr().String()}, true, "ok", "", ""},
		{"every address", config.Settings{Listen: ":" + port(plain)}, true, "ok", "", ""},
		{"every address of IPv4", config.Settings{Listen: "0.0.0.0:" + port(plain)}, true, "ok", "", ""},
		{"with TLS", config.Settings{Listen: encrypted.Listener.Addr().String(), TLSCert: "/any"}, true, "ok", "", ""},
		{"not ready", config.Settings{Listen: plain.Listener.Addr().String()}, false, "", scheduler.CodeUnavailable, "503 Service Unavailable: berth is reading"},
		{"not there", config.Settings{Listen: gone.Listener.Addr().String()}, true, "", scheduler.CodeUnavailable, "nothing answers"},
		{"any port", config.Settings{Listen: "127.0.0.1:0"}, true, "", scheduler.CodeInvalid, "no port"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			said, err := AskHealth(t.Context(), tt.settings, tt.alive)
			if said != tt.said || err == nil != (tt.code == "") || err != nil && (scheduler.CodeOf(err) != tt.code || !strings.Contains(err.Error(), tt.mentions)) {
				t.Errorf("said %q, %v; want %q, %s %q", said, err, tt.said, tt.code, tt.mentions)
			}
		})
	}
}

func port(s *httptest.Server) string {
	_, p, _ := net.SplitHostPort(s.Listener.Addr().String())
	return p
}

func TestNearbyIsLoopback(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{":80": "127.0.0.1:80", "0.0.0.0:80": "127.0.0.1:80", "[::]:80": "[::1]:80", "10.0.0.5:80": "10.0.0.5:80", "localhost:80": "localhost:80"} {
		if got, err := nearby(listen); got != want || err != nil {
			t.Errorf("%s: %q, %v; want %q", listen, got, err, want)
		}
	}
}

// TestTheServiceManagerIsTold listens as systemd does.
func TestTheServiceManagerIsTold(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := notify(path, notifyReady); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 64)
	if n, err := l.Read(b); err != nil || string(b[:n]) != "READY=1" {
		t.Errorf("the manager heard %q, %v", b[:n], err)
	}
	if err := notify("", notifyReady); err != nil {
		t.Errorf("without a manager: %v", err)
	}
	if err := notify(path+"-not-there", notifyReady); err == nil {
		t.Error("nobody listened, and that was no error")
	}
}
