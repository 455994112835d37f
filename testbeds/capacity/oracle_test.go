package capacity

import (
	"berth/testbeds"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// The tests of this file compare the engine with an oracle that adds up everything anew at every quarter of an hour of a short horizon. All
// instants are on that grid, so the oracle is exact.

const quarter = 15 * time.Minute

var (
	testStart   = time.Date(2026, 3, 27, 0, 0, 0, 0, time.UTC) // Europe changes to summer time on the 29th
	testHorizon = testbeds.Slot{Start: testStart, End: testStart.Add(5 * 24 * time.Hour)}
)

// world is a random facility with bookings.
type world struct {
	facility testbeds.Facility
	bookings []testbeds.Booking
}

func drawInt(t *rapid.T, name string, lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, name) }

func drawSlot(t *rapid.T, maxHours int) testbeds.Slot {
	start := testStart.Add(time.Duration(drawInt(t, "start", 0, 4*24*4)) * quarter)
	return testbeds.NewSlot(start, time.Duration(drawInt(t, "quarters", 1, 4*maxHours))*quarter)
}

func drawPeriod(t *rapid.T, name string, max int) testbeds.Period {
	return testbeds.Period{Clock: time.Duration(drawInt(t, name, 0, max)) * quarter}
}

func drawClosure(t *rapid.T, zone *time.Location) testbeds.Closure {
	c := testbeds.Closure{Summary: "closed", Duration: testbeds.Period{Clock: time.Duration(drawInt(t, "closed quarters", 1, 30)) * quarter}}
	at := testStart.Add(time.Duration(drawInt(t, "closed from", 0, 3*24*4)) * quarter).In(zone)
	c.Start = testbeds.LocalTime{Time: time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC)}
	if drawInt(t, "daily", 0, 1) == 1 {
		c.RRule = "FREQ=DAILY"
	}
	return c
}

func drawTestbed(t *rapid.T, id string) testbeds.Testbed {
	name := rapid.SampledFrom([]string{"Europe/Athens", "Europe/Dublin", "America/New_York", "UTC"}).Draw(t, "zone")
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	b := testbeds.Testbed{ID: id, Name: id, Timezone: name, Setup: drawPeriod(t, "setup", 4), Teardown: drawPeriod(t, "teardown", 2)}
	for i := range drawInt(t, "vims", 1, 2) {
		v := testbeds.VIM{ID: fmt.Sprint("v", i), Capacity: testbeds.Quantities{"vcpu": int64(drawInt(t, "vcpu", 0, 8)), "memory_mb": int64(drawInt(t, "memory", 0, 8))}}
		if drawInt(t, "own setup", 0, 3) == 0 {
			p := drawPeriod(t, "setup of the vim", 8)
			v.Setup = &p
		}
		for range drawInt(t, "closures", 0, 2) {
			c := drawClosure(t, zone)
			if drawInt(t, "part", 0, 1) == 1 {
				c.Capacity = testbeds.Quantities{"vcpu": int64(drawInt(t, "cut", 0, 4))}
			}
			v.Closures = append(v.Closures, c)
		}
		b.VIMs = append(b.VIMs, v)
	}
	count := drawInt(t, "count", 0, 4)
	d := testbeds.Device{ID: "radio", Count: int64(count), Features: []string{"radio"}}
	if drawInt(t, "opening", 0, 2) == 0 {
		d.Opening = []testbeds.Closure{drawClosure(t, zone)}
	}
	b.Devices = []testbeds.Device{d}
	if drawInt(t, "testbed closed", 0, 2) == 0 {
		b.Closures = []testbeds.Closure{drawClosure(t, zone)}
	}
	if drawInt(t, "capacity changes", 0, 2) == 0 {
		at := testStart.AddDate(0, 0, drawInt(t, "day", 0, 4))
		b.CapacityChanges = []testbeds.CapacityChange{{From: testbeds.LocalTime{Time: at}, VIM: "v0", Capacity: testbeds.Quantities{"vcpu": int64(drawInt(t, "vcpu then", 0, 10))}}}
	}
	return b
}

