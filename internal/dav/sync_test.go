package dav_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"berth/internal/store"
	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

func syncBody(token string, limit int) string {
	nresults := ""
	if limit > 0 {
		nresults = fmt.Sprintf("<D:limit><D:nresults>%d</D:nresults></D:limit>", limit)
	}
	return `<D:sync-collection xmlns:D="DAV:"><D:sync-token>` + token + `</D:sync-token><D:sync-level>1</D:sync-level>` + nresults + `<D:prop><D:getetag/></D:prop></D:sync-collection>`
}

// mirror is a client's copy of a collection.
type mirror struct {
	token string
	tags  map[string]string // by href
}

// follow applies one answer to sync-collection, and reports whether there is more.
func (m *mirror) follow(h *house, who, collection string, limit int) (more bool) {
	h.Helper()
	res := h.send(who, "REPORT", home(who, collection), syncBody(m.token, limit))
	if res.status == http.StatusForbidden && strings.Contains(res.body, "valid-sync-token") {
		*m = mirror{tags: map[string]string{}}
		return true
	}
	n := 0
	parts := res.parts(h)
	for _, r := range parts.Responses {
		switch {
		case strings.HasSuffix(r.Href, "/"):
			more = strings.Contains(r.Status, "507")
			continue
		case strings.Contains(r.Status, "404"):
			delete(m.tags, r.Href)
		default:
			m.tags[r.Href] = r.Propstats[0].Prop.ETag
		}
		n++
	}
	if limit > 0 && n > limit {
		h.Fatalf("%d answers, asked for %d", n, limit)
	}
	if more && n == 0 {
		h.Fatalf("more is promised and nothing is sent: a client would ask for ever")
	}
	m.token = parts.Token
	return more
}

// tags reads the entity tags of a collection by PROPFIND.
func (h *house) tags(who, collection string) map[string]string {
	h.Helper()
	list := map[string]string{}
	for _, r := range h.send(who, "PROPFIND", home(who, collection), `<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>`, "Depth", "1").parts(h).Responses {
		if strings.HasSuffix(r.Href, ".ics") {
			list[r.Href] = r.Propstats[0].Prop.ETag
		}
	}
	return list
}

// TestAClientThatFollowsAlwaysEndsWithTheServersState changes requests at random, through two processes over one database, while
// clients of every role follow their collections with any limits, from either process.
func TestAClientThatFollowsAlwaysEndsWithTheServersState(t *testing.T) {
	t.Parallel()
	for _, engine := range testdb.Engines(t) {
		t.Run(engine.Name, func(t *testing.T) {
			t.Parallel()
			n := 0
			rapid.Check(t, func(rt *rapid.T) {
				if n++; n <= stories { // each needs a database of its own
					follow(t, rt, engine.Fresh(t))
				}
			})
		})
	}
}

// stories is the number of random runs on each engine.
const stories = 25

var audiences = []struct{ who, collection string }{
	{"eva", "mine"}, {"eva", "deployments"}, {"eva", "testbed-north"}, {"erik", "testbed-south"}, {"monika", "decisions"}, {"oskar", "operations"},
	{"oskar", "deployments"}, {"adele", "decisions"}, {"paddy", "testbed-north"}, {"paddy", "deployments"},
}

