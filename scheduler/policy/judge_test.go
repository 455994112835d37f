package policy

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/testbeds"
	"berth/testbeds/wallclock"
)

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func parse(t testing.TB, yaml string) *Policy {
	t.Helper()
	p, err := Parse("policy.yaml", []byte(yaml), hall)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func instantOf(t testing.TB, s string) time.Time {
	t.Helper()
	x, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return x.UTC()
}

// thursday is when the asks of these tests are made.
const thursday = "2026-11-26T15:00:00Z"

func asked(t testing.TB, from, to string, d ...testbeds.Need) Ask {
	t.Helper()
	zone := func(id string) *time.Location {
		x, _ := hall.Testbed(id)
		z, _ := wallclock.Zone(x.Timezone)
		return z
	}
	return Ask{Person: Person{Username: "grace", Roles: []string{"experimenter"}, Organisation: "TCD"}, Experiment: "sensing", Mentor: "ada",
		Slot: testbeds.Slot{Start: instantOf(t, from), End: instantOf(t, to)}, Demand: d, Now: instantOf(t, thursday), Zone: zone,
		Terms: true, Far: true, Soon: true, New: true, Hours: true}
}

func vcpu(testbed string, n int64) testbeds.Need {
	return testbeds.Need{Resource: testbeds.Resource{Testbed: testbed, VIM: "edge", Quantity: "vcpu"}, Amount: n}
}

func gpus(n int64) testbeds.Need {
	return testbeds.Need{Resource: testbeds.Resource{Testbed: "radio-hall", VIM: "edge", Quantity: "gpus"}, Amount: n}
}

func usrp(n int64) testbeds.Need {
	return testbeds.Need{Resource: testbeds.Resource{Testbed: "radio-hall", Device: "usrp-n210"}, Amount: n}
}

// having answers with so many open requests and the same charges for every subject.
func having(open int64, list ...Charge) Use {
	return Use{Open: func() (int64, error) { return open, nil }, Charges: func(_ Subject, span testbeds.Slot) (out []Charge, err error) {
		for _, c := range list {
			if c.Slot.Overlaps(span) {
				out = append(out, c)
			}
		}
		return out, nil
	}}
}

// TestLimits judges at each limit, and one beyond it: rule, limit, used, asked, and what would be allowed.
func TestLimits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, yaml string
		ask        Ask
		use        Use
		want       string // of the message; empty where nothing is refused
		numbers    [4]float64
	}{
		{"as long as may be", "limits: [{name: a, longest: PT8H}]", asked(t, "2026-12-01T08:00:00Z", "2026-12-01T16:00:00Z", vcpu("cloud", 1)), Use{}, "", [4]float64{}},
		{"a second longer", "limits: [{name: a, longest: PT8H}]", asked(t, "2026-12-01T08:00:00Z", "2026-12-01T16:00:01Z", vcpu("cloud", 1)), Use{},
			"a slot is at most 8 h long, and this one is 8 h: it could end at 2026-12-01T16:00:00Z", [4]float64{8, 0, 8, 8}},
		{"with a reason", "limits: [{name: a, longest: PT90M, because: it is hot}]", asked(t, "2026-12-01T08:00:00Z", "2026-12-01T11:00:00Z", vcpu("cloud", 1)), Use{},
			"a slot is at most 90 min long, and this one is 3 h: it could end at 2026-12-01T09:30:00Z (it is hot)", [4]float64{1.5, 0, 3, 1.5}},
		{"elsewhere", "limits: [{name: a, longest: PT8H, testbeds: [radio-hall]}]", asked(t, "2026-12-01T08:00:00Z", "2026-12-03T16:00:01Z", vcpu("cloud", 1)), Use{}, "", [4]float64{}},
		{"for another role", "limits: [{name: a, longest: PT8H, who: {roles: [mentor]}}]", asked(t, "2026-12-01T08:00:00Z", "2026-12-03T16:00:01Z", vcpu("cloud", 1)), Use{}, "", [4]float64{}},
		{"excepted", "limits: [{name: a, longest: PT8H, except: {organisations: [TCD]}}]", asked(t, "2026-12-01T08:00:00Z", "2026-12-03T16:00:01Z", vcpu("cloud", 1)), Use{}, "", [4]float64{}},
		{"for the user", "limits: [{name: a, longest: PT8H, who: {users: [grace]}}]", asked(t, "2026-12-01T08:00:00Z", "2026-12-01T18:00:00Z", vcpu("cloud", 1)), Use{}, "a slot is at most 8 h long", [4]float64{8, 0, 10, 8}},
		{"in time over a weekend", "limits: [{name: a, notice: 2}]", asked(t, "2026-11-30T15:00:00Z", "2026-11-30T16:00:00Z", vcpu("cloud", 1)), Use{}, "", [4]float64{}},
		{"a second too soon", "limits: [{name: a, notice: 2}]", asked(t, "2026-11-30T14:59:59Z", "2026-11-30T16:00:00Z", vcpu("cloud", 1)), Use{},
			"a slot at cloud is asked for 2 business days ahead, and this one 1 business day: the earliest start is 2026-11-30T15:00:00Z", [4]float64{2, 0, 1, 2}},
		{"over a holiday", "holidays: [2026-11-30]\nlimits: [{name: a, notice: 2}]", asked(t, "2026-11-30T15:00:00Z", "2026-11-30T16:00:00Z", vcpu("cloud", 1)), Use{},
			"the earliest start is 2026-12-01T15:00:00Z", [4]float64{2, 0, 1, 2}},
		{"far, but not too far", "limits: [{name: a, ahead: P30D}]", asked(t, "2026-12-26T15:00:00Z", "2026-12-26T16:00:00Z", vcpu("cloud", 1)), Use{}, "", [4]float64{}},
		{"too far", "limits: [{name: a, ahead: P30D}]", asked(t, "2026-12-27T15:00:00Z", "2026-12-27T16:00:00Z", vcpu("cloud", 1)), Use{},
			"a slot begins at most 30 days ahead, and this one begins 31 days ahead: the latest start is 2026-12-26T15:00:00Z", [4]float64{30, 0, 31, 30}},
		{"room for one more", "limits: [{name: a, open: 3}]", asked(t, "2026-12-01T08:00:00Z", "2026-12-01T16:00:00Z", vcpu("cloud", 1)), having(2), "", [4]float64{}},
		{"no room", "limits: [{name: a, open: 3}]", asked(t, "2026-12-01T08:00:00Z", "2026-12-01T16:00:00Z", vcpu("cloud", 1)), having(3),
			"grace has 3 open requests, the most that one person may have: cancel one, or wait until one is over", [4]float64{3, 3, 1, 0}},
		{"up to the quota", "quotas: [{name: a, quantity: gpus, hours: 40, per: person, every: week}]", asked(t, "2026-12-01T08:00:00Z", "2026-12-01T15:00:00Z", gpus(4)),
			having(0, charge(t, "2026-12-02T00:00:00Z", "2026-12-02T12:00:00Z", gpus(1))), "", [4]float64{}},
		{"beyond the quota", "quotas: [{name: a, quantity: gpus, hours: 40, per: person, every: week}]", asked(t, "2026-12-01T08:00:00Z", "2026-12-01T16:00:00Z", gpus(4)),
			having(0, charge(t, "2026-12-02T00:00:00Z", "2026-12-02T12:00:00Z", gpus(1))),
			"grace has used or asked for 12 of 40 gpu-hours in that week, and this takes 32: 28 are left, which is 7 h with as much as this; the next week begins at 2026-12-07T00:00:00Z", [4]float64{40, 12, 32, 28}},
		{"another week's use", "quotas: [{name: a, quantity: gpus, hours: 40, per: person, every: week}]", asked(t, "2026-12-01T08:00:00Z", "2026-12-01T16:00:00Z", gpus(4)),
			having(0, charge(t, "2026-12-07T00:00:00Z", "2026-12-09T00:00:00Z", gpus(1))), "", [4]float64{}},
		{"all is used", "quotas: [{name: a, device: usrp-n210, hours: 4, per: organisation, every: month}]", asked(t, "2026-12-01T08:00:00Z", "2026-12-01T09:00:00Z", usrp(1)),
			having(0, charge(t, "2026-12-02T00:00:00Z", "2026-12-02T12:00:00Z", usrp(1))),
			"TCD has used or asked for 12 of 4 usrp-n210-hours in that month, and this takes 1: nothing is left; the next month begins at 2027-01-01T00:00:00Z", [4]float64{4, 12, 1, 0}},
		{"at night it is free", "zone: Europe/Dublin\nquotas: [{name: a, quantity: gpus, hours: 0, per: person, every: week, free_nights: 20:00-08:00}]",
			asked(t, "2026-12-01T20:00:00Z", "2026-12-02T08:00:00Z", gpus(8)), having(0), "", [4]float64{}},
		{"in the morning it is not", "zone: Europe/Dublin\nquotas: [{name: a, quantity: gpus, hours: 0, per: person, every: week, free_nights: 20:00-08:00}]",
			asked(t, "2026-12-01T20:00:00Z", "2026-12-02T08:30:00Z", gpus(8)), having(0), "and this takes 4: nothing is left", [4]float64{0, 0, 4, 0}},
		{"the weekend is free", "quotas: [{name: a, quantity: gpus, hours: 0, per: person, every: week, free_weekends: true}]",
			asked(t, "2026-11-28T00:00:00Z", "2026-11-30T00:00:00Z", gpus(8)), having(0), "", [4]float64{}},
		{"memory counts in GB", "quotas: [{name: a, quantity: memory_mb, hours: 8, per: person, every: week}]",
			asked(t, "2026-12-01T08:00:00Z", "2026-12-01T10:00:00Z", testbeds.Need{Resource: testbeds.Resource{Testbed: "cloud", VIM: "core", Quantity: "memory_mb"}, Amount: 5 * 1024}), having(0),
			"grace has used or asked for 0 of 8 GB-hours of memory in that week, and this takes 10: 8 are left, which is 96 min with as much as this", [4]float64{8, 0, 10, 8}},
		{"between terms", "terms: [{name: w, from: 2027-01-01, to: 2027-02-01}]\nquotas: [{name: a, quantity: gpus, hours: 0, per: person, every: term}]",
			asked(t, "2026-12-01T08:00:00Z", "2026-12-01T16:00:00Z", gpus(4)), having(0), "", [4]float64{}},
		{"in a term", "terms: [{name: w, from: 2026-10-01, to: 2027-02-01}]\nquotas: [{name: a, quantity: gpus, hours: 1, per: experiment, every: term}]",
			asked(t, "2027-01-31T23:00:00Z", "2027-02-01T08:00:00Z", gpus(2)), having(0),
			"sensing has used or asked for 0 of 1 gpu-hours in that term, and this takes 2: 1 are left, which is 30 min with as much as this; the term ends at 2027-02-01T00:00:00Z", [4]float64{1, 0, 2, 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			list, err := parse(t, tt.yaml).Judge(tt.ask, tt.use)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want == "" {
				if len(list) > 0 {
					t.Errorf("refused: %+v", list)
				}
				return
			}
			if len(list) != 1 || list[0].Rule != "a" || !strings.Contains(list[0].Message, tt.want) {
				t.Fatalf("got %+v\nwant %s", list, tt.want)
			}
			if got := [4]float64{list[0].Limit, list[0].Used, list[0].Asked, list[0].Allowed}; got != tt.numbers {
				t.Errorf("got limit, used, asked, allowed %v, want %v", got, tt.numbers)
			}
		})
	}
}

