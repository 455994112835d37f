package caldavclient_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"berth/internal/caldavclient"
	"berth/internal/caldavclient/caldavtest"
)

func event(uid string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:" + uid + "\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260701T090000Z\r\nDTEND:20260701T100000Z\r\nSUMMARY:<" + uid + "> & more\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
}

// start serves a server, and returns its address.
func start(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func client(t *testing.T, o caldavclient.Options) *caldavclient.Client {
	t.Helper()
	if o.User == "" {
		o.User, o.Password = caldavtest.User, caldavtest.Password
	}
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second
	}
	o.Clock = func() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) }
	c, err := caldavclient.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func names(r caldavclient.Reading) (list []string) {
	for _, o := range r.Objects {
		list = append(list, strings.TrimSuffix(o.Path[strings.LastIndex(o.Path, "/")+1:], ".ics"))
	}
	return list
}

// TestEveryWayOfReadingSeesEveryChange: whatever a server is able to, each reading is what it has.
func TestEveryWayOfReadingSeesEveryChange(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		able caldavtest.Ability
		way  string
		gone bool // deletions are said
	}{
		"all":                        {caldavtest.Ability{}, "sync-collection", true},
		"in small steps":             {caldavtest.Ability{Steps: 2}, "sync-collection", true},
		"without sync":               {caldavtest.Ability{NoSync: true}, "ctag", false},
		"without sync and multiget":  {caldavtest.Ability{NoSync: true, NoMultiget: true}, "time range", false},
		"without sync and ctag":      {caldavtest.Ability{NoSync: true, NoTag: true}, "time range", false},
		"claims to sync, and cannot": {caldavtest.Ability{}, "ctag", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := caldavtest.New("upkeep", "other")
			s.Ability = c.able
			if strings.HasPrefix(name, "claims") {
				s.Fail = func(w http.ResponseWriter, r *http.Request) bool {
					if r.Method == "REPORT" && r.Header.Get("Depth") == "0" {
						http.Error(w, "no", http.StatusForbidden)
						return true
					}
					return false
				}
			}
			k := client(t, caldavclient.Options{URL: start(t, s) + caldavtest.Path("upkeep")})
			check := func(want []string, gone ...string) {
				t.Helper()
				r, err := k.Read(t.Context())
				if err != nil || !slices.Equal(names(r), want) || r.Way != c.way && len(want) > 0 {
					t.Fatalf("%v by %s, want %v: %v", names(r), r.Way, want, err)
				}
				if c.gone && len(r.Gone) != len(gone) {
					t.Errorf("gone %v, want %v", r.Gone, gone)
				}
				for _, o := range r.Objects {
					if uid := strings.TrimSuffix(o.Path[strings.LastIndex(o.Path, "/")+1:], ".ics"); !strings.Contains(strings.ReplaceAll(string(o.Text), "\r", ""), "SUMMARY:<"+uid+"> & more") {
						t.Errorf("%s holds %s", o.Path, o.Text)
					}
				}
			}
			check(nil)
			for _, uid := range []string{"a", "b", "c", "d", "e"} {
				s.Put("upkeep", uid+".ics", event(uid))
			}
			check([]string{"a", "b", "c", "d", "e"})
			calls := s.Calls("REPORT")
			check([]string{"a", "b", "c", "d", "e"})
			if c.way == "ctag" && s.Calls("REPORT") != calls && !strings.HasPrefix(name, "claims") {
				t.Error("what has not changed is read again")
			}
			s.Delete("upkeep", "b.ics")
			s.Put("upkeep", "f.ics", event("f"))
			check([]string{"a", "c", "d", "e", "f"}, "b")
			s.Restart(false)
			s.Put("upkeep", "g.ics", event("g"))
			check([]string{"a", "c", "d", "e", "f", "g"})
			s.Restart(true)
			check(nil)
		})
	}
}

