package calendarsync

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
	"berth/testbeds"
)

func bench1(t *testing.T) *bench {
	b := newBench(t)
	t.Cleanup(b.stop)
	return b
}

func (b *bench) wants(testbed string, want ...string) {
	b.Helper()
	slices.Sort(want)
	if diff := cmp.Diff(want, b.closed(testbed)); diff != "" {
		b.Fatalf("(-want +got):\n%s\n%+v", diff, b.state(b.sync, "adele"))
	}
}

func TestWhatEventsClose(t *testing.T) {
	t.Parallel()
	categories := Settings{Rules: []Rule{{Category: "Radio", Device: "usrp-n210", Count: 2}, {Category: "Compute", VIM: "iris"}, {Category: "Gone", Device: "sold"}}}
	for name, c := range map[string]struct {
		o    Settings
		more []string
		want []string
	}{
		"everything":                      {Settings{}, []string{"SUMMARY:Power cut"}, []string{"30 Power cut"}},
		"nothing, if so set":              {Settings{Nothing: true}, []string{"SUMMARY:Power cut"}, nil},
		"without a summary":               {Settings{}, nil, []string{"30 Closed"}},
		"a count":                         {Settings{}, []string{"SUMMARY:[USRP x2] Repair"}, []string{"30 2 × usrp-n210 [USRP x2] Repair"}},
		"a count with a sign":             {Settings{}, []string{"SUMMARY:Repair [usrp-n210 ×3]"}, []string{"30 3 × usrp-n210 Repair [usrp-n210 ×3]"}},
		"a count with a sign close to it": {Settings{}, []string{"SUMMARY:[usrp-n210×3]"}, []string{"30 3 × usrp-n210 [usrp-n210×3]"}},
		"all of them":                     {Settings{}, []string{"SUMMARY:[usrp-n210 x4]"}, []string{"30 usrp-n210 [usrp-n210 x4]"}},
		"more than there are":             {Settings{}, []string{"SUMMARY:[usrp-n210 x9]"}, []string{"30 usrp-n210 [usrp-n210 x9]"}},
		"a name that ends like a count":   {Settings{}, []string{"SUMMARY:[usrp-x310]"}, []string{"30 usrp-x310 [usrp-x310]"}},
		"a unit":                          {Settings{}, []string{"SUMMARY:[u3\\, u1]"}, []string{"30 usrp-n210 u1, u3 [u3, u1]"}},
		"a VIM":                           {Settings{}, []string{"SUMMARY:[Iris] new disks"}, []string{"30 iris [Iris] new disks"}},
		"the beginning of one name":       {Settings{}, []string{"SUMMARY:[edge] new disks"}, []string{"30 edge-1 [edge] new disks"}},
		"the beginning of two":            {Settings{}, []string{"SUMMARY:[usrp] x"}, []string{"30 usrp-n210 [usrp] x"}}, // it is the name of one
		"a private one":                   {Settings{}, []string{"SUMMARY:[iris] Dr. Who", "CLASS:PRIVATE"}, []string{"30 iris Closed"}},
		"several":                         {Settings{}, []string{"SUMMARY:[iris\\, bts\\, usrp-n210 x1]"}, []string{"30 1 × usrp-n210 [iris, bts, usrp-n210 x1]", "30 iris, bts [iris, bts, usrp-n210 x1]"}},
		"a tag that names nothing":        {Settings{}, []string{"SUMMARY:[URGENT] Power cut"}, []string{"30 [URGENT] Power cut"}},
		"the testbed":                     {categories, []string{"SUMMARY:[all]", "CATEGORIES:Radio"}, []string{"30 [all]"}},
		"a category":                      {categories, []string{"CATEGORIES:radio", "SUMMARY:x"}, []string{"30 2 × usrp-n210 x"}},
		"two categories":                  {categories, []string{"CATEGORIES:Radio,Compute", "SUMMARY:x"}, []string{"30 2 × usrp-n210 x", "30 iris x"}},
		"a tag before a category":         {categories, []string{"CATEGORIES:Radio", "SUMMARY:[bts]"}, []string{"30 bts [bts]"}},
		"a category whose device is gone": {categories, []string{"CATEGORIES:Gone", "SUMMARY:x"}, []string{"30 x"}},
		"not of the categories":           {Settings{Categories: []string{"Upkeep"}}, []string{"CATEGORIES:Party", "SUMMARY:x"}, nil},
		"of the categories":               {Settings{Categories: []string{"Upkeep"}}, []string{"CATEGORIES:upkeep", "SUMMARY:x"}, []string{"30 x"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := bench1(t)
			b.sync = b.process(c.o)
			b.server.Put("upkeep", "a.ics", event("a", 30, c.more...))
			b.round(b.sync)
			b.wants("radio", c.want...)
			b.wants("cloud")
		})
	}
}

