package timeline

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"berth/testbeds"
)

func TestPackedBarsNeverOverlap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		base := time.Unix(1_790_000_000, 0)
		s := scale{base.Unix(), base.Unix() + rapid.Int64Range(1, 600_000).Draw(t, "seconds"), 190, rapid.Float64Range(460, 1400).Draw(t, "right")}
		rows, most := rapid.IntRange(1, 8).Draw(t, "rows"), rapid.IntRange(0, 60).Draw(t, "most")
		bars := anyLane(base).Draw(t, "lane").Bars
		p := s.pack(bars, rows, most)
		seen := 0
		for i := range bars {
			if s.place(&bars[i]).row >= 0 {
				seen++
			}
		}
		if len(p.bars)+p.rest != seen || len(p.bars) > most || p.rows > rows {
			t.Fatalf("%d bars in %d rows and %d more, of %d", len(p.bars), p.rows, p.rest, seen)
		}
		for i, a := range p.bars {
			if a.row < 0 || a.row >= p.rows || a.o0 < s.left || a.o1 > s.right || a.o0 > a.x0 || a.x1 > a.o1 && a.x1 > a.x0 || a.o1-a.o0 < leastBar {
				t.Fatalf("bar %+v", a)
			}
			for _, b := range p.bars {
				if a.row == b.row && b.o0 >= a.o1 && a.o1+a.beside > b.o0+.01 {
					t.Fatalf("%g has %g behind it, where %g begins", a.o1, a.beside, b.o0)
				}
			}
			for _, b := range p.bars[:i] {
				if a.row == b.row && a.o0 < b.o1 && b.o0 < a.o1 {
					t.Fatalf("in row %d %g–%g overlaps %g–%g", a.row, a.o0, a.o1, b.o0, b.o1)
				}
			}
		}
		counted := 0
		for i, c := range p.bins {
			counted += c.count
			if c.x0 < s.left-.01 || c.x1 > s.right+.01 || c.x1-c.x0 < 2.9 || i > 0 && c.x0 < p.bins[i-1].x1-.01 || (c.count == 1) != (c.only != nil) {
				t.Fatalf("bin %+v after %+v", c, p.bins[max(0, i-1)])
			}
		}
		if counted < p.rest {
			t.Fatalf("%d counted of %d", counted, p.rest)
		}
	})
}

func TestWhatTakesCapacityComesFirst(t *testing.T) {
	t.Parallel()
	base := time.Unix(1_790_000_000, 0)
	s := scale{base.Unix(), base.Unix() + 36000, 0, 1000}
	bars := []Bar{
		{Slot: slot(base, 0, 8), State: Withdrawn}, {Slot: slot(base, 1, 8), State: Pending},
		{Slot: slot(base, 2, 8), State: Running}, {Slot: slot(base, 3, 6), State: Scheduled},
	}
	for rows, want := range map[int][]State{1: {Running}, 2: {Running, Scheduled}, 3: {Pending, Running, Scheduled}, 4: {Withdrawn, Pending, Running, Scheduled}} {
		var got []State
		for _, b := range s.pack(bars, rows, 100).bars {
			got = append(got, b.State)
		}
		if !slices.Equal(got, want) {
			t.Errorf("in %d rows: %v, want %v", rows, got, want)
		}
	}
}

// TestBandsNeverShowMoreThanThereIs compares the levels at instants with the steps themselves.
func TestBandsNeverShowMoreThanThereIs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		base := time.Unix(1_790_000_000, 0)
		s := scale{base.Unix(), base.Unix() + rapid.Int64Range(1, 600_000).Draw(t, "seconds"), 190, rapid.Float64Range(460, 1400).Draw(t, "right")}
		steps := rapid.SliceOfN(anyStep(base), 0, 300).Draw(t, "steps")
		slices.SortStableFunc(steps, func(a, b testbeds.Step) int { return a.At.Compare(b.At) })
		levels := s.levels(steps)
		for i, l := range levels {
			if l.x0 >= l.x1 || l.x0 < s.left || l.x1 > s.right || i > 0 && l.x0 < levels[i-1].x1 {
				t.Fatalf("level %d of %v", i, levels)
			}
		}
		for range 20 {
			at := rapid.Int64Range(s.from, s.to-1).Draw(t, "at")
			i := slices.IndexFunc(steps, func(st testbeds.Step) bool { return st.At.Unix() > at })
			if i < 0 {
				i = len(steps)
			}
			if i == 0 {
				continue // unknown then, though a level may begin half a pixel early
			}
			x := s.x(at)
			k := slices.IndexFunc(levels, func(l level) bool { return l.x0 <= x && x < l.x1 })
			if k < 0 || levels[k].free > steps[i-1].Free || levels[k].total > steps[i-1].Total {
				t.Fatalf("at %d (%g) there is %v, and %v is shown", at, x, steps[i-1], levels)
			}
		}
	})
}

// TestBandsShowTheLeastExactly checks the converse: merging invents no shortage.
func TestBandsShowTheLeastExactly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		base := time.Unix(1_790_000_000, 0)
		s := scale{base.Unix(), base.Unix() + 86400, 190, 1192}
		var steps []testbeds.Step
		want := int64(1 << 40)
		for i := range rapid.IntRange(1, 400).Draw(t, "steps") {
			st := testbeds.Step{At: base.Add(time.Duration(i*200) * time.Second), Free: rapid.Int64Range(-5, 50).Draw(t, "free"), Total: 60}
			steps, want = append(steps, st), min(want, st.Free)
		}
		if least, most, ok := extremes(s.levels(steps)); !ok || least != want || most != 60 {
			t.Fatalf("least %d of %d, want %d", least, most, want)
		}
	})
}
