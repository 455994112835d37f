package app

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestBehindProxy(t *testing.T) {
	t.Parallel()
	declared := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for _, tt := range []struct {
		name      string
		peer      string
		forwarded []string
		want      string
	}{
		{"a stranger is not believed", "203.0.113.5:1000", []string{"198.51.100.1"}, "203.0.113.5:1000"},
		{"one proxy", "10.1.1.1:1000", []string{"198.51.100.1"}, "198.51.100.1:0"},
		{"a chain of proxies", "10.1.1.1:1000", []string{"198.51.100.1, 10.2.2.2"}, "198.51.100.1:0"},
		{"made up by the client", "10.1.1.1:1000", []string{"127.0.0.1, 198.51.100.1"}, "198.51.100.1:0"},
		{"made up, in a header of its own", "10.1.1.1:1000", []string{"127.0.0.1", "198.51.100.1"}, "198.51.100.1:0"},
		{"IPv6", "[::1]:1000", []string{"2001:db8::7"}, "[2001:db8::7]:0"},
		{"IPv4 in IPv6", "[::ffff:10.1.1.1]:1000", []string{"::ffff:198.51.100.1"}, "198.51.100.1:0"},
		{"no header", "10.1.1.1:1000", nil, "10.1.1.1:1000"},
		{"nonsense", "10.1.1.1:1000", []string{"unknown"}, "10.1.1.1:1000"},
		{"proxies only", "10.1.1.1:1000", []string{"10.3.3.3"}, "10.1.1.1:1000"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got string
			h := behindProxy(declared, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr }))
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = tt.peer
			for _, v := range tt.forwarded {
				r.Header.Add("X-Forwarded-For", v)
			}
			h.ServeHTTP(httptest.NewRecorder(), r)
			if got != tt.want {
				t.Errorf("client is %s, want %s", got, tt.want)
			}
		})
	}
}
