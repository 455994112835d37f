package dav_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/emersion/go-ical"
	"github.com/emersion/go-webdav"
	"github.com/emersion/go-webdav/caldav"

	"berth/scheduler"
)

// TestGoWebdavsClient runs discovery, a query, a multiget and writes with the library's client.
func TestGoWebdavsClient(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.schedule(h.submit("eva", "north/a", 1, hours(24, 2)))
	server := httptest.NewServer(h.h)
	defer server.Close()
	ctx := h.ctx
	plain := webdav.HTTPClientWithBasicAuth(http.DefaultClient, "eva", password)
	client, err := caldav.NewClient(plain, server.URL+"/dav/")
	h.must(nil, err)
	principal, err := client.FindCurrentUserPrincipal(ctx)
	h.must(nil, err)
	set, err := client.FindCalendarHomeSet(ctx, principal)
	h.must(nil, err)
	calendars, err := client.FindCalendars(ctx, set)
	h.must(nil, err)
	if len(calendars) != 4 || calendars[1].Path != home("eva", "mine") || calendars[1].Name != "My deployments" {
		t.Fatalf("calendars %+v", calendars)
	}
	query := &caldav.CalendarQuery{
		CompRequest: caldav.CalendarCompRequest{Name: "VCALENDAR", AllProps: true, AllComps: true},
		CompFilter: caldav.CompFilter{Name: "VCALENDAR", Comps: []caldav.CompFilter{{Name: "VEVENT", Start: start, End: start.Add(48 * time.Hour),
			Props: []caldav.PropFilter{{Name: "UID", TextMatch: &caldav.TextMatch{Text: r.ID}}}}}},
	}
	found, err := client.QueryCalendar(ctx, calendars[1].Path, query)
	h.must(nil, err)
	if len(found) != 1 || found[0].Path != h.href("eva", "mine", r) {
		t.Fatalf("found %+v", found)
	}
	got, err := client.MultiGetCalendar(ctx, calendars[1].Path, &caldav.CalendarMultiGet{Paths: []string{found[0].Path}, CompRequest: query.CompRequest})
	h.must(nil, err)
	if len(got) != 1 || got[0].ETag != found[0].ETag {
		t.Fatalf("got %+v", got)
	}
	one, err := client.GetCalendarObject(ctx, found[0].Path)
	h.must(nil, err)
	event := one.Data.Events()[0]
	if at, err := event.DateTimeStart(time.UTC); err != nil || !at.Equal(r.Slot.Start) || one.ETag != found[0].ETag {
		t.Errorf("it starts at %v (%v), its tag is %s", at, err, one.ETag)
	}
	event.Props.SetDateTime(ical.PropDateTimeEnd, r.Slot.End.Add(-time.Hour))
	if _, err := client.PutCalendarObject(ctx, found[0].Path, one.Data); err != nil {
		t.Errorf("shortening one's own: %v", err)
	}
	if now := h.get(r); !now.Slot.End.Equal(r.Slot.End.Add(-time.Hour)) || now.Status != scheduler.Scheduled {
		t.Errorf("it is %s at %s", now.Status, now.Slot)
	}
	if _, err := client.PutCalendarObject(ctx, home("eva", "deployments")+r.ID+".ics", one.Data); err == nil {
		t.Error("a calendar that can be read only was written")
	}
	if err := client.RemoveAll(ctx, found[0].Path); err != nil {
		t.Errorf("cancelling: %v", err)
	}
	if now := h.get(r); now.Status != scheduler.Cancelled {
		t.Errorf("it is %s", now.Status)
	}
}