func TestAnEventsLife(t *testing.T) {
	t.Parallel()
	b := bench1(t)
	r := b.granted(30)
	b.server.Put("upkeep", "a.ics", event("a", 30, "SUMMARY:Repair [iris]"))
	b.server.Put("upkeep", "b.ics", event("b", 60, "SUMMARY:Paint"))
	preview, err := b.sync.Preview(t.Context(), as("paddy"))
	if err != nil || len(preview.Broken) != 1 || preview.Broken[0].Number != r.Number || len(preview.Broken[0].Alternatives) == 0 || !preview.DryRun {
		t.Fatalf("%+v, %v", preview, err)
	}
	b.wants("radio")
	b.round(b.sync)
	b.wants("radio", "30 iris Repair [iris]", "60 Paint")
	v, err := b.svc.Get(t.Context(), as("monika"), r.ID)
	if err != nil || len(v.Flags) != 1 || !strings.Contains(v.Flags[0].Text, "calendar lab: Repair [iris]; Paint") {
		t.Errorf("%+v, %v", v.Flags, err)
	}
	history, err := b.svc.History(t.Context(), as("monika"), r.ID, "", 100)
	if err != nil || !slices.ContainsFunc(history.Items, func(e scheduler.Entry) bool { return e.Via == "calendar lab" }) {
		t.Errorf("%+v, %v", history, err)
	}
	before, _, _ := b.svc.Facility(t.Context(), as("adele"))
	_, revision, _ := b.svc.Facility(t.Context(), as("adele"))
	b.round(b.sync)
	if after, again, _ := b.svc.Facility(t.Context(), as("adele")); again != revision || !cmp.Equal(before, after) {
		t.Error("a calendar that stays the same changes the facility")
	}
	id := before.Testbeds[0].Closures[0].ID
	b.server.Put("upkeep", "a.ics", event("a", 40, "SUMMARY:Repair [iris]"))
	b.round(b.sync)
	b.wants("radio", "40 iris Repair [iris]", "60 Paint")
	if now, _, _ := b.svc.Facility(t.Context(), as("adele")); !slices.ContainsFunc(now.Testbeds[0].Closures, func(c testbeds.Closure) bool { return c.ID == id }) {
		t.Error("an event that moves is another closure")
	}
	if v, err := b.svc.Get(t.Context(), as("monika"), r.ID); err != nil || len(v.Flags) != 0 {
		t.Errorf("what it hit is free again: %+v, %v", v.Flags, err)
	}
	b.server.Delete("upkeep", "a.ics")
	b.server.Delete("upkeep", "b.ics")
	b.round(b.sync)
	b.wants("radio")
	if c := b.state(b.sync, "paddy"); c.Held != nil || c.Stale || c.Closures != 0 {
		t.Errorf("%+v", c)
	}
}

