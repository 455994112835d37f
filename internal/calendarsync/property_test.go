package calendarsync

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"berth/internal/caldavclient/caldavtest"
)

// world is a bench beside an oracle: what the calendar holds, and what Berth should have believed of it, worked out from what happened alone.
type world struct {
	*bench
	t    *rapid.T
	next int

	calendar map[string]line // what the server has, by uid
	believed map[string]line // what the last good readings left, by uid
	read     map[string]bool // what this process has read, and the server still remembers
	pending  map[string]bool // what was deleted since, and is said at the next reading
	said     map[string]bool // what the server says was deleted
	broken   bool
	held     string          // the uids of a loss that waits for a person
	confirms string          // those that a person has confirmed
	cut      map[string]bool // objects that cannot be read
	seen     map[string]bool // those that this process could read once: it knows whose they are
}

// line is an event, as it closes.
type line struct {
	hours int
	what  string // of the testbed, as its closure says
	tag   string
}

var whats = []line{{what: "", tag: ""}, {what: "iris", tag: "[iris]"}, {what: "2 × usrp-n210", tag: "[usrp-n210 x2]"}, {what: "usrp-n210 u1", tag: "[u1]"}}

func (w *world) put(uid string) {
	l := rapid.SampledFrom(whats).Draw(w.t, "what")
	l.hours = rapid.IntRange(24, 300).Draw(w.t, "hours")
	w.calendar[uid] = l
	delete(w.cut, uid)
	w.server.Put("upkeep", uid+".ics", event(uid, l.hours, "SUMMARY:"+strings.TrimSpace(l.tag+" "+uid)))
}

// lasts reports whether an event is not over.
func (w *world) lasts(l line) bool {
	return start.Add(time.Duration(l.hours+1) * time.Hour).After(w.now)
}

// reading is what the oracle says of a reading that came through.
func (w *world) reading() {
	for uid := range w.pending {
		w.said[uid] = true
	}
	clear(w.pending)
	unknown := false // an object that cannot be read may be any event that is missing
	for uid := range w.cut {
		unknown = unknown || !w.seen[uid]
	}
	var gone []string
	of := 0
	for uid, l := range w.believed {
		if !w.lasts(l) {
			continue
		}
		of++
		if _, there := w.calendar[uid]; !there && !unknown {
			gone = append(gone, uid)
		}
	}
	slices.Sort(gone)
	all := strings.Join(gone, " ")
	sure := len(gone) <= 2
	for _, uid := range gone {
		sure = sure && w.said[uid]
	}
	doubt := len(gone) > 0 && !sure && (len(gone) == of || len(gone) >= 3 && len(gone) > of-len(gone))
	next := map[string]line{}
	if doubt && w.confirms != all {
		for _, uid := range gone {
			next[uid] = w.believed[uid]
		}
		w.held = all
	} else {
		w.held, w.confirms = "", ""
		clear(w.said)
	}
	for uid, l := range w.believed {
		if _, there := w.calendar[uid]; !there && unknown {
			next[uid] = l
		}
	}
	for uid, l := range w.calendar {
		if w.cut[uid] { // it cannot be read: what it closed stays
			if old, ok := w.believed[uid]; ok {
				next[uid] = old
			}
			continue
		}
		next[uid] = l
	}
	w.believed = next
	for uid := range w.seen {
		if _, there := w.calendar[uid]; !there {
			delete(w.seen, uid)
		}
	}
	clear(w.read)
	for uid := range w.calendar {
		w.read[uid] = true
		if !w.cut[uid] {
			w.seen[uid] = true
		}
	}
}

func (w *world) check() {
	var want []string
	for uid, l := range w.believed {
		want = append(want, strings.Join(strings.Fields(fmt.Sprintf("%d %s %s %s", l.hours, l.what, l.tag, uid)), " "))
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, w.closed("radio")); diff != "" {
		w.Fatalf("(-want +got):\n%s\n%+v", diff, w.state(w.sync, "adele"))
	}
	if c := w.state(w.sync, "adele"); (c.Held != nil) != (w.held != "") {
		w.Fatalf("held %+v, want %q", c.Held, w.held)
	}
}

