package bugzilla_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"berth/internal/bugzilla"
	"berth/internal/bugzilla/bugzillatest"
)

// asked returns the error of a read from a server that answers everything alike.
func asked(t *testing.T, status int, body string) error {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	_, err := client(t, s.URL, "key").Bug(t.Context(), 1)
	return err
}

// refused returns the error of a read where no server listens.
func refused(t *testing.T) error {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = client(t, address, "key").Bug(t.Context(), 1)
	return err
}

func untrusted(t *testing.T) error {
	t.Helper()
	s := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	_, err := client(t, s.URL, "key").Bug(t.Context(), 1)
	return err
}

// TestWhatCanBeDoneIsTrue for every fault seen on a server, and tells outages from faults of one bug.
func TestWhatCanBeDoneIsTrue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err    error
		says   string
		all    bool
		passes bool // by itself
	}{
		"nothing listens":     {refused(t), "no server listens there", true, true},
		"an authority of own": {untrusted(t), "SSL_CERT_FILE", true, true},
		"maintenance":         {asked(t, 503, "<html>Bugzilla is Down</html>"), "closed for maintenance", true, true},
		"no Bugzilla behind":  {asked(t, 502, "<html>"), "the proxy before Bugzilla", true, true},
		"the database is off": {asked(t, 200, ""), "without its database", true, true},
		"another page":        {asked(t, 404, "<html>"), "bugzilla_url", false, true},
		"an internal error":   {asked(t, 200, `{"error":true,"code":100500,"message":"at line 1"}`), "log of its web server", false, true},
		"one of 5.3":          {asked(t, 500, `{"error":true,"message":"at line 1"}`), "log of its web server", false, true},
		"a revoked key":       {asked(t, 400, `{"error":true,"code":306,"message":"revoked"}`), "make an API key", true, false},
		"disabled":            {asked(t, 401, `{"error":true,"code":"301","message":"away"}`), "disabled", true, false},
		"a comment is wanted": {asked(t, 400, `{"error":true,"code":32000,"message":"You have to specify a comment when changing the Status"}`), "requires a comment", false, false},
		"a field is wanted":   {asked(t, 400, `{"error":true,"code":32000,"message":"A value must be set for the 'Team' field."}`), "bugzilla_fields", false, false},
		"locked out":          {asked(t, 400, `{"error":true,"code":32000,"message":"Your IP has been locked out of this account"}`), "wrong passwords", false, true},
		"another rule":        {asked(t, 400, `{"error":true,"code":32000,"message":"Not on Sundays."}`), "a rule of the installation", false, false},
	} {
		if c.err == nil || !strings.Contains(bugzilla.Remedy(c.err), c.says) {
			t.Errorf("%s: of %v it is said %q, want %q", name, c.err, bugzilla.Remedy(c.err), c.says)
		}
		if text, all := bugzilla.Outage(c.err); all != c.all || strings.Contains(text, "bug 1") {
			t.Errorf("%s: everybody's is %t, %q", name, all, text)
		}
		if bugzilla.IsTemporary(c.err) != c.passes {
			t.Errorf("%s: passes by itself is %t", name, !c.passes)
		}
	}
}

// TestAWriteThatTakesTooLongIsItsBugsFault and no outage: it may wait for a lock.
func TestAWriteThatTakesTooLongIsItsBugsFault(t *testing.T) {
	t.Parallel()
	server := bugzillatest.New(t, bugzillatest.V52, time.Now)
	c := client(t, server.URL, bugzillatest.Key)
	id, err := c.Create(t.Context(), bugzilla.NewBug{Product: bugzillatest.Product, Component: bugzillatest.Component, Version: "unspecified", OpSys: "All", Platform: "All",
		Summary: "x", Alias: "x-1"}, ours)
	if err != nil {
		t.Fatal(err)
	}
	server.SetFaults(func(*http.Request) bugzillatest.Fault { return bugzillatest.CutAfter })
	_, write := c.Update(t.Context(), id, bugzilla.Change{Comment: "x"})
	_, read := c.Bug(t.Context(), id)
	if _, all := bugzilla.Outage(write); write == nil || all {
		t.Errorf("a write that was cut: %v", write)
	}
	if _, all := bugzilla.Outage(read); read == nil || !all {
		t.Errorf("a read that was cut: %v", read)
	}
}
