package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// lookEvery is the time between two looks at the change log, and at the session, for a page that follows it.
const lookEvery = 2 * time.Second

// following is how long a page follows changes before it must ask again.
const following = 10 * time.Minute

// mostMissed bounds the changes that a page is told of which it missed.
const mostMissed = 1000

// since returns the number of the change log after which a page follows: that as of which it was read, or that of the last change that it was told of
// before its connection broke.
func since(r *http.Request, last int64) int64 {
	from, err := strconv.ParseInt(cmp.Or(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("after")), 10, 64)
	if err != nil || from < 0 {
		return last
	}
	return min(max(from, last-mostMissed), last)
}

// changes tells a page that something has changed, as server-sent events, so that it can say so or show it.
func (s *site) changes(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	last, err := s.service.LastEvent(r.Context())
	if err != nil {
		return err
	}
	after := since(r, last)
	leave, err := s.people.Stay(who.Username)
	if err != nil {
		return err
	}
	defer leave()
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	fmt.Fprint(w, "retry: 5000\n\n")
	tick := time.NewTicker(cmp.Or(s.o.Poll, lookEvery))
	defer tick.Stop()
	for until := time.Now().Add(following); time.Now().Before(until); {
		if err := control.Flush(); err != nil {
			return nil // the browser is gone
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-tick.C:
		}
		if who, err = s.people.Session(r.Context(), s.secret(r)); err != nil {
			return nil // the session has ended: the browser asks again, and is told to sign in
		}
		events, last, err := s.service.Events(r.Context(), who, after, 200)
		if err != nil {
			return nil // the browser asks again
		}
		after = last
		for _, e := range events {
			b, err := json.Marshal(struct {
				Kind   scheduler.EventKind `json:"kind"`
				Action scheduler.Action    `json:"action,omitempty"`
				Number int64               `json:"number,omitempty"`
			}{e.Kind, e.Action, e.Number})
			if err != nil {
				return nil
			}
			fmt.Fprintf(w, "id: %d\ndata: %s\n\n", e.Sequence, b)
		}
		if len(events) == 0 {
			fmt.Fprint(w, ": still here\n\n")
		}
	}
	return nil
}
