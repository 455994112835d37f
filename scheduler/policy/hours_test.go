package policy

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"berth/testbeds"
	"berth/testbeds/wallclock"
)

// slowly counts what a quota takes of a slot, minute by minute, by what the clock on the wall says.
func slowly(p *Policy, q Quota, c Charge, period testbeds.Slot) (sum int64) {
	for t := c.Slot.Start; t.Before(c.Slot.End); t = t.Add(time.Minute) {
		wall := t.In(p.In())
		minute := wall.Hour()*60 + wall.Minute()
		night := false
		if n := q.FreeNights; n != nil {
			night = n.From < n.To && minute >= n.From && minute < n.To || n.From > n.To && (minute >= n.From || minute < n.To)
		}
		weekend := q.FreeWeekends && (wall.Weekday() == time.Saturday || wall.Weekday() == time.Sunday)
		if !t.Before(period.Start) && t.Before(period.End) && !night && !weekend {
			sum += 60 * c.Demand[0].Amount
		}
	}
	return sum
}

// TestHoursAgreeWithCountingMinutes for random slots, nights and zones, over changes of the clocks. Nights begin and end outside of the hours that a
// change skips or repeats: there, clocks say too little.
func TestHoursAgreeWithCountingMinutes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := &Policy{Zone: rapid.SampledFrom([]string{"UTC", "Europe/Dublin", "America/New_York", "Asia/Kolkata"}).Draw(t, "zone")}
		p.zone, _ = wallclock.Zone(p.Zone)
		q := Quota{Quantity: "gpus", Every: rapid.SampledFrom([]Every{EveryWeek, EveryMonth}).Draw(t, "every"), FreeWeekends: rapid.Bool().Draw(t, "weekends")}
		if rapid.Bool().Draw(t, "nights") {
			q.FreeNights = &Nights{From: rapid.IntRange(4*60, 23*60).Draw(t, "from"), To: rapid.IntRange(4*60, 23*60).Draw(t, "to")}
			if q.FreeNights.From == q.FreeNights.To {
				q.FreeNights.To++
			}
		}
		start := time.Date(2026, time.Month(rapid.SampledFrom([]int{3, 10, 11, 12}).Draw(t, "month")), rapid.IntRange(1, 31).Draw(t, "day"), 0, rapid.IntRange(0, 1439).Draw(t, "minute"), 0, 0, time.UTC)
		c := Charge{testbeds.NewSlot(start, time.Duration(rapid.IntRange(1, 20*24*60).Draw(t, "length"))*time.Minute), testbeds.Demand{gpus(rapid.Int64Range(1, 9).Draw(t, "amount"))}}
		var sum int64
		periods := p.Periods(q, c.Slot)
		for i, period := range periods {
			fast := p.Taken(q, c, period)
			if slow := slowly(p, q, c, period); fast != slow {
				t.Fatalf("%s to %s in the period %v: %d, counted minute by minute %d", c.Slot.Start, c.Slot.End, period, fast, slow)
			}
			if i > 0 && !periods[i-1].End.Equal(period.Start) {
				t.Fatalf("%v does not follow %v", period, periods[i-1])
			}
			sum += fast
		}
		if all := p.Taken(q, c, c.Slot); sum != all {
			t.Fatalf("the parts in periods are %d, the whole is %d", sum, all)
		}
	})
}

// TestNothingIsTakenBeyondAQuota: whatever is asked in whatever order, what is let through stays within each period's quota, and what is refused would
// not have fitted.
func TestNothingIsTakenBeyondAQuota(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := &Policy{Quotas: []Quota{{Name: "q", Quantity: "gpus", Hours: rapid.Int64Range(0, 100).Draw(t, "hours"), Per: PerPerson, Every: EveryWeek,
			FreeWeekends: rapid.Bool().Draw(t, "weekends")}}, zone: time.UTC}
		q := p.Quotas[0]
		var taken []Charge
		for i := range 12 {
			start := time.Date(2026, 12, rapid.IntRange(1, 20).Draw(t, fmt.Sprint("day", i)), rapid.IntRange(0, 23).Draw(t, fmt.Sprint("hour", i)), 0, 0, 0, time.UTC)
			c := Charge{testbeds.NewSlot(start, time.Duration(rapid.IntRange(1, 60).Draw(t, fmt.Sprint("length", i)))*time.Hour), testbeds.Demand{gpus(rapid.Int64Range(1, 4).Draw(t, fmt.Sprint("n", i)))}}
			list, err := p.Judge(Ask{Person: Person{Username: "grace"}, Slot: c.Slot, Demand: c.Demand, Hours: true}, having(0, taken...))
			if err != nil {
				t.Fatal(err)
			}
			over := false
			for _, period := range p.Periods(q, c.Slot) {
				sum := p.Taken(q, c, period)
				for _, x := range taken {
					sum += p.Taken(q, x, period)
				}
				over = over || sum > q.Most() && p.Taken(q, c, period) > 0
			}
			if over != (len(list) > 0) {
				t.Fatalf("over the quota: %v, refused: %v", over, list)
			}
			if len(list) == 0 {
				taken = append(taken, c)
			}
		}
	})
}

func TestHugeAmountsDoNotOverflow(t *testing.T) {
	t.Parallel()
	p := &Policy{zone: time.UTC}
	q := Quota{Quantity: "gpus", Hours: maxHours, Every: EveryTerm}
	c := Charge{testbeds.NewSlot(time.Unix(0, 0), 366*24*time.Hour), testbeds.Demand{gpus(testbeds.MaxAmount), gpus(testbeds.MaxAmount)}}
	if n := p.Taken(q, c, c.Slot); n <= 0 {
		t.Errorf("got %d", n)
	}
	if n := (Quota{Quantity: "memory_mb", Hours: maxHours}).Most(); n <= 0 {
		t.Errorf("got %d", n)
	}
}
