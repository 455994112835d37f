package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"berth/scheduler"
)

// lookEvery is how often the change log is looked at for a page that follows it.
const lookEvery = 2 * time.Second

// following is how long a page follows changes before it has to ask again: a session that has ended is noticed then.
const following = 10 * time.Minute

// changes tells a page that something has changed, as server-sent events, so that it can say so or show it.
func (s *site) changes(w http.ResponseWriter, r *http.Request, who scheduler.Actor) error {
	after, err := s.service.LastEvent(r.Context())
	if err != nil {
		return err
	}
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	fmt.Fprint(w, "retry: 5000\n\n")
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for until := time.Now().Add(following); time.Now().Before(until); {
		if err := control.Flush(); err != nil {
			return nil // nobody is there any more
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-tick.C:
		}
		events, last, err := s.service.Events(r.Context(), who, after, 200)
		if err != nil {
			return nil // the browser asks again
		}
		after = last
		for _, e := range events {
			b, err := json.Marshal(struct {
				Kind   string           `json:"kind"`
				Action scheduler.Action `json:"action,omitempty"`
				Number int64            `json:"number,omitempty"`
			}{e.Kind, e.Action, e.Number})
			if err != nil {
				return nil
			}
			fmt.Fprintf(w, "data: %s\n\n", b)
		}
		if len(events) == 0 {
			fmt.Fprint(w, ": still here\n\n")
		}
	}
	return nil
}
