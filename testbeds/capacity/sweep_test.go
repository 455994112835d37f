package capacity

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// The property of this file compares Sweep with an oracle that visits every instant of a change, and asks every closure and every claim at
// each of them.

// swept is a random facility with bookings that fit or do not.
type swept struct {
	facility testbeds.Facility
	bookings []testbeds.Booking
}

var sweptZones = func() map[string]*time.Location {
	zones := map[string]*time.Location{}
	for _, name := range []string{"Europe/Athens", "America/New_York", "Australia/Lord_Howe", "UTC"} {
		zones[name], _ = wallclock.Zone(name)
	}
	return zones
}()

func drawSwept(t *rapid.T) swept {
	w := swept{}
	for _, id := range []string{"a", "b"}[:drawInt(t, "testbeds", 1, 2)] {
		w.facility.Testbeds = append(w.facility.Testbeds, drawSite(t, id))
	}
	for i := range drawInt(t, "bookings", 0, 9) {
		b := testbeds.Booking{ID: int64(20 - i), Strength: rapid.SampledFrom([]testbeds.Strength{testbeds.Firm, testbeds.Firm, testbeds.Held, testbeds.Pending}).Draw(t, "strength"), Overbooked: drawInt(t, "overbooked", 0, 3) == 0}
		for range drawInt(t, "claims", 1, 2) {
			b.Claims = append(b.Claims, drawClaim(t))
		}
		w.bookings = append(w.bookings, b)
	}
	return w
}

// drawClaim draws a claim, now and then on something that the facility does not have.
func drawClaim(t *rapid.T) testbeds.Claim {
	from := testStart.Add(time.Duration(drawInt(t, "from", -20, 120)) * time.Hour)
	c := testbeds.Claim{From: from, To: from.Add(time.Duration(drawInt(t, "length", 0, 40)) * 17 * time.Minute)}
	c.Testbed, c.Amount = rapid.SampledFrom([]string{"a", "a", "b"}).Draw(t, "testbed"), int64(drawInt(t, "amount", 0, 4))
	switch drawInt(t, "kind", 0, 4) {
	case 0:
		c.VIM, c.Quantity = "v", rapid.SampledFrom([]string{"vcpu", "vcpu", "gpus"}).Draw(t, "quantity")
	case 1:
		c.Device = "loose"
	default:
		c.Device = "radio"
		c.Units = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"r1", "r1", "r2", "r3", "r9"}), 0, int(c.Amount), rapid.ID[string]).Draw(t, "units")
	}
	return c
}

func drawSite(t *rapid.T, id string) testbeds.Testbed {
	units := []string{"r1", "r2", "r3"}
	b := testbeds.Testbed{ID: id, Timezone: rapid.SampledFrom(slices.Sorted(maps.Keys(sweptZones))).Draw(t, "zone"),
		VIMs:    []testbeds.VIM{{ID: "v", Capacity: testbeds.Quantities{"vcpu": int64(drawInt(t, "vcpu", 0, 6)), "memory_mb": 1}}},
		Devices: []testbeds.Device{{ID: "radio", Count: 3, Units: units}, {ID: "loose", Count: int64(drawInt(t, "count", 0, 4))}}}
	for range drawInt(t, "closures", 0, 4) {
		c := drawTimes(t)
		switch drawInt(t, "part", 0, 5) {
		case 0:
			c.VIMs, c.Capacity = []string{"v"}, testbeds.Quantities{"vcpu": int64(drawInt(t, "cut", 1, 3))}
		case 1:
			c.Devices, c.Count = []string{"radio", "loose"}, int64(drawInt(t, "cut", 1, 2))
		case 2, 3:
			c.Devices = []string{"radio"}
			c.Units = rapid.SliceOfNDistinct(rapid.SampledFrom(units), 1, 2, rapid.ID[string]).Draw(t, "closed units")
		case 4:
			c.Devices = []string{"radio"}
		}
		b.Closures = append(b.Closures, c)
	}
	if drawInt(t, "own closure", 0, 2) == 0 {
		b.VIMs[0].Closures = []testbeds.Closure{drawTimes(t)}
	}
	if drawInt(t, "opening", 0, 3) == 0 {
		c := drawTimes(t)
		c.Devices = []string{"radio"}
		b.Opening, b.Devices[0].Opening = []testbeds.Closure{c}, []testbeds.Closure{drawTimes(t)}
	}
	for range drawInt(t, "changes", 0, 2) {
		at := testbeds.LocalTime{Time: testStart.Add(time.Duration(drawInt(t, "changed", -10, 90)) * time.Hour)}
		if drawInt(t, "of the VIM", 0, 1) == 0 {
			b.CapacityChanges = append(b.CapacityChanges, testbeds.CapacityChange{From: at, VIM: "v", Capacity: testbeds.Quantities{"vcpu": int64(drawInt(t, "then", 0, 8))}})
		} else {
			b.CapacityChanges = append(b.CapacityChanges, testbeds.CapacityChange{From: at, Device: "loose", Count: int64(drawInt(t, "then", 0, 4))})
		}
	}
	return b
}