func drawExperiment(t *rapid.T, f testbeds.Facility) testbeds.Experiment {
	e := testbeds.Experiment{Placement: testbeds.Placement{}}
	var everywhere []string
	for _, b := range f.Testbeds {
		for _, v := range b.VIMs {
			everywhere = append(everywhere, b.ID+"/"+v.ID)
		}
	}
	for i := range drawInt(t, "members", 0, 3) {
		m := fmt.Sprint(i)
		where := rapid.SampledFrom(everywhere).Draw(t, "where")
		on := everywhere
		if drawInt(t, "only there", 0, 1) == 1 {
			on = []string{where}
		}
		e.Components = append(e.Components, testbeds.Component{Member: m, VNF: "vnf", Onboarded: on,
			Size: testbeds.Quantities{"vcpu": int64(drawInt(t, "needs vcpu", 0, 4)), "memory_mb": int64(drawInt(t, "needs memory", 0, 4))}})
		e.Placement[m] = where
	}
	for _, b := range f.Testbeds {
		if n := drawInt(t, "needs radios", 0, 3); n > 0 && drawInt(t, "any radio", 0, 1) == 1 {
			e.Devices = append(e.Devices, testbeds.DeviceNeed{Testbed: b.ID, Device: "radio", Count: int64(n)})
		}
	}
	return e
}

func drawWorld(t *rapid.T) world {
	var w world
	for i := range drawInt(t, "testbeds", 1, 2) {
		w.facility.Testbeds = append(w.facility.Testbeds, drawTestbed(t, string(rune('a'+i))))
	}
	fed := build(t, w.facility, nil)
	for i := range drawInt(t, "bookings", 0, 12) {
		s := drawSlot(t, 20)
		b := testbeds.Booking{ID: int64(i + 1), Request: int64(100 + i), Slot: s,
			Strength: rapid.SampledFrom([]testbeds.Strength{testbeds.Firm, testbeds.Firm, testbeds.Held, testbeds.Pending}).Draw(t, "strength")}
		b.Claims = fed.Claims(drawExperiment(t, w.facility).Demand(), s)
		w.bookings = append(w.bookings, b)
	}
	return w
}

func build(t interface{ Fatal(...any) }, f testbeds.Facility, bookings []testbeds.Booking) *Federation {
	fed, err := NewFederation(f, testHorizon)
	if err != nil {
		t.Fatal(err)
	}
	fed.Load(bookings)
	return fed
}

// total returns the capacity of a resource at an instant, from the facility's words alone.
func (w world) total(r testbeds.Resource, at time.Time) int64 {
	b, _ := w.facility.Testbed(r.Testbed)
	zone := zoneOf(b.Timezone)
	if at.Before(testHorizon.Start) || !at.Before(testHorizon.End) {
		return 0
	}
	v, _ := b.VIM(r.VIM)
	d, _ := b.Device(r.Device)
	n, closures, openings := v.Capacity[r.Quantity], append(slices.Clone(b.Closures), v.Closures...), v.Opening
	if r.Device != "" {
		n, closures, openings = d.Count, append(slices.Clone(b.Closures), d.Closures...), d.Opening
	}
	for _, c := range b.CapacityChanges {
		from := time.Date(c.From.Year(), c.From.Month(), c.From.Day(), 0, 0, 0, 0, zone)
		if m, ok := c.Capacity[r.Quantity]; ok && c.VIM == r.VIM && !at.Before(from) {
			n = m
		}
	}
	for _, c := range closures {
		if !happens(c, zone, at) {
			continue
		}
		if len(c.Capacity) == 0 {
			return 0
		}
		n -= c.Capacity[r.Quantity]
	}
	if len(openings) > 0 && !slices.ContainsFunc(openings, func(c testbeds.Closure) bool { return happens(c, zone, at) }) {
		return 0
	}
	return max(0, n)
}

