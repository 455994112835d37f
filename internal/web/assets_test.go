package web

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// TestFilesOfTheProgramAreKept for a year under an address that changes with them, and are looked at again under any other.
func TestFilesOfTheProgramAreKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	page := body(t, h.send("/sign-in", "", nil))
	for _, path := range []string{"/style.css", "/script.js", "/icon.svg"} {
		address := regexp.MustCompile(regexp.QuoteMeta(path) + `\?v=[0-9a-f]{20}`).FindString(page)
		if address == "" {
			t.Fatalf("%s is not in the page", path)
		}
		for at, want := range map[string]string{address: "public, max-age=31536000, immutable", path: "no-cache", path + "?v=older": "no-cache"} {
			res := h.send(at, "", nil)
			if res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != want || res.ContentLength == 0 {
				t.Errorf("%s: %d, %v", at, res.StatusCode, res.Header)
			}
			if res := h.send(at, "", nil, "If-None-Match", res.Header.Get("Etag")); res.StatusCode != http.StatusNotModified {
				t.Errorf("%s again: %d", at, res.StatusCode)
			}
		}
	}
}

// TestTheSamePictureIsNotSentAgain: it has a validator.
func TestTheSamePictureIsNotSentAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	maeve := h.session("maeve")
	res := h.send("/timeline.svg?at=2031-01-01", maeve, nil)
	if res.Header.Get("Etag") == "" || res.Header.Get("Cache-Control") != "private, no-cache" {
		t.Fatalf("%v", res.Header)
	}
	if again := h.send("/timeline.svg?at=2031-01-01", maeve, nil, "If-None-Match", res.Header.Get("Etag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("the same: %d", again.StatusCode)
	}
	if other := h.send("/timeline.svg?at=2031-01-02", maeve, nil, "If-None-Match", res.Header.Get("Etag")); other.StatusCode != http.StatusOK {
		t.Errorf("another: %d", other.StatusCode)
	}
}

// TestWhatIsCompressed: pages and files, but nothing that may show a secret.
func TestWhatIsCompressed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	maeve := h.session("maeve")
	number := fmt.Sprint(h.asks("maeve", 1, tomorrow(4)).Number)
	for path, want := range map[string]bool{
		"/style.css": true, "/script.js": true, "/": true, "/schedule": true, "/timeline.svg": true, "/new": true, "/requests": true, "/requests/" + number: true, "/testbeds": true, "/testbeds/hall": true,
		"/sign-in": false, "/subscribe": false, "/account": false,
	} {
		res := h.send(path, maeve, nil, "Accept-Encoding", "gzip")
		if got := res.Header.Get("Content-Encoding") == "gzip"; got != want {
			t.Errorf("%s is compressed: %t", path, got)
			continue
		}
		if !want {
			continue
		}
		z, err := gzip.NewReader(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(z); err != nil || len(b) == 0 || !strings.Contains(res.Header.Get("Vary"), "Accept-Encoding") {
			t.Errorf("%s: %d bytes, %v, %v", path, len(b), err, res.Header)
		}
		if res := h.send(path, maeve, nil, "Accept-Encoding", "identity"); res.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s is compressed for a client that did not ask for it", path)
		}
	}
	// A form's answer shows the fresh password.
	res := h.send("/subscribe", maeve, url.Values{"kind": {"app"}, "name": {"telephone"}}, "Accept-Encoding", "gzip")
	if res.Header.Get("Content-Encoding") != "" {
		t.Error("the answer to a form is compressed")
	}
	for _, path := range []string{"/changes", "/webhooks", "/offers/x", "/approvals/x", "/needed/x", "/admin", "/schedule/", "/newer", "/account", "/subscribe", "/invitations/x", "/welcome/x", "/mails/x"} {
		if r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil); compressible(r) {
			t.Errorf("%s may be compressed", path)
		}
	}
}
