package web

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestALinkIsInNoLogAndNoError: having the link is enough to act, so it must stay secret: it is in no log, on no page, and in no Referer of
// the next page. Failures with a link leave no more behind than successes.
func TestALinkIsInNoLogAndNoError(t *testing.T) {
	t.Parallel()
	const link = "c2VjcmV0.bGluaw"
	for _, c := range []struct{ method, path string }{
		{"GET", "/offers/" + link}, {"POST", "/offers/" + link}, {"GET", "/approvals/" + link}, {"POST", "/approvals/" + link}, {"PUT", "/offers/" + link},
		{"GET", "/offers/" + link + "/"}, {"GET", "/offers/" + link + "/more"}, {"GET", "/approvals/" + link + "/more"}, {"GET", "/offers//" + link}, {"POST", "/approvals/" + link + "?x=%zz"},
	} {
		for _, broken := range []bool{false, true} {
			var log bytes.Buffer
			s := newLinkSite(t, &desk{broken: broken})
			s.o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			w := httptest.NewRecorder()
			s.handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), c.method, c.path, strings.NewReader("decision=approved")))
			if w.Code < 300 || strings.Contains(log.String(), link) || strings.Contains(w.Body.String(), link) && w.Code != http.StatusTemporaryRedirect && w.Code != http.StatusMovedPermanently {
				t.Errorf("%s %s: %d, log %q, page %s", c.method, c.path, w.Code, log.String(), w.Body)
			}
			if got := w.Header().Get("Referrer-Policy"); got != "no-referrer" {
				t.Errorf("%s %s: Referrer-Policy %q", c.method, c.path, got)
			}
		}
	}
}