// happens reports whether a closure is in force at an instant: it looks at each day of the closure.
func happens(c testbeds.Closure, zone *time.Location, at time.Time) bool {
	days := 1
	if c.RRule != "" {
		days = 12
	}
	for day := range days {
		local := c.Start.AddDate(0, 0, day)
		start := resolve(local, zone)
		if end := start.Add(c.Duration.Clock); !at.Before(start) && at.Before(end) {
			return true
		}
	}
	return false
}

// zones and resolved cache results that never change, because the oracle asks for them at every quarter of an hour.
var zones, resolved sync.Map

func zoneOf(name string) *time.Location {
	zone, known := zones.Load(name)
	if !known {
		loaded, _ := time.LoadLocation(name)
		zone, _ = zones.LoadOrStore(name, loaded)
	}
	return zone.(*time.Location)
}

// resolve finds the instant of a wall-clock time by trial (see tried).
func resolve(local time.Time, zone *time.Location) time.Time {
	key := local.Format(time.DateTime) + zone.String()
	at, known := resolved.Load(key)
	if !known {
		at, _ = resolved.LoadOrStore(key, tried(local, zone))
	}
	return at.(time.Time)
}

// tried returns the first instant that shows a wall-clock time, else the first that shows it shifted by the gap.
func tried(local time.Time, zone *time.Location) time.Time {
	same := func(at time.Time) bool {
		at = at.In(zone)
		return at.Day() == local.Day() && at.Hour() == local.Hour() && at.Minute() == local.Minute()
	}
	for at := local.Add(-6 * time.Hour); at.Before(local.Add(6 * time.Hour)); at = at.Add(quarter) {
		if same(at) {
			return at.UTC()
		}
	}
	_, before := local.Add(-24 * time.Hour).In(zone).Zone()
	return local.Add(-time.Duration(before) * time.Second)
}

// booked sums the amounts that blocking bookings take of a resource at an instant.
func (w world) booked(r testbeds.Resource, at time.Time) int64 {
	n := int64(0)
	for _, b := range w.bookings {
		for _, c := range b.Claims {
			if b.Strength.Blocks() && c.Resource == r && !at.Before(c.From) && at.Before(c.To) {
				n += c.Amount
			}
		}
	}
	return n
}

// fits computes the slow answer: at every quarter of an hour, for every need.
func (w world) fits(fed *Federation, e testbeds.Experiment, s testbeds.Slot) bool {
	for _, c := range fed.Claims(e.Demand(), s) {
		if c.From.Before(testHorizon.Start) || c.To.After(testHorizon.End) {
			return false
		}
		for at := c.From; at.Before(c.To); at = at.Add(quarter) {
			if w.total(c.Resource, at)-w.booked(c.Resource, at) < c.Amount {
				return false
			}
		}
	}
	return !s.Start.Before(testHorizon.Start) && !s.End.After(testHorizon.End)
}

func TestCheckAgreesWithASweepAtEveryInstant(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		fed := build(t, w.facility, w.bookings)
		e, s := drawExperiment(t, w.facility), drawSlot(t, 12)
		v := fed.Check(e, s)
		if want := w.fits(fed, e, s); v.Fits != want || fed.Fits(e, s) != want {
			t.Fatalf("Check = %+v, the sweep says %t", v, want)
		}
		for _, c := range v.Conflicts {
			least := int64(1 << 40)
			for at := c.Interval.Start; at.Before(c.Interval.End); at = at.Add(quarter) {
				free := w.total(c.Resource, at) - w.booked(c.Resource, at)
				least = min(least, free)
				if free >= c.Needed {
					t.Fatalf("%v: %d are free at %v", c, free, at)
				}
			}
			if least != c.Free || c.ShortBy != c.Needed-c.Free {
				t.Fatalf("%v: the least that is free is %d", c, least)
			}
			if least < c.Needed && w.total(c.Resource, c.Interval.Start) >= c.Needed && len(c.TakenBy) == 0 {
				t.Fatalf("%v names nobody", c)
			}
		}
	})
}

