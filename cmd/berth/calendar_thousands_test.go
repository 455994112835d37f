package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"berth/internal/store"
	"berth/scheduler"
	"berth/testbeds"
)

// The tests of this file try the calendar clients with a calendar of thousands of events, and with a refused move in the absence of a user.

// thousands is how many events the calendar has, beside the demo's.
const thousands = 1200

const utcForm = "20060102T150405Z"

// mover is a client with which a user moves an event.
type mover struct {
	name     string
	programs []string
	prepare  func(t *testing.T, dir string) // nil where there is nothing to
	// fetch counts the events that it is sent, for one that takes minutes to file thousands of them; that one moves in a short calendar.
	fetch func(t *testing.T, c clientPlace) int
	// stuck says that it never gets past a refusal: calcurse takes a moved event for a new one beside one to delete, and gives up at the
	// first.
	stuck bool
	// sync synchronises without a user: a refusal does not stop it.
	sync func(t *testing.T, c clientPlace, uid string) string
	// drag changes the times of an event in the client.
	drag func(t *testing.T, c clientPlace, e dragged, to testbeds.Slot)
	// starts are the starts of the events that the client has, by UID.
	starts func(t *testing.T, c clientPlace) map[string]string
}

// dragged is the event that is moved in a client.
type dragged struct {
	uid, title string
}

var movers = []mover{
	{name: "python3-caldav", programs: []string{debianPython}, sync: pythonPush, drag: pythonDrag, starts: pythonStarts},
	{name: "vdirsyncer with khal", programs: []string{"vdirsyncer", "khal"}, sync: vdirUnattended, drag: vdirDrag, starts: khalStarts},
	{name: "calcurse-caldav", programs: []string{debianPython, "calcurse-caldav", "calcurse"}, fetch: calcurseFetch, stuck: true, sync: calcurseUnattended, drag: calcurseDrag, starts: calcurseStarts},
	{name: "tsdav", programs: []string{"node", "npm"}, prepare: tsdavInstall, sync: tsdavSync, drag: tsdavDrag, starts: tsdavStarts},
}

func pythonPush(t *testing.T, c clientPlace, uid string) string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(c.dir, "dragged.ics")); err != nil {
		return ""
	}
	out, _ := c.python(t, "push", uid)
	return out
}

func pythonDrag(t *testing.T, c clientPlace, e dragged, to testbeds.Slot) {
	t.Helper()
	if out, code := c.python(t, "drag", e.uid, to.Start.Format(utcForm), to.End.Format(utcForm)); code != 0 {
		t.Fatal(out)
	}
}

func pythonStarts(t *testing.T, c clientPlace) map[string]string {
	t.Helper()
	out, code := c.python(t, "starts")
	if code != 0 {
		t.Fatal(out)
	}
	return pairs(out)
}

// pairs reads lines of two words.
func pairs(out string) map[string]string {
	list := map[string]string{}
	for line := range strings.Lines(out) {
		if uid, start, ok := strings.Cut(strings.TrimSpace(line), " "); ok && strings.Contains(uid, "@") {
			list[uid] = start
		}
	}
	return list
}

func vdirUnattended(t *testing.T, c clientPlace, _ string) string {
	t.Helper()
	out, _ := c.vdirsyncer(t)
	return out
}

