package report

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/testbeds"
)

func at0(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

func slot(from, to string) testbeds.Slot { return testbeds.Slot{Start: at0(from), End: at0(to)} }

var (
	cpu   = testbeds.Need{Resource: testbeds.Resource{Testbed: "radio", VIM: "iris", Quantity: "vcpu"}, Amount: 8}
	ram   = testbeds.Need{Resource: testbeds.Resource{Testbed: "radio", VIM: "iris", Quantity: "memory_mb"}, Amount: 4096}
	usrp  = testbeds.Need{Resource: testbeds.Resource{Testbed: "radio", Device: "usrp"}, Amount: 3}
	other = testbeds.Need{Resource: testbeds.Resource{Testbed: "cloud", VIM: "hall", Quantity: "vcpu"}, Amount: 2}
)

const hour = int64(3600)

// TestASlotIsCutAtTheEdgesOfTheSpan: half-open on both sides, planned and used each by itself.
func TestASlotIsCutAtTheEdgesOfTheSpan(t *testing.T) {
	t.Parallel()
	span := slot("2026-11-10T00:00:00Z", "2026-11-11T00:00:00Z")
	for name, tt := range map[string]struct {
		slot, planned, used testbeds.Slot
		requests            int
		wantPlanned, wantUsed,
		vcpu, devices int64
	}{
		"within":                    {slot("2026-11-10T09:00:00Z", "2026-11-10T13:00:00Z"), slot("2026-11-10T09:00:00Z", "2026-11-10T13:00:00Z"), slot("2026-11-10T10:00:00Z", "2026-11-10T11:00:00Z"), 1, 4 * hour, hour, 32 * hour, 12 * hour},
		"over the start":            {slot("2026-11-09T22:00:00Z", "2026-11-10T02:00:00Z"), slot("2026-11-09T22:00:00Z", "2026-11-10T02:00:00Z"), testbeds.Slot{}, 1, 2 * hour, 0, 16 * hour, 6 * hour},
		"over the end":              {slot("2026-11-10T23:00:00Z", "2026-11-11T02:00:00Z"), slot("2026-11-10T23:00:00Z", "2026-11-11T02:00:00Z"), slot("2026-11-10T23:30:00Z", "2026-11-11T02:00:00Z"), 1, hour, hour / 2, 8 * hour, 3 * hour},
		"longer":                    {slot("2026-11-09T00:00:00Z", "2026-11-12T00:00:00Z"), slot("2026-11-09T00:00:00Z", "2026-11-12T00:00:00Z"), testbeds.Slot{}, 1, 24 * hour, 0, 192 * hour, 72 * hour},
		"ends where it begins":      {slot("2026-11-09T20:00:00Z", "2026-11-10T00:00:00Z"), slot("2026-11-09T20:00:00Z", "2026-11-10T00:00:00Z"), testbeds.Slot{}, 0, 0, 0, 0, 0},
		"begins where it ends":      {slot("2026-11-11T00:00:00Z", "2026-11-11T04:00:00Z"), slot("2026-11-11T00:00:00Z", "2026-11-11T04:00:00Z"), testbeds.Slot{}, 0, 0, 0, 0, 0},
		"one second":                {slot("2026-11-09T20:00:00Z", "2026-11-10T00:00:01Z"), slot("2026-11-09T20:00:00Z", "2026-11-10T00:00:01Z"), testbeds.Slot{}, 1, 1, 0, 8, 3},
		"ran on after its slot":     {slot("2026-11-09T20:00:00Z", "2026-11-09T22:00:00Z"), slot("2026-11-09T20:00:00Z", "2026-11-09T22:00:00Z"), slot("2026-11-09T20:00:00Z", "2026-11-10T03:00:00Z"), 1, 0, 3 * hour, 0, 0},
		"only asked for":            {slot("2026-11-10T09:00:00Z", "2026-11-10T13:00:00Z"), testbeds.Slot{}, testbeds.Slot{}, 1, 0, 0, 0, 0},
		"ended early, beyond reach": {slot("2026-10-01T00:00:00Z", "2026-10-01T01:00:00Z"), slot("2026-10-01T00:00:00Z", "2026-12-01T00:00:00Z"), testbeds.Slot{}, 0, 0, 0, 0, 0},
	} {
		c := New(span, time.UTC, ByTestbed)
		c.Add(Fact{Slot: tt.slot, Planned: tt.planned, Used: tt.used, Needs: testbeds.Demand{cpu, usrp}, Fate: Completed})
		got := c.Report().Total
		if got.Requests != tt.requests || got.Planned.Time != tt.wantPlanned || got.Used.Time != tt.wantUsed || got.Planned.VCPU != tt.vcpu || got.Planned.Devices != tt.devices {
			t.Errorf("%s: %d requests, planned %+v, used %+v", name, got.Requests, got.Planned, got.Used)
		}
	}
}

// TestReachIsABoundary: a run counts up to it and no second further.
func TestReachIsABoundary(t *testing.T) {
	t.Parallel()
	s := slot("2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z")
	f := Fact{Slot: s, Used: testbeds.Slot{Start: s.Start, End: s.End.Add(Reach + time.Hour)}, Fate: Completed}
	for from, want := range map[time.Duration]int64{Reach - time.Second: 1, Reach: 0} {
		c := New(testbeds.Slot{Start: s.End.Add(from), End: s.End.Add(from + time.Hour)}, time.UTC, ByExperimenter)
		c.Add(f)
		if got := c.Report().Total; got.Used.Time != want || got.Requests != int(want) {
			t.Errorf("from %v after the slot: %d seconds", from, got.Used.Time)
		}
	}
}

// TestEachLineCountsItsOwn: a request over two testbeds is in both lines with what it takes of each, and once in the total.
func TestEachLineCountsItsOwn(t *testing.T) {
	t.Parallel()
	s := slot("2026-11-10T09:00:00Z", "2026-11-10T11:00:00Z")
	decided := 3 * time.Hour
	f := Fact{Experimenter: "maeve", Organisation: "TCD", Experiment: "hydra", Slot: s, Planned: s, Used: s, Needs: testbeds.Demand{other, ram, cpu, usrp}, Fate: Completed, Overbooked: true, Decided: &decided}
	want := map[Dimension]map[string]Amounts{
		ByTestbed:      {"radio": {2 * hour, 16 * hour, 6 * hour, 0}, "cloud": {2 * hour, 4 * hour, 0, 0}},
		ByResource:     {"radio/iris/vcpu": {2 * hour, 16 * hour, 0, 16 * hour}, "radio/iris/memory_mb": {2 * hour, 0, 0, 8192 * hour}, "radio/usrp": {2 * hour, 0, 6 * hour, 6 * hour}, "cloud/hall/vcpu": {2 * hour, 4 * hour, 0, 4 * hour}},
		ByOrganisation: {"TCD": {2 * hour, 20 * hour, 6 * hour, 0}},
		ByExperimenter: {"maeve": {2 * hour, 20 * hour, 6 * hour, 0}},
		ByExperiment:   {"hydra": {2 * hour, 20 * hour, 6 * hour, 0}},
		ByMonth:        {"2026-11": {2 * hour, 20 * hour, 6 * hour, 0}},
	}
	for by, lines := range want {
		c := New(slot("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"), time.UTC, by)
		c.Add(f)
		r := c.Report()
		got := map[string]Amounts{}
		for _, l := range r.Lines {
			got[l.Key] = l.Planned
			if l.Used != l.Planned || l.Requests != 1 || l.Overbooks != 1 || l.Decision != decided || l.Decisions != 1 || l.Fates[Completed] != 1 {
				t.Errorf("by %s: %+v", by, l)
			}
		}
		if diff := cmp.Diff(lines, got); diff != "" {
			t.Errorf("by %s (-want +got)\n%s", by, diff)
		}
		if total := (Amounts{2 * hour, 20 * hour, 6 * hour, 0}); r.Total.Planned != total || r.Total.Requests != 1 {
			t.Errorf("by %s in all: %+v", by, r.Total)
		}
	}
}

// TestMonthsAreThoseOfTheReader: an hour on the last evening of October in Dublin is November's in Kiritimati; October has an hour more where the
// clocks go back, and a month without a request is a line of zeros.
func TestMonthsAreThoseOfTheReader(t *testing.T) {
	t.Parallel()
	s := slot("2026-09-15T00:00:00Z", "2026-11-15T00:00:00Z")
	for zone, want := range map[string]map[string]int64{
		"UTC":           {"2026-09": 16 * 24 * hour, "2026-10": 31 * 24 * hour, "2026-11": 14 * 24 * hour, "2026-12": 0},
		"Europe/Dublin": {"2026-09": 16*24*hour - hour, "2026-10": 31*24*hour + hour, "2026-11": 14 * 24 * hour, "2026-12": 0},
	} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		c := New(slot("2026-09-01T12:00:00Z", "2026-12-02T00:00:00Z"), loc, ByMonth)
		c.Add(Fact{Slot: s, Planned: s, Fate: NoShow})
		got := map[string]int64{}
		for _, l := range c.Report().Lines {
			got[l.Key] = l.Planned.Time
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", zone, diff)
		}
	}
}