func TestEveryAlternativePassesCheckAndTheCheapestShiftIsTheNearest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		fed := build(t, w.facility, w.bookings)
		q := Search{Experiment: drawExperiment(t, w.facility), Slot: drawSlot(t, 8), Limit: drawInt(t, "limit", 1, 12)}
		found := fed.Suggest(q)
		if len(found) > q.Limit {
			t.Fatalf("%d alternatives, at most %d were wanted", len(found), q.Limit)
		}
		nearest := time.Duration(-1)
		for i, a := range found {
			e := testbeds.Experiment{Components: q.Experiment.Components, Placement: a.Placement, Devices: a.Devices}
			if v := fed.Check(e, a.Slot); !v.Fits {
				t.Fatalf("alternative %+v does not fit: %+v", a, v)
			}
			if len(a.Changes) == 0 || i > 0 && found[i-1].Cost > a.Cost {
				t.Fatalf("alternative %d: %+v", i, a)
			}
			for j, d := range a.Devices {
				if slices.ContainsFunc(a.Devices[:j], func(o testbeds.DeviceNeed) bool { return o.Testbed == d.Testbed && o.Device == d.Device }) {
					t.Fatalf("a device is named twice: %+v", a)
				}
			}
			for _, b := range found[:i] {
				if same(a, b) {
					t.Fatalf("the same twice: %+v", a)
				}
			}
			if len(a.Changes) == 1 && a.Changes[0].Kind == testbeds.ChangeShift && nearest < 0 {
				nearest = a.Slot.Start.Sub(q.Slot.Start).Abs()
			}
		}
		want := w.nearest(fed, q)
		if len(found) == q.Limit && nearest < 0 {
			return // cheaper kinds took every place
		}
		if nearest != want {
			t.Fatalf("the nearest shift is %v away, want %v\n%+v", nearest, want, found)
		}
	})
}

// nearest returns the distance of the nearest slot in which the experiment fits unchanged; -1 if it fits as asked or never.
func (w world) nearest(fed *Federation, q Search) time.Duration {
	if _, problems := fed.wants(q.Experiment); len(problems) > 0 || w.fits(fed, q.Experiment, q.Slot) {
		return -1
	}
	for by := quarter; by < 6*24*time.Hour; by += quarter {
		if w.fits(fed, q.Experiment, q.Slot.Shift(by)) || w.fits(fed, q.Experiment, q.Slot.Shift(-by)) {
			return by
		}
	}
	return -1
}

// picture lists the availability of all testbeds of a federation.
func picture(fed *Federation) map[string][]testbeds.Series {
	all := map[string][]testbeds.Series{}
	for _, b := range fed.facility.Testbeds {
		all[b.ID], _ = fed.Availability(b.ID, testHorizon)
	}
	return all
}

