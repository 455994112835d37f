package dav

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"berth/calendar"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

var benchStart = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// full is a store with n deployments, one every hour, drawn for the calendar.
type full struct{ changes calendar.Changes }

func (f full) Calendar(_ context.Context, since int64) (calendar.Changes, error) {
	if since > 0 {
		return calendar.Changes{Epoch: f.changes.Epoch, Sequence: f.changes.Sequence}, nil
	}
	return f.changes, nil
}
func (f full) LoadCalendar(ctx context.Context, put func(*calendar.Object)) (calendar.Changes, error) {
	return loaded(ctx, f, put)
}

func (f full) CalendarObjects(_ context.Context, names []string) (list []calendar.Object, err error) {
	for _, o := range f.changes.Objects {
		if slices.Contains(names, o.Name) {
			list = append(list, o)
		}
	}
	return list, nil
}

// loaded hands out everything that a store has.
func loaded(ctx context.Context, s interface {
	Calendar(ctx context.Context, since int64) (calendar.Changes, error)
}, put func(*calendar.Object)) (calendar.Changes, error) {
	c, err := s.Calendar(ctx, 0)
	for i := range c.Objects {
		put(&c.Objects[i])
	}
	c.Objects = nil
	return c, err
}
func (full) RenewCalendarObject(context.Context, string, string) error { return nil }
func (full) CalendarProperties(context.Context, string) (map[string]map[string]string, error) {
	return nil, nil
}
func (full) SetCalendarProperties(context.Context, string, string, map[string]*string) error {
	return nil
}

// operator signs every caller in as an operator.
type operator struct{}

var oskar = account.Actor{Username: "oskar", Roles: []account.Role{account.RoleOperator}, Scopes: []account.Scope{account.ScopeCalendar}}

func (operator) Authenticate(*http.Request) (account.Actor, error) { return oskar, nil }
func (operator) Feed(*http.Request, string) (account.Actor, string, error) {
	return oskar, "deployments", nil
}

func filled(n int) full {
	f := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "north", Name: "Athens", Location: "Athens, Greece", Timezone: "Europe/Athens",
		VIMs: []testbeds.VIM{{ID: "a", Capacity: testbeds.Quantities{"vcpu": 8}}}}}}
	c := calendar.Changes{Epoch: "0123456789ab", Facility: f}
	site := calendar.Site{URL: "https://berth.example"}
	for i := range n {
		at := benchStart.Add(time.Duration(i) * time.Hour)
		r := scheduler.Request{ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", i), Number: int64(i), Name: "MARATHON run", NSD: "hydra_baseline_nsd", Experimenter: "eva",
			Mentor: "monika", Organisation: "Trinity College Dublin", Status: scheduler.UnderReview, Slot: testbeds.NewSlot(at, 4*time.Hour), Created: at, Updated: at, Revision: 3,
			Description: "Two radios and three VNFs, to measure what a spectrum change costs.",
			Demand:      testbeds.Demand{{Resource: testbeds.Resource{Testbed: "north", VIM: "a", Quantity: "vcpu"}, Amount: 4}},
			Components:  []testbeds.Component{{Member: "1", VNF: "bitrate_analyser_vnfd"}, {Member: "2", VNF: "video_server_vnfd"}}, Placement: testbeds.Placement{"1": "north/a", "2": "north/a"}}
		for _, o := range site.Objects(r, f) {
			c.Sequence++
			o.Sequence = c.Sequence
			c.Objects = append(c.Objects, o)
		}
	}
	return full{c}
}

// discard is an answer that nobody reads.
type discard struct {
	header http.Header
	bytes  int64
	status int
}

func (d *discard) Header() http.Header { return d.header }
func (d *discard) Write(b []byte) (int, error) {
	d.bytes += int64(len(b))
	return len(b), nil
}
func (d *discard) WriteHeader(status int) { d.status = status }

