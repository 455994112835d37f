//go:build linux

package app_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"
	"github.com/emersion/go-webdav/caldav"

	"berth/calendar"
)

func heapInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// peer is go-webdav's server over objects in memory.
type peer struct {
	objects map[string]*caldav.CalendarObject
	list    []caldav.CalendarObject
}

const peerHome = "/dav/calendars/oskar/deployments/"

// peerOf reads the objects of a database into go-webdav's server.
func peerOf(t *testing.T, folder string) http.Handler {
	p := &peer{objects: map[string]*caldav.CalendarObject{}}
	drawnIn(t, folder, func(name, tag, document string) {
		var o calendar.Object
		check(t, json.Unmarshal([]byte(document), &o))
		cal, err := calendar.Decode([]byte(o.Full))
		check(t, err)
		x := caldav.CalendarObject{Path: peerHome + name + ".ics", ModTime: o.Modified, ETag: tag, Data: cal}
		p.objects[x.Path] = &x
		p.list = append(p.list, x)
	})
	return &caldav.Handler{Backend: p, Prefix: "/dav"}
}

func (*peer) CurrentUserPrincipal(context.Context) (string, error) { return "/dav/calendars/", nil }
func (*peer) CalendarHomeSetPath(context.Context) (string, error) {
	return "/dav/calendars/oskar/", nil
}
func (*peer) CreateCalendar(context.Context, *caldav.Calendar) error { return nil }
func (p *peer) ListCalendars(ctx context.Context) ([]caldav.Calendar, error) {
	c, err := p.GetCalendar(ctx, peerHome)
	return []caldav.Calendar{*c}, err
}
func (*peer) GetCalendar(context.Context, string) (*caldav.Calendar, error) {
	return &caldav.Calendar{Path: peerHome, Name: "All deployments", Description: "Every deployment of the federation", MaxResourceSize: calendar.MaxObject, SupportedComponentSet: []string{"VEVENT"}}, nil
}
func (p *peer) GetCalendarObject(_ context.Context, path string, _ *caldav.CalendarCompRequest) (*caldav.CalendarObject, error) {
	return p.objects[path], nil
}
func (p *peer) ListCalendarObjects(context.Context, string, *caldav.CalendarCompRequest) ([]caldav.CalendarObject, error) {
	return p.list, nil
}
func (p *peer) QueryCalendarObjects(context.Context, string, *caldav.CalendarQuery) ([]caldav.CalendarObject, error) {
	return p.list, nil
}
func (*peer) PutCalendarObject(context.Context, string, *ical.Calendar, *caldav.PutCalendarObjectOptions) (*caldav.CalendarObject, error) {
	return nil, nil
}
func (*peer) DeleteCalendarObject(context.Context, string) error { return nil }

// wireCalls lists what is measured of a database: the calls of clients.
func wireCalls(f furnished) []wireCall {
	basic := func(who string) map[string]string {
		return map[string]string{"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte(who+":"+f.secret[who])), "Depth": "1"}
	}
	const data = `<D:prop xmlns:D="DAV:"><D:getetag/><C:calendar-data xmlns:C="urn:ietf:params:xml:ns:caldav"/></D:prop>`
	var hrefs strings.Builder
	for i := range min(50, len(f.names)) {
		hrefs.WriteString("<D:href>" + peerHome + f.names[i*len(f.names)/min(50, len(f.names))] + ".ics</D:href>")
	}
	depth0 := basic("oskar")
	depth0["Depth"] = "0"
	list := `<propfind xmlns="DAV:"><prop><getcontenttype/><getetag/></prop></propfind>`
	first := `<sync-collection xmlns="DAV:"><sync-token/><prop><getetag/></prop></sync-collection>`
	dataSync := `<sync-collection xmlns="DAV:"><sync-token/>` + data + `</sync-collection>`
	evas := "/dav/calendars/eva/deployments/"
	return []wireCall{
		{"propfind-0", "PROPFIND", peerHome, `<D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:resourcetype/><D:displayname/></D:prop></D:propfind>`, depth0},
		{"get", "GET", peerHome + strings.Join(f.names[len(f.names)/2:min(len(f.names), len(f.names)/2+1)], "") + ".ics", "", basic("oskar")},
		{"multiget-50", "REPORT", peerHome, `<C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">` + data + hrefs.String() + `</C:calendar-multiget>`, basic("oskar")},
		{"propfind-1", "PROPFIND", peerHome, list, basic("oskar")},
		{"sync-first", "REPORT", peerHome, first, basic("oskar")},
		{"sync-with-data", "REPORT", peerHome, dataSync, basic("oskar")},
		{"feed", "GET", "/feeds/" + f.feed + "/deployments.ics", "", nil},
		{"masked-propfind-1", "PROPFIND", evas, list, basic("eva")},
		{"masked-sync-with-data", "REPORT", evas, dataSync, basic("eva")},
	}
}

// BenchmarkCalendarWire measures calls of clients at a whole Berth over loopback HTTP: server's CPU time (user and system) per call,
// beside go-webdav's server over the same objects in memory, where it can answer, and a server that writes the same bytes from a buffer.
// The servers take turns; the figures are medians. With BERTH_WIRE=n it measures n events, else a thousand.
func BenchmarkCalendarWire(b *testing.B) {
	n, _ := strconv.Atoi(os.Getenv("BERTH_WIRE"))
	measureWire(b, max(n, 1000), 5)
}

// TestCalendarWireIsMeasured keeps the benchmark alive.
func TestCalendarWireIsMeasured(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("three servers take long")
	}
	measureWire(t, 20, 1)
}

