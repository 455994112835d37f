package app

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestBrowsersStayWithTLS(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{"https://berth.example": "max-age=31536000", "https://berth.example:8443": "max-age=31536000", "http://berth.example": "",
		"https://localhost:8443": "", "https://127.0.0.1:8443": "", "https://[::1]:8443": "", "://": ""} {
		w := httptest.NewRecorder()
		onlyTLS(base, http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
		if got := w.Header().Get("Strict-Transport-Security"); got != want {
			t.Errorf("%s: %q, want %q", base, got, want)
		}
	}
}