func charge(t testing.TB, from, to string, d ...testbeds.Need) Charge {
	t.Helper()
	return Charge{testbeds.Slot{Start: instantOf(t, from), End: instantOf(t, to)}, d}
}

// TestOnlyWhatIsAskedIsJudged: a step that asks for nothing new is judged by nothing.
func TestOnlyWhatIsAskedIsJudged(t *testing.T) {
	t.Parallel()
	p := parse(t, "limits: [{name: a, longest: PT1H}, {name: b, notice: 9}, {name: c, ahead: P1D}, {name: d, open: 1}]\nquotas: [{name: e, quantity: gpus, hours: 0, per: person, every: week}]")
	for _, tt := range []struct {
		what string
		set  func(*Ask)
		want []string
	}{
		{"nothing", func(*Ask) {}, nil},
		{"length", func(a *Ask) { a.Terms = true }, []string{"a"}},
		{"how far ahead", func(a *Ask) { a.Far = true }, []string{"c"}},
		{"notice", func(a *Ask) { a.Soon = true }, []string{"b"}},
		{"number", func(a *Ask) { a.New = true }, []string{"d"}},
		{"quotas", func(a *Ask) { a.Hours = true }, []string{"e"}},
	} {
		ask := asked(t, "2026-12-01T08:00:00Z", "2026-12-01T16:00:00Z", gpus(1))
		ask.Terms, ask.Far, ask.Soon, ask.New, ask.Hours = false, false, false, false, false
		tt.set(&ask)
		list, err := p.Judge(ask, having(1))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range list {
			got = append(got, r.Rule)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.what, diff)
		}
	}
	broken := errors.New("broken")
	_, err := p.Judge(asked(t, "2026-12-01T08:00:00Z", "2026-12-01T16:00:00Z", gpus(1)), Use{Open: func() (int64, error) { return 0, broken }})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if list, err := (*Policy)(nil).Judge(asked(t, thursday, "2027-12-01T16:00:00Z"), Use{}); err != nil || len(list) > 0 {
		t.Errorf("no policy refuses %v, %v", list, err)
	}
}