func (c clientPlace) vdirFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(c.dir, "vdir", c.calendar, "*.ics"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var times = regexp.MustCompile(`(DTSTART|DTEND):\w+`)

func vdirDrag(t *testing.T, c clientPlace, e dragged, to testbeds.Slot) {
	t.Helper()
	for _, f := range c.vdirFiles(t) {
		event := text(t, f)
		if uid, _ := identity(event); uid != e.uid {
			continue
		}
		c.file(t, strings.TrimPrefix(f, c.dir+"/"), times.ReplaceAllStringFunc(event, func(s string) string {
			if strings.HasPrefix(s, "DTSTART") {
				return "DTSTART:" + to.Start.Format(utcForm)
			}
			return "DTEND:" + to.End.Format(utcForm)
		}))
		return
	}
	t.Fatalf("the client has no event %s", e.uid)
}

func khalStarts(t *testing.T, c clientPlace) map[string]string {
	t.Helper()
	list := map[string]string{}
	for line := range strings.Lines(c.khal(t, "{uid} {start-date} {start-time}")) {
		if words := strings.Fields(line); len(words) == 3 {
			list[words[0]] = strings.NewReplacer("-", "", ":", "").Replace(words[1]+"T"+words[2]) + "00Z"
		}
	}
	return list
}

// calcurseFetch counts the events that it would file: for each one it starts calcurse, which reads and writes all of its data.
func calcurseFetch(t *testing.T, c clientPlace) int {
	t.Helper()
	out := c.calcurseRun(t, "Yes", "--init", "keep-remote", "--verbose")
	return strings.Count(out, "Importing new object")
}

func calcurseUnattended(t *testing.T, c clientPlace, _ string) string {
	t.Helper()
	if _, err := os.Stat(c.syncdb()); err != nil {
		return c.calcurse(t, "--init", "keep-remote")
	}
	return c.calcurse(t)
}

const calcurseForm = "01/02/2006 @ 15:04"

func calcurseDrag(t *testing.T, c clientPlace, e dragged, to testbeds.Slot) {
	t.Helper()
	var b strings.Builder
	found := false
	for line := range strings.Lines(text(t, filepath.Join(c.dir, "calcurse", "apts"))) {
		if strings.Contains(line, e.title) && len(line) > 40 {
			found = true
			line = to.Start.Format(calcurseForm) + " -> " + to.End.Format(calcurseForm) + line[2*len(calcurseForm)+4:]
		}
		b.WriteString(line)
	}
	if !found {
		t.Fatalf("the client has no event %q", e.title)
	}
	c.file(t, "calcurse/apts", b.String())
}

// calcurseStarts reads the starts by title: calcurse keeps no UID.
func calcurseStarts(t *testing.T, c clientPlace) map[string]string {
	t.Helper()
	list := map[string]string{}
	for line := range strings.Lines(text(t, filepath.Join(c.dir, "calcurse", "apts"))) {
		at, err := time.Parse(calcurseForm, line[:min(len(line), len(calcurseForm))])
		_, title, ok := strings.Cut(line, "|")
		if err != nil || !ok {
			t.Fatalf("an appointment is %q: %v", line, err)
		}
		list[strings.TrimSpace(title)] = at.Format(utcForm)
	}
	return list
}

func tsdavInstall(t *testing.T, dir string) {
	t.Helper()
	for _, name := range []string{"package.json", "package-lock.json", "client.mjs"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text(t, filepath.Join("testdata", "tsdav", name))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		absent(t, fmt.Sprintf("tsdav cannot be installed: %v\n%s", err, out))
	}
}

func (c clientPlace) tsdav(t *testing.T, args ...string) string {
	t.Helper()
	return c.must(t, "", "node", append([]string{"client.mjs", c.url, c.user, c.password, c.calendar}, args...)...)
}

func tsdavSync(t *testing.T, c clientPlace, _ string) string {
	t.Helper()
	return c.tsdav(t, "sync")
}

func tsdavDrag(t *testing.T, c clientPlace, e dragged, to testbeds.Slot) {
	t.Helper()
	c.tsdav(t, "drag", e.uid, to.Start.Format(utcForm), to.End.Format(utcForm))
}

func tsdavStarts(t *testing.T, c clientPlace) map[string]string {
	t.Helper()
	return pairs(c.tsdav(t, "list"))
}

// fill gives an experimenter thousands of requests under review, an hour after another, like the one that there is, and another experimenter a few.
// The program does not run meanwhile.
func fill(t *testing.T, p place, like, other string) (many, few []dragged) {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(p.dir, "berth.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Change(t.Context(), nil, func(tx scheduler.Tx) error {
		r, err := tx.LockRequest(t.Context(), like)
		if err != nil {
			return err
		}
		from := r.Slot.Start.AddDate(0, 0, 60)
		for i := range thousands + 3 {
			if i == thousands {
				r.Experimenter = other
			}
			r.ID, r.Name, r.Ticket, r.Due, r.Revision = uuid.NewString(), fmt.Sprintf("thousands %04d", i), nil, nil, 1
			r.Slot = testbeds.NewSlot(from.Add(time.Duration(i)*time.Hour), 2*time.Hour)
			if e := (dragged{r.ID + "@berth", r.Name}); i < thousands {
				many = append(many, e)
			} else {
				few = append(few, e)
			}
			if err := tx.CreateRequest(t.Context(), &r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return many, few
}

// TestARefusedMoveWithNobodyThere lets each client synchronise a calendar of thousands of events, and a person move one of them onto a taken time, see
// it back and move it there again. Then nobody is there any more: what was in the way goes, and the client synchronises three times. The booking stays
// where it is, and the client shows it there.
func TestARefusedMoveWithNobodyThere(t *testing.T) {
	t.Parallel()
	p := newPlace(t, "")
	in := p.serve(t, "--demo")
	talk := conversation{password: demoPassword(t, in), urls: []string{in.url}}
	marathon, filters := talk.find(t, "MARATHON density 3"), talk.find(t, "HyDRA filters")
	at := clientPlace{user: "hector", calendar: "mine", password: appPassword(t, &talk, "hector", "calendar", "calendar:move")}
	short := clientPlace{user: "nikos", calendar: "mine", password: appPassword(t, &talk, "nikos", "calendar", "calendar:move")}
	in.stop(t)
	many, few := fill(t, p, filters.ID, short.user)
	in = p.serve(t)
	talk.urls, at.url, short.url = []string{in.url}, in.url, in.url
	calendarsAreRead(t, in.url)
	before := at.starts(t)
	if len(before) < thousands {
		t.Fatalf("the calendar has %d events", len(before))
	}
	taken := testbeds.NewSlot(marathon.Slot.Start.Add(time.Hour), 2*time.Hour)
	places, events, was := make([]clientPlace, len(movers)), make([]dragged, len(movers)), make([]string, len(movers))
	t.Run("refused", func(t *testing.T) {
		for i, m := range movers {
			t.Run(m.name, func(t *testing.T) {
				present(t, m.programs)
				c, e := at, many[i]
				c.dir = t.TempDir()
				if m.fetch != nil {
					if n := m.fetch(t, c); n != len(before) {
						t.Errorf("the client is sent %d events of %d", n, len(before))
					}
					c, e = short, few[0]
				}
				c.dir = filepath.Join(p.dir, m.name)
				if err := os.Mkdir(c.dir, 0o700); err != nil {
					t.Fatal(err)
				}
				places[i], events[i], was[i] = c, e, c.starts(t)[e.uid]
				if m.prepare != nil {
					m.prepare(t, c.dir)
				}
				m.sync(t, c, e.uid)
				if n, want := len(m.starts(t, c)), len(c.starts(t)); n != want {
					t.Fatalf("the client has %d events of %d", n, want)
				}
				for range 2 {
					m.drag(t, c, e, taken)
					if out := m.sync(t, c, e.uid); !strings.Contains(out, "403") && !strings.Contains(out, "Forbidden") && !strings.Contains(out, "AuthorizationError") {
						t.Errorf("the client was not told that it may not:\n%s", out)
					}
					m.sync(t, c, e.uid)
				}
				m.drag(t, c, e, taken)
				m.sync(t, c, e.uid)
			})
		}
	})
	talk.as("adele").call(t, 200, "POST", fmt.Sprintf("requests/%d/cancel", marathon.Number), map[string]any{"reason": "not needed"})
	t.Run("nothing is in the way", func(t *testing.T) {
		for i, m := range movers {
			t.Run(m.name, func(t *testing.T) {
				present(t, m.programs)
				c, e := places[i], events[i]
				for range 3 {
					m.sync(t, c, e.uid)
				}
				if now := c.starts(t)[e.uid]; now != was[i] {
					t.Errorf("the booking has moved by itself, from %s to %s", was[i], now)
				}
				if m.stuck {
					return
				}
				shown := m.starts(t, c)
				if start := shown[e.uid] + shown[titleOf(shown, e.title)]; start != was[i] {
					t.Errorf("the client shows it at %s, and it is at %s", start, was[i])
				}
			})
		}
	})
	in.stop(t)
}

// titleOf finds the key that has a title in it; empty where there is none.
func titleOf(shown map[string]string, title string) string {
	for key := range shown {
		if strings.Contains(key, title) {
			return key
		}
	}
	return ""
}
