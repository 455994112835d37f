package scheduler

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"berth/testbeds"
)

// ruleOf returns the one rule that an input breaks; empty for none.
func ruleOf(t *testing.T, what string, bad faults) string {
	t.Helper()
	switch len(bad) {
	case 0:
		return ""
	case 1:
		return bad[0].Rule
	}
	t.Errorf("%s breaks more than one rule: %v", what, bad)
	return bad[0].Rule
}

// TestLimitsOfTexts stands at the limits: the longest text that is accepted and the shortest that is not, and every kind of character.
func TestLimitsOfTexts(t *testing.T) {
	t.Parallel()
	name := func(s string) (bad faults) { checkName("x", s, maxName, &bad); return bad }
	text := func(s string) (bad faults) { checkText("x", s, maxText, &bad); return bad }
	reason := func(s string) (bad faults) { checkReason("x", s, &bad); return bad }
	for what, tt := range map[string]struct {
		text                 string
		name, words, because bool // it is accepted as one
	}{
		"ordinary":               {"a", true, true, true},
		"nothing":                {"", false, true, false},
		"blanks":                 {" \t\n", false, true, false},
		"200 characters":         {strings.Repeat("ü", 200), true, true, true},
		"201 characters":         {strings.Repeat("ü", 201), false, true, true},
		"4096 bytes":             {strings.Repeat("x", 4096), false, true, true},
		"4097 bytes":             {strings.Repeat("x", 4097), false, true, false},
		"65536 bytes":            {strings.Repeat("x", 65536), false, true, false},
		"65537 bytes":            {strings.Repeat("x", 65537), false, false, false},
		"a line feed":            {"a\nb", false, true, true},
		"a carriage return":      {"a\rb", false, true, true},
		"a tab":                  {"a\tb", false, true, true},
		"a bell":                 {"a\ab", false, false, false},
		"a NUL":                  {"a\x00b", false, false, false},
		"a delete":               {"a\x7fb", false, false, false},
		"a next line":            {"a\u0085b", false, false, false},
		"broken UTF-8":           {"a\xffb", false, false, false},
		"a line separator":       {"a\u2028b", false, true, true}, // in a long text it is a line break; a calendar takes it out
		"a paragraph separator":  {"a\u2029b", false, true, true},
		"a byte order mark":      {"a\uFEFFb", false, true, true},
		"a zero width space":     {"a\u200bb", false, true, true},
		"text turned round":      {"a\u202Eb", false, true, true},
		"a Persian joiner":       {"می\u200cخواهم", true, true, true},
		"a scientist, and space": {" 👩\u200d🔬 ", true, true, true},
	} {
		for as, got := range map[string]struct{ is, want bool }{
			"name": {len(name(tt.text)) == 0, tt.name}, "text": {len(text(tt.text)) == 0, tt.words}, "reason": {len(reason(tt.text)) == 0, tt.because},
		} {
			if got.is != got.want {
				t.Errorf("%s is taken as a %s: %t", what, as, got.is)
			}
		}
	}
}

func TestLimitsOfSlots(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	year := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }
	for _, tt := range []struct {
		what string
		slot testbeds.Slot
		want string // part of the rule; empty: accepted
	}{
		{"a second", testbeds.Slot{Start: at, End: at.Add(time.Second)}, ""},
		{"no time", testbeds.Slot{Start: at, End: at}, "after x.start"},
		{"no start", testbeds.Slot{End: at}, "missing"},
		{"no end", testbeds.Slot{Start: at}, "missing"},
		{"a start between seconds", testbeds.Slot{Start: at.Add(1), End: at.Add(time.Hour)}, "whole second"},
		{"an end between seconds", testbeds.Slot{Start: at, End: at.Add(time.Hour + 1)}, "whole second"},
		{"366 days", testbeds.Slot{Start: at, End: at.Add(366 * day)}, ""},
		{"366 days and a second", testbeds.Slot{Start: at, End: at.Add(366*day + time.Second)}, "at most 366 days"},
		{"the first year", testbeds.Slot{Start: year(2000), End: year(2000).Add(time.Hour)}, ""},
		{"before it", testbeds.Slot{Start: year(2000).Add(-time.Second), End: year(2000).Add(time.Hour)}, "this century"},
		{"the last year", testbeds.Slot{Start: year(2201).Add(-2 * time.Hour), End: year(2201).Add(-time.Second)}, ""},
		{"after it", testbeds.Slot{Start: year(2201).Add(-2 * time.Hour), End: year(2201)}, "this century"},
	} {
		var bad faults
		checkSlot("x", tt.slot, &bad)
		if got := ruleOf(t, tt.what, bad); (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.what, got, tt.want)
		}
	}
}

