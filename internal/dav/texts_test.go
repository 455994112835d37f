package dav

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"berth/calendar"
)

// later is a store whose objects have changed since the index was read.
type later struct {
	full
	then map[string]*calendar.Object // by name; nil for one that has gone
	err  error
	asks int
}

func (l *later) CalendarObjects(ctx context.Context, names []string) (list []calendar.Object, err error) {
	l.asks++
	objects, err := l.full.CalendarObjects(ctx, names)
	for _, o := range objects {
		if changed, is := l.then[o.Name]; !is {
			list = append(list, o)
		} else if changed != nil {
			list = append(list, *changed)
		}
	}
	return list, errors.Join(err, l.err)
}

func (l *later) ask(t *testing.T, h http.Handler, method, name, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, "/dav/calendars/oskar/deployments/"+name, strings.NewReader(body))
	r.Header.Set("Depth", "1")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// TestWhatChangesBeforeItsTextIsRead: the texts of all objects are in the database alone, where one object is newer than the list, and one has gone.
func TestWhatChangesBeforeItsTextIsRead(t *testing.T) {
	t.Parallel()
	const everything = `<sync-collection xmlns="DAV:"><sync-token/><prop><getetag/><C:calendar-data xmlns:C="urn:ietf:params:xml:ns:caldav"/></prop></sync-collection>`
	l := &later{full: filled(100), then: map[string]*calendar.Object{}}
	h := New(nil, operator{}, l, Options{Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return benchStart }, Texts: -1})
	before := l.ask(t, h, "REPORT", "", everything).Body.String()
	if n := strings.Count(before, "BEGIN:VEVENT"); n != 100 || l.asks == 0 || l.asks > 10 {
		t.Fatalf("%d events are read by %d queries", n, l.asks)
	}
	l.asks = 0
	if l.ask(t, h, "REPORT", "", everything); l.asks != 0 {
		t.Errorf("%d queries read pieces that are there", l.asks)
	}
	fresh := func() *Server {
		return New(nil, operator{}, l, Options{Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return benchStart }, Texts: -1})
	}
	changed, gone := l.changes.Objects[40], l.changes.Objects[41]
	changed.Sequence, changed.Tag, changed.Full = 500, "0123456789abcdef", strings.Replace(changed.Full, "SUMMARY:", "SUMMARY:Another ", 1)
	h = fresh()
	l.then[changed.Name], l.then[gone.Name] = &changed, nil
	got := l.ask(t, h, "REPORT", "", everything).Body.String()
	if n := strings.Count(got, "BEGIN:VEVENT"); n != 99 || strings.Contains(got, gone.Name) || !strings.Contains(got, "SUMMARY:Another ") || !strings.Contains(got, `0123456789abcdef`) {
		t.Errorf("%d events, of which one is %.300q", n, got[strings.Index(got, changed.Name):])
	}
	if w := l.ask(t, h, "GET", changed.Name+".ics", ""); w.Code != http.StatusOK || w.Header().Get("ETag") != `"0123456789abcdef"` || w.Body.String() != changed.Full {
		t.Errorf("the changed one is read as %d %s %.200s", w.Code, w.Header().Get("ETag"), w.Body)
	}
	if w := l.ask(t, h, "GET", gone.Name+".ics", ""); w.Code != http.StatusNotFound {
		t.Errorf("the one that has gone is answered %d", w.Code)
	}
	clear(l.then)
	if again := l.ask(t, h, "REPORT", "", everything).Body.String(); again != before {
		t.Error("what was newer than its list was kept as a piece of the list")
	}
}

// TestATextThatCannotBeRead: an answer that has not begun says so, one that has begun ends there and then.
func TestATextThatCannotBeRead(t *testing.T) {
	t.Parallel()
	l := &later{full: filled(2000)}
	h := New(nil, operator{}, l, Options{Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return benchStart }, Texts: -1}).server
	if w := l.ask(t, h.logged(http.HandlerFunc(h.serve)), "GET", l.changes.Objects[0].Name+".ics", ""); w.Code != http.StatusOK {
		t.Fatal(w.Code)
	}
	l.err = errors.New("the disk is gone")
	for what, answer := range map[string]func() *httptest.ResponseRecorder{
		"one": func() *httptest.ResponseRecorder {
			return l.ask(t, h.logged(http.HandlerFunc(h.serve)), "GET", l.changes.Objects[0].Name+".ics", "")
		},
		"all": func() *httptest.ResponseRecorder { return l.ask(t, h.logged(http.HandlerFunc(h.serve)), "GET", "", "") },
		"list": func() *httptest.ResponseRecorder {
			return l.ask(t, h.logged(http.HandlerFunc(h.serve)), "PROPFIND", "", "")
		},
	} {
		if w := answer(); w.Code != http.StatusInternalServerError {
			t.Errorf("%s: answered %d", what, w.Code)
		}
	}
	seen := &status{ResponseWriter: httptest.NewRecorder(), code: http.StatusMultiStatus}
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("an answer that has begun goes on")
		}
	}()
	r := httptest.NewRequest("GET", "/dav/calendars/oskar/deployments/", nil)
	h.serve(seen, r)
}
