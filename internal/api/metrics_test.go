package api

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestFiguresAreForTheMachineItself checks that forwarded calls are not local, even from a proxy on this machine.
func TestFiguresAreForTheMachineItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		from, header, value string
		want                int
	}{
		{"127.0.0.1:99", "", "", http.StatusOK}, {"[::1]:99", "", "", http.StatusOK}, {"[::ffff:127.0.0.1]:99", "", "", http.StatusOK},
		{"192.0.2.1:99", "", "", http.StatusUnauthorized}, {"unknown", "", "", http.StatusUnauthorized}, {"", "", "", http.StatusUnauthorized},
		{"127.0.0.1:0", "X-Forwarded-For", "127.0.0.1", http.StatusUnauthorized}, {"127.0.0.1:99", "X-Forwarded-For", "", http.StatusUnauthorized},
		{"127.0.0.1:99", "Forwarded", "for=unknown", http.StatusUnauthorized}, {"127.0.0.1:99", "Via", "1.1 proxy", http.StatusUnauthorized},
		{"127.0.0.1:99", "X-Real-IP", "192.0.2.1", http.StatusUnauthorized}, {"127.0.0.1:99", "X-Forwarded-Proto", "https", http.StatusUnauthorized},
	} {
		r, w := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil), httptest.NewRecorder()
		if r.RemoteAddr = c.from; c.header != "" {
			r.Header.Set(c.header, c.value)
		}
		h.api.router.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("from %q with %s: %q: %d, want %d", c.from, c.header, c.value, w.Code, c.want)
		}
	}
}