// drawTimes draws a closure that may be longer than the step at which it recurs.
func drawTimes(t *rapid.T) testbeds.Closure {
	c := testbeds.Closure{Summary: "closed", Start: testbeds.LocalTime{Time: testStart.Add(time.Duration(drawInt(t, "closed from", -60, 90)) * time.Hour)},
		Duration: testbeds.Period{Clock: time.Duration(drawInt(t, "closed for", 1, 40)) * time.Hour}}
	if drawInt(t, "recurring", 0, 1) == 0 {
		c.RRule = "FREQ=DAILY;COUNT=4"
		if drawInt(t, "but", 0, 1) == 0 {
			c.ExDates = []testbeds.LocalTime{{Time: c.Start.AddDate(0, 0, 1)}}
		}
	}
	return c
}

// eachOccurrence calls yield with every occurrence of a closure.
func eachOccurrence(c testbeds.Closure, zone *time.Location, yield func(from, to time.Time)) {
	for day := range 4 {
		local := c.Start.AddDate(0, 0, day)
		if day > 0 && c.RRule == "" || len(c.ExDates) > 0 && c.ExDates[0].Equal(local) {
			continue
		}
		from := wallclock.Instant(local, zone)
		yield(from, from.Add(c.Duration.Clock))
	}
}

func inForce(c testbeds.Closure, zone *time.Location, at time.Time) (yes bool) {
	eachOccurrence(c, zone, func(from, to time.Time) { yes = yes || !at.Before(from) && at.Before(to) })
	return yes
}

// about picks the closures, or openings, in force at an instant for the VIM or device of a resource, and reports whether there are any at
// all.
func about(r testbeds.Resource, b testbeds.Testbed, at time.Time, atTestbed, ofVIM, ofDevice []testbeds.Closure) (now []testbeds.Closure, any bool) {
	zone := sweptZones[b.Timezone]
	list := slices.Clone(ofVIM)
	if r.Device != "" {
		list = slices.Clone(ofDevice)
	}
	for _, c := range atTestbed {
		if len(c.VIMs)+len(c.Devices) == 0 || slices.Contains(c.VIMs, r.VIM) || slices.Contains(c.Devices, r.Device) {
			list = append(list, c)
		}
	}
	for _, c := range list {
		if inForce(c, zone, at) {
			now = append(now, c)
		}
	}
	return now, len(list) > 0
}

// there returns the amount of a resource, or of one of its units, at an instant.
func (w swept) there(r testbeds.Resource, unit string, at time.Time) (n int64, known bool) {
	b, _ := w.facility.Testbed(r.Testbed)
	v, _ := b.VIM(r.VIM)
	d, isDevice := b.Device(r.Device)
	if n, known = v.Capacity[r.Quantity]; isDevice {
		n, known = d.Count, true
	}
	if !known || unit != "" && !slices.Contains(d.Units, unit) {
		return 0, false
	}
	zone := sweptZones[b.Timezone]
	for _, c := range slices.SortedFunc(slices.Values(b.CapacityChanges), func(x, y testbeds.CapacityChange) int { return x.From.Compare(y.From.Time) }) {
		m, changed := c.Capacity[r.Quantity]
		if isDevice {
			m, changed = c.Count, c.Device == r.Device
		}
		if changed && c.VIM == r.VIM && !at.Before(wallclock.Instant(c.From.Time, zone)) {
			n = m
		}
	}
	if unit != "" {
		n = 1
	}
	closed, _ := about(r, b, at, b.Closures, v.Closures, d.Closures)
	away := map[string]bool{}
	for _, c := range closed {
		switch {
		case len(c.Units) > 0:
			for _, u := range c.Units {
				away[u] = true
			}
		case len(c.Capacity) == 0 && c.Count == 0:
			return 0, true
		case unit == "":
			n -= c.Capacity[r.Quantity] + c.Count
		}
	}
	if open, any := about(r, b, at, b.Opening, v.Opening, d.Opening); any && len(open) == 0 || away[unit] {
		return 0, true
	}
	if unit != "" {
		return n, true
	}
	return max(0, n-int64(len(away))), true
}