// TestWhateverTheCalendarGoesThrough: events come, change and go, the server fails, forgets its tokens or all of its events, processes start anew, and people
// confirm: after each reading the closures are those of the last good state, as the oracle works them out.
func TestWhateverTheCalendarGoesThrough(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := newBench(t)
		defer b.stop()
		b.server.Ability = rapid.SampledFrom([]caldavtest.Ability{{}, {Steps: 2}, {NoSync: true}}).Draw(t, "ability")
		w := &world{bench: b, t: t, calendar: map[string]line{}, believed: map[string]line{}, read: map[string]bool{}, pending: map[string]bool{}, said: map[string]bool{}, cut: map[string]bool{}, seen: map[string]bool{}}
		fails := func(w http.ResponseWriter, r *http.Request) bool {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return true
		}
		any := func(what string) string {
			uids := slices.Sorted(func(yield func(string) bool) {
				for uid := range w.calendar {
					if !yield(uid) {
						return
					}
				}
			})
			if len(uids) == 0 {
				t.Skip()
			}
			return rapid.SampledFrom(uids).Draw(t, what)
		}
		remove := func(uid string) {
			w.server.Delete("upkeep", uid+".ics")
			delete(w.calendar, uid)
			delete(w.cut, uid)
		}
		round := func() {
			b.round(w.sync)
			if !w.broken {
				w.reading()
			}
			w.check()
		}
		t.Repeat(map[string]func(*rapid.T){
			"add": func(*rapid.T) {
				w.next++
				w.put(fmt.Sprint("e", w.next))
			},
			"edit":   func(*rapid.T) { w.put(any("edited")) },
			"delete": func(*rapid.T) { w.gone(any("deleted"), remove) },
			"delete many": func(t *rapid.T) {
				for range rapid.IntRange(1, 4).Draw(t, "many") {
					if len(w.calendar) > 0 {
						w.gone(any("deleted"), remove)
					}
				}
			},
			"cut": func(*rapid.T) {
				uid := any("cut")
				w.server.Put("upkeep", uid+".ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:"+uid+"\r\n")
				w.cut[uid] = true
			},
			"fail": func(*rapid.T) {
				if w.broken = !w.broken; w.broken {
					w.server.Fail = fails
				} else {
					w.server.Fail = nil
				}
			},
			"forget tokens": func(*rapid.T) {
				w.server.Restart(false)
				w.forget()
			},
			"lose all": func(t *rapid.T) {
				if rapid.IntRange(0, 3).Draw(t, "really") > 0 {
					t.Skip()
				}
				w.server.Restart(true)
				clear(w.calendar)
				clear(w.cut)
				w.forget()
			},
			"another process": func(*rapid.T) {
				clear(w.seen)
				w.sync = b.process(Settings{})
				w.forget()
				clear(w.said)
			},
			"confirm": func(t *rapid.T) {
				if w.held == "" {
					t.Skip()
				}
				if err := w.sync.Confirm(context.Background(), as("paddy")); err != nil {
					t.Fatal(err)
				}
				w.confirms = w.held
			},
			"time":  func(t *rapid.T) { b.now = b.now.Add(time.Duration(rapid.IntRange(1, 20).Draw(t, "hours")) * time.Hour) },
			"round": func(*rapid.T) { round() },
		})
		w.server.Fail, w.broken = nil, false
		round()
	})
}

// gone deletes an event; where the server tells what was deleted, and this process has read it, the deletion is said at its next reading.
func (w *world) gone(uid string, remove func(string)) {
	if w.read[uid] && !w.server.NoSync {
		w.pending[uid] = true
	}
	remove(uid)
}

// forget lets the next reading be a whole one.
func (w *world) forget() {
	clear(w.read)
	clear(w.pending)
}