func TestLimitsOfWhenSomethingIsWanted(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	horizon := now.Add(730 * day)
	hour := func(n int) time.Time { return now.Add(time.Duration(n) * time.Hour) }
	slot := testbeds.Slot{Start: hour(24), End: hour(28)}
	window := func(from, to time.Time) *testbeds.Slot { return &testbeds.Slot{Start: from, End: to} }
	for _, tt := range []struct {
		what string
		wish checkedAsk
		want string
	}{
		{"a slot", checkedAsk{slot: slot}, ""},
		{"from now on", checkedAsk{slot: testbeds.Slot{Start: now, End: hour(1)}}, ""},
		{"a second ago", checkedAsk{slot: testbeds.Slot{Start: now.Add(-time.Second), End: hour(1)}}, "in the past"},
		{"to the horizon", checkedAsk{slot: testbeds.Slot{Start: horizon.Add(-time.Hour), End: horizon}}, ""},
		{"a second beyond it", checkedAsk{slot: testbeds.Slot{Start: horizon.Add(-time.Hour), End: horizon.Add(time.Second)}}, "beyond what can be booked"},
		{"a window as long as the slot", checkedAsk{slot: slot, window: &slot}, ""},
		{"a window shorter by a second", checkedAsk{slot: slot, window: window(slot.Start.Add(time.Second), slot.End)}, "contain the slot"},
		{"a window between seconds", checkedAsk{slot: slot, window: window(slot.Start.Add(-1), slot.End)}, "whole second"},
		{"a window of a year", checkedAsk{slot: slot, window: window(slot.Start, slot.Start.Add(366*day))}, ""},
		{"a window of three", checkedAsk{slot: slot, window: window(slot.Start, slot.Start.Add(3*366*day))}, ""},
		{"a second more", checkedAsk{slot: slot, window: window(slot.Start, slot.Start.Add(3*366*day+time.Second))}, "at most three years"},
		{"as short as it is", checkedAsk{slot: slot, shortest: testbeds.Period{Clock: 4 * time.Hour}}, ""},
		{"no shorter than longer", checkedAsk{slot: slot, shortest: testbeds.Period{Clock: 4*time.Hour + time.Second}}, "longer than the slot"},
		{"shorter than nothing", checkedAsk{slot: slot, shortest: testbeds.Period{Days: -1}}, "negative"},
	} {
		var bad faults
		checkTimes(tt.wish, now, horizon, &bad)
		if got := ruleOf(t, tt.what, bad); (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.what, got, tt.want)
		}
	}
}

func TestLimitsOfListsAndNumbers(t *testing.T) {
	t.Parallel()
	w := snapshot{}
	names := func(n int) (list []string) {
		for i := range n {
			list = append(list, fmt.Sprint("x", i))
		}
		return list
	}
	sizes := func(n int) testbeds.Quantities {
		q := testbeds.Quantities{}
		for _, name := range names(n) {
			q[name] = 1
		}
		return q
	}
	members := func(n int) (list []testbeds.Component) {
		for _, name := range names(n) {
			list = append(list, testbeds.Component{Member: name})
		}
		return list
	}
	placed := func(n int) testbeds.Placement {
		p := testbeds.Placement{}
		for _, name := range names(n) {
			p[name] = "nowhere"
		}
		return p
	}
	of := func(check func(*faults)) string {
		var bad faults
		if check(&bad); len(bad) > 0 {
			return bad[0].Rule
		}
		return ""
	}
	for _, tt := range []struct{ what, got, want string }{
		{"100 components", of(func(b *faults) { components(members(100), w, b) }), ""},
		{"101 components", of(func(b *faults) { components(members(101), w, b) }), "at most 100"},
		{"100 features", of(func(b *faults) { checkList("x", names(100), b) }), ""},
		{"101 features", of(func(b *faults) { checkList("x", names(101), b) }), "at most 100 entries"},
		{"100 quantities", of(func(b *faults) { checkSize("x", sizes(100), b) }), ""},
		{"101 quantities", of(func(b *faults) { checkSize("x", sizes(101), b) }), "at most 100 quantities"},
		{"a quantity that is no name", of(func(b *faults) { checkSize("x", testbeds.Quantities{"vCPU": 1}, b) }), `"vCPU" is not the name of a quantity`},
		{"101 places", of(func(b *faults) { place(&testbeds.Experiment{}, nil, placed(101), testbeds.Facility{}, b) }), `there is no VIM "nowhere" (give testbed/vim)`},
		{"102 places", of(func(b *faults) { place(&testbeds.Experiment{}, nil, placed(102), testbeds.Facility{}, b) }), "at most one entry per member"},
		{"100 devices", of(func(b *faults) { checkDevices(make([]testbeds.DeviceNeed, 100), testbeds.Facility{}, b) }), "must be from 1 to 1000000000"},
		{"101 devices", of(func(b *faults) { checkDevices(make([]testbeds.DeviceNeed, 101), testbeds.Facility{}, b) }), "at most 100"},
		{"the least", of(func(b *faults) { checkAmount("x", 1, 1, b) }), ""},
		{"less", of(func(b *faults) { checkAmount("x", 0, 1, b) }), "must be from 1 to 1000000000"},
		{"the most", of(func(b *faults) { checkAmount("x", testbeds.MaxAmount, 0, b) }), ""},
		{"more", of(func(b *faults) { checkAmount("x", testbeds.MaxAmount+1, 0, b) }), "must be from 0 to 1000000000"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.what, tt.got, tt.want)
		}
	}
	for text, want := range map[string]string{strings.Repeat("ü", 80): strings.Repeat("ü", 80), strings.Repeat("ü", 81): strings.Repeat("ü", 80) + "…"} {
		if got := clip(text); got != want {
			t.Errorf("%q is clipped to %q", text, got)
		}
	}
	for n, want := range map[int]int{-1: 5, 0: 5, 1: 1, 49: 49, 50: 50, 51: 50} {
		if got := limited(n); got != want {
			t.Errorf("a limit of %d becomes %d, want %d", n, got, want)
		}
	}
	slot := testbeds.NewSlot(time.Time{}, time.Hour)
	for given, want := range map[time.Duration]time.Duration{time.Minute: time.Minute, time.Hour: time.Hour, time.Hour + 1: time.Hour} {
		if got := min2(testbeds.Period{Clock: given}, slot).Exact(); got != want {
			t.Errorf("%s becomes %s", given, got)
		}
	}
}

