package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
)

// heartbeat is the interval of signs of life on a silent stream.
const heartbeat = 20 * time.Second

// recheck is the number of polls of the change log after which a stream checks its reader's rights again.
const recheck = 5

// batch bounds the changes read for one stream at a time.
const batch = 200

// feed wakes streams when the change log has grown. One query serves them all.
type feed struct {
	service *scheduler.Service
	every   time.Duration

	mu      sync.Mutex
	streams int
	last    int64
	grown   chan struct{} // closed and replaced when last grows
	stop    context.CancelFunc
}

func newFeed(s *scheduler.Service, every time.Duration) *feed {
	return &feed{service: s, every: every, grown: make(chan struct{})}
}

// join adds a stream, and starts polling with the first one.
func (f *feed) join() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.streams++
	if f.streams == 1 {
		ctx, cancel := context.WithCancel(context.Background())
		f.stop = cancel
		go f.watch(ctx)
	}
}

// leave removes a stream, and stops polling with the last one.
func (f *feed) leave() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.streams--; f.streams == 0 {
		f.stop()
	}
}

// wait returns a channel that closes when the log grows.
func (f *feed) wait() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.grown
}

func (f *feed) watch(ctx context.Context) {
	tick := time.NewTicker(f.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		last, err := f.service.LastEvent(ctx)
		if err != nil {
			continue // the next poll may succeed; the streams stay
		}
		f.mu.Lock()
		if last != f.last {
			f.last = last
			close(f.grown)
			f.grown = make(chan struct{})
		}
		f.mu.Unlock()
	}
}

// events streams the change log as server-sent events: id is the sequence, and a client that was cut off continues with
// Last-Event-ID. Without it the stream begins with the next event.
func (a *api) events(w http.ResponseWriter, r *http.Request) {
	actor, err := a.admit(r, routes["stream-events"])
	if err != nil {
		a.problem(r.Context(), err).write(w)
		return
	}
	after, ahead, err := a.beginning(r)
	if err != nil {
		a.problem(r.Context(), err).write(w)
		return
	}
	leave, err := a.auth.Stay(actor.Username)
	if err != nil {
		a.problem(r.Context(), err).write(w)
		return
	}
	defer leave()
	a.feed.join()
	defer a.feed.leave()
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Time{})
	_ = control.SetReadDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	fmt.Fprint(w, "retry: 3000\n\n")
	if ahead {
		fmt.Fprintf(w, "id: %d\nevent: %s\ndata: {\"sequence\":%d,\"kind\":\"%s\"}\n\n", after, resetKind, after, resetKind)
	}
	a.stream(r, w, control, actor, after)
}

// resetKind is the event that tells a client to drop its state and read everything anew.
const resetKind = "reset"

// beginning returns the sequence after which a stream starts. A client that knows a later sequence than the log has another past: the
// database was restored from a copy, and the numbers that it saw will be given again. It is ahead, and starts with the next event.
func (a *api) beginning(r *http.Request) (after int64, ahead bool, err error) {
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = r.URL.Query().Get("after")
	}
	last, err := a.service.LastEvent(r.Context())
	if err != nil || text == "" {
		return last, false, err
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, false, invalid("Last-Event-ID", "must be the id of an event")
	}
	return min(n, last), n > last, nil
}

// stream writes events until the client is gone, or may no longer read: revoking a token ends its streams within seconds.
func (a *api) stream(r *http.Request, w http.ResponseWriter, control *http.ResponseController, actor account.Actor, after int64) {
	ctx := r.Context()
	beat, check := time.NewTicker(heartbeat), time.NewTicker(recheck*a.o.Poll)
	defer beat.Stop()
	defer check.Stop()
	for {
		grown := a.feed.wait()
		list, last, err := a.service.Events(ctx, actor, after, batch)
		if err != nil {
			return // the client returns with Last-Event-ID
		}
		for _, e := range list {
			data, err := json.Marshal(e)
			if err != nil {
				return
			}
			fmt.Fprintf(w, "id: %d\nevent: %s\ndata: %s\n\n", e.Sequence, e.Kind, data)
		}
		more := last > after
		after = last
		if control.Flush() != nil {
			return
		}
		if more {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-grown:
		case <-beat.C:
			fmt.Fprint(w, ": still here\n\n")
		case <-check.C:
			if actor, err = a.admit(r, routes["stream-events"]); err != nil {
				return
			}
		}
	}
}
