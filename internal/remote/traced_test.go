package remote

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"berth/scheduler/trace"
)

// TestOtherSystemsAreToldTheCall: by both headers, and never of a call that there is not; the request stays its caller's.
func TestOtherSystemsAreToldTheCall(t *testing.T) {
	t.Parallel()
	got := make(chan http.Header, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.Header }))
	t.Cleanup(server.Close)
	client := &http.Client{Transport: Traced(http.DefaultTransport)}
	call := trace.Received("order-17", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	for _, c := range []trace.Call{call, {}} {
		r, err := http.NewRequestWithContext(trace.Within(t.Context(), c), http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		h := <-got
		if id := h.Get("X-Request-Id"); id != c.ID {
			t.Errorf("it was told the id %q, want %q", id, c.ID)
		}
		if c.ID != "" && trace.Received("", h.Get("traceparent")).Trace != c.Trace {
			t.Errorf("it was told the parent %q, want one in trace %s", h.Get("traceparent"), c.Trace)
		}
		if len(r.Header) != 0 {
			t.Errorf("the caller's request got %v", r.Header)
		}
	}
}
