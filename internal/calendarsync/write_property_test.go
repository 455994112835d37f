package calendarsync

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"berth/scheduler"
)

// TestWhateverHappensToTheCollection: bookings come and go, calls fail before or after they take effect, people change, delete and add events, processes start
// anew; once the server answers again, two rounds later the collection holds the bookings as they are, and all that is not Berth's as it was.
func TestWhateverHappensToTheCollection(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := newBench(t)
		defer b.stop()
		process := func() *Sync { return b.process(Settings{Name: "out", Write: true, Full: true}) }
		out := process()
		others, live := map[string]string{}, []scheduler.Request{}
		var calls atomic.Int64 // that still come through; negative: all
		var answered atomic.Bool
		calls.Store(-1)
		const through = "X-Through"
		b.server.Fail = func(_ http.ResponseWriter, r *http.Request) bool {
			if calls.Load() < 0 || r.Header.Get(through) != "" || calls.Add(-1) >= 0 {
				return false
			}
			calls.Store(0)
			if answered.Load() { // it takes effect, and nobody hears of it
				r.Header.Set(through, "yes")
				b.server.ServeHTTP(httptest.NewRecorder(), r)
			}
			panic(http.ErrAbortHandler)
		}
		mine := func() []string {
			var names []string
			for name := range b.server.Objects("bookings") {
				if _, other := others[name]; !other {
					names = append(names, name)
				}
			}
			slices.Sort(names)
			return names
		}
		n := 0
		t.Repeat(map[string]func(*rapid.T){
			"book": func(t *rapid.T) {
				if n++; n < 12 {
					live = append(live, b.granted(24+10*n))
				}
			},
			"cancel": func(t *rapid.T) {
				if len(live) == 0 {
					t.Skip()
				}
				i := rapid.IntRange(0, len(live)-1).Draw(t, "cancelled")
				b.must(b.svc.Cancel(context.Background(), as("eva"), live[i].ID, scheduler.Step{}))
				live = slices.Delete(live, i, i+1)
			},
			"another's event": func(t *rapid.T) {
				name := fmt.Sprintf("%s%d.ics", rapid.SampledFrom([]string{"lab-", "berth-"}).Draw(t, "name"), rapid.IntRange(0, 3).Draw(t, "number"))
				others[name] = event("uid-of-"+name, rapid.IntRange(1, 50).Draw(t, "hours"))
				b.server.Put("bookings", name, others[name])
			},
			"edit": func(t *rapid.T) {
				names := mine()
				if len(names) == 0 {
					t.Skip()
				}
				name := rapid.SampledFrom(names).Draw(t, "edited")
				b.server.Put("bookings", name, strings.Replace(b.server.Objects("bookings")[name], "SUMMARY:", "SUMMARY:mine now ", 1))
			},
			"delete": func(t *rapid.T) {
				names := mine()
				if len(names) == 0 {
					t.Skip()
				}
				b.server.Delete("bookings", rapid.SampledFrom(names).Draw(t, "deleted"))
			},
			"fail": func(t *rapid.T) {
				answered.Store(rapid.Bool().Draw(t, "answered"))
				calls.Store(rapid.Int64Range(-1, 6).Draw(t, "calls"))
			},
			"another process": func(*rapid.T) { out = process() },
			"round":           func(*rapid.T) { b.round(out) },
		})
		calls.Store(-1)
		for range 2 {
			b.now = b.now.Add(lease) // whoever held it
			b.round(out)
		}
		want := maps.Clone(others)
		for _, r := range live {
			want[namePrefix+r.ID+nameSuffix] = ""
		}
		got := b.server.Objects("bookings")
		for name, text := range want {
			switch there, ok := got[name]; {
			case !ok:
				b.Fatalf("%s is missing", name)
			case text != "" && there != text:
				b.Fatalf("%s, which is somebody else's, was changed to %s", name, there)
			case text == "" && (strings.Contains(there, "mine now") || !strings.Contains(there, "X-BERTH-INSTANCE:this-one")):
				b.Fatalf("%s is %s", name, there)
			}
		}
		if len(got) != len(want) {
			b.Fatalf("%d objects, want %d: %v", len(got), len(want), slices.Sorted(maps.Keys(got)))
		}
		puts := b.server.Calls("PUT")
		b.now = b.now.Add(time.Minute)
		b.round(out)
		if b.server.Calls("PUT") != puts {
			b.Fatalf("what is right is written again")
		}
	})
}
