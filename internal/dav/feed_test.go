package dav_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"berth/calendar"
	"berth/internal/dav"
	"berth/scheduler"
	"berth/scheduler/account"
)

func (h *house) feed(who, collection string) string {
	h.Helper()
	secret, _, err := h.auth.CreateFeed(h.ctx, h.as(who), who, "Google", collection)
	h.must(nil, err)
	return "/feeds/" + secret + "/" + collection + ".ics"
}

func TestAFeedIsAFileThatChangesWhenTheScheduleDoes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.schedule(h.submit("eva", "north/a", 1, hours(24, 2)))
	address := h.feed("oskar", "operations")
	first := h.send("", "GET", address, "").want(t, http.StatusOK)
	for _, want := range []string{"METHOD:PUBLISH", "X-WR-CALNAME:Berth: Operations", "X-WR-RELCALID:", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H",
		"UID:" + r.ID + "-orchestrate@berth", "UID:" + r.ID + "-teardown@berth"} {
		if !strings.Contains(unfolded(first.body), want) {
			t.Errorf("the feed lacks %q:\n%s", want, first.body)
		}
	}
	if _, err := calendar.Decode([]byte(first.body)); err != nil {
		t.Errorf("it cannot be read: %v", err)
	}
	for header, want := range map[string]string{"Content-Type": "text/calendar; charset=utf-8", "Cache-Control": "private, max-age=300", "Referrer-Policy": "no-referrer",
		"X-Robots-Tag": "noindex", "Vary": "Accept-Encoding", "Content-Disposition": `inline; filename="operations.ics"`} {
		if got := first.header.Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	h.send("", "GET", address, "", "If-None-Match", first.header.Get("ETag")).want(t, http.StatusNotModified)
	h.send("", "GET", address, "", "If-Modified-Since", first.header.Get("Last-Modified")).want(t, http.StatusNotModified)
	if head := h.send("", "HEAD", address, "").want(t, http.StatusOK); head.body != "" || head.header.Get("ETag") != first.header.Get("ETag") {
		t.Error("HEAD differs from GET")
	}
	zipped := h.send("", "GET", address, "", "Accept-Encoding", "br, gzip").want(t, http.StatusOK)
	z, err := gzip.NewReader(bytes.NewReader([]byte(zipped.body)))
	h.must(nil, err)
	plain, err := io.ReadAll(z)
	h.must(nil, err)
	if string(plain) != first.body || zipped.header.Get("ETag") == first.header.Get("ETag") {
		t.Error("the compressed feed is another, or has the same tag")
	}
	h.send("", "GET", address, "", "Accept-Encoding", "gzip", "If-None-Match", zipped.header.Get("ETag")).want(t, http.StatusNotModified)
	h.must(h.svc.Cancel(h.ctx, h.as("eva"), r.ID, scheduler.Step{}))
	second := h.send("", "GET", address, "", "If-None-Match", first.header.Get("ETag")).want(t, http.StatusOK)
	if strings.Count(second.body, "STATUS:CANCELLED") != 2 {
		t.Errorf("after the cancellation:\n%s", second.body)
	}
	h.now.Store(15 * 24 * 3600)
	if late := h.send("", "GET", address, "").want(t, http.StatusOK); strings.Contains(late.body, "BEGIN:VEVENT") {
		t.Errorf("two weeks later:\n%s", late.body)
	}
}

