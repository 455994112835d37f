package dav_test

import (
	"net/http"
	"strings"
	"testing"

	"berth/calendar"
	"berth/scheduler"
)

// synced returns a client that has just synchronised.
func (h *house) synced(who, collection string) *mirror {
	h.Helper()
	m := &mirror{tags: map[string]string{}}
	for m.follow(h, who, collection, 0) {
	}
	return m
}

// told synchronises a client, and reports whether the entity tag of a request's object changed for it.
func (m *mirror) told(h *house, who, collection string, r scheduler.Request) bool {
	h.Helper()
	href := h.href(who, collection, r)
	before := m.tags[href]
	for m.follow(h, who, collection, 0) {
	}
	if now := h.tags(who, collection)[href]; m.tags[href] != now {
		h.Fatalf("a sync has the entity tag %s, PROPFIND has %s", m.tags[href], now)
	}
	return m.tags[href] != before
}

// TestARefusedMoveNeverHappensByItself drags an event onto a taken time, twice, in the manner of vdirsyncer; then the obstacle goes, and a
// client of each habit synchronises unattended. None may move the booking then.
func TestARefusedMoveNeverHappensByItself(t *testing.T) {
	t.Parallel()
	for _, client := range []struct {
		name   string
		knows  bool // it sends If-Match
		keeps  bool // it keeps unknown properties, and with them the version that it read last
		learns bool // it adopts the new entity tag for its own write, like a client whose side wins conflicts
	}{
		{"with If-Match", true, false, false}, {"with If-Match and its version", true, true, false}, {"with its version alone", false, true, false},
		{"with nothing", false, false, false}, {"that insists on its own", true, true, true},
	} {
		t.Run(client.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			blocker := h.schedule(h.submit("erik", "north/a", 6, hours(24, 4)))
			r := h.submit("eva", "north/a", 4, hours(48, 4))
			m := h.synced("eva", "mine")
			read := h.event("eva", "mine", r)
			tag := h.tag("eva", "mine", r)
			drag := func() reply {
				event := written(r.ID+"@berth", hours(25, 4))
				if client.keeps {
					event = strings.Replace(event, "END:VEVENT", versionLine(t, read)+"\r\nEND:VEVENT", 1)
				}
				headers := []string{"Content-Type", "text/calendar"}
				if client.knows {
					headers = append(headers, "If-Match", tag)
				}
				return h.send("eva", "PUT", h.href("eva", "mine", r), event, headers...)
			}
			for range 2 { // a person drags it, sees it snap back, and drags it again
				if res := drag(); res.status != http.StatusForbidden {
					t.Fatalf("it is answered %d %s", res.status, res.body)
				}
				if !m.told(h, "eva", "mine", r) {
					t.Fatal("the client keeps the time that it wrote: nothing tells it otherwise")
				}
				read, tag = h.event("eva", "mine", r), h.tag("eva", "mine", r)
			}
			drag() // and once more, unattended
			h.must(h.svc.Cancel(h.ctx, h.as("erik"), blocker.ID, scheduler.Step{}))
			for range 3 {
				if client.learns {
					tag = h.tag("eva", "mine", r)
				}
				if res := drag(); res.status != http.StatusForbidden && res.status != http.StatusPreconditionFailed {
					t.Errorf("it is answered %d %s", res.status, res.body)
				}
				if !m.told(h, "eva", "mine", r) {
					t.Error("the state of the server is not pressed on the client")
				}
				if got := h.get(r); !got.Slot.Equal(hours(48, 4)) {
					t.Fatalf("it has moved to %s by itself", got.Slot)
				}
			}
			// A person who reads it again, and drags it, means it.
			read, tag = h.event("eva", "mine", r), h.tag("eva", "mine", r)
			if res := drag(); (res.status == http.StatusNoContent) != (client.knows || client.keeps) {
				t.Errorf("a move of what was just read is answered %d %s", res.status, res.body)
			}
		})
	}
}