func TestTheMedianIsBetweenTheMiddleTwo(t *testing.T) {
	t.Parallel()
	s := slot("2026-11-10T09:00:00Z", "2026-11-10T11:00:00Z")
	for _, tt := range []struct {
		took []time.Duration
		want time.Duration
	}{{nil, 0}, {[]time.Duration{7}, 7}, {[]time.Duration{9, 1}, 5}, {[]time.Duration{9, 1, 2}, 2}, {[]time.Duration{10, 1, 2, 4}, 3}} {
		c := New(s, time.UTC, ByOrganisation)
		c.Add(Fact{Slot: s, Fate: Waiting}) // nobody has decided about it
		for _, d := range tt.took {
			c.Add(Fact{Slot: s, Fate: Ahead, Decided: &d})
		}
		if got := c.Report().Total; got.Decision != tt.want || got.Decisions != len(tt.took) || got.Requests != len(tt.took)+1 {
			t.Errorf("%v: %v of %d", tt.took, got.Decision, got.Decisions)
		}
	}
}

func TestSumsStopAtTheLargestNumber(t *testing.T) {
	t.Parallel()
	if got := product(math.MaxInt64/2, 3); got != math.MaxInt64 {
		t.Error(got)
	}
	if got := product(1<<31, 1<<31); got != 1<<62 {
		t.Error(got)
	}
	if got := sum(math.MaxInt64-1, 2); got != math.MaxInt64 {
		t.Error(got)
	}
	if got := sum(math.MaxInt64-2, 2); got != math.MaxInt64 {
		t.Error(got)
	}
}