func TestOrderIsIrrelevantAndRemovingRestores(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		empty := picture(build(t, w.facility, nil))
		fed := build(t, w.facility, w.bookings)
		full := picture(fed)
		other := build(t, w.facility, nil)
		for _, b := range rapid.Permutation(w.bookings).Draw(t, "order") {
			other.Put(b)
		}
		if diff := cmp.Diff(full, picture(other)); diff != "" {
			t.Fatalf("loaded (-) and put in another order (+):\n%s", diff)
		}
		var gone []int64
		var rest []testbeds.Booking
		for _, b := range w.bookings {
			if drawInt(t, "gone", 0, 1) == 1 {
				gone = append(gone, b.ID)
			} else {
				rest = append(rest, b)
			}
		}
		want := picture(build(t, w.facility, rest))
		fork := fed.Without(gone...)
		if diff := cmp.Diff(want, picture(fork)); diff != "" {
			t.Fatalf("built without them (-) and Without (+):\n%s", diff)
		}
		e, s := drawExperiment(t, w.facility), drawSlot(t, 8)
		order := cmpopts.SortSlices(func(a, b testbeds.Taker) bool { return a.Booking < b.Booking })
		if diff := cmp.Diff(build(t, w.facility, rest).Check(e, s), fork.Check(e, s), order); diff != "" {
			t.Fatalf("check without them (-) and of the fork (+):\n%s", diff)
		}
		if len(gone) > 0 {
			again, _ := fed.Booking(gone[0])
			fork.Put(again)
			fork.Remove(gone[0])
			if diff := cmp.Diff(want, picture(fork)); diff != "" {
				t.Fatalf("put into a fork and taken out again:\n%s", diff)
			}
		}
		if diff := cmp.Diff(full, picture(fed)); diff != "" {
			t.Fatalf("the original changed with its fork:\n%s", diff)
		}
		for _, b := range w.bookings {
			fed.Remove(b.ID)
		}
		if diff := cmp.Diff(empty, picture(fed)); diff != "" {
			t.Fatalf("after removing everything:\n%s", diff)
		}
	})
}

func TestSweepAgreesWithTheOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		found, err := Sweep(w.facility, testHorizon, w.bookings)
		if err != nil {
			t.Fatal(err)
		}
		over := func(r testbeds.Resource, at time.Time) bool {
			return slices.ContainsFunc(found, func(o testbeds.Overcommitment) bool {
				return o.Resource == r && !at.Before(o.Interval.Start) && at.Before(o.Interval.End)
			})
		}
		claimed := map[testbeds.Resource]bool{}
		for _, b := range w.bookings {
			for _, c := range b.Claims {
				claimed[c.Resource] = true
			}
		}
		for r := range claimed {
			for at := testHorizon.Start; at.Before(testHorizon.End); at = at.Add(quarter) {
				if want := w.booked(r, at) > w.total(r, at); over(r, at) != want {
					t.Fatalf("%v at %v: %d of %d booked; found: %+v", r, at, w.booked(r, at), w.total(r, at), found)
				}
			}
		}
	})
}

func TestLongestIsTheLongestFromTheStart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		fed := build(t, w.facility, w.bookings)
		e, s := drawExperiment(t, w.facility), drawSlot(t, 12)
		if _, problems := fed.wants(e); len(problems) > 0 {
			return
		}
		var want testbeds.Slot
		for end := s.Start.Add(quarter); !end.After(s.End) && w.fits(fed, e, testbeds.Slot{Start: s.Start, End: end}); end = end.Add(quarter) {
			want = testbeds.Slot{Start: s.Start, End: end}
		}
		got, ok := fed.Longest(e, s.Start, s.End)
		if ok != !want.IsZero() || ok && !got.Equal(want) {
			t.Fatalf("Longest = %v, %t; want %v", got, ok, want)
		}
	})
}

func TestMessagesOfConflictsSayAll(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 28, 9, 0, 0, 0, time.UTC)
	c := testbeds.Conflict{Resource: testbeds.Resource{Testbed: "wins-5g", Device: "usrp-n210"}, Interval: testbeds.NewSlot(at, time.Hour), Needed: 3, Free: 0, ShortBy: 3,
		TakenBy: []testbeds.Taker{{Kind: testbeds.TakerBooking}, {Kind: testbeds.TakerBooking, Request: 7}, {Kind: testbeds.TakerClosure, Summary: "maintenance"}}}
	want := "usrp-n210: short by 3 (3 needed, none free), 2026-03-28 09:00:00Z – 2026-03-28 10:00:00Z; taken by #7, a closure (maintenance), one more experiment"
	if got := c.String(); !strings.Contains(got, want) {
		t.Errorf("%q does not contain %q", got, want)
	}
}