func TestACalendarThatDoesNotAnswerKeepsItsClosures(t *testing.T) {
	t.Parallel()
	b := bench1(t)
	b.server.Put("upkeep", "a.ics", event("a", 30, "SUMMARY:Paint"))
	b.round(b.sync)
	read := b.state(b.sync, "eva").Read
	b.server.Fail = func(w http.ResponseWriter, _ *http.Request) bool {
		http.Error(w, "down", http.StatusBadGateway)
		return true
	}
	for range 6 {
		b.round(b.sync)
	}
	b.wants("radio", "30 Paint")
	c := b.state(b.sync, "paddy")
	if !c.Stale || c.Failure == "" || c.Remedy == "" || !c.Read.Equal(*read) || c.Closures != 1 {
		t.Errorf("%+v", c)
	}
	if c := b.state(b.sync, "eva"); !c.Stale || c.Failure != "" || c.Site != "" {
		t.Errorf("everybody sees that it is old, and no more: %+v", c)
	}
	b.server.Fail = nil
	b.round(b.sync)
	if c := b.state(b.sync, "paddy"); c.Stale || c.Failure != "" {
		t.Errorf("%+v", c)
	}
}

func TestARefusedSignInIsNotTriedAllTheTime(t *testing.T) {
	t.Parallel()
	b := bench1(t)
	calls := 0
	b.server.Fail = func(w http.ResponseWriter, _ *http.Request) bool {
		calls++
		w.WriteHeader(http.StatusUnauthorized)
		return true
	}
	for range 30 {
		b.round(b.sync)
	}
	if calls > 2 {
		t.Errorf("tried %d times", calls)
	}
	tried := calls
	if err := b.sync.TryNow(t.Context(), as("paddy")); err != nil {
		t.Fatal(err)
	}
	if b.round(b.sync); calls == tried {
		t.Error("not tried when asked")
	}
}

func TestALossIsBelievedWhenAPersonSaysSo(t *testing.T) {
	t.Parallel()
	b := bench1(t)
	for i := range 5 {
		b.server.Put("upkeep", fmt.Sprint(i, ".ics"), event(fmt.Sprint(i), 30+i, "SUMMARY:x"))
	}
	b.round(b.sync)
	all := []string{"30 x", "31 x", "32 x", "33 x", "34 x"}
	b.wants("radio", all...)
	b.server.Restart(true)
	b.round(b.sync)
	b.server.Put("upkeep", "new.ics", event("new", 50, "SUMMARY:new"))
	b.round(b.sync)
	b.wants("radio", append(all, "50 new")...) // what is new closes at once
	c := b.state(b.sync, "paddy")
	if c.Held == nil || c.Held.Gone != 5 || c.Held.Of != 5 || len(c.Held.Events) == 0 || c.Stale {
		t.Errorf("%+v", c)
	}
	if err := b.sync.Confirm(t.Context(), as("eva")); scheduler.CodeOf(err) != scheduler.CodeForbidden {
		t.Errorf("%v", err)
	}
	preview, err := b.sync.Preview(t.Context(), as("paddy"))
	if err != nil || len(preview.Differences) < 5 {
		t.Errorf("%+v, %v", preview, err)
	}
	other := b.process(Settings{}) // another process, which remembers nothing
	if err := other.Confirm(t.Context(), as("paddy")); err != nil {
		t.Fatal(err)
	}
	b.round(other)
	b.wants("radio", "50 new")
	if c := b.state(b.sync, "paddy"); c.Held != nil {
		t.Errorf("%+v", c.Held)
	}
	if err := b.sync.Confirm(t.Context(), as("paddy")); scheduler.CodeOf(err) != scheduler.CodeConflict {
		t.Errorf("%v", err)
	}
}