// TestGrants at their limits.
func TestGrants(t *testing.T) {
	t.Parallel()
	p := parse(t, "attended: [{name: weekend, testbeds: [radio-hall], days: [saturday], dates: [2026-12-24]}]\n"+
		"grants:\n  - {name: small, testbeds: [radio-hall], mentors: [ada], under: {vcpu: 8}, longest: PT4H, no_devices: true, then: schedule}\n  - {name: short, who: {roles: [mentor]}, longest: PT1H, then: approve}\n")
	small := func(set func(*Ask)) Ask {
		a := asked(t, "2026-12-01T08:00:00Z", "2026-12-01T12:00:00Z", vcpu("radio-hall", 7))
		set(&a)
		return a
	}
	for _, tt := range []struct {
		name string
		ask  Ask
		want string
	}{
		{"small", small(func(*Ask) {}), "small"},
		{"eight processors", small(func(a *Ask) { a.Demand = testbeds.Demand{vcpu("radio-hall", 8)} }), ""},
		{"seven and one", small(func(a *Ask) {
			other := vcpu("radio-hall", 1)
			other.VIM = "other"
			a.Demand = append(a.Demand, other)
		}), ""},
		{"a second longer", small(func(a *Ask) { a.Slot.End = a.Slot.End.Add(time.Second) }), ""},
		{"a device", small(func(a *Ask) { a.Demand = append(a.Demand, usrp(1)) }), ""},
		{"also elsewhere", small(func(a *Ask) { a.Demand = append(a.Demand, vcpu("cloud", 1)) }), ""},
		{"another mentor", small(func(a *Ask) { a.Mentor = "bob" }), ""},
		{"nothing at all", small(func(a *Ask) { a.Demand = nil }), ""},
		{"into a Saturday", small(func(a *Ask) { a.Slot = a.Slot.Shift(3*24*time.Hour + 13*time.Hour) }), ""},
		{"up to a Saturday", small(func(a *Ask) { a.Slot = a.Slot.Shift(3*24*time.Hour + 12*time.Hour) }), "small"},
		{"on the date", small(func(a *Ask) { a.Slot = a.Slot.Shift(23 * 24 * time.Hour) }), ""},
		{"a mentor's", small(func(a *Ask) {
			a.Roles, a.Slot.End, a.Demand = []string{"mentor"}, a.Slot.Start.Add(time.Hour), testbeds.Demand{usrp(4)}
		}), "short"},
	} {
		if g, ok := p.Granted(tt.ask); g.Name != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: granted by %q, want %q", tt.name, g.Name, tt.want)
		}
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	p := parse(t, `
terms: [{name: w, from: 2026-10-01, to: 2027-02-01}]
limits:
  - {name: usual, who: {roles: [experimenter]}, except: {users: [ada], organisations: [TCD]}, longest: PT8H, notice: 2, ahead: P90D, open: 1}
quotas:
  - {name: gpus, quantity: gpus, hours: 40, per: person, every: week, free_nights: 20:00-08:00, free_weekends: true, because: they are few}
  - {name: hall, testbeds: [radio-hall], device: usrp-n210, hours: 9, per: organisation, every: term}
attended: [{name: weekend, testbeds: [radio-hall, cloud], days: [saturday, sunday], dates: [2026-12-24]}]
grants:
  - {name: small, mentors: [ada], under: {vcpu: 8, memory_mb: 16384}, longest: PT4H, no_devices: true, then: schedule}
  - {name: short, longest: PT1H, then: approve}
rejects: {offers: 3}
`)
	want := []string{
		"Experimenters but ada and people of TCD: a slot is at most 8 h long, it is asked for at least 2 business days ahead, it begins at most 90 days ahead and one person has at most 1 open request at once.",
		"Everybody: each person may use 40 gpu-hours in a week, where weekends and the hours 20:00-08:00 are free (they are few).",
		"Everybody, at radio-hall: each organisation may use 9 usrp-n210-hours in a term.",
		"Everybody, at radio-hall and cloud: a person decides about every slot that touches a Saturday, a Sunday or 24 December 2026.",
		"Everybody: a request, with ada as its mentor, that fits, takes less than 16 GB memory, takes less than 8 vCPU, is at most 4 h long and uses no device is approved and scheduled at once.",
		"Everybody: a request that fits and is at most 1 h long is approved at once, in the place of the testbeds.",
		"A request that cannot be deployed where it is placed is rejected at once, with up to 3 offers.",
	}
	var got []string
	for _, s := range p.Words() {
		got = append(got, s.Text)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
