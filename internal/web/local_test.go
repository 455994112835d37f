package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// browse follows a Location as a browser does (WHATWG URL, section 4.4): it drops tabs and line ends, and takes a backslash for a slash.
func browse(t testing.TB, location string) *url.URL {
	t.Helper()
	text := strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(strings.TrimSpace(location))
	address, query, _ := strings.Cut(text, "?")
	base := &url.URL{Scheme: "https", Host: "berth.example", Path: "/sign-in"}
	to, err := base.Parse(strings.ReplaceAll(address, `\`, "/"))
	if err != nil {
		t.Fatalf("%q cannot be followed: %v", location, err)
	}
	to.RawQuery = query
	return to
}

// TestASignedInVisitorStaysHere asks for the sign-in page with a session, as an address in a mail can make anybody do.
func TestASignedInVisitorStaysHere(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	maeve := h.session("maeve")
	for to, want := range map[string]string{
		`/%2fevil.example/"`:            "/evil.example/%22",
		`/%2Fevil.example/^`:            "/evil.example/%5E",
		`/%5Cevil.example/"`:            "/%5Cevil.example/%22",
		`/.//evil.example/`:             "/evil.example",
		`/x/..//evil.example`:           "/evil.example",
		`/%2e%2e//evil.example/"`:       "/evil.example/%22",
		`/x/../sign-in/elsewhere?to=/x`: "/",
		`/%73ign-out`:                   "/",
		`/requests?status=RUNNING&q=a`:  "/requests?status=RUNNING&q=a",
	} {
		res := h.send("/sign-in?to="+url.QueryEscape(to), maeve, nil)
		if got := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || got != want {
			t.Errorf("%s: %d to %q, want %q", to, res.StatusCode, got, want)
		}
		res = h.send("/sign-in", "", url.Values{"username": {"maeve"}, "password": {password}, "to": {to}})
		if got := res.Header.Get("Location"); got != want {
			t.Errorf("%s: the form leads to %q, want %q", to, got, want)
		}
	}
}

// FuzzLocal sends browsers to any address, and checks where they arrive.
func FuzzLocal(f *testing.F) {
	for _, to := range []string{"/", "/requests?x=1", `/%2fevil.example/"`, `/%2f%2fevil.example/"`, `//evil.example`, `/\evil.example`, `/%5cevil.example/"`, "/\t/evil.example",
		"https://evil.example", "javascript:alert(1)", "/..//evil.example", `/%2e/%2fevil.example/"`, "/?a=//evil.example", "/;//evil.example", "/%", "/@evil.example", "/ä//evil.example"} {
		f.Add(to)
	}
	f.Fuzz(func(t *testing.T, to string) {
		r, w := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/sign-in", nil), httptest.NewRecorder()
		http.Redirect(w, r, local(to), http.StatusSeeOther)
		sent := w.Header().Get("Location")
		if at := browse(t, sent); at.Scheme != "https" || at.Host != "berth.example" || at.User != nil || strings.HasPrefix(at.Path, "/sign-") {
			t.Errorf("%q leads to %q, which is %s", to, sent, at)
		}
		if again := local(sent); again != sent {
			t.Errorf("%q leads to %q, and that to %q", to, sent, again)
		}
	})
}
