package scheduler_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/testbeds"
)

// TestMovesInACalendar drags hydra, three radios of maeve's from nine to one the next day, to where marathon has all four from the 40th to the 44th
// hour, or elsewhere. A refusal stays as a note; a move that the mentor must decide about is asked in the thread.
func TestMovesInACalendar(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		who      string
		granted  bool
		to       testbeds.Slot
		old      bool           // the client has read an older version
		code     scheduler.Code // of the refusal
		remark   string         // the note that is left
		waiting  string         // the answer
		feedback string
	}{
		"one's own, under review":        {who: "maeve", to: hours(30, 4)},
		"into what is taken":             {who: "maeve", to: hours(40, 4), code: scheduler.CodeConflict, remark: "Move to 2026-03-03 22:00:00Z – 2026-03-04 02:00:00Z refused: the request does not fit there; radio usrp: short by 3 (3 needed, none free)"},
		"into the past":                  {who: "maeve", to: hours(-30, 4), code: scheduler.CodeInvalid, remark: "lies in the past"},
		"by its mentor, granted":         {who: "monika", granted: true, to: hours(24, 3)},
		"longer, by its mentor":          {who: "monika", granted: true, to: hours(24, 5), waiting: "waits for the approval of radio"},
		"shorter, granted":               {who: "maeve", granted: true, to: hours(24, 3)},
		"elsewhere, granted":             {who: "maeve", granted: true, to: hours(30, 4), remark: "Asked to move this to 2026-03-03 12:00:00Z – 2026-03-03 16:00:00Z; monika decides", waiting: "Asked to move this to 2026-03-03 12:00:00Z – 2026-03-03 16:00:00Z; monika decides.", feedback: "Please move this to 2026-03-03 12:00:00Z – 2026-03-03 16:00:00Z. It would fit."},
		"granted, into what is taken":    {who: "maeve", granted: true, to: hours(40, 4), code: scheduler.CodeConflict, remark: "request #1 does not fit there; radio usrp"},
		"granted, into the past":         {who: "maeve", granted: true, to: hours(-30, 4), code: scheduler.CodeForbidden, remark: "its experimenter can only shorten it; its mentor (monika) can move it"},
		"by another mentor":              {who: "marco", to: hours(30, 4), code: scheduler.CodeForbidden},
		"by nobody who may know it":      {who: "hector", to: hours(30, 4), code: scheduler.CodeNotFound},
		"of a version that is not there": {who: "maeve", to: hours(30, 4), old: true, code: scheduler.CodePrecondition},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			bring := h.submitted
			if tt.granted {
				bring = h.scheduled
			}
			r := bring("hydra", hours(24, 4))
			h.scheduled("marathon", hours(40, 4))
			revision := h.get(r.ID).Revision
			if tt.old {
				revision++
			}
			for again := range 2 { // a client that heard nothing asks again
				if again == 1 && (tt.code == "" && tt.waiting == "" || tt.remark == "") {
					break
				}
				got, err := h.MoveInCalendar(t.Context(), as(tt.who), r.ID, tt.to, revision)
				if scheduler.CodeOf(err) != tt.code || !strings.Contains(got.Waiting, tt.waiting) || (got.Waiting == "") != (tt.waiting == "") {
					t.Fatalf("%v, waiting %q", err, got.Waiting)
				}
				revision = h.get(r.ID).Revision
			}
			v := h.get(r.ID)
			if moved := v.Slot.Equal(tt.to); moved != (tt.code == "" && tt.waiting == "") {
				t.Errorf("it is at %s", v.Slot)
			}
			switch {
			case (v.Remark == nil) != (tt.remark == ""):
				t.Errorf("the remark is %+v, want %q", v.Remark, tt.remark)
			case v.Remark != nil && (!strings.Contains(v.Remark.Text, tt.remark) || v.Remark.By != tt.who || !v.Remark.Slot.Equal(tt.to)):
				t.Errorf("the remark is %+v, want %q", v.Remark, tt.remark)
			}
			remarks := 0
			for _, e := range h.history(r.ID) {
				if e.Action == scheduler.ActionRemark {
					remarks++
				}
			}
			if remarks > 1 || (remarks == 1) != (tt.remark != "") {
				t.Errorf("%d remarks in the history", remarks)
			}
			page, err := h.Feedback(t.Context(), as("adele"), r.ID, "", 10)
			if err != nil || len(page.Items) > 1 || (len(page.Items) == 1) != (tt.feedback != "") || len(page.Items) == 1 && page.Items[0].Text != tt.feedback {
				t.Errorf("in the thread: %+v, %v", page.Items, err)
			}
		})
	}
}