// TestATableCannotCalculate: a name that begins like a formula stays a text, and commas, quotes and line ends stay within their cell.
func TestATableCannotCalculate(t *testing.T) {
	t.Parallel()
	s := slot("2026-11-10T09:00:00Z", "2026-11-10T10:30:00Z")
	c := New(s, time.UTC, ByOrganisation)
	for _, org := range []string{`=HYPERLINK("http://evil","x")`, "+1", "-2", "@SUM(A1)", "\t=1", " =1", "\r=1", "Trinity, \"Dublin\"\nIreland", "plain - minus", "＝1"} {
		c.Add(Fact{Organisation: org, Slot: s, Planned: s, Fate: Ahead})
	}
	var b strings.Builder
	if err := c.Report().CSV(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"key,name,requests,", `"'=HYPERLINK(""http://evil"",""x"")",`, "'+1,", "'-2,", "'@SUM(A1),", "'\t=1,", "' =1,", "\"'=1\",", "\"Trinity, \"\"Dublin\"\"\r\nIreland\",", "plain - minus,", "'＝1,", "total,,10,", ",15,"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
	for _, line := range strings.Split(b.String(), "\r\n") {
		if line != "" && strings.ContainsAny(line[:1], "=+-@\t") {
			t.Errorf("%q begins like a formula", line)
		}
	}
}