func TestALossThatComesBackNeedsNobody(t *testing.T) {
	t.Parallel()
	b := bench1(t)
	b.server.Put("upkeep", "a.ics", event("a", 30, "SUMMARY:x"))
	b.round(b.sync)
	b.server.Restart(true)
	b.round(b.sync)
	if c := b.state(b.sync, "paddy"); c.Held == nil {
		t.Error("a calendar that is suddenly empty is believed")
	}
	b.server.Put("upkeep", "a.ics", event("a", 30, "SUMMARY:x"))
	b.round(b.sync)
	b.wants("radio", "30 x")
	if c := b.state(b.sync, "paddy"); c.Held != nil {
		t.Errorf("%+v", c.Held)
	}
}

func TestDoubt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		of, gone, said int
		want           bool
	}{
		{0, 0, 0, false}, {1, 0, 0, false}, {1, 1, 0, true}, {1, 1, 1, false}, {2, 1, 0, false}, {2, 2, 0, true}, {2, 2, 1, true}, {2, 2, 2, false},
		{3, 2, 0, false}, {3, 2, 2, false}, {3, 3, 3, true}, {4, 2, 0, false}, {4, 3, 0, true}, {4, 3, 3, true}, {5, 3, 0, true}, {6, 3, 0, false}, {7, 4, 4, true}, {100, 50, 0, false}, {100, 51, 0, true},
	} {
		var gone []string
		said := map[string]bool{}
		for i := range c.gone {
			gone = append(gone, fmt.Sprint(i))
			if i < c.said {
				said[fmt.Sprint(i)] = true
			}
		}
		if got := doubtful(c.of, gone, said); got != c.want {
			t.Errorf("%d of %d gone, %d said: %v", c.gone, c.of, c.said, got)
		}
	}
}

func TestAnEventThatIsNotUnderstoodKeepsWhatItClosed(t *testing.T) {
	t.Parallel()
	b := bench1(t)
	b.server.Put("upkeep", "a.ics", event("a", 30, "SUMMARY:x"))
	b.server.Put("upkeep", "b.ics", event("b", 40, "SUMMARY:y"))
	b.round(b.sync)
	b.server.Put("upkeep", "a.ics", event("a", 35, "SUMMARY:x", "RRULE:FREQ=SECONDLY"))
	b.server.Put("upkeep", "b.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:b\r\n")
	for _, s := range []*Sync{b.sync, b.process(Settings{})} {
		b.round(s)
		b.wants("radio", "30 x", "35 x", "40 y")
		c := b.state(s, "paddy")
		if len(c.Notes) != 2 || !c.Notes[0].Kept || !c.Notes[1].Kept || c.Held != nil {
			t.Errorf("%+v", c)
		}
	}
	b.server.Put("upkeep", "b.ics", event("b", 41, "SUMMARY:y"))
	b.server.Put("upkeep", "a.ics", event("a", 36, "SUMMARY:x"))
	b.round(b.sync)
	b.wants("radio", "36 x", "41 y")
}

func TestOneEventInTwoObjects(t *testing.T) {
	t.Parallel()
	b := bench1(t)
	b.server.Put("upkeep", "a.ics", event("a", 30, "SUMMARY:x"))
	b.server.Put("upkeep", "copy.ics", event("a", 40, "SUMMARY:x"))
	for range 2 {
		b.round(b.sync)
		b.wants("radio", "30 x", "40 x")
	}
}

func TestRecurringEventsStayRules(t *testing.T) {
	t.Parallel()
	b := bench1(t)
	b.server.Put("upkeep", "a.ics", strings.ReplaceAll(event("a", 0, "SUMMARY:x", "RRULE:FREQ=WEEKLY;COUNT=3"), "DTSTART:20261124T090000Z", "DTSTART;TZID=Europe/Dublin:20261124T090000"))
	b.server.Put("upkeep", "b.ics", event("b", 2, "SUMMARY:y", "RRULE:FREQ=WEEKLY;COUNT=2"))
	b.round(b.sync)
	b.wants("radio", "0 x", "168 x", "336 x", "2 y", "170 y")
	bed, _, err := b.svc.Testbed(t.Context(), as("adele"), "radio")
	if err != nil || len(bed.Closures) != 3 || !slices.ContainsFunc(bed.Closures, func(c testbeds.Closure) bool { return c.RRule == "FREQ=WEEKLY;COUNT=3" }) {
		t.Errorf("%+v, %v", bed.Closures, err)
	}
}