// finding returns the oracle's answer for a resource, or for a unit, at an instant.
func (w swept) finding(r testbeds.Resource, unit string, at time.Time) (o testbeds.Overcommitment, over bool) {
	total, known := w.there(r, unit, at)
	o = testbeds.Overcommitment{Resource: r, Unit: unit, Total: total, Missing: !known}
	rest := int64(0)
	for _, b := range w.bookings {
		for _, c := range b.Claims {
			if b.Strength == testbeds.Pending || c.Resource != r || at.Before(c.From) || !at.Before(c.To) || unit != "" && !slices.Contains(c.Units, unit) {
				continue
			}
			n := c.Amount
			if unit != "" {
				n = 1
			}
			if o.Booked += n; !b.Overbooked {
				rest += n
			}
			o.Bookings = append(o.Bookings, b.ID)
		}
	}
	slices.Sort(o.Bookings)
	o.Bookings = slices.Compact(o.Bookings)
	o.Recorded = rest <= total
	return o, o.Booked > o.Total
}

// instants lists all instants of a change, and the bounds of the horizon.
func (w swept) instants() []time.Time {
	at := []time.Time{testHorizon.Start, testHorizon.End}
	for _, b := range w.bookings {
		for _, c := range b.Claims {
			at = append(at, c.From, c.To)
		}
	}
	for _, b := range w.facility.Testbeds {
		zone := sweptZones[b.Timezone]
		for _, c := range slices.Concat(b.Closures, b.Opening, b.VIMs[0].Closures, b.Devices[0].Opening) {
			eachOccurrence(c, zone, func(from, to time.Time) { at = append(at, from, to) })
		}
		for _, c := range b.CapacityChanges {
			at = append(at, wallclock.Instant(c.From.Time, zone))
		}
	}
	at = slices.DeleteFunc(at, func(t time.Time) bool { return t.Before(testHorizon.Start) || t.After(testHorizon.End) })
	slices.SortFunc(at, time.Time.Compare)
	return slices.CompactFunc(at, time.Time.Equal)
}

// all lists the oracle's findings for a resource and its units over the horizon, with equal neighbours joined.
func (w swept) all(r testbeds.Resource, unit string) (found []testbeds.Overcommitment) {
	at := w.instants()
	for i := range len(at) - 1 {
		o, over := w.finding(r, unit, at[i])
		if !over {
			continue
		}
		o.Interval = testbeds.Slot{Start: at[i], End: at[i+1]}
		if n := len(found); n > 0 && found[n-1].Interval.End.Equal(at[i]) && slices.Equal(found[n-1].Bookings, o.Bookings) &&
			found[n-1].Total == o.Total && found[n-1].Booked == o.Booked {
			found[n-1].Interval.End = at[i+1]
			continue
		}
		found = append(found, o)
	}
	return found
}

func (w swept) oracle() (found []testbeds.Overcommitment) {
	claimed := map[testbeds.Resource][]string{}
	for _, b := range w.bookings {
		for _, c := range b.Claims {
			claimed[c.Resource] = append(claimed[c.Resource], c.Units...)
		}
	}
	for r, units := range claimed {
		found = append(found, w.all(r, "")...)
		if _, known := w.there(r, "", testStart); !known {
			continue
		}
		slices.Sort(units)
		for _, u := range slices.Compact(units) {
			found = append(found, w.all(r, u)...)
		}
	}
	slices.SortFunc(found, func(a, b testbeds.Overcommitment) int {
		return cmp.Or(a.Resource.Compare(b.Resource), cmp.Compare(a.Unit, b.Unit), a.Interval.Start.Compare(b.Interval.Start))
	})
	return found
}

func TestSweepAgreesWithALookAtEveryInstant(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := drawSwept(t)
		got, err := Sweep(w.facility, testHorizon, w.bookings)
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(w.oracle(), got); diff != "" {
			t.Fatalf("Sweep (-oracle +got):\n%s", diff)
		}
	})
}

