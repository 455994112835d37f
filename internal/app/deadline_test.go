package app

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestEveryCallHasABound(t *testing.T) {
	t.Parallel()
	for call, want := range map[string]time.Duration{
		"POST /api/v1/requests": decideWithin, "GET /api/v1/requests/42": decideWithin, "POST /requests/42/schedule": decideWithin, "GET /": decideWithin,
		"PUT /dav/calendars/ada/mine/x.ics": decideWithin, "MOVE /dav/x": decideWithin, "GET /readyz": decideWithin, "DELETE /api/v1/facility/x": decideWithin,
		"PUT /api/v1/facility": loadWithin, "PUT /api/v1/catalogue": loadWithin,
		"REPORT /dav/calendars/ada/mine/": sendFor, "PROPFIND /": sendFor, "GET /feeds/secret.ics": sendFor, "GET /dav/calendars/ada/mine/x.ics": sendFor,
		"GET /api/v1/events": 0, "GET /changes": 0,
	} {
		method, path, _ := strings.Cut(call, " ")
		r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
		within(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			end, set := r.Context().Deadline()
			if left := time.Until(end); set != (want > 0) || set && (left > want || left < want-5*time.Second) {
				t.Errorf("%s ends in %v (%v), want %v", call, left, set, want)
			}
		})).ServeHTTP(httptest.NewRecorder(), r)
	}
	if decideWithin >= 10*time.Second {
		t.Errorf("a decision takes up to %v: whoever asks was promised an answer within ten seconds", decideWithin)
	}
}
