package dav_test

import (
	"net/http"
	"strings"
	"testing"

	"berth/scheduler"
	"berth/testbeds"
)

// put writes an event with its present entity tag, or with the given headers.
func (h *house) put(who, collection string, r scheduler.Request, slot testbeds.Slot, headers ...string) reply {
	h.Helper()
	if len(headers) == 0 {
		headers = []string{"If-Match", h.send(who, http.MethodHead, h.href(who, collection, r), "").header.Get("ETag")}
	}
	headers = append([]string{"Content-Type", "text/calendar; charset=utf-8"}, headers...)
	return h.send(who, http.MethodPut, h.href(who, collection, r), written(r.ID+"@berth", slot), headers...)
}

func (h *house) tag(who, collection string, r scheduler.Request) string {
	h.Helper()
	return h.send(who, http.MethodHead, h.href(who, collection, r), "").want(h, http.StatusOK).header.Get("ETag")
}

func TestADragMovesWhatMayBeMoved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submit("eva", "north/a", 4, hours(24, 4))
	tag := h.tag("eva", "mine", r)
	if res := h.put("eva", "mine", r, hours(26, 4), "If-Match", tag).want(t, http.StatusNoContent); res.header.Get("ETag") != "" {
		t.Error("an ETag would keep the client from reading it anew")
	}
	if got := h.get(r); !got.Slot.Equal(hours(26, 4)) || got.Status != scheduler.UnderReview {
		t.Errorf("the request is %s at %s", got.Status, got.Slot)
	}
	if h.tag("eva", "mine", r) == tag {
		t.Error("the entity tag is the old one")
	}
	h.put("eva", "mine", r, hours(30, 4), "If-Match", tag).want(t, http.StatusPreconditionFailed)
	h.put("eva", "mine", r, hours(30, 4)).want(t, http.StatusNoContent)
	h.schedule(r)
	h.put("monika", "decisions", r, hours(40, 4)).want(t, http.StatusNoContent)
	if got := h.get(r); !got.Slot.Equal(hours(40, 4)) || got.Status != scheduler.Scheduled {
		t.Errorf("the mentor's drag leaves the request %s at %s", got.Status, got.Slot)
	}
	h.put("adele", "decisions", r, hours(48, 4)).want(t, http.StatusNoContent)
}

func TestADragToATakenTimeSnapsBackWithTheReason(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	taken := h.schedule(h.submit("erik", "north/a", 6, hours(24, 4)))
	r := h.submit("eva", "north/a", 4, hours(48, 4))
	tag := h.tag("eva", "mine", r)
	before := h.get(r)
	res := h.put("eva", "mine", r, hours(25, 4), "If-Match", tag).want(t, http.StatusForbidden)
	for _, want := range []string{"<D:need-privileges>", "<D:write-content/>", "B:capacity-conflict", "north/a vcpu", "It would fit"} {
		if !strings.Contains(res.body, want) {
			t.Errorf("the refusal lacks %q:\n%s", want, res.body)
		}
	}
	if strings.Contains(res.body, "#1") && !strings.Contains(res.body, "busy") {
		t.Errorf("the refusal names somebody else's request:\n%s", res.body)
	}
	after := h.get(r)
	if !after.Slot.Equal(before.Slot) || after.Remark == nil || after.Revision != before.Revision+1 {
		t.Fatalf("slot %s, remark %v, revision %d", after.Slot, after.Remark, after.Revision)
	}
	event := unfolded(h.event("eva", "mine", r))
	for _, want := range []string{"\r\nCOMMENT:Move to Tue 24 Nov 2026", "short by 2", "the nearest slot that works"} {
		if !strings.Contains(event, want) {
			t.Errorf("the event lacks %q:\n%s", want, event)
		}
	}
	if strings.Contains(event, "#1 ") {
		t.Errorf("the remark names somebody else's request:\n%s", event)
	}
	if h.tag("eva", "mine", r) == tag {
		t.Error("a client that wrote would not read the event anew")
	}
	// A repetition: the same answer, and no further entry in the history.
	tag = h.tag("eva", "mine", r)
	h.put("eva", "mine", r, hours(25, 4)).want(t, http.StatusForbidden)
	if again := h.get(r); again.Revision != after.Revision {
		t.Errorf("revision %d, want %d: client and server would play ping-pong", again.Revision, after.Revision)
	}
	if h.tag("eva", "mine", r) == tag {
		t.Error("a client that wrote again would keep what it has")
	}
	// The time is free now: the same drag works, and the remark disappears.
	h.must(h.svc.Cancel(h.ctx, h.as("erik"), taken.ID, scheduler.Step{}))
	h.put("eva", "mine", r, hours(25, 4)).want(t, http.StatusNoContent)
	if got := h.get(r); !got.Slot.Equal(hours(25, 4)) || got.Remark != nil {
		t.Errorf("slot %s, remark %v", got.Slot, got.Remark)
	}
	history, err := h.svc.History(h.ctx, h.as("eva"), r.ID, "", 50)
	h.must(nil, err)
	if n := len(history.Items); n != 3 || history.Items[1].Action != scheduler.ActionRemark {
		t.Errorf("history %+v", history.Items)
	}
}

