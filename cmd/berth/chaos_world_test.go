//go:build unix

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"berth/internal/bugzilla/bugzillatest"
	"berth/internal/mail/mailtest"
	"berth/internal/testdb"
)

// world is the surroundings of a chaos test's processes: a database, receivers that cut, and a clock that jumps.
type world struct {
	*crash
	server *testdb.Server // nil: a file
	gate   *gate
	seats  []*seat
	clock  string // the file with the clock's error

	hook    *receiver
	mails   *mailtest.Server
	tickets *bugzillatest.Server
}

// seat is where a process runs, this one or the one after it.
type seat struct {
	now atomic.Pointer[instance]
}

// newWorld makes a world around a database. Its receivers cut every fifth conversation until it calms down.
func newWorld(t *testing.T, p place, processes int) *world {
	t.Helper()
	w := &world{clock: filepath.Join(p.dir, "clock"), hook: newReceiver(t), mails: mailtest.New(t, mailtest.Options{}), tickets: bugzillatest.New(t, bugzillatest.V52, time.Now)}
	w.tickets.SetFaults(func(*http.Request) bugzillatest.Fault {
		if rand.IntN(5) > 0 {
			return bugzillatest.None
		}
		return []bugzillatest.Fault{bugzillatest.CutBefore, bugzillatest.CutAfter, bugzillatest.Maintenance}[rand.IntN(3)]
	})
	p.environ = append(p.environ, clockFile+"="+w.clock)
	p.write(t, "key", bugzillatest.Key)
	p.write(t, "berth.toml", fmt.Sprintf(`
stop_after = "PT5S"
webhook_anywhere = true
mail_server = %q
mail_security = "none"
mail_from = "berth@berth.example"
mail_list = "list@berth.example"
bugzilla_url = %q
bugzilla_login = %q
bugzilla_key_file = "key"
bugzilla_poll = "PT2S"
`, w.mails.Addr(), w.tickets.URL, bugzillatest.Login))
	w.crash = newCrash(t, p, processes)
	for range processes {
		s := &seat{}
		s.now.Store(p.serve(t, unbounded...))
		w.seats = append(w.seats, s)
	}
	w.caller(0).call(t, 201, "POST", "webhooks", map[string]any{"name": "chaos", "url": w.hook.URL})
	return w
}

func (w *world) caller(i int) *caller {
	return &caller{base: w.seats[i].now.Load().url, secret: w.token}
}

// jump sets the clock wrong by some seconds.
func (w *world) jump(t *testing.T, seconds int64) {
	t.Helper()
	if err := os.WriteFile(w.clock, []byte(fmt.Sprint(seconds)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// crowd lets clients decide, on whichever process there is, until the context ends.
func (w *world) crowd(ctx context.Context, t *testing.T, clients int) *sync.WaitGroup {
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			chance := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), uint64(i)))
			for ctx.Err() == nil {
				w.decide(ctx, t, w.caller(chance.IntN(len(w.seats))), chance)
				select { // people take their time, and come again after a 503
				case <-ctx.Done():
				case <-time.After(time.Duration(40+chance.IntN(80)) * time.Millisecond):
				}
			}
		})
	}
	return &wg
}

// receiver is a webhook's address. It cuts some calls before it has seen them, and some after.
type receiver struct {
	*httptest.Server
	calm atomic.Bool
	mu   sync.Mutex
	took map[string]int // deliveries answered with 200, by their identity
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{took: map[string]int{}}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, call *http.Request) {
		if !r.calm.Load() && rand.IntN(5) == 0 {
			panic(http.ErrAbortHandler)
		}
		r.mu.Lock()
		r.took[call.Header.Get("Webhook-Id")]++
		r.mu.Unlock()
		if !r.calm.Load() && rand.IntN(10) == 0 {
			panic(http.ErrAbortHandler) // taken, and the answer is lost
		}
	}))
	t.Cleanup(r.Close)
	return r
}