func TestLimitsOfPages(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		cursor string
		limit  int
		after  int64
		size   int // 0: refused
	}{{"", 0, 0, 50}, {"", 1, 0, 1}, {"", 500, 0, 500}, {"", 501, 0, 0}, {"", -1, 0, 0}, {"0", 2, 0, 2}, {"7", 2, 7, 2}, {"-1", 2, 0, 0}, {"x", 2, 0, 0}} {
		after, size, err := Position(tt.cursor, tt.limit)
		if (err != nil) != (tt.size == 0) || err == nil && (after != tt.after || size != tt.size) || err != nil && CodeOf(err) != CodeInvalid {
			t.Errorf("%q, %d: %d, %d, %v", tt.cursor, tt.limit, after, size, err)
		}
	}
	key := func(n int64) int64 { return 10 * n }
	for n, want := range map[int]string{0: "[] ", 2: "[1 2] ", 3: "[1 2 3] ", 4: "[1 2 3] 30"} {
		page := pageOf([]int64{1, 2, 3, 4}[:n], 3, key)
		if got := fmt.Sprintf("%v %s", page.Items, page.Next); got != want || page.Items == nil {
			t.Errorf("%d of three: %q, want %q", n, got, want)
		}
	}
	if page := pageOf(nil, 3, key); page.Items == nil {
		t.Error("nothing is null in JSON")
	}
}

func TestLimitsOfARejection(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	s := New(nil, Options{Clock: func() time.Time { return now }})
	offers := func(n int, from time.Time) (list []testbeds.Alternative) {
		for range n {
			list = append(list, testbeds.Alternative{Slot: testbeds.NewSlot(from, time.Hour)})
		}
		return list
	}
	period := func(d time.Duration) testbeds.Period { return testbeds.Period{Clock: d} }
	ahead := now.Add(time.Second)
	for _, tt := range []struct {
		what string
		in   Reject
		want string // part of the rule; empty: accepted
		hold time.Duration
	}{
		{"nothing", Reject{}, "", 72 * time.Hour},
		{"ten", Reject{Count: 10}, "", 72 * time.Hour},
		{"eleven", Reject{Count: 11}, "from 0 to 10", 0},
		{"less than none", Reject{Count: -1}, "from 0 to 10", 0},
		{"ten chosen ones", Reject{Offers: offers(10, ahead)}, "", 72 * time.Hour},
		{"eleven chosen ones", Reject{Offers: offers(11, ahead)}, "at most 10 offers", 0},
		{"one that begins now", Reject{Offers: offers(1, now)}, "must lie ahead", 0},
		{"a minute", Reject{HoldFor: period(time.Minute)}, "", time.Minute},
		{"a second less", Reject{HoldFor: period(59 * time.Second)}, "from PT1M to", 0},
		{"thirty days", Reject{HoldFor: period(30 * day)}, "", 30 * day},
		{"a second more", Reject{HoldFor: period(30*day + time.Second)}, "from PT1M to", 0},
	} {
		tt.in.Reason = "no"
		hold, err := s.checkReject(tt.in)
		if (err == nil) != (tt.want == "") || err == nil && hold != tt.hold || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %s, %v, want %q", tt.what, hold, err, tt.want)
		}
	}
}