// TestAFeedsLastModifiedIsWhenItChangedLast asks by time alone, as Apple's programs do.
func TestAFeedsLastModifiedIsWhenItChangedLast(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.schedule(h.submit("eva", "north/a", 1, hours(100, 2)))
	r := h.submit("eva", "north/a", 1, hours(24, 2))
	testbed, mine, operations := h.feed("oskar", "testbed-north"), h.feed("eva", "mine"), h.feed("oskar", "operations")
	modified := func(address string) time.Time {
		at, err := http.ParseTime(h.send("", "GET", address, "").want(t, http.StatusOK).header.Get("Last-Modified"))
		h.must(nil, err)
		return at
	}
	since := func(address string, at time.Time) int {
		return h.send("", "GET", address, "", "If-Modified-Since", at.Format(http.TimeFormat)).status
	}
	change := func(name, address string, step func()) {
		t.Helper()
		before := modified(address)
		if status := since(address, before); before.After(h.clock()) || status != http.StatusNotModified {
			t.Errorf("before %s: modified at %s, and asked again it is answered %d", name, before, status)
		}
		h.now.Add(60)
		if step(); since(address, before) != http.StatusOK {
			t.Errorf("%s: it is answered that nothing has changed", name)
		}
		if after := modified(address); after.After(h.clock()) || after.Before(h.clock().Add(-time.Minute)) {
			t.Errorf("%s: modified at %s, at %s", name, after, h.clock())
		}
		if status := since(address, modified(address)); status != http.StatusNotModified {
			t.Errorf("after %s, asked again, it is answered %d", name, status)
		}
	}
	change("a closure of later on", testbed, func() {
		f := facility()
		f.Testbeds[0].Closures[0].Summary = "Painting"
		h.must(h.svc.PutFacility(h.ctx, account.System, f, scheduler.ChangeOptions{}))
		h.must(nil, h.store.RefreshCalendar(h.ctx, h.clock()))
	})
	change("a cancellation", mine, func() { h.must(h.svc.Cancel(h.ctx, h.as("eva"), r.ID, scheduler.Step{})) })
	change("a choice of alarms", operations, func() {
		value := "60"
		h.must(nil, h.store.SetCalendarProperties(h.ctx, "oskar", "operations", map[string]*string{calendar.AlarmsProperty: &value}))
	})
	// Two changes within a second, which a time alone would not tell apart.
	before := modified(operations)
	value := "30"
	h.must(nil, h.store.SetCalendarProperties(h.ctx, "oskar", "operations", map[string]*string{calendar.AlarmsProperty: &value}))
	if since(operations, before) != http.StatusOK {
		t.Error("a second change within the same second is not told")
	}
}

func TestAFeedHasABoundedWindow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	near := h.submit("eva", "south/b", 1, hours(24, 2))
	far := h.submit("eva", "south/b", 1, hours(24*400, 2))
	address := h.feed("eva", "mine")
	body := h.send("", "GET", address, "").want(t, http.StatusOK).body
	if !strings.Contains(body, near.ID) || strings.Contains(body, far.ID) {
		t.Errorf("the feed has\n%s", body)
	}
	h.now.Store(60 * 24 * 3600)
	body = h.send("", "GET", address, "").want(t, http.StatusOK).body
	if strings.Contains(body, near.ID) || !strings.Contains(body, far.ID) {
		t.Errorf("two months later it has\n%s", body)
	}
}

func TestAFeedsAddressIsASecret(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.submit("eva", "north/a", 1, hours(24, 2))
	address := h.feed("erik", "deployments")
	secret := strings.Split(address, "/")[2]
	if body := h.send("", "GET", address, "").want(t, http.StatusOK).body; strings.Contains(body, "Experiment") || !strings.Contains(body, "Busy") {
		t.Errorf("erik's feed shows others' requests:\n%s", body)
	}
	for name, path := range map[string]string{"another collection": "/feeds/" + secret + "/mine.ics", "another secret": "/feeds/berth_x/deployments.ics",
		"an app password": "/feeds/" + h.appPassword("erik", account.ScopeCalendar) + "/deployments.ics", "no .ics": "/feeds/" + secret + "/deployments"} {
		if h.send("", "GET", path, "").status != http.StatusNotFound {
			t.Errorf("%s opens a feed", name)
		}
	}
	h.send("", "POST", address, "").want(t, http.StatusMethodNotAllowed)
	if res := h.send("", "PROPFIND", "/dav/", "", "Depth", "0", "Authorization", "Bearer "+secret); res.status != http.StatusUnauthorized {
		t.Errorf("a feed's secret opens CalDAV: %d", res.status)
	}
	list, err := h.auth.List(h.ctx, h.as("erik"), "erik")
	h.must(nil, err)
	for _, k := range list {
		if k.LastUsed == nil && k.Feed != "" {
			t.Errorf("it is not noted that the feed is in use: %+v", k)
		}
		h.must(h.auth.Revoke(h.ctx, h.as("erik"), "erik", k.ID))
	}
	h.send("", "GET", address, "").want(t, http.StatusNotFound)
}

// broken is a store that is down.
type broken struct{ dav.Calendars }

