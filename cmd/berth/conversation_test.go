package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// request holds the fields of a request that these tests read.
type request struct {
	ID     string `json:"id"`
	Number int64  `json:"number"`
	Name   string `json:"name"`
	Status string `json:"status"`
	Origin string `json:"origin"`
	Slot   slot   `json:"slot"`
	Offers []struct {
		ID    string `json:"id"`
		State string `json:"state"`
	} `json:"offers"`
}

type slot struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

type conflict struct {
	Resource struct {
		Testbed string `json:"testbed"`
		Device  string `json:"device"`
	} `json:"resource"`
	Needed  int64 `json:"needed"`
	Free    int64 `json:"free"`
	ShortBy int64 `json:"short_by"`
	TakenBy []struct {
		Request int64  `json:"request"`
		Summary string `json:"summary"`
	} `json:"taken_by"`
}

// outcome holds the fields of a step's answer that these tests read.
type outcome struct {
	Request   request  `json:"request"`
	Created   *request `json:"created"`
	Displaced []struct {
		Number       int64 `json:"number"`
		Alternatives []any `json:"alternatives"`
	} `json:"displaced"`
}

// demoPassword finds the password of the demo's people among the lines that the server printed.
func demoPassword(t *testing.T, in *instance) string {
	t.Helper()
	m := regexp.MustCompile(`password[^:]*: (\S+)`).FindStringSubmatch(strings.Join(in.lines, "\n"))
	if m == nil {
		t.Fatalf("no password was printed:\n%s", strings.Join(in.lines, "\n"))
	}
	return m[1]
}

// TestConversation follows docs/api-by-example.md: one experiment from its first refusal to its slot, and an override, beside the demo's requests. Each
// line of it may be answered by another process.
func TestConversation(t *testing.T) {
	t.Parallel()
	for _, tt := range arrangements(t, 2) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, tt.fresh(t))
			first := p.serve(t, "--demo")
			urls := []string{first.url}
			for len(urls) < tt.processes {
				urls = append(urls, p.serve(t).url)
			}
			talk := conversation{password: demoPassword(t, first), urls: urls}
			talk.run(t)
			if out := p.must(t, "", "verify"); !strings.Contains(out, "clean") {
				t.Errorf("verify says:\n%s", out)
			}
			first.stop(t)
		})
	}
}

// conversation goes on with whatever process is next.
type conversation struct {
	password string
	urls     []string
	turn     int
}

func (c *conversation) as(name string) *caller {
	c.turn++
	return &caller{base: c.urls[c.turn%len(c.urls)], name: name, secret: c.password}
}

func (c *conversation) run(t *testing.T) {
	marathon, handover := c.find(t, "MARATHON density 3"), c.find(t, "C2G-RAN handover")
	asked := slot{marathon.Slot.Start.Add(4 * time.Hour), marathon.Slot.Start.Add(8 * time.Hour)}
	wish := map[string]any{"nsd": "hydra_baseline_nsd", "slot": asked}

	c.check(t, wish)

	wish["name"], wish["mentor"] = "HyDRA spectrum", "monika"
	c.refused(t, wish)
	wish["submit_anyway"] = true
	var submitted outcome
	c.as("hector").call(t, 201, "POST", "requests", wish).decode(t, &submitted)
	if submitted.Request.Status != "UNDER_REVIEW" {
		t.Fatalf("the new request is %s", submitted.Request.Status)
	}

	again := c.resubmit(t, submitted.Request)

	path := fmt.Sprintf("requests/%d", again.Number)
	c.as("paddy").call(t, 200, "PUT", path+"/approvals/wins-5g", map[string]any{"decision": "approved"})
	var granted outcome
	c.as("monika").call(t, 200, "POST", path+"/schedule", map[string]any{}).decode(t, &granted)
	if granted.Request.Status != "SCHEDULED" || !granted.Request.Slot.Start.Equal(again.Slot.Start) {
		t.Errorf("the mentor's yes left it %s at %v, want SCHEDULED at %v", granted.Request.Status, granted.Request.Slot, again.Slot)
	}

	c.displace(t, handover, marathon)
}

// find reads a request of the demo by its name.
func (c *conversation) find(t *testing.T, name string) request {
	t.Helper()
	var page struct {
		Items []request `json:"items"`
		Next  string    `json:"next"`
	}
	path := "requests?testbed=wins-5g&limit=50"
	for {
		page.Items, page.Next = nil, ""
		c.as("adele").call(t, 200, "GET", path, nil).decode(t, &page)
		for _, r := range page.Items {
			if r.Name == name {
				return r
			}
		}
		if page.Next == "" {
			t.Fatalf("the demo has no request %q", name)
		}
		path = "requests?testbed=wins-5g&limit=50&cursor=" + page.Next
	}
}