func TestSweepOfUnits(t *testing.T) {
	t.Parallel()
	held := func(id int64, from, length int, overbooked bool, units ...string) testbeds.Booking {
		s := hoursFrom(from, length)
		return testbeds.Booking{ID: id, Strength: testbeds.Firm, Overbooked: overbooked, Claims: []testbeds.Claim{{From: s.Start, To: s.End,
			Need: testbeds.Need{Resource: testbeds.Resource{Testbed: "x", Device: "radio"}, Amount: int64(len(units)), Units: units}}}}
	}
	repair := closed("repair", 12, 4)
	repair.Units = []string{"r2"}
	tests := []struct {
		name     string
		closures []testbeds.Closure
		bookings []testbeds.Booking
		want     []string
	}{
		{name: "one after the other", bookings: []testbeds.Booking{held(1, 10, 2, false, "r1"), held(2, 12, 2, false, "r1")}},
		{name: "twice", bookings: []testbeds.Booking{held(1, 10, 4, false, "r1", "r2"), held(2, 12, 4, false, "r2")}, want: []string{"r2 12-14: 2 of 1 [1 2]"}},
		{name: "three times", bookings: []testbeds.Booking{held(1, 10, 4, false, "r1"), held(2, 10, 4, false, "r1"), held(3, 10, 4, false, "r1")}, want: []string{"r1 10-14: 3 of 1 [1 2 3]"}},
		{name: "twice, recorded", bookings: []testbeds.Booking{held(1, 10, 4, false, "r1"), held(2, 12, 4, true, "r1")}, want: []string{"r1 12-14: 2 of 1 [1 2] recorded"}},
		{name: "closed", closures: []testbeds.Closure{repair}, bookings: []testbeds.Booking{held(1, 10, 4, false, "r1", "r2")}, want: []string{"r2 12-14: 1 of 0 [1]"}},
		{name: "beside a closed one", closures: []testbeds.Closure{repair}, bookings: []testbeds.Booking{held(1, 10, 8, false, "r1", "r3", "r4")}},
		{name: "all is closed", closures: []testbeds.Closure{closed("painters", 12, 1)}, bookings: []testbeds.Booking{held(1, 10, 4, true, "r1")},
			want: []string{" 12-13: 1 of 0 [1] recorded", "r1 12-13: 1 of 0 [1] recorded"}},
		{name: "missing", bookings: []testbeds.Booking{held(1, 10, 1, false, "r7")}, want: []string{"r7 10-11: 1 of 0 [1] missing"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			bed := radioHall("x", "UTC")
			bed.Devices[0].Closures = tt.closures
			found, err := Sweep(testbeds.Facility{Testbeds: []testbeds.Testbed{bed}}, testHorizon, tt.bookings)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, o := range found {
				line := fmt.Sprintf("%s %d-%d: %d of %d %v", o.Unit, o.Interval.Start.Hour(), o.Interval.End.Hour(), o.Booked, o.Total, o.Bookings)
				for word, is := range map[string]bool{" recorded": o.Recorded, " missing": o.Missing} {
					if is {
						line += word
					}
				}
				got = append(got, line)
			}
			if diff := gocmp.Diff(tt.want, got); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSweepAddsUpLargeAmounts: amounts that do not fit into 32 bits add up all the same.
func TestSweepAddsUpLargeAmounts(t *testing.T) {
	t.Parallel()
	r := testbeds.Resource{Testbed: "x", VIM: "a", Quantity: "vcpu"}
	var bookings []testbeds.Booking
	for id := range int64(5) {
		bookings = append(bookings, testbeds.Booking{ID: id + 1, Strength: testbeds.Firm, Claims: []testbeds.Claim{{Need: testbeds.Need{Resource: r, Amount: testbeds.MaxAmount}, From: hour(10), To: hour(12)}}})
	}
	found, err := Sweep(testbeds.Facility{Testbeds: []testbeds.Testbed{radioHall("x", "UTC")}}, testHorizon, bookings)
	if err != nil || len(found) != 1 || found[0].Booked != 5*testbeds.MaxAmount {
		t.Errorf("found %+v (%v)", found, err)
	}
}

func BenchmarkSweep(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			w := worldOf(b, 1, n)
			bookings := slices.Collect(w.bookings())
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Sweep(w.facility, benchHorizon, bookings); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestSweepOfClosuresWrittenAtTheTestbed: such a closure concerns the VIMs and devices that it lists, and all of them if it lists none.
func TestSweepOfClosuresWrittenAtTheTestbed(t *testing.T) {
	t.Parallel()
	all := []string{"x camera", "x radio", "x/a vcpu", "x/b vcpu"}
	for name, tt := range map[string]struct {
		vims, devices []string
		want          []string
	}{
		"all of it":          {nil, nil, all},
		"a VIM":              {[]string{"a"}, nil, all[2:3]},
		"a device":           {nil, []string{"radio"}, all[1:2]},
		"a VIM and a device": {[]string{"b"}, []string{"camera"}, []string{all[0], all[3]}},
		"something else":     {[]string{"radio"}, []string{"a"}, nil},
	} {
		bed, c := costHall("x"), closed("repair", 20, 8)
		c.VIMs, c.Devices = tt.vims, tt.devices
		bed.Closures = []testbeds.Closure{c}
		f := testbeds.Facility{Testbeds: []testbeds.Testbed{bed}}
		b := holder(t, 1, withDevices{placed(1, nil, "x/a", "x/b")}.and("camera", 1).and("radio", 1).Experiment, hoursFrom(20, 8))
		found, err := Sweep(f, testHorizon, []testbeds.Booking{b})
		var got []string
		for _, o := range found {
			got = append(got, o.Resource.String())
		}
		slices.Sort(got)
		if diff := gocmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}