func TestCollectionsAreFound(t *testing.T) {
	t.Parallel()
	s := caldavtest.New("upkeep", "other")
	s.Put("upkeep", "a.ics", event("a"))
	url := start(t, s)
	for name, o := range map[string]caldavclient.Options{
		"its address":                 {URL: url + caldavtest.Path("upkeep")},
		"its address without a slash": {URL: url + strings.TrimSuffix(caldavtest.Path("upkeep"), "/") + "/"},
		"the server and a name":       {URL: url, Calendar: "upkeep"},
		"the principal and a name":    {URL: url + "/lab/", Calendar: "upkeep"},
	} {
		r, err := client(t, o).Read(t.Context())
		if err != nil || !slices.Equal(names(r), []string{"a"}) {
			t.Errorf("%s: %v, %v", name, names(r), err)
		}
	}
	for name, o := range map[string]caldavclient.Options{
		"no name":          {URL: url},
		"another name":     {URL: url, Calendar: "nothing"},
		"no such address":  {URL: url + "/lab/nothing/"},
		"a wrong password": {URL: url + caldavtest.Path("upkeep"), User: "lab", Password: "guess"},
	} {
		_, err := client(t, o).Read(t.Context())
		e, ok := errors.AsType[*caldavclient.Error](err)
		if !ok || e.Remedy == "" || e.Refused != (name == "a wrong password") {
			t.Errorf("%s: %+v", name, err)
		}
	}
}

func TestFeedsAreReadOnceForEachVersion(t *testing.T) {
	t.Parallel()
	text, asked, full := event("a"), 0, 0
	url := start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Header().Set("ETag", fmt.Sprintf(`"%d"`, len(text)))
		if r.Header.Get("If-None-Match") == fmt.Sprintf(`"%d"`, len(text)) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		full++
		fmt.Fprint(w, text)
	}))
	k := client(t, caldavclient.Options{URL: url + "/secret.ics?key=x", Feed: true})
	for i, want := range []string{event("a"), event("a"), event("abc")} {
		if text = want; i > 1 {
			text = event("abc")
		}
		r, err := k.Read(t.Context())
		if err != nil || len(r.Objects) != 1 || string(r.Objects[0].Text) != want {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	if asked != 3 || full != 2 {
		t.Errorf("asked %d times, read %d times", asked, full)
	}
}

// TestBrokenServers: no answer of a server is worse than an error, which names what is wrong and not where; and the next good reading is whole.
func TestBrokenServers(t *testing.T) {
	t.Parallel()
	const multi = `<?xml version="1.0"?><multistatus xmlns="DAV:">`
	text := func(status int, kind, body string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			fmt.Fprint(w, body)
			return true
		}
	}
	for name, fail := range map[string]func(w http.ResponseWriter, r *http.Request) bool{
		"500":         text(500, "text/plain", "oops"),
		"503":         text(503, "text/plain", ""),
		"429":         text(429, "text/plain", ""),
		"404":         text(404, "text/plain", ""),
		"401":         text(401, "text/plain", ""),
		"a redirect":  text(302, "text/plain", ""),
		"HTML":        text(200, "text/html", "<!DOCTYPE html><html>Sign in"),
		"HTML as 207": text(207, "text/html", "<html><body>Sign in</body></html>"),
		"nothing":     text(207, "text/xml", ""),
		"cut off":     text(207, "text/xml", multi+`<response><href>/lab/upkeep/a.ics</href>`),
		"entities":    text(207, "text/xml", `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><multistatus xmlns="DAV:">&b;</multistatus>`),
		"an entity":   text(207, "text/xml", multi+`&b;</multistatus>`),
		"a nest":      text(207, "text/xml", multi+strings.Repeat("<a>", 300_000)),
		"too much":    text(207, "text/xml", multi+strings.Repeat(" ", 50<<20)),
		"two answers": text(207, "text/xml", multi+`<response><href>/a</href></response><response><href>/b</href></response></multistatus>`),
		"no time": func(_ http.ResponseWriter, r *http.Request) bool {
			_, _ = io.Copy(io.Discard, r.Body) // until then nobody notices that the client has gone
			<-r.Context().Done()
			return true
		},
		"a connection": func(w http.ResponseWriter, _ *http.Request) bool { panic(http.ErrAbortHandler) },
		"half an answer": func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Length", "5000")
			w.WriteHeader(207)
			fmt.Fprint(w, multi)
			return true
		},
		"no token": func(w http.ResponseWriter, r *http.Request) bool {
			return r.Method == "REPORT" && text(207, "text/xml", multi+"</multistatus>")(w, r)
		},
		"events left out": func(w http.ResponseWriter, r *http.Request) bool {
			return r.Method == "REPORT" && r.Header.Get("Depth") == "1" && text(207, "text/xml", multi+"</multistatus>")(w, r)
		},
		"an event without text": func(w http.ResponseWriter, r *http.Request) bool {
			return r.Method == "REPORT" && r.Header.Get("Depth") == "1" && text(207, "text/xml", multi+"<response><href>/lab/upkeep/b.ics</href><propstat><prop><getetag>x</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>")(w, r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := caldavtest.New("upkeep")
			s.Put("upkeep", "a.ics", event("a"))
			var broken atomic.Bool
			s.Fail = func(w http.ResponseWriter, r *http.Request) bool { return broken.Load() && fail(w, r) }
			k := client(t, caldavclient.Options{URL: start(t, s) + caldavtest.Path("upkeep"), Timeout: 2 * time.Second})
			if _, err := k.Read(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.Put("upkeep", "b.ics", event("b"))
			broken.Store(true)
			_, err := k.Read(t.Context())
			e, ok := errors.AsType[*caldavclient.Error](err)
			if !ok || e.Text == "" || strings.Contains(e.Text+e.Remedy, "secret") {
				t.Errorf("%v", err)
			}
			broken.Store(false)
			if r, err := k.Read(t.Context()); err != nil || !slices.Equal(names(r), []string{"a", "b"}) {
				t.Errorf("afterwards %v, %v", names(r), err)
			}
		})
	}
}