func TestAScheduledOneOfOnesOwnIsAskedForAndSnapsBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.schedule(h.submit("eva", "north/a", 4, hours(48, 4)))
	tag := h.tag("eva", "mine", r)
	h.put("eva", "mine", r, hours(72, 4), "If-Match", tag).want(t, http.StatusNoContent)
	got := h.get(r)
	if !got.Slot.Equal(hours(48, 4)) || got.Remark == nil || !strings.Contains(got.Remark.Text, "monika decides") {
		t.Fatalf("slot %s, remark %+v", got.Slot, got.Remark)
	}
	if h.tag("eva", "mine", r) == tag {
		t.Error("the client would not snap back")
	}
	h.put("eva", "mine", r, hours(72, 4)).want(t, http.StatusNoContent)
	thread, err := h.svc.Feedback(h.ctx, h.as("monika"), r.ID, "", 50)
	h.must(nil, err)
	if len(thread.Items) != 1 || thread.Items[0].Author != "eva" {
		t.Errorf("the mentor reads %+v, want one wish", thread.Items)
	}
	// Experimenters may shorten their slots themselves.
	h.put("eva", "mine", r, hours(48, 2)).want(t, http.StatusNoContent)
	if got := h.get(r); !got.Slot.Equal(hours(48, 2)) || got.Remark != nil {
		t.Errorf("slot %s, remark %v", got.Slot, got.Remark)
	}
	// A move that would not fit is never requested.
	h.schedule(h.submit("erik", "north/a", 6, hours(96, 4)))
	h.put("eva", "mine", r, hours(97, 2)).want(t, http.StatusForbidden)
}

func TestOnlyTheTimesOfAnEventCount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submit("eva", "north/a", 4, hours(24, 4))
	before := h.get(r)
	m := h.synced("eva", "mine")
	h.put("eva", "mine", r, hours(24, 4)).want(t, http.StatusNoContent) // with another summary
	if !m.told(h, "eva", "mine", r) {
		t.Error("the client that wrote it keeps what it wrote: the next sync does not list it")
	}
	if got := h.get(r); got.Revision != before.Revision || got.Name != before.Name {
		t.Errorf("revision %d, name %q", got.Revision, got.Name)
	}
}

