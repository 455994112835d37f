package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestAFreedSlotHasOneHolderThroughCrashes gives back what three wait for, and kills all processes at once, before or while they pass it on. Whoever
// starts next passes it on: in the end exactly one of the three has an offer, the first in order, and verify finds nothing.
func TestAFreedSlotHasOneHolderThroughCrashes(t *testing.T) {
	t.Parallel()
	for _, tt := range arrangements(t, 2) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newCrash(t, newPlace(t, tt.fresh(t)), tt.processes)
			slot := map[string]any{"start": c.day, "end": c.day.Add(4 * time.Hour)}
			all := func(name string) map[string]any {
				return map[string]any{"name": name, "mentor": "root", "slot": slot, "devices": []map[string]any{{"testbed": "annex", "device": "radio", "count": 2}}}
			}
			instances := c.serve(t)
			who := &caller{base: instances[0].url, secret: c.token}
			made := func(a answer) string {
				var out outcome
				a.decode(t, &out)
				return out.Request.ID
			}
			id := made(who.call(t, 201, "POST", "requests", all("taken")))
			who.call(t, 200, "POST", "requests/"+id+"/schedule", map[string]any{"override": map[string]any{"mode": "approvals", "reason": "a test"}})
			var waiting []string
			for i := range 3 {
				in := all(fmt.Sprintf("waiting %d", i))
				in["wait"] = map[string]any{"for": "slot"}
				waiting = append(waiting, made(who.call(t, 201, "POST", "requests", in)))
			}
			who.call(t, 200, "POST", "requests/"+id+"/cancel", map[string]any{})
			for i := range waiting {
				time.Sleep(time.Duration(i*7) * time.Millisecond) // at different moments of passing it on
				for _, in := range instances {
					in.kill()
				}
				if instances = c.serve(t); c.processes > 1 { // and once more, with the other one going on
					instances[0].kill()
				}
				last := instances[len(instances)-1]
				who = &caller{base: last.url, secret: c.token}
				if got := holders(t, who, waiting); got != waiting[i] {
					t.Fatalf("round %d: %q has an offer, want %s of %v", i, got, waiting[i], waiting)
				}
				if out := c.place.must(t, "", "verify"); !strings.Contains(out, ": clean") {
					t.Fatalf("verify says:\n%s", out)
				}
				if i < len(waiting)-1 { // who has it does not want it
					who.call(t, 200, "POST", "requests/"+waiting[i]+"/stop-waiting", map[string]any{})
				}
			}
			who.call(t, 201, "POST", "requests/"+waiting[2]+"/offers/1/accept", nil)
			if out := c.place.must(t, "", "verify"); !strings.Contains(out, ": clean") {
				t.Fatalf("verify says:\n%s", out)
			}
		})
	}
}

// serve starts the processes.
func (c *crash) serve(t *testing.T) (list []*instance) {
	t.Helper()
	for range c.processes {
		list = append(list, c.place.serve(t))
	}
	return list
}

// holders waits until somebody has an offer, and a little longer, and returns all who have one.
func holders(t *testing.T, who *caller, ids []string) string {
	t.Helper()
	found, since := "", 0
	for range 200 {
		var have []string
		for _, id := range ids {
			var r struct {
				Offers []struct{ State string }
			}
			a := who.call(t, 200, "GET", "requests/"+id, nil)
			if err := json.Unmarshal(a.body, &r); err != nil {
				t.Fatal(err)
			}
			for _, o := range r.Offers {
				if o.State == "open" {
					have = append(have, id)
				}
			}
		}
		if found = strings.Join(have, " "); found != "" {
			if since++; since == 10 {
				return found
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	return found
}
