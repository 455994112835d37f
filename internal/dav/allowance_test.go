package dav

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"berth/calendar"
)

func TestAnAllowanceIsForAllAndForEach(t *testing.T) {
	t.Parallel()
	a := newAllowance(100, 60)
	for i, step := range []struct {
		who  string
		take int64 // negative: give back
		ok   bool
	}{
		{"eva", 60, true}, {"eva", 1, false}, {"erik", 41, false}, {"erik", 40, true}, {"paddy", 1, false}, {"eva", -60, true}, {"paddy", 60, true}, {"erik", -40, true}, {"eva", 40, true},
	} {
		if step.take < 0 {
			a.give(step.who, -step.take)
		} else if ok := a.take(step.who, step.take); ok != step.ok {
			t.Errorf("step %d: %s takes %d: %t", i, step.who, step.take, ok)
		}
	}
	a.give("eva", 40)
	a.give("paddy", 60)
	if a.taken != 0 || len(a.of) != 0 {
		t.Errorf("all was given back, and %d are held by %v", a.taken, a.of)
	}
}

// TestLongBodiesTakeTurns sends long bodies while memory for them is short: the client is asked to come again, ordinary bodies are still
// read, and every reservation is returned however the reading ends.
func TestLongBodiesTakeTurns(t *testing.T) {
	t.Parallel()
	multiget := func(n int, end string) string {
		return `<C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">` + strings.Repeat("<D:href>/dav/x.ics</D:href>", n) + end
	}
	const end = "</C:calendar-multiget>"
	a := newAllowance(300<<10, 300<<10)
	read := func(body string) (*input, error) {
		r := httptest.NewRequest("REPORT", "/", strings.NewReader(body))
		in := &input{request: r, held: a, who: "eva", list: &named{c: &call{}, writer: httptest.NewRecorder(), base: "/cal/", decoded: "/cal/"}}
		in.list.c.members = emptyMembers()
		_, err := in.parse()
		return in, err
	}
	first, err := read(multiget(20_000, end)) // half a megabyte
	if err != nil || first.taken == 0 {
		t.Fatalf("%d bytes are held, %v", first.taken, err)
	}
	second, err := read(multiget(20_000, end))
	if no, ok := errors.AsType[refusal](err); !ok || no.status != http.StatusServiceUnavailable {
		t.Errorf("a second one is answered %v", err)
	}
	second.done()
	if _, err := read(multiget(1000, end)); err != nil {
		t.Errorf("an ordinary one is answered %v", err)
	}
	first.done()
	for _, body := range []string{multiget(20_000, ""), multiget(20_000, end)} {
		in, err := read(body)
		if no, ok := errors.AsType[refusal](err); ok && no.status == http.StatusServiceUnavailable {
			t.Error("what was given back cannot be taken again")
		}
		in.done()
	}
	if a.taken != 0 {
		t.Errorf("%d bytes are still held", a.taken)
	}
	w := httptest.NewRecorder()
	errBusy.write(w)
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("the client is told %d, %v", w.Code, w.Header())
	}
}

func emptyMembers() calendar.Members { x := calendar.NewIndex(); return x.Members("none") }