// BenchmarkServe measures the calls of real clients. objects/op counts the objects in the answer; ns/object and allocs/object are the
// costs of each, the call itself included.
func BenchmarkServe(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		store := filled(n)
		h := New(nil, operator{}, store, Options{Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return benchStart.AddDate(0, 0, 10) }, URL: "https://berth.example"})
		base := "/dav/calendars/oskar/deployments/"
		hrefs := func(k int) string {
			var s strings.Builder
			for i := range k {
				s.WriteString("<D:href>" + base + store.changes.Objects[i*n/k].Name + ".ics</D:href>")
			}
			return s.String()
		}
		token := ""
		{
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest("REPORT", base, strings.NewReader(`<sync-collection xmlns="DAV:"><sync-token/><prop><getetag/></prop></sync-collection>`)))
			_, rest, _ := strings.Cut(w.Body.String(), "<D:sync-token>")
			token, _, _ = strings.Cut(rest, "<")
		}
		const data = `<D:prop xmlns:D="DAV:"><D:getetag/><C:calendar-data xmlns:C="urn:ietf:params:xml:ns:caldav"/></D:prop>`
		multiget := func(k int) string {
			return `<C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">` + data + hrefs(k) + `</C:calendar-multiget>`
		}
		for _, bb := range []struct {
			name, method, path, body string
			objects                  int
		}{
			{"sync-first", "REPORT", base, `<sync-collection xmlns="DAV:"><sync-token/><prop><getetag/></prop></sync-collection>`, n},
			{"sync-first-with-data", "REPORT", base, `<sync-collection xmlns="DAV:"><sync-token/>` + data + `</sync-collection>`, n},
			{"sync-nothing-new", "REPORT", base, `<sync-collection xmlns="DAV:"><sync-token>` + token + `</sync-token><prop><getetag/></prop></sync-collection>`, 0},
			{"query-week", "REPORT", base, `<C:calendar-query xmlns:C="urn:ietf:params:xml:ns:caldav">` + data + `<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">` +
				`<C:time-range start="20260112T000000Z" end="20260119T000000Z"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>`, 171},
			{"multiget-50", "REPORT", base, multiget(50), 50},
			{"multiget-100", "REPORT", base, multiget(100), 100},
			{"propfind-depth-1", "PROPFIND", base, `<propfind xmlns="DAV:"><prop><getcontenttype/><getetag/></prop></propfind>`, n},
			{"feed", "GET", "/feeds/secret/deployments.ics", "", 0},
		} {
			b.Run(fmt.Sprintf("%s/n=%d", bb.name, n), func(b *testing.B) {
				w := &discard{header: http.Header{}}
				b.ReportAllocs()
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				for b.Loop() {
					r := httptest.NewRequest(bb.method, bb.path, strings.NewReader(bb.body))
					r.Header.Set("Depth", "1")
					if bb.name == "feed" { // like every subscriber
						r.Header.Set("Accept-Encoding", "gzip")
					}
					w.bytes = 0
					h.ServeHTTP(w, r)
				}
				runtime.ReadMemStats(&after)
				if w.status != 0 && w.status != http.StatusMultiStatus && w.status != http.StatusOK {
					b.Fatalf("answered %d", w.status)
				}
				b.ReportMetric(float64(w.bytes), "B/answer")
				if bb.objects > 0 {
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(bb.objects), "ns/object")
					b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(b.N)/float64(bb.objects), "allocs/object")
				}
			})
		}
	}
}

// BenchmarkFeedAnew renders a feed in which one event has changed.
func BenchmarkFeedAnew(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			all := filled(n).changes
			x := calendar.NewIndex()
			x.Apply(all)
			s := New(nil, operator{}, filled(0), Options{Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return benchStart.AddDate(0, 0, 10) }}).server
			collection := calendar.Collections(oskar, all.Facility)[1]
			if _, err := s.feeds.render(b.Context(), collection, x.Members("deployments"), nil, nil, benchStart); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				changed := all.Objects[i*len(all.Objects)/7%len(all.Objects)]
				all.Sequence++
				changed.Sequence, changed.Renewed = all.Sequence, all.Sequence
				x.Apply(calendar.Changes{Epoch: all.Epoch, Sequence: all.Sequence, Objects: []calendar.Object{changed}})
				if _, err := s.feeds.render(b.Context(), collection, x.Members("deployments"), nil, nil, benchStart); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