// check asks first: MARATHON is there, and whose request it is is not said.
func (c *conversation) check(t *testing.T, wish any) {
	t.Helper()
	var verdict struct {
		OK        bool       `json:"ok"`
		Conflicts []conflict `json:"conflicts"`
		Messages  []string   `json:"messages"`
	}
	a := c.as("hector").call(t, 200, "POST", "availability/check", wish)
	a.decode(t, &verdict)
	if verdict.OK || len(verdict.Conflicts) == 0 {
		t.Fatalf("the check does not refuse:\n%s", a.body)
	}
	x := verdict.Conflicts[0]
	if x.Resource.Device != "usrp-n210" || x.Needed != 3 || x.Free != 0 || x.ShortBy != 3 {
		t.Errorf("conflict is %+v, want usrp-n210: needs 3, free 0", x)
	}
	if len(verdict.Messages) == 0 || !strings.Contains(verdict.Messages[0], "usrp-n210: short by 3 (3 needed, none free), ") ||
		!strings.HasSuffix(verdict.Messages[0], "; taken by another experiment") {
		t.Errorf("in words the conflict is %q", verdict.Messages)
	}
	for _, taker := range x.TakenBy {
		if taker.Request != 0 || strings.Contains(taker.Summary, "MARATHON") {
			t.Errorf("an experimenter is told whose booking it is: %+v", taker)
		}
	}
	var suggested struct {
		Alternatives []any `json:"alternatives"`
	}
	c.as("hector").call(t, 200, "POST", "availability/suggest", wish).decode(t, &suggested)
	if len(suggested.Alternatives) == 0 {
		t.Error("no alternative is suggested")
	}
}

// refused submits a request that does not fit.
func (c *conversation) refused(t *testing.T, wish any) {
	t.Helper()
	var problem struct {
		Conflicts    []conflict `json:"conflicts"`
		Alternatives []any      `json:"alternatives"`
	}
	a := c.as("hector").call(t, 409, "POST", "requests", wish)
	a.decode(t, &problem)
	if len(problem.Conflicts) == 0 || len(problem.Alternatives) == 0 {
		t.Errorf("the refusal has no conflicts or no alternatives:\n%s", a.body)
	}
	if got := a.header.Get("Content-Type"); !strings.HasPrefix(got, "application/problem+json") {
		t.Errorf("the refusal is %s", got)
	}
}

// resubmit rejects with two offers, as the mentor, and the experimenter takes one.
func (c *conversation) resubmit(t *testing.T, r request) request {
	t.Helper()
	path := fmt.Sprintf("requests/%d", r.Number)
	c.as("monika").call(t, 200, "POST", path+"/reject", map[string]any{"reason": "MARATHON runs then", "alternatives": 2})
	var rejected request
	c.as("hector").call(t, 200, "GET", path, nil).decode(t, &rejected)
	if rejected.Status != "REJECTED" || len(rejected.Offers) != 2 {
		t.Fatalf("the request is %s with %d offers, want REJECTED with 2", rejected.Status, len(rejected.Offers))
	}
	var accepted outcome
	c.as("hector").call(t, 201, "POST", path+"/offers/"+rejected.Offers[0].ID+"/accept", map[string]any{}).decode(t, &accepted)
	if accepted.Created == nil || accepted.Created.Origin != r.ID || accepted.Created.Status != "UNDER_REVIEW" {
		t.Fatalf("accepting the offer made %+v, want a request under review that comes from %s", accepted.Created, r.ID)
	}
	return *accepted.Created
}

// displace overrides as the administrator: MARATHON must make room.
func (c *conversation) displace(t *testing.T, for_, victim request) {
	t.Helper()
	var done outcome
	c.as("adele").call(t, 200, "POST", fmt.Sprintf("requests/%d/schedule", for_.Number), map[string]any{"override": map[string]any{
		"mode": "displace", "reason": "the partners travel for it", "displace": []string{fmt.Sprintf("#%d", victim.Number)},
	}}).decode(t, &done)
	if done.Request.Status != "SCHEDULED" || len(done.Displaced) != 1 || done.Displaced[0].Number != victim.Number {
		t.Fatalf("the override left it %s and displaced %+v, want #%d to be displaced", done.Request.Status, done.Displaced, victim.Number)
	}
	if len(done.Displaced[0].Alternatives) == 0 {
		t.Error("who was displaced is offered nothing")
	}
	var after request
	c.as("maeve").call(t, 200, "GET", fmt.Sprintf("requests/%d", victim.Number), nil).decode(t, &after)
	if after.Status != "UNDER_REVIEW" {
		t.Errorf("who was displaced is %s, want UNDER_REVIEW", after.Status)
	}
}
