package policy

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"berth/testbeds"
	"berth/testbeds/plain"
	"berth/testbeds/wallclock"
)

// Charge is what a request counts: its slot, as far as it was not given back, and its demand.
type Charge struct {
	Slot   testbeds.Slot
	Demand testbeds.Demand
}

// period returns the period of a quota in which an instant lies; ok is false between terms.
func (p *Policy) period(q Quota, t time.Time) (testbeds.Slot, bool) {
	switch q.Every {
	case EveryMonth:
		m := wallclock.MonthOf(t, p.In())
		return testbeds.Slot{Start: m.Start, End: m.End}, true
	case EveryTerm:
		for _, term := range p.Terms {
			s := p.span(term)
			if !t.Before(s.Start) && t.Before(s.End) {
				return s, true
			}
		}
		return testbeds.Slot{}, false
	}
	w := wallclock.WeekOf(t, p.In())
	return testbeds.Slot{Start: w.Start, End: w.End}, true
}

func (p *Policy) span(t Term) testbeds.Slot {
	return testbeds.Slot{Start: wallclock.Instant(t.From.Time, p.In()), End: wallclock.Instant(t.To.Time, p.In())}
}

// Periods lists the periods of a quota that a slot touches.
func (p *Policy) Periods(q Quota, s testbeds.Slot) (list []testbeds.Slot) {
	if q.Every == EveryTerm {
		for _, term := range p.Terms {
			if x := p.span(term); x.Overlaps(s) {
				list = append(list, x)
			}
		}
		return list
	}
	for t := s.Start; t.Before(s.End); {
		x, _ := p.period(q, t)
		list = append(list, x)
		t = x.End
	}
	return list
}

// counted returns how much of a span a quota counts: without the nights and the weekends that are free.
func (p *Policy) counted(q Quota, s testbeds.Slot) (sum time.Duration) {
	if q.FreeNights == nil && !q.FreeWeekends {
		return s.Duration()
	}
	zone := p.In()
	wallclock.Dates(s.Start, s.End, zone, func(date time.Time, part wallclock.Interval) bool {
		if day := date.Weekday(); q.FreeWeekends && (day == time.Saturday || day == time.Sunday) {
			return true
		}
		for _, r := range q.FreeNights.rest() {
			from := wallclock.Instant(date.Add(time.Duration(r[0])*time.Minute), zone)
			to := wallclock.Instant(date.Add(time.Duration(r[1])*time.Minute), zone)
			sum += clipped(testbeds.Slot{Start: from, End: to}, testbeds.Slot{Start: part.Start, End: part.End}).Duration()
		}
		return true
	})
	return sum
}

// clipped returns what two spans share.
func clipped(a, b testbeds.Slot) testbeds.Slot {
	if b.Start.After(a.Start) {
		a.Start = b.Start
	}
	if b.End.Before(a.End) {
		a.End = b.End
	}
	return a
}

// amount adds up what a demand takes of the quota's resource.
func (q Quota) amount(d testbeds.Demand) (sum int64) {
	for _, n := range d {
		if q.at(n.Testbed) && (q.Device != "" && n.Device == q.Device || q.Quantity != "" && n.Device == "" && n.Quantity == q.Quantity) {
			sum = Plus(sum, n.Amount)
		}
	}
	return sum
}

// Taken returns what a charge takes in a period, in units times seconds.
func (p *Policy) Taken(q Quota, c Charge, period testbeds.Slot) int64 {
	amount := q.amount(c.Demand)
	if amount == 0 {
		return 0
	}
	return times(amount, int64(p.counted(q, clipped(c.Slot, period))/time.Second))
}

// scale is how many units of the model make one that people count: memory is kept in MB and counted in GB.
func (q Quota) scale() int64 {
	if strings.HasSuffix(q.Quantity, "_mb") {
		return 1024
	}
	return 1
}

// Most returns the quota in units times seconds.
func (q Quota) Most() int64 { return times(times(q.Hours, 3600), q.scale()) }

// hours turns units times seconds into hours of the units that people count.
func (q Quota) hours(n int64) float64 { return rounded(float64(n) / 3600 / float64(q.scale())) }

// Unit names what the quota counts: "gpu-hours", "usrp-n210-hours", "GB-hours of memory".
func (q Quota) Unit() string {
	switch {
	case q.Device != "":
		return q.Device + "-hours"
	case strings.HasSuffix(q.Quantity, "_mb"), strings.HasSuffix(q.Quantity, "_gb"):
		return "GB-hours of " + plain.Quantity(q.Quantity)
	}
	return strings.TrimSuffix(plain.Quantity(q.Quantity), "s") + "-hours"
}

// rounded keeps two decimals: 36 seconds of one unit.
func rounded(x float64) float64 { return math.Round(x*100) / 100 }

// number writes a number as people do: 12, 12.5, 12.25.
func number(x float64) string { return strconv.FormatFloat(rounded(x), 'f', -1, 64) }

// length writes a duration for people: "8 h", "90 min", "3 days".
func length(d time.Duration) string {
	switch {
	case d >= 48*time.Hour && d%(24*time.Hour) == 0:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case d < 2*time.Hour && d%time.Hour != 0 && d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return number(d.Hours()) + " h"
}

// Plus adds up to the largest number, and stops there.
func Plus(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// times multiplies like Plus.
func times(a, b int64) int64 {
	high, low := bits.Mul64(uint64(a), uint64(b))
	if high != 0 || low > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(low)
}