func measureWire(tb testing.TB, n, rounds int) {
	f := furnish(tb, n)
	berth := serveCalendars(tb, "berth", f.folder)
	started := berth.cost(tb, "heap")
	webdav := serveCalendars(tb, "webdav", f.folder)
	calls := wireCalls(f)
	gzip := map[string]string{"Accept-Encoding": "gzip"}
	for i, c := range calls {
		for suffix, header := range map[string]map[string]string{"": nil, ".gz": gzip} {
			check(tb, os.WriteFile(filepath.Join(f.folder, strconv.Itoa(i)+suffix+".body"), c.do(tb, berth.base, header), 0o600))
		}
	}
	buffer := serveCalendars(tb, "buffer", f.folder)
	for i, c := range calls {
		for _, zipped := range []bool{false, true} {
			name, header, suffix := c.name, map[string]string(nil), ""
			if zipped {
				name, header, suffix = c.name+"/gzip", gzip, ".gz"
			}
			same := c
			same.path = "/" + strconv.Itoa(i) + suffix
			programs := []func() time.Duration{
				func() time.Duration { return berth.per(tb, c, header, rounds) },
				func() time.Duration { return buffer.per(tb, same, header, rounds) },
			}
			if i < 3 && !zipped {
				programs = append(programs, func() time.Duration { return webdav.per(tb, c, header, rounds) })
			}
			took := medians(rounds, programs)
			line := fmt.Sprintf("%-28s n=%-7d berth %9.1f µs  buffer %9.1f µs (%.1f)", name, n, micro(took[0]), micro(took[1]), ratio(took[0], took[1]))
			if len(took) > 2 {
				line += fmt.Sprintf("  go-webdav %9.1f µs (%.1f)", micro(took[2]), ratio(took[0], took[2]))
			}
			tb.Log(line)
		}
	}
	feed := calls[6]
	took := medians(rounds, []func() time.Duration{func() time.Duration { return berth.changed(tb, feed, gzip) }})
	tb.Logf("%-28s n=%-7d berth %9.1f µs", "feed made anew", n, micro(took[0]))
	took = medians(rounds, []func() time.Duration{func() time.Duration { return berth.changed(tb, calls[5], gzip) }})
	tb.Logf("%-28s n=%-7d berth %9.1f µs", "sync-with-data after change/gz", n, micro(took[0]))
	ended := berth.cost(tb, "heap")
	tb.Logf("n=%d started: RSS %d MB, heap %d MB; afterwards RSS %d MB, heap %d MB; at the start CPU %d ms", n, started.RSS>>20, started.Heap>>20, ended.RSS>>20, ended.Heap>>20, started.CPU.Milliseconds())
}

func micro(d time.Duration) float64    { return float64(d.Nanoseconds()) / 1000 }
func ratio(a, b time.Duration) float64 { return float64(a) / float64(max(b, 1)) }
func (s served) touch(tb testing.TB) {
	wireCall{name: "touch", method: "GET", path: "/touch"}.do(tb, s.control, nil)
}

// medians lets programs take turns, and returns the median of each.
func medians(rounds int, programs []func() time.Duration) []time.Duration {
	took := make([][]time.Duration, len(programs))
	for range rounds {
		for i, p := range programs {
			took[i] = append(took[i], p())
		}
	}
	list := make([]time.Duration, len(programs))
	for i, t := range took {
		slices.Sort(t)
		list[i] = t[len(t)/2]
	}
	return list
}

// per measures a call: as many as take a while, less what asking for the cost costs.
func (s served) per(tb testing.TB, c wireCall, header map[string]string, rounds int) time.Duration {
	c.do(tb, s.base, header)
	least := 30 * time.Millisecond
	if rounds == 1 {
		least = 0
	}
	asking := s.asking(tb)
	for k := 1; ; k *= 4 {
		before := s.cost(tb, "")
		for range k {
			c.do(tb, s.base, header)
		}
		if took := s.cost(tb, "").CPU - before.CPU - asking; took >= least || k > 1<<14 {
			return took / time.Duration(k)
		}
	}
}

// asking measures what asking for the cost costs.
func (s served) asking(tb testing.TB) time.Duration {
	return medians(9, []func() time.Duration{func() time.Duration {
		before := s.cost(tb, "")
		return s.cost(tb, "").CPU - before.CPU
	}})[0]
}

// changed measures the first call after a change.
func (s served) changed(tb testing.TB, c wireCall, header map[string]string) time.Duration {
	asking := s.asking(tb)
	s.touch(tb)
	before := s.cost(tb, "")
	c.do(tb, s.base, header)
	return s.cost(tb, "").CPU - before.CPU - asking
}

// BenchmarkCalendarMemory measures the memory of a whole Berth with many events, after its start and after a client has read them all, beside
// the same without any.
func BenchmarkCalendarMemory(b *testing.B) {
	n, _ := strconv.Atoi(os.Getenv("BERTH_WIRE"))
	measureMemory(b, 0)
	measureMemory(b, max(n, 1000))
}

func measureMemory(tb testing.TB, n int) {
	f := furnish(tb, n)
	berth := serveCalendars(tb, "berth", f.folder)
	started := berth.cost(tb, "")
	calls := wireCalls(f)
	calls[5].do(tb, berth.base, nil)
	calls[5].do(tb, berth.base, map[string]string{"Accept-Encoding": "gzip"})
	calls[3].do(tb, berth.base, nil)
	read := berth.cost(tb, "")
	tb.Logf("n=%-7d started: RSS %d MB, CPU %d ms; read by clients: RSS %d MB; heap in use %d MB", n, started.RSS>>20, started.CPU.Milliseconds(), read.RSS>>20, berth.cost(tb, "heap").Heap>>20)
	berth.end()
}