func TestWhatCannotBeWrittenIsRefusedAndStaysAsItIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submit("eva", "north/a", 4, hours(24, 4))
	other := h.submit("erik", "south/b", 4, hours(24, 4))
	h.now.Store(60 * 60)
	tests := []struct {
		name, who, method, path, body string
		headers                       []string
		status                        int
		want                          string
	}{
		{"a new event", "eva", "PUT", home("eva", "mine") + "new.ics", written("new", hours(30, 2)), nil, 403, "<D:bind/>"},
		{"a new event in a client's words", "eva", "PUT", home("eva", "mine") + "new.ics", written("new", hours(30, 2)), []string{"If-None-Match", "*"}, 403, "request the slot in Berth"},
		{"a calendar that can be read only", "eva", "PUT", h.href("eva", "deployments", r), written(r.ID+"@berth", hours(30, 4)), nil, 403, "<D:write-content/>"},
		{"an operator's", "oskar", "PUT", h.href("oskar", "deployments", r), written(r.ID+"@berth", hours(30, 4)), nil, 403, "read-only"},
		{"another's calendar", "erik", "PUT", h.href("eva", "mine", r), written(r.ID+"@berth", hours(30, 4)), nil, 404, ""},
		{"another's request under one's own address", "erik", "PUT", h.href("erik", "mine", r), written(r.ID+"@berth", hours(30, 4)), nil, 403, "<D:bind/>"},
		{"another's UID", "eva", "PUT", h.href("eva", "mine", r), written(other.ID+"@berth", hours(30, 4)), nil, 403, "C:no-uid-conflict"},
		{"the past", "eva", "PUT", h.href("eva", "mine", r), written(r.ID+"@berth", hours(-4, 4)), nil, 403, "need-privileges"},
		{"no time at all", "eva", "PUT", h.href("eva", "mine", r), written(r.ID+"@berth", hours(30, 0)), nil, 403, "need-privileges"},
		{"an end before the start", "eva", "PUT", h.href("eva", "mine", r), written(r.ID+"@berth", hours(30, -1)), nil, 403, "need-privileges"},
		{"something else than an event", "eva", "PUT", h.href("eva", "mine", r), "hello", nil, 403, "C:valid-calendar-data"},
		{"another type", "eva", "PUT", h.href("eva", "mine", r), written(r.ID+"@berth", hours(30, 4)), []string{"Content-Type", "text/plain"}, 403, "C:supported-calendar-data"},
		{"a task", "eva", "PUT", h.href("eva", "mine", r), "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:a\r\nEND:VTODO\r\nEND:VCALENDAR\r\n", nil, 403, "C:valid-calendar-object-resource"},
		{"one that repeats", "eva", "PUT", h.href("eva", "mine", r), strings.Replace(written(r.ID+"@berth", hours(30, 4)), "SUMMARY", "RRULE:FREQ=SECONDLY\r\nSUMMARY", 1), nil, 403, "C:valid-calendar-object-resource"},
		{"a long one", "eva", "PUT", h.href("eva", "mine", r), strings.Repeat("x", 70_000), nil, 403, "C:max-resource-size"},
		{"a calendar as a whole", "eva", "PUT", home("eva", "mine"), written("x", hours(30, 4)), nil, 403, "need-privileges"},
		{"a deleted calendar", "eva", "DELETE", home("eva", "mine"), "", nil, 403, "<D:unbind/>"},
		{"a new calendar", "eva", "MKCALENDAR", home("eva", "mine2"), "", nil, 404, ""},
		{"a copy", "eva", "COPY", h.href("eva", "mine", r), "", nil, 405, ""},
		{"a lock", "eva", "LOCK", h.href("eva", "mine", r), "", nil, 405, ""},
		{"deleting for others", "monika", "DELETE", h.href("monika", "decisions", r), "", nil, 403, "reject or cancel it in Berth"},
		{"deleting with an old tag", "eva", "DELETE", h.href("eva", "mine", r), "", []string{"If-Match", `"old"`}, 412, ""},
		{"deleting nothing", "eva", "DELETE", home("eva", "mine") + "none.ics", "", nil, 404, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			headers := append([]string{"Content-Type", "text/calendar"}, tt.headers...)
			res := h.send(tt.who, tt.method, tt.path, tt.body, headers...).want(t, tt.status)
			if !strings.Contains(res.body, tt.want) {
				t.Errorf("answered %s, want %q in it", res.body, tt.want)
			}
			if got := h.get(r); got.Status != scheduler.UnderReview || !got.Slot.Equal(hours(24, 4)) {
				t.Errorf("the request is %s at %s", got.Status, got.Slot)
			}
		})
	}
}

func TestDeletingOnesOwnFutureDeploymentCancelsIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.schedule(h.submit("eva", "north/a", 4, hours(24, 4)))
	h.send("eva", "DELETE", h.href("eva", "mine", r), "", "If-Match", h.tag("eva", "mine", r)).want(t, http.StatusNoContent)
	if got := h.get(r); got.Status != scheduler.Cancelled {
		t.Errorf("the request is %s", got.Status)
	}
	h.send("eva", "GET", h.href("eva", "mine", r), "").want(t, http.StatusNotFound)
	if event := h.event("oskar", "deployments", r); !strings.Contains(event, "STATUS:CANCELLED\r\n") || !strings.Contains(event, "SUMMARY:✗") {
		t.Errorf("operators see\n%s", event)
	}
	begun := h.schedule(h.submit("eva", "north/a", 4, hours(1, 4)))
	h.now.Store(2 * 60 * 60)
	res := h.send("eva", "DELETE", h.href("eva", "mine", begun), "").want(t, http.StatusForbidden)
	if !strings.Contains(res.body, "has begun") || h.get(begun).Status != scheduler.Scheduled {
		t.Errorf("answered %s; the request is %s", res.body, h.get(begun).Status)
	}
	if event := unfolded(h.event("eva", "mine", begun)); !strings.Contains(event, "COMMENT:Not cancelled") {
		t.Errorf("the event does not say why it is back:\n%s", event)
	}
}

func unfolded(s string) string { return strings.ReplaceAll(s, "\r\n ", "") }
