package web

import (
	"net/http"
	"strings"
	"testing"

	"berth"
	"berth/internal/web/manual"
)

// TestDocumentsAreReadByEverybody: signed in or not, once until they change, and nothing else is there.
func TestDocumentsAreReadByEverybody(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	h.site.o.Manual = manual.New(berth.Documents)
	h.Handler = h.site.handler()
	maeve := h.session("maeve")
	for _, cookie := range []string{"", maeve} {
		res := h.send("/docs/guide/mentor", cookie, nil)
		page := body(t, res)
		for _, want := range []string{"<h1>Mentor</h1>", `href="/docs/guide/provider"`, `<img loading="lazy" src="/docs/img/`, `aria-current="page">Mentor`} {
			if !strings.Contains(page, want) {
				t.Errorf("signed in %t: the page has no %q", cookie != "", want)
			}
		}
		if strings.Contains(page, "Help with this page") != (cookie != "") {
			t.Error("the menu is for those who have signed in")
		}
		tag := res.Header.Get("Etag")
		if tag == "" || res.Header.Get("Cache-Control") != "private, no-cache" || !strings.Contains(strings.Join(res.Header.Values("Vary"), ","), "Cookie") {
			t.Errorf("%v", res.Header)
		}
		if again := h.send("/docs/guide/mentor", cookie, nil, "If-None-Match", tag); again.StatusCode != http.StatusNotModified {
			t.Errorf("again: %d", again.StatusCode)
		}
	}
	for path, want := range map[string]int{"/docs": 200, "/docs/": 200, "/docs/search?q=ticket": 200, "/docs/search": 200, "/docs/img/use.png": 200, "/docs/img/none.png": 404, "/docs/img/..%2Fapi.md": 404,
		"/docs/nothing": 404, "/docs/guide/mentor.md": 301, "/docs/project/readme": 200, "/docs/search?q=" + strings.Repeat("x+", 4000): 200} {
		if res := h.send(path, "", nil); res.StatusCode != want {
			t.Errorf("%s: %d instead of %d", path, res.StatusCode, want)
		}
	}
	if page := body(t, h.send("/docs/search?q=%3Cscript%3E+tickets", "", nil)); strings.Contains(page, "<script>") || !strings.Contains(page, "<mark>ticket") {
		t.Error("what was searched for is not shown as text, or what was found is not marked")
	}
	if page := body(t, h.send("/search?q=waitlist", maeve, nil)); !strings.Contains(page, "Documentation") || !strings.Contains(page, "/docs/guide/mentor#the-waitlist-and-priorities") {
		t.Error("the search of the pages does not find documents")
	}
	if res := h.send("/docs/guide/mentor", "", nil, "Accept-Encoding", "gzip"); res.Header.Get("Content-Encoding") != "gzip" {
		t.Error("a document is not compressed")
	}
	if res := h.send("/docs/img/use.png", "", nil, "Accept-Encoding", "gzip"); res.Header.Get("Content-Encoding") != "" || res.Header.Get("Content-Type") != "image/png" {
		t.Errorf("a picture: %v", res.Header)
	}
}

// TestHelpLeadsToADocument from each page, and to a section that is there.
func TestHelpLeadsToADocument(t *testing.T) {
	t.Parallel()
	m := manual.New(berth.Documents)
	for path, want := range map[string]string{"/": "/docs/guide", "/new": "/docs/guide/experimenter#book-a-slot", "/newer": "/docs/guide", "/requests/42": "/docs/guide/experimenter#while-it-is-under-review",
		"/admin/people/ada": "/docs/guide/administrator#people", "/admin/audit": "/docs/guide/administrator"} {
		if got := helpOf(path); got != want {
			t.Errorf("%s: %s instead of %s", path, got, want)
		}
	}
	for _, path := range append([]string{"/new", "/account/tokens", "/admin/file/facility", "/admin/people", "/admin/facility", "/admin/catalogue", "/docs", "/use", "/policy"}, Paths...) {
		url, anchor, _ := strings.Cut(helpOf(strings.TrimPrefix(path, "GET ")), "#")
		p, err := m.Page(url)
		if err != nil || p == nil {
			t.Errorf("%s: no document is at %s: %v", path, url, err)
		} else if anchor != "" && !strings.Contains(string(p.HTML), ` id="`+anchor+`"`) {
			t.Errorf("%s: %s has no section %s", path, url, anchor)
		}
	}
}