// TestForgottenTokens: whatever a server says about a token that it does not know, everything is read anew.
func TestForgottenTokens(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 403, 409, 410, 412, 507} {
		s := caldavtest.New("upkeep")
		s.Put("upkeep", "a.ics", event("a"))
		once := false
		s.Fail = func(w http.ResponseWriter, r *http.Request) bool {
			if fail := once && r.Method == "REPORT"; fail {
				once = false
				w.WriteHeader(status)
				return true
			}
			return false
		}
		k := client(t, caldavclient.Options{URL: start(t, s) + caldavtest.Path("upkeep")})
		for range 2 {
			r, err := k.Read(t.Context())
			if err != nil || !slices.Equal(names(r), []string{"a"}) || r.Way != "sync-collection" {
				t.Errorf("%d: %v, %v", status, names(r), err)
			}
			once = true
		}
	}
}

func TestWritesAreConditional(t *testing.T) {
	t.Parallel()
	s := caldavtest.New("bookings")
	k := client(t, caldavclient.Options{URL: start(t, s) + caldavtest.Path("bookings")})
	if _, err := k.Find(t.Context()); err != nil {
		t.Fatal(err)
	}
	o := k.Called("berth-1.ics")
	o.Text = []byte(event("one"))
	if err := k.Put(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if err := k.Put(t.Context(), o); !caldavclient.Changed(err) {
		t.Errorf("written twice: %v", err)
	}
	list, err := k.List(t.Context())
	if err != nil || len(list) != 1 || list[0].Path != o.Path || list[0].Tag == "" {
		t.Fatalf("%+v, %v", list, err)
	}
	s.Put("bookings", "berth-1.ics", event("one")+"\r\n")
	list[0].Text = o.Text
	if err := k.Put(t.Context(), list[0]); !caldavclient.Changed(err) {
		t.Errorf("overwritten: %v", err)
	}
	if err := k.Delete(t.Context(), list[0]); !caldavclient.Changed(err) {
		t.Errorf("deleted: %v", err)
	}
	if list, err = k.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found, err := k.Fetch(t.Context(), list); err != nil || len(found) != 1 || !strings.Contains(string(found[0].Text), "UID:one") {
		t.Errorf("%+v, %v", found, err)
	}
	for range 2 {
		if err := k.Delete(t.Context(), list[0]); err != nil {
			t.Errorf("%v", err)
		}
	}
	if len(s.Objects("bookings")) != 0 {
		t.Error("still there")
	}
}