// TestARefusedMoveNamesTheNearestSlot: beside the shortage it names the first alternative that changes only the time.
func TestARefusedMoveNamesTheNearestSlot(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submitted("hydra", hours(24, 4))
	h.scheduled("marathon", hours(40, 4))
	_, err := h.MoveInCalendar(t.Context(), as("maeve"), r.ID, hours(40, 4), 0)
	e := h.refused(scheduler.CodeConflict, err)
	at := slices.IndexFunc(e.Alternatives, func(a testbeds.Alternative) bool {
		return !slices.ContainsFunc(a.Changes, func(c testbeds.Change) bool {
			return c.Kind != testbeds.ChangeShift && c.Kind != testbeds.ChangeShorten
		})
	})
	if at < 0 {
		t.Fatalf("no slot works: %+v", e.Alternatives)
	}
	if want, text := "the nearest slot that works: "+e.Alternatives[at].Slot.String(), h.get(r.ID).Remark.Text; !strings.HasSuffix(text, want) {
		t.Errorf("%q, want it to end with %q", text, want)
	}
}

func TestCancellingInACalendar(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		who    string
		at     float64
		code   scheduler.Code
		remark string
	}{
		"one's own":                             {who: "maeve"},
		"one's own, begun":                      {who: "maeve", at: 24, code: scheduler.CodeConflict, remark: "Not cancelled: request #1 has begun"},
		"a minute before":                       {who: "maeve", at: 24 - 1./60},
		"somebody's, as a mentor":               {who: "monika", code: scheduler.CodeForbidden, remark: "Not cancelled: request #1 is maeve's"},
		"somebody's, as an administrator":       {who: "adele", code: scheduler.CodeForbidden, remark: "Not cancelled: request #1 is maeve's"},
		"somebody's, that they may not know of": {who: "hector", code: scheduler.CodeNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			r := h.scheduled("hydra", hours(24, 4))
			h.at(tt.at)
			err := h.CancelInCalendar(t.Context(), as(tt.who), r.ID, 0)
			v := h.get(r.ID)
			if scheduler.CodeOf(err) != tt.code || (v.Status == scheduler.Cancelled) != (tt.code == "") {
				t.Errorf("%v, and it is %s", err, v.Status)
			}
			if (v.Remark == nil) != (tt.remark == "") || v.Remark != nil && (!strings.HasPrefix(v.Remark.Text, tt.remark) || v.Remark.Slot != nil) {
				t.Errorf("the remark is %+v", v.Remark)
			}
		})
	}
}

// TestARefusalIsExplainedToEverybody: three conflicts and every problem by name, and nobody's booking.
func TestARefusalIsExplainedToEverybody(t *testing.T) {
	t.Parallel()
	conflict := func(n int64) testbeds.Conflict {
		return testbeds.Conflict{Resource: testbeds.Resource{Testbed: "hall", Device: fmt.Sprint("d", n)}, Interval: testbeds.NewSlot(morning, time.Hour),
			Needed: n, ShortBy: n, TakenBy: []testbeds.Taker{{Kind: testbeds.TakerBooking, Request: 99, Amount: 1}}, More: 7}
	}
	line := func(n int64) string {
		return fmt.Sprintf("hall d%d: short by %d (%d needed, none free), 2026-03-02 06:00:00Z – 2026-03-02 07:00:00Z", n, n, n)
	}
	verdict := func(n int64) *testbeds.Verdict {
		v := &testbeds.Verdict{Problems: []testbeds.Problem{{Message: "no such image"}}}
		for i := range n {
			v.Conflicts = append(v.Conflicts, conflict(i+1))
		}
		return v
	}
	for name, tt := range map[string]struct {
		err  error
		want []string
	}{
		"no conflict":     {&scheduler.Error{Message: "no", Verdict: verdict(0)}, []string{"no", "no such image"}},
		"three":           {&scheduler.Error{Message: "no", Verdict: verdict(3)}, []string{"no", line(1), line(2), line(3), "no such image"}},
		"five":            {&scheduler.Error{Message: "no", Verdict: verdict(5)}, []string{"no", line(1), line(2), line(3), "and 2 more conflicts", "no such image"}},
		"nothing to fit":  {scheduler.Errorf(scheduler.CodeForbidden, "no"), []string{"no"}},
		"fields":          {&scheduler.Error{Message: "no", Fields: []scheduler.FieldError{{Field: "a", Rule: "is b"}, {Field: "c", Rule: "is d"}}}, []string{"no (a: is b; c: is d)"}},
		"not for anybody": {fmt.Errorf("disk full"), nil},
	} {
		if diff := cmp.Diff(tt.want, scheduler.Explain(tt.err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