// TestWhichOffersAreTheSame: the same slot, places and devices, units included.
func TestWhichOffersAreTheSame(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	what := func() testbeds.Alternative {
		return testbeds.Alternative{Slot: testbeds.NewSlot(now, time.Hour), Placement: testbeds.Placement{"1": "a/b"},
			Devices: []testbeds.DeviceNeed{{Testbed: "a", Device: "d", Count: 2, Units: []string{"u"}}}}
	}
	for name, change := range map[string]func(*testbeds.Alternative){
		"":        func(*testbeds.Alternative) {},
		"slot":    func(a *testbeds.Alternative) { a.Slot.End = a.Slot.End.Add(time.Second) },
		"place":   func(a *testbeds.Alternative) { a.Placement["1"] = "a/c" },
		"testbed": func(a *testbeds.Alternative) { a.Devices[0].Testbed = "b" },
		"device":  func(a *testbeds.Alternative) { a.Devices[0].Device = "e" },
		"count":   func(a *testbeds.Alternative) { a.Devices[0].Count = 1 },
		"units":   func(a *testbeds.Alternative) { a.Devices[0].Units = nil },
		"none":    func(a *testbeds.Alternative) { a.Devices = nil },
	} {
		other := what()
		change(&other)
		if got := (Offer{What: what()}).gives(testbeds.Experiment{Placement: other.Placement, Devices: other.Devices}, other.Slot); got != (name == "") {
			t.Errorf("another %q is the same: %t", name, got)
		}
	}
}

func TestAnAlternativeChangesOnlyWhatItSays(t *testing.T) {
	t.Parallel()
	r := Request{Components: []testbeds.Component{{Member: "1"}, {Member: "2"}}, Placement: testbeds.Placement{"1": "a/b", "2": "a/b"},
		Devices: []testbeds.DeviceNeed{{Testbed: "a", Device: "d", Count: 2}}}
	for name, tt := range map[string]struct {
		alternative testbeds.Alternative
		places      string
		devices     int
	}{
		"another time": {testbeds.Alternative{}, "map[1:a/b 2:a/b]", 1},
		"one place":    {testbeds.Alternative{Placement: testbeds.Placement{"2": "c/d"}}, "map[1:a/b 2:c/d]", 1},
		"all places":   {testbeds.Alternative{Placement: testbeds.Placement{"all": "c/d"}}, "map[1:c/d 2:c/d]", 1},
		"all but one":  {testbeds.Alternative{Placement: testbeds.Placement{"all": "c/d", "1": "e/f"}}, "map[1:e/f 2:c/d]", 1},
		"nobody":       {testbeds.Alternative{Placement: testbeds.Placement{"3": "e/f"}}, "map[1:a/b 2:a/b]", 1},
		"no devices":   {testbeds.Alternative{Devices: []testbeds.DeviceNeed{}}, "map[1:a/b 2:a/b]", 0},
	} {
		e := variantOf(r, tt.alternative)
		if got := fmt.Sprint(e.Placement); got != tt.places || len(e.Devices) != tt.devices {
			t.Errorf("%s: %s, %v", name, got, e.Devices)
		}
		if fmt.Sprint(r.Placement) != "map[1:a/b 2:a/b]" {
			t.Fatalf("%s changes the request itself", name)
		}
	}
	unplaced := Request{Components: r.Components}
	if got := fmt.Sprint(variantOf(unplaced, testbeds.Alternative{Placement: testbeds.Placement{"1": "a/b"}}).Placement); got != "map[1:a/b]" {
		t.Errorf("what had no place is at %s", got)
	}
}

func TestLimitsOfALink(t *testing.T) {
	t.Parallel()
	key := []byte("key")
	link := forOffer.sealed(key, strings.Repeat("x", 351)) // 468 characters, a dot, and 43
	if body, ok := forOffer.opened(key, link); len(link) != 512 || !ok || len(body) != 351 {
		t.Errorf("a link of %d characters is opened: %t", len(link), ok)
	}
	longer := forOffer.sealed(key, strings.Repeat("x", 352))
	for name, bad := range map[string]string{"too long": longer, "for something else": forApproval.sealed(key, "x"), "of another instance": forOffer.sealed([]byte("other"), "x"),
		"cut": link[:len(link)-1], "no signature": strings.SplitN(link, ".", 2)[0], "nothing": "", "no text": "?.?"} {
		if body, ok := forOffer.opened(key, bad); ok {
			t.Errorf("%s is opened: %q", name, body)
		}
	}
}
