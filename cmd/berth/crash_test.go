package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestNothingIsLostOrBookedTwiceThroughCrashes decides on overlapping requests from many clients at once, kills the processes in the
// middle of it, starts them again, and sweeps: nothing is booked that is not there, and every decision that was answered is kept.
func TestNothingIsLostOrBookedTwiceThroughCrashes(t *testing.T) {
	t.Parallel()
	for _, tt := range arrangements(t, 3) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			newCrash(t, newPlace(t, tt.fresh(t)), tt.processes).run(t)
		})
	}
}

const (
	crashRounds    = 3
	crashClients   = 12
	crashDecisions = 250 // that are answered in a round before the processes are killed
)

// rig is the equipment that all users want: requests overlap, and most of them cannot all have it.
const rig = `testbeds:
  - id: rig
    name: Rig
    timezone: Europe/Dublin
    vims: [{id: pool, capacity: {vcpu: 16, memory_mb: 65536}}]
    devices: [{id: radio, count: 4, units: [r1, r2, r3, r4]}]
  - id: annex
    name: Annex
    timezone: Europe/Athens
    vims: [{id: pool, capacity: {vcpu: 8, memory_mb: 32768}}]
    devices: [{id: radio, count: 2}]
`

// crash is a test under way.
type crash struct {
	place     place
	processes int
	token     string
	day       time.Time

	mu     sync.Mutex
	kept   map[string]map[string]int // successful answers, by request: number per action
	ids    []string
	offers [][2]string // request and offer, as rejections were answered
	total  atomic.Int64
}

func newCrash(t *testing.T, p place, processes int) *crash {
	t.Helper()
	p.write(t, "rig.yaml", rig)
	p.must(t, "", "load", "rig.yaml")
	p.must(t, "correct horse battery\n", "user", "add", "root", "--role", "administrator", "--role", "mentor")
	var made struct {
		Secret string `json:"secret"`
	}
	out := p.must(t, "", "token", "create", "root", "--name", "crash", "--scope", "read", "--scope", "write", "--scope", "admin", "--json")
	if err := json.Unmarshal([]byte(out), &made); err != nil || made.Secret == "" {
		t.Fatalf("token create printed %q (%v)", out, err)
	}
	return &crash{place: p, processes: processes, token: made.Secret, kept: map[string]map[string]int{},
		day: time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 7)}
}

func (c *crash) run(t *testing.T) {
	for round := range crashRounds {
		instances := make([]*instance, c.processes)
		for i := range instances {
			instances[i] = c.place.serve(t)
		}
		c.decideUntilKilled(t, instances, uint64(round))
		if out := c.place.must(t, "", "verify"); !strings.Contains(out, ": clean") {
			t.Fatalf("round %d: verify says:\n%s", round, out)
		}
	}
	last := c.place.serve(t)
	c.compare(t, last.url)
	last.stop(t)
	t.Logf("%d decisions were answered with success on %d requests", c.total.Load(), len(c.ids))
}

// decideUntilKilled lets clients decide until enough was answered, and kills all processes while they go on.
func (c *crash) decideUntilKilled(t *testing.T, instances []*instance, round uint64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	enough := make(chan struct{})
	var once sync.Once
	var answered atomic.Int64
	var clients sync.WaitGroup
	for i := range crashClients {
		clients.Go(func() {
			who := &caller{base: instances[i%len(instances)].url, secret: c.token}
			dice := rand.New(rand.NewPCG(round, uint64(i)))
			for ctx.Err() == nil {
				if !c.decide(ctx, t, who, dice) {
					return // the process is gone
				}
				if answered.Add(1) == crashDecisions {
					once.Do(func() { close(enough) })
				}
			}
		})
	}
	select {
	case <-enough:
	case <-ctx.Done():
		t.Errorf("only %d decisions were answered in a minute", answered.Load())
	}
	for _, in := range instances {
		in.kill()
	}
	clients.Wait()
}

