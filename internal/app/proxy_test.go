package app

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func TestBehindProxy(t *testing.T) {
	t.Parallel()
	declared := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("::ffff:192.168.0.0/112")}
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
		{"nobody knows", "10.1.1.1:1000", []string{"unknown"}, "unknown"},
		{"nobody knows, of a client that made something up", "[::1]:1000", []string{"127.0.0.1, unknown"}, "unknown"},
		{"hidden, at length", "10.1.1.1:1000", []string{"_" + strings.Repeat("x", 100)}, "_" + strings.Repeat("x", 63)},
		{"with a port", "10.1.1.1:1000", []string{"198.51.100.1:4711"}, "198.51.100.1:0"},
		{"IPv6 with a port", "10.1.1.1:1000", []string{"[2001:db8::7]:4711"}, "[2001:db8::7]:0"},
		{"IPv6 in brackets", "10.1.1.1:1000", []string{"[2001:db8::7]"}, "[2001:db8::7]:0"},
		{"IPv6 with a zone", "10.1.1.1:1000", []string{"fe80::1%eth0"}, "[fe80::1]:0"},
		{"a client in a declared network", "10.1.1.1:1000", []string{"10.3.3.3"}, "10.3.3.3:0"},
		{"two of them, over two proxies", "10.1.1.1:1000", []string{"10.4.4.4, 10.3.3.3"}, "10.4.4.4:0"},
		{"a network written as IPv6", "192.168.7.7:1000", []string{"198.51.100.1"}, "198.51.100.1:0"},
		{"outside of a network written as IPv6", "192.169.7.7:1000", []string{"198.51.100.1"}, "192.169.7.7:1000"},
		{"nothing in it", "10.1.1.1:1000", []string{" , "}, "10.1.1.1:1000"},
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