func follow(t *testing.T, rt *rapid.T, dsn string) {
	now := new(atomic.Int64)
	houses := make([]*house, 2)
	for i := range houses {
		db, err := store.Open(t.Context(), dsn, found)
		if err != nil {
			rt.Fatal(err)
		}
		defer db.Close()
		houses[i] = enter(t, rt, db, now)
	}
	houses[0].furnish()
	mirrors := make([]mirror, len(audiences))
	for i := range mirrors {
		mirrors[i].tags = map[string]string{}
	}
	var requests []scheduler.Request
	any := func() *house { return houses[rapid.IntRange(0, 1).Draw(rt, "process")] }
	one := func() scheduler.Request { return requests[rapid.IntRange(0, len(requests)-1).Draw(rt, "request")] }
	slot := func() testbeds.Slot {
		from := float64(now.Load())/3600 + float64(rapid.IntRange(24, 90).Draw(rt, "from"))
		return hours(from, float64(rapid.IntRange(1, 6).Draw(rt, "hours")))
	}
	existing := func(step func(*house, scheduler.Request)) func(*rapid.T) {
		return func(*rapid.T) {
			if len(requests) == 0 {
				rt.Skip("nothing yet")
			}
			step(any(), one())
		}
	}
	rt.Repeat(map[string]func(*rapid.T){
		"submit": func(*rapid.T) {
			who := rapid.SampledFrom([]string{"eva", "erik"}).Draw(rt, "who")
			where := rapid.SampledFrom([]string{"north/a", "south/b"}).Draw(rt, "where")
			requests = append(requests, any().submit(who, where, int64(rapid.IntRange(1, 8).Draw(rt, "vcpu")), slot()))
		},
		"schedule": existing(func(h *house, r scheduler.Request) { h.svc.Schedule(h.ctx, h.as("adele"), r.ID, scheduler.Schedule{}) }),
		"cancel":   existing(func(h *house, r scheduler.Request) { h.svc.Cancel(h.ctx, h.as("adele"), r.ID, scheduler.Step{}) }),
		"reject": existing(func(h *house, r scheduler.Request) {
			h.svc.Reject(h.ctx, h.as("adele"), r.ID, scheduler.Reject{Reason: "no", Count: 2})
		}),
		"assign": existing(func(h *house, r scheduler.Request) {
			h.svc.Assign(h.ctx, h.as("adele"), r.ID, scheduler.Assign{Mentor: "monika"})
		}),
		"drag": existing(func(h *house, r scheduler.Request) {
			h.put("adele", "decisions", r, slot())
		}),
		"hour": func(*rapid.T) { now.Add(3600 * int64(rapid.IntRange(1, 9).Draw(rt, "hours passed"))) },
		"weeks": func(*rapid.T) {
			now.Add(16 * 24 * 3600)
			h := any()
			h.must(nil, h.store.AgeCalendar(h.ctx, h.clock()))
		},
		"rename": func(*rapid.T) {
			h := any()
			f := facility()
			f.Testbeds[0].Name = rapid.SampledFrom([]string{"Athens", "Attica"}).Draw(rt, "name")
			f.Testbeds[0].Closures = f.Testbeds[0].Closures[:rapid.IntRange(0, 1).Draw(rt, "closures")]
			h.must(h.svc.PutFacility(h.ctx, account.System, f, scheduler.ChangeOptions{Force: true, Reason: "test"}))
			h.must(nil, h.store.RefreshCalendar(h.ctx, h.clock()))
		},
		"sync": func(*rapid.T) {
			i := rapid.IntRange(0, len(audiences)-1).Draw(rt, "client")
			mirrors[i].follow(any(), audiences[i].who, audiences[i].collection, rapid.IntRange(0, 4).Draw(rt, "limit"))
		},
	})
	for i, a := range audiences {
		for n := 0; mirrors[i].follow(any(), a.who, a.collection, rapid.SampledFrom([]int{0, 1, 3}).Draw(rt, "limit")); n++ {
			if n > 1000 {
				rt.Fatal("it never ends")
			}
		}
		if diff := cmp.Diff(any().tags(a.who, a.collection), mirrors[i].tags); diff != "" {
			rt.Fatalf("%s of %s, in the client (-server +client):\n%s", a.collection, a.who, diff)
		}
	}
}

func TestTokensThatAreNoGoodAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.submit("eva", "north/a", 1, hours(24, 2))
	m := mirror{tags: map[string]string{}}
	m.follow(h, "eva", "deployments", 0)
	parts := strings.Split(m.token, ":")
	other := func(i int, value string) string {
		p := slices.Clone(parts)
		p[i] = value
		return strings.Join(p, ":")
	}
	for name, token := range map[string]string{
		"nonsense": "x", "no number": other(5, "x"), "negative": other(5, "-1"), "another database": other(3, "ffffffffffff"),
		"another audience": other(4, "ffffffff"), "of the future": other(5, "99999999"), "too long": m.token + ":a:b:c", "half a place": m.token + ":a", "a place without a beginning": m.token + ":a:", "markup": "&lt;x&gt;",
	} {
		t.Run(name, func(t *testing.T) {
			res := h.send("eva", "REPORT", home("eva", "deployments"), syncBody(token, 0)).want(t, http.StatusForbidden)
			if !strings.Contains(res.body, "<D:valid-sync-token/>") {
				t.Errorf("answered %s", res.body)
			}
		})
	}
}

func TestWhoseRightsChangeReadsAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submit("eva", "north/a", 1, hours(24, 2))
	m := mirror{tags: map[string]string{}}
	m.follow(h, "erik", "deployments", 0)
	if event := h.event("erik", "deployments", r); !strings.Contains(event, "Busy") || strings.Contains(event, "Experiment") {
		t.Fatalf("erik sees\n%s", event)
	}
	before := maps.Clone(m.tags)
	p, err := h.svc.Person(h.ctx, account.System, "erik")
	h.must(nil, err)
	p.Roles = append(p.Roles, account.RoleMentor)
	h.must(h.svc.PutPerson(h.ctx, account.System, p))
	for m.follow(h, "erik", "deployments", 0) {
	}
	href := h.href("erik", "deployments", r)
	if m.tags[href] == "" || m.tags[href] == before[href] {
		t.Errorf("erik, a mentor now, still has the tag %s", m.tags[href])
	}
}

func TestForgottenRemovalsMakeOldTokensInvalid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submit("eva", "north/a", 1, hours(24, 2))
	m := mirror{tags: map[string]string{}}
	m.follow(h, "eva", "mine", 0)
	h.must(h.svc.Cancel(h.ctx, h.as("eva"), r.ID, scheduler.Step{}))
	h.now.Store(120 * 24 * 3600)
	h.must(nil, h.store.AgeCalendar(h.ctx, h.clock()))
	fresh := enter(t, t, h.store, h.now) // it knows no more than the database still does
	if !m.follow(fresh, "eva", "mine", 0) {
		t.Error("the token was taken although the removal is forgotten")
	}
	for m.follow(fresh, "eva", "mine", 0) {
	}
	if len(m.tags) != 0 {
		t.Errorf("the client still has %v", m.tags)
	}
}

func TestAProcessThatHasNotLookedForLongReadsAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.submit("eva", "north/a", 1, hours(24, 2))
	sleepy := enter(t, t, h.store, h.now)
	if n := len(sleepy.shown("eva", "mine")); n != 1 {
		t.Fatalf("it shows %d events, want one", n)
	}
	h.must(h.svc.Cancel(h.ctx, h.as("eva"), r.ID, scheduler.Step{}))
	for _, days := range []int64{20, 130} { // the event is removed; and its removal is forgotten
		h.now.Store(days * 24 * 3600)
		h.must(nil, h.store.AgeCalendar(h.ctx, h.clock()))
	}
	h.must(h.svc.AddFeedback(h.ctx, h.as("eva"), r.ID, "still there?", scheduler.Creation{}))
	if list := sleepy.shown("eva", "mine"); len(list) != 0 {
		t.Errorf("it still shows %v", list)
	}
}

func TestALongFirstSyncGetsPastWhatIsForgotten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i := range 4 { // early in the log, and far ahead in time
		h.submit("eva", "south/b", 1, hours(24*300+float64(i), 1))
	}
	gone := h.submit("eva", "south/b", 1, hours(24, 1))
	h.must(h.svc.Cancel(h.ctx, h.as("eva"), gone.ID, scheduler.Step{}))
	for _, days := range []int64{20, 130} {
		h.now.Store(days * 24 * 3600)
		h.must(nil, h.store.AgeCalendar(h.ctx, h.clock()))
	}
	fresh := enter(t, t, h.store, h.now)
	m := mirror{tags: map[string]string{}}
	for n := 0; m.follow(fresh, "eva", "mine", 1); n++ {
		if n > 20 {
			t.Fatalf("it begins again and again; the token is %s", m.token)
		}
	}
	if len(m.tags) != 4 {
		t.Errorf("the client has %v", m.tags)
	}
	if m.follow(fresh, "eva", "mine", 1) {
		t.Error("with nothing new there is more")
	}
}