func TestACalendarOfAnotherTestbedLeavesTheOld(t *testing.T) {
	t.Parallel()
	b := bench1(t)
	b.server.Put("upkeep", "a.ics", event("a", 30, "SUMMARY:x"))
	b.round(b.sync)
	moved := b.process(Settings{Testbed: "cloud"})
	b.round(moved)
	b.wants("radio")
	b.wants("cloud", "30 x")
	desk := Desk{Facility: b.svc}
	list, err := desk.List(t.Context(), as("adele"), "")
	if err != nil || len(list) != 1 || !list[0].Left || list[0].Testbed != "cloud" || list[0].Closures != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	if _, err := (Desk{Facility: b.svc, Syncs: []*Sync{moved}}).Forget(t.Context(), as("adele"), "lab"); scheduler.CodeOf(err) != scheduler.CodeConflict {
		t.Errorf("%v", err)
	}
	if _, err := desk.Forget(t.Context(), as("paddy"), "lab"); scheduler.CodeOf(err) != scheduler.CodeForbidden {
		t.Errorf("%v", err)
	}
	if _, err := desk.Forget(t.Context(), as("adele"), "lab"); err != nil {
		t.Error(err)
	}
	b.wants("cloud")
}

func TestOfTwoProcessesOneReads(t *testing.T) {
	t.Parallel()
	b := bench1(t)
	other := b.process(Settings{})
	b.server.Put("upkeep", "a.ics", event("a", 30, "SUMMARY:x"))
	b.round(b.sync)
	calls := b.server.Calls("PROPFIND")
	if _, next, err := other.Round(t.Context()); err != nil || b.server.Calls("PROPFIND") != calls || !next.After(b.now) {
		t.Errorf("%v, %v", next, err)
	}
	b.server.Fail = func(http.ResponseWriter, *http.Request) bool { // the first is in the middle of a reading
		b.server.Fail = nil
		if n, _, err := other.Round(t.Context()); n != 0 || err != nil {
			t.Errorf("the second reads beside it: %d, %v", n, err)
		}
		b.now = b.now.Add(lease + time.Minute) // and is frozen for long
		b.server.Put("upkeep", "b.ics", event("b", 40, "SUMMARY:y"))
		if _, _, err := other.Round(t.Context()); err != nil {
			t.Error(err)
		}
		b.server.Delete("upkeep", "b.ics")
		return false
	}
	b.now = b.now.Add(time.Minute)
	if _, _, err := b.sync.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.wants("radio", "30 x", "40 y") // what the frozen one has read counts for nothing
	b.round(other)
	b.wants("radio", "30 x")
}

func TestTenThousandEvents(t *testing.T) {
	t.Parallel()
	b := bench1(t)
	const n = 10_000
	for i := range n {
		b.server.Put("upkeep", fmt.Sprint(i, ".ics"), event(fmt.Sprint("event-", i), 24+i, "SUMMARY:Local user [usrp-n210 x1]"))
	}
	for _, what := range []string{"first reading", "nothing new"} {
		begun := time.Now()
		b.round(b.sync)
		t.Logf("%s of %d events: %v", what, n, time.Since(begun))
	}
	// Of 400 days those within the horizon.
	if c := b.state(b.sync, "adele"); c.Failure != "" || c.Closures < 9_000 {
		t.Errorf("%+v", c)
	}
	b.server.Put("upkeep", "1.ics", event("event-1", 26, "SUMMARY:Moved"))
	begun := time.Now()
	b.round(b.sync)
	t.Logf("one of %d changed: %v", n, time.Since(begun))
	if !slices.Contains(b.closed("radio"), "26 Moved") {
		t.Error("a change is not seen")
	}
}
