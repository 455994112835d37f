package remote

import (
	"net/http"

	"berth/scheduler/trace"
)

// Traced hands the call of each request's context on to the other system, by the headers X-Request-Id and traceparent: what its logs say about a
// request can then be set beside what Berth's say.
func Traced(next http.RoundTripper) http.RoundTripper {
	return traced{next}
}

type traced struct{ next http.RoundTripper }

func (t traced) RoundTrip(r *http.Request) (*http.Response, error) {
	if c := trace.Of(r.Context()); c.ID != "" {
		r = r.Clone(r.Context()) // a request is its caller's
		r.Header.Set("X-Request-Id", c.ID)
		r.Header.Set("traceparent", c.Parent())
	}
	return t.next.RoundTrip(r)
}

// CloseIdleConnections passes on what a client asks of its transport.
func (t traced) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
