package series_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"berth/scheduler/series"
	"berth/testbeds"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// room is one thing that can be used once at a time, and the times in which it is taken.
type room []testbeds.Slot

func (r room) free(s testbeds.Slot, others []series.Occurrence) bool {
	return !slices.ContainsFunc(r, s.Overlaps) && !slices.ContainsFunc(others, func(o series.Occurrence) bool { return s.Overlaps(o.Slot) })
}

func (r room) fits(list []series.Occurrence) (fits []bool) {
	var granted []series.Occurrence
	for _, o := range list {
		ok := r.free(o.Slot, granted)
		if ok {
			granted = append(granted, o)
		}
		fits = append(fits, ok)
	}
	return fits
}

// alone moves an occurrence by the fewest whole hours.
func (r room) alone(o series.Occurrence, others []series.Occurrence) (testbeds.Alternative, bool) {
	for h := 1; h <= 48; h++ {
		for _, by := range []int{h, -h} {
			if s := o.Slot.Shift(time.Duration(by) * time.Hour); r.free(s, others) {
				return testbeds.Alternative{Slot: s, Cost: float64(h)}, true
			}
		}
	}
	return testbeds.Alternative{}, false
}

func (r room) search(p series.Plan, list []series.Occurrence, limit int) series.Search {
	return series.Search{Plan: p, Occurrences: list, Limit: limit, Fits: r.fits, Alone: r.alone, ShiftCost: 1, LostCost: 2}
}

func slot(day, hour, hours int) testbeds.Slot {
	return testbeds.NewSlot(time.Date(2026, 6, day, hour, 0, 0, 0, time.UTC), time.Duration(hours)*time.Hour)
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	p := plan(t, "UTC", "2026-06-02T09:00", "PT4H", "FREQ=WEEKLY;COUNT=4") // Tuesdays: 2, 9, 16, 23 June
	always := func(hour, hours int) (r room) {
		for day := 1; day <= 30; day++ {
			r = append(r, slot(day, hour, hours))
		}
		return r
	}
	tests := []struct {
		name  string
		room  room
		limit int
		want  []string
	}{
		{"it fits", nil, 5, nil},
		{"one of them is taken", room{slot(9, 8, 3)}, 3, []string{
			"alone 2: number 2 on Tue 9 Jun 2026, 11:00–15:00", "shift 8: all 2 hours later, 11:00–15:00", "skip 8: without number 2"}},
		{"one whole day is taken", room{slot(9, 0, 24)}, 4, []string{
			"skip 8: without number 2", "mixed 9.5: all 30 minutes later, 09:30–13:30; without number 2", "alone 13: number 2 on Mon 8 Jun 2026, 20:00–24:00",
			"weekday 80: all 20 hours later, 05:00–09:00, the first on a Wednesday instead of a Tuesday"}},
		{"every noon is taken", always(12, 1), 2, []string{"shift 4: all 1 hour earlier, 08:00–12:00", "alone 4: number 1 on Tue 2 Jun 2026, 08:00–12:00; number 2 on Tue 9 Jun 2026, 08:00–12:00; number 3 on Tue 16 Jun 2026, 08:00–12:00; number 4 on Tue 23 Jun 2026, 08:00–12:00"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			list, err := p.Expand()
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range series.Suggest(tt.room.search(p, list, tt.limit)) {
				got = append(got, fmt.Sprintf("%s %v: %s", w.Kind, w.Cost, w.Text))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Nothing is suggested that begins too soon, though it would be free.
func TestNothingBeginsTooSoon(t *testing.T) {
	t.Parallel()
	p := plan(t, "UTC", "2026-06-02T09:00", "PT4H", "FREQ=WEEKLY;COUNT=2")
	list, err := p.Expand()
	if err != nil {
		t.Fatal(err)
	}
	q := room{slot(9, 12, 1)}.search(p, list, 50)
	q.NotBefore = list[0].Slot.Start
	for _, w := range series.Suggest(q) {
		if w.Occurrences[0].Slot.Start.Before(q.NotBefore) {
			t.Errorf("%s begins at %v", w.Text, w.Occurrences[0].Slot)
		}
	}
}

// Whatever is taken: each way fits as a whole, even where a series overlaps itself; is what its change makes of the series; costs what its changes
// cost; ways are ordered by cost, and the same question has the same answer.
func TestWaysHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := series.Plan{Zone: "Europe/Dublin", Rule: rapid.SampledFrom([]string{"FREQ=WEEKLY;COUNT=5", "FREQ=DAILY;COUNT=6"}).Draw(t, "rule"),
			Duration: testbeds.Period{Clock: time.Duration(rapid.IntRange(1, 30).Draw(t, "length")) * time.Hour}}
		p.Start.Time = time.Date(2026, 3, 24, rapid.IntRange(0, 23).Draw(t, "hour"), 0, 0, 0, time.UTC)
		list, err := p.Expand()
		if err != nil {
			t.Fatal(err)
		}
		var r room
		for range rapid.IntRange(0, 12).Draw(t, "taken") {
			r = append(r, testbeds.NewSlot(list[0].Slot.Start.Add(time.Duration(rapid.IntRange(-48, 24*35).Draw(t, "from"))*time.Hour), time.Duration(rapid.IntRange(1, 60).Draw(t, "for"))*time.Hour))
		}
		limit := rapid.IntRange(1, 10).Draw(t, "limit")
		ways := series.Suggest(r.search(p, list, limit))
		if len(ways) > limit || !slices.Contains(r.fits(list), false) != (len(ways) == 0) && len(ways) > 0 {
			t.Fatalf("%d ways", len(ways))
		}
		for i, w := range ways {
			after, err := p.Apply(list, w.Change)
			if err != nil || !reflect.DeepEqual(after, w.Occurrences) {
				t.Fatalf("%s is not its change: %v, %v", w.Text, err, cmp.Diff(after, w.Occurrences))
			}
			if slices.Contains(r.fits(after), false) {
				t.Fatalf("%s does not fit: %v", w.Text, after)
			}
			cost := 0.0
			for _, o := range list {
				switch j := slices.IndexFunc(after, func(x series.Occurrence) bool { return x.Place == o.Place }); {
				case j < 0:
					cost += 2 * o.Slot.Duration().Hours()
				default:
					cost += after[j].Slot.Start.Sub(o.Slot.Start).Abs().Hours()
				}
			}
			if cost-w.Cost > 0.001 || w.Cost-cost > 0.001 || i > 0 && ways[i-1].Cost > w.Cost {
				t.Fatalf("%s costs %v, said to be %v", w.Text, cost, w.Cost)
			}
		}
		if again := series.Suggest(r.search(p, list, limit)); !reflect.DeepEqual(ways, again) {
			t.Fatal("the same question has another answer")
		}
	})
}
