package web

import (
	"bytes"
	"net/http"
	"strings"
	"time"

	"berth/internal/web/manual"
	"berth/scheduler"
	"berth/scheduler/account"
)

// docsPath begins the addresses of the documents. Everybody may read them, also who has not signed in: they hold nothing of the instance.
const docsPath = "/docs"

// docsPage is a document, or what a search found, beside the list of all.
type docsPage struct {
	Kinds []manual.Kind
	*manual.Page
	Query string
	Found []manual.Found
	Asked bool // the page is a search
}

// docs shows a document.
func (s *site) docs(w http.ResponseWriter, r *http.Request) {
	who := s.reading(r)
	if to, isFile := strings.CutSuffix(r.URL.Path, ".md"); isFile { // as it is called in the repository
		http.Redirect(w, r, strings.TrimSuffix(to, "/README"), http.StatusMovedPermanently)
		return
	}
	page, err := s.o.Manual.Page(strings.TrimSuffix(r.URL.Path, "/"))
	if err == nil && page == nil {
		err = scheduler.Errorf(scheduler.CodeNotFound, "no document has this address; the search may find what you want")
	}
	if err != nil {
		s.fail(w, r, who, err)
		return
	}
	s.showDocs(w, r, page.Title, who, docsPage{Page: page})
}

// searchDocs searches the documents.
func (s *site) searchDocs(w http.ResponseWriter, r *http.Request) {
	who := s.reading(r)
	q := queryOf(r)
	found, err := s.o.Manual.Search(q)
	if err != nil {
		s.fail(w, r, who, err)
		return
	}
	s.showDocs(w, r, "Search the documentation", who, docsPage{Page: &manual.Page{}, Query: q, Found: found, Asked: true})
}

// showDocs shows a page with a validator, so that browsers ask whether it has changed instead of reading it again. It is the reader's: the head counts what waits.
func (s *site) showDocs(w http.ResponseWriter, r *http.Request, title string, who account.Actor, p docsPage) {
	var err error
	if p.Kinds, err = s.o.Manual.Navigation(); err != nil {
		s.fail(w, r, who, err)
		return
	}
	b, ok := s.composed(w, r, "docs.html", title, who, p)
	if !ok {
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "private, no-cache")
	h.Add("Vary", "Cookie")
	h.Set("Etag", etag(b))
	h.Set("Content-Type", "text/html; charset=utf-8")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
}

// docsPicture serves a picture of the documents.
func (s *site) docsPicture(w http.ResponseWriter, r *http.Request) {
	b, kind := s.o.Manual.Picture(r.PathValue("name"))
	if b == nil {
		s.fail(w, r, s.reading(r), scheduler.Errorf(scheduler.CodeNotFound, "there is no such picture"))
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "public, max-age=3600")
	w.Header().Set("Etag", `"`+digest(b)+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
}

// reading returns who reads a page that is open to everybody: nobody, where there is no session.
func (s *site) reading(r *http.Request) account.Actor {
	who, err := s.people.Session(r.Context(), s.secret(r))
	if err != nil {
		who = account.Actor{}
	}
	return s.zoned(r, who)
}

// findDocs finds sections of the documents, for the palette.
func (s *site) findDocs(q string) (foundGroup, error) {
	g := foundGroup{Title: "Documentation"}
	if s.o.Manual == nil || len([]rune(q)) < leastText {
		return g, nil
	}
	found, err := s.o.Manual.Search(q)
	for _, f := range found[:min(len(found), foundEach)] {
		g.Items = append(g.Items, finding{Label: f.Title, Hint: f.Document, URL: f.URL})
	}
	return g, err
}

// helpOf says which section of the documents helps with a page; those that begin with an address follow it.
func helpOf(path string) string {
	best, to := "", docsPath+"/guide"
	for _, x := range [][2]string{{"/new", "/docs/guide/experimenter#book-a-slot"}, {"/series", "/docs/guide/experimenter#again-and-again"}, {"/schedule", "/docs/guide#the-schedule"},
		{"/requests", "/docs/guide/experimenter#while-it-is-under-review"}, {"/subscribe", "/docs/connect/calendar-clients"}, {"/testbeds", "/docs/guide/provider#your-testbed"}, {"/policy", "/docs/policy"},
		{"/webhooks", "/docs/connect/webhooks"}, {deploymentsPath, "/docs/connect/osm"}, {portalsPath, "/docs/connect/5ginfire-portal"}, {"/use", "/docs/rest#use"},
		{"/account/tokens", "/docs/commands#sign-in"}, {"/account", "/docs/guide#mails"}, {"/admin", "/docs/guide/administrator"}, {"/admin/people", "/docs/guide/administrator#people"},
		{"/admin/facility", "/docs/facility"}, {"/admin/file", "/docs/facility"}, {"/admin/catalogue", "/docs/facility#a-vnf"}, {docsPath, docsPath}} {
		if (path == x[0] || strings.HasPrefix(path, x[0]+"/")) && len(x[0]) > len(best) {
			best, to = x[0], x[1]
		}
	}
	return to
}

// Help leads to what helps with this page; empty where no documents are served.
func (v view) Help() string {
	if !v.documented {
		return ""
	}
	return helpOf(v.Path)
}