// dice fall the same way in each run.
func dice(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// decide takes one random step. It reports false when no answer came.
func (c *crash) decide(ctx context.Context, t *testing.T, who *caller, dice *rand.Rand) bool {
	id, offer := c.any(dice)
	action, path, body := "submit", "requests", c.wish(dice)
	if id != "" {
		switch n := dice.IntN(100); {
		case n < 30:
		case n < 60:
			action, path, body = "schedule", "requests/"+id+"/schedule", map[string]any{}
		case n < 72:
			action, path, body = "reject", "requests/"+id+"/reject", map[string]any{"reason": "chance", "alternatives": 2}
		case n < 80:
			action, path, body = "cancel", "requests/"+id+"/cancel", map[string]any{"reason": "chance"}
		case n < 90 && offer[0] != "":
			id = offer[0]
			action, path, body = "accept_offer", "requests/"+id+"/offers/"+offer[1]+"/accept", map[string]any{}
		default:
			action, path, body = "move", "requests/"+id+"/move", map[string]any{"slot": c.slot(dice), "reason": "chance"}
		}
	}
	a, err := who.send(ctx, "POST", path, body)
	switch {
	case err != nil:
		return false
	case a.status < 300:
		c.keep(t, action, id, a)
	case a.status != 409 && a.status != 503:
		t.Errorf("%s is answered %d:\n%s", path, a.status, a.body)
	}
	return true
}

func (c *crash) slot(dice *rand.Rand) map[string]any {
	start := c.day.Add(time.Duration(dice.IntN(72)) * time.Hour)
	return map[string]any{"start": start, "end": start.Add(time.Duration(1+dice.IntN(12)) * time.Hour)}
}

// wish makes a request for some of the rig, sometimes together with the annex.
func (c *crash) wish(dice *rand.Rand) map[string]any {
	devices := []map[string]any{{"testbed": "rig", "device": "radio", "count": 1 + dice.IntN(4)}}
	components := []map[string]any{{"member": "1", "size": map[string]int{"vcpu": 1 + dice.IntN(8), "memory_mb": 1024}, "onboarded": []string{"rig/pool"}}}
	placement := map[string]string{"1": "rig/pool"}
	if dice.IntN(3) == 0 {
		devices = append(devices, map[string]any{"testbed": "annex", "device": "radio", "count": 1})
	}
	return map[string]any{"name": fmt.Sprintf("wish %d", dice.Uint64()), "components": components, "placement": placement, "devices": devices,
		"slot": c.slot(dice), "submit_anyway": true, "mentor": "root"}
}

// any returns a request, and an offer, that a user was told of.
func (c *crash) any(dice *rand.Rand) (id string, offer [2]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.ids) > 0 {
		id = c.ids[dice.IntN(len(c.ids))]
	}
	if len(c.offers) > 0 {
		offer = c.offers[dice.IntN(len(c.offers))]
	}
	return id, offer
}

// keep remembers a successful answer.
func (c *crash) keep(t *testing.T, action, id string, a answer) {
	var made outcome
	if err := json.Unmarshal(a.body, &made); err != nil || made.Request.ID == "" {
		t.Errorf("%s is answered with %s (%v)", action, a.body, err)
		return
	}
	c.total.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case action == "submit":
		c.note(made.Request.ID, action)
	case made.Created != nil:
		c.note(id, action)
		c.note(made.Created.ID, "submit")
	default:
		c.note(id, action)
	}
	if action == "reject" {
		for _, o := range made.Request.Offers {
			c.offers = append(c.offers, [2]string{id, o.ID})
		}
	}
}

func (c *crash) note(id, action string) {
	if c.kept[id] == nil {
		c.kept[id] = map[string]int{}
		c.ids = append(c.ids, id)
	}
	c.kept[id][action]++
}

// compare checks the kept answers against the histories. These may have more: a decision whose answer the kill cut off.
func (c *crash) compare(t *testing.T, url string) {
	t.Helper()
	who := &caller{base: url, secret: c.token}
	for _, id := range c.ids {
		var history struct {
			Items []struct {
				Action string `json:"action"`
			} `json:"items"`
		}
		who.call(t, 200, "GET", "requests/"+id+"/history?limit=100", nil).decode(t, &history)
		found := map[string]int{}
		for _, e := range history.Items {
			found[e.Action]++
		}
		for action, n := range c.kept[id] {
			if found[action] < n {
				t.Errorf("request %s: %d times %s was answered with success, its history has %d", id, n, action, found[action])
			}
		}
	}
}