// TestTheReasonComesWithTheNextRefresh refuses a move silently, as far as the client's user can see (Thunderbird shows nothing): the next
// sync must bring the reason.
func TestTheReasonComesWithTheNextRefresh(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.schedule(h.submit("erik", "north/a", 6, hours(24, 4)))
	r := h.submit("eva", "north/a", 4, hours(48, 4))
	m := h.synced("eva", "mine")
	body := strings.Replace(syncBody(m.token, 0), "<D:getetag/>", `<C:calendar-data xmlns:C="urn:ietf:params:xml:ns:caldav"/>`, 1)
	for range 2 { // a repetition is refused again
		h.put("eva", "mine", r, hours(25, 4)).want(t, http.StatusForbidden)
		event := unfolded(h.send("eva", "REPORT", home("eva", "mine"), body).parts(t).found()[h.href("eva", "mine", r)])
		for _, want := range []string{"\r\nDESCRIPTION:Move to Tue 24 Nov 2026", "\r\nCOMMENT:Move to Tue 24 Nov 2026", "the nearest slot that works"} {
			if !strings.Contains(event, want) {
				t.Errorf("what is read lacks %q:\n%s", want, event)
			}
		}
	}
}

// versionLine extracts an event's version from its text.
func versionLine(t *testing.T, event string) string {
	t.Helper()
	for line := range strings.Lines(event) {
		if strings.HasPrefix(line, "X-BERTH-VERSION:") {
			return strings.TrimSpace(line)
		}
	}
	t.Fatalf("the event does not say which version it is:\n%s", event)
	return ""
}

// TestWhatIsNotTakenIsReadAnew makes writes without effect, or without permission: the next sync must give the client the present event,
// whatever it holds. This applies to people who may write there; a reader causes no reading.
func TestWhatIsNotTakenIsReadAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submit("eva", "north/a", 4, hours(24, 4))
	begun := h.schedule(h.submit("eva", "north/a", 1, hours(1, 9)))
	h.now.Store(2 * 60 * 60)
	same := func(r scheduler.Request) string { return written(r.ID+"@berth", r.Slot) }
	decode := func(text string) {
		if _, err := calendar.Decode([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name, who, collection string
		r                     scheduler.Request
		method, body          string
		headers               []string
		status                int
		told                  bool
	}{
		{"the event as it is", "eva", "mine", r, "PUT", h.event("eva", "mine", r), nil, 204, false},
		{"a title", "eva", "mine", r, "PUT", same(r), nil, 204, true},
		{"with an old tag", "eva", "mine", r, "PUT", same(r), []string{"If-Match", `"old"`}, 412, true},
		{"as a new one", "eva", "mine", r, "PUT", same(r), []string{"If-None-Match", "*"}, 412, true},
		{"nonsense", "eva", "mine", r, "PUT", "hello", nil, 403, true},
		{"one that repeats", "eva", "mine", r, "PUT", strings.Replace(same(r), "SUMMARY", "RRULE:FREQ=DAILY\r\nSUMMARY", 1), nil, 403, true},
		{"the past", "eva", "mine", r, "PUT", written(r.ID+"@berth", hours(-30, 4)), nil, 403, true},
		{"into a calendar that can be read only", "eva", "deployments", r, "PUT", written(r.ID+"@berth", hours(30, 4)), nil, 403, false},
		{"deleting what has begun", "eva", "mine", begun, "DELETE", "", nil, 403, true},
		{"deleting it once more", "eva", "mine", begun, "DELETE", "", nil, 403, true},
		{"deleting for others", "monika", "decisions", r, "DELETE", "", nil, 403, true},
		{"deleting with an old tag", "eva", "mine", r, "DELETE", "", []string{"If-Match", `"old"`}, 412, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := h.synced(tt.who, tt.collection)
			headers := append([]string{"Content-Type", "text/calendar"}, tt.headers...)
			h.send(tt.who, tt.method, h.href(tt.who, tt.collection, tt.r), tt.body, headers...).want(t, tt.status)
			if told := m.told(h, tt.who, tt.collection, tt.r); told != tt.told {
				t.Errorf("the next sync lists it: %t, want %t", told, tt.told)
			}
			decode(h.event(tt.who, tt.collection, tt.r))
		})
	}
	feed := h.send("", "GET", h.feed("eva", "mine"), "").want(t, http.StatusOK).body
	if strings.Contains(feed, "X-BERTH-VERSION") || strings.Count(feed, "BEGIN:VEVENT") != 2 {
		t.Errorf("the feed has\n%s", feed)
	}
	decode(feed)
}