var errDown = errors.New("the database is down")

func (broken) Calendar(context.Context, int64) (calendar.Changes, error) {
	return calendar.Changes{}, errDown
}

// sometimes is a store that is down while it is set.
type sometimes struct {
	dav.Calendars
	down bool
}

func (s *sometimes) Calendar(ctx context.Context, since int64) (calendar.Changes, error) {
	if s.down {
		return broken{}.Calendar(ctx, since)
	}
	return s.Calendars.Calendar(ctx, since)
}

func TestAFeedIsServedAsItWasRatherThanFailing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.submit("eva", "north/a", 1, hours(24, 2))
	s := &sometimes{Calendars: h.store}
	h.h = dav.New(h.svc, h.auth, s, dav.Options{Log: slog.New(slog.DiscardHandler), Clock: h.clock})
	address := h.feed("eva", "mine")
	before := h.send("", "GET", address, "").want(t, http.StatusOK)
	s.down = true
	if after := h.send("", "GET", address, "").want(t, http.StatusOK); after.body != before.body {
		t.Errorf("in the outage:\n%s", after.body)
	}
	res := h.send("eva", "PROPFIND", "/dav/", "", "Depth", "0").want(t, http.StatusInternalServerError)
	if strings.Contains(res.body, "database") {
		t.Errorf("the answer says what is wrong inside: %s", res.body)
	}
}

func (h *house) appPassword(who string, scopes ...account.Scope) string {
	h.Helper()
	secret, _, err := h.auth.Create(h.ctx, h.as(who), who, "phone", scopes, nil)
	h.must(nil, err)
	return secret
}

func TestAppPasswordsOpenCalendarsAndNothingElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submit("eva", "north/a", 1, hours(24, 2))
	basic := func(secret string) []string {
		req, _ := http.NewRequest("GET", "/", nil)
		req.SetBasicAuth("eva", secret)
		return []string{"Authorization", req.Header.Get("Authorization"), "Content-Type", "text/calendar"}
	}
	reading, moving := h.appPassword("eva", account.ScopeCalendar), h.appPassword("eva", account.ScopeCalendar, account.ScopeCalendarMove)
	href, drag := h.href("eva", "mine", r), written(r.ID+"@berth", hours(30, 2))
	h.send("", "GET", href, "", basic(reading)...).want(t, http.StatusOK)
	if res := h.send("", "PUT", href, drag, basic(reading)...).want(t, http.StatusForbidden); !strings.Contains(res.body, "can only read") {
		t.Errorf("answered %s", res.body)
	}
	privileges := `<propfind xmlns="DAV:"><prop><current-user-privilege-set/></prop></propfind>`
	if res := h.send("", "PROPFIND", home("eva", "mine"), privileges, append(basic(reading), "Depth", "0")...); strings.Contains(res.body, "write-content") {
		t.Errorf("a client takes it as writable: %s", res.body)
	}
	h.send("", "PUT", href, drag, append(basic(moving), "If-Match", h.tag("eva", "mine", r))...).want(t, http.StatusNoContent)
	r2 := h.get(r)
	if !r2.Slot.Equal(hours(30, 2)) {
		t.Errorf("it is at %s", r2.Slot)
	}
	list, err := h.auth.List(h.ctx, h.as("eva"), "eva")
	h.must(nil, err)
	for _, k := range list {
		if k.LastUsed == nil {
			t.Errorf("it is not noted that %s is in use", k.ID)
		}
		h.must(h.auth.Revoke(h.ctx, h.as("eva"), "eva", k.ID))
	}
	h.send("", "GET", href, "", basic(reading)...).want(t, http.StatusUnauthorized)
}

func TestGuessingIsLimited(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	last := reply{}
	for range 30 {
		last = h.send("", "PROPFIND", "/dav/", "", "Authorization", "Bearer berth_wrong", "Depth", "0").want(t, http.StatusUnauthorized)
	}
	if last.header.Get("Retry-After") == "" || last.header.Get("WWW-Authenticate") == "" {
		t.Errorf("the thirtieth attempt is answered %v", last.header)
	}
	h.send("eva", "PROPFIND", "/dav/", "", "Depth", "0").want(t, http.StatusMultiStatus) // the right password still passes
}
