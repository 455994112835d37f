package profile

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEndsOfTime(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		delta Delta
		want  []point
	}{
		"for ever from an instant on": {Delta{10, forever, []int64{-1}}, []point{{beginning, []int64{4}}, {10, []int64{3}}}},
		"always until an instant":     {Delta{beginning, 10, []int64{-1}}, []point{{beginning, []int64{3}}, {10, []int64{4}}}},
		"always":                      {Delta{beginning, forever, []int64{-1}}, []point{{beginning, []int64{3}}}},
		"an empty interval":           {Delta{10, 10, []int64{-1}}, []point{{beginning, []int64{4}}}},
		"a reversed interval":         {Delta{10, 5, []int64{-1}}, []point{{beginning, []int64{4}}}},
		"nothing":                     {Delta{5, 10, []int64{0}}, []point{{beginning, []int64{4}}}},
		"more than there is":          {Delta{5, 10, []int64{-6}}, []point{{beginning, []int64{4}}, {5, []int64{-2}}, {10, []int64{4}}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			added, built := New([]int64{4}), Build([]int64{4}, []Delta{test.delta})
			added.Add(test.delta.From, test.delta.To, test.delta.By)
			for how, p := range map[string]*Profile{"added": added, "built": built} {
				sound(t, p)
				if p.Points() != len(test.want) {
					t.Errorf("%s: %d breakpoints, want %d", how, p.Points(), len(test.want))
				}
				if diff := cmp.Diff(test.want, list(p, beginning, forever)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", how, diff)
				}
			}
		})
	}
}

func TestSearchToTheEndsOfTime(t *testing.T) {
	t.Parallel()
	p := New([]int64{4})
	p.Add(0, 100, []int64{-4})
	const day = 86400
	tests := map[string]struct {
		find             func(need []int64, from, to, length int64) (int64, bool)
		from, to, length int64
		want             answer
	}{
		"earliest of all":                  {p.Earliest, beginning, forever, day, answer{beginning, true}},
		"latest of all":                    {p.Latest, beginning, forever, day, answer{forever - day, true}},
		"earliest after the busy time":     {p.Earliest, 50, forever, day, answer{100, true}},
		"latest before the busy time":      {p.Latest, beginning, 50, day, answer{-day, true}},
		"earliest right at the end":        {p.Earliest, 50, 100 + day, day, answer{100, true}},
		"one second too late":              {p.Earliest, 50, 99 + day, day, answer{}},
		"latest right at the start":        {p.Latest, -day, 50, day, answer{-day, true}},
		"one second too early":             {p.Latest, 1 - day, 50, day, answer{}},
		"longer than the window":           {p.Earliest, 100, 200, 101, answer{}},
		"as long as the window":            {p.Latest, 100, 200, 100, answer{100, true}},
		"longer than time":                 {p.Earliest, 1, 0, forever, answer{}},
		"no length, in the busy time":      {p.Earliest, 50, 60, 0, answer{50, true}},
		"no length, latest":                {p.Latest, 50, 60, 0, answer{60, true}},
		"a reversed window":                {p.Latest, 60, 50, 0, answer{}},
		"all but the first instant of all": {p.Latest, beginning + 1, -1, day, answer{-1 - day, true}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := answerOf(test.find([]int64{1}, test.from, test.to, test.length))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestEmptyingTheMiddle removes the breakpoints of whole nodes between full neighbours, which have no room to join them.
func TestEmptyingTheMiddle(t *testing.T) {
	t.Parallel()
	const n = 10 * leafSize * innerSize
	var deltas []Delta
	want := newOracle([]int64{1})
	for i := range int64(n) {
		d := Delta{i * 10, i*10 + 5, []int64{-1}}
		deltas = append(deltas, d)
		if i < n/4 || i >= n*3/4 {
			want.points = append(want.points, point{d.From, []int64{0}}, point{d.To, []int64{1}})
		}
	}
	p := Build([]int64{1}, deltas)
	for _, d := range deltas[n/4 : n*3/4] {
		p.Add(d.From, d.To, []int64{1})
	}
	sound(t, p)
	agree(t, &model{p: p, o: want})
}

// TestEveryTwoColumnsOfSixInstants searches every pair of columns that are free or taken in each of six instants for a common
// run.
func TestEveryTwoColumnsOfSixInstants(t *testing.T) {
	t.Parallel()
	const instants = 6
	need := []int64{1, 1}
	for taken := range int64(1) << (2 * instants) {
		o, p := newOracle(need), New(need)
		for i := range int64(instants) {
			d := Delta{i, i + 1, []int64{-(taken >> i & 1), -(taken >> (instants + i) & 1)}}
			o.add(d)
			p.Add(d.From, d.To, d.By)
		}
		for length := range int64(4) {
			want := answerOf(o.earliest(need, 0, instants, length))
			if got := answerOf(p.Earliest(need, 0, instants, length)); got != want {
				t.Fatalf("%012b: Earliest for %d: %v, want %v", taken, length, got, want)
			}
			want = answerOf(o.latest(need, 0, instants, length))
			if got := answerOf(p.Latest(need, 0, instants, length)); got != want {
				t.Fatalf("%012b: Latest for %d: %v, want %v", taken, length, got, want)
			}
		}
	}
}

func TestNoNeedFitsWhereNothingIsFree(t *testing.T) {
	t.Parallel()
	p := New([]int64{-3, 1})
	need := []int64{0, 1}
	if !p.Fits(need, 0, 10) {
		t.Error("a column with no need counted")
	}
	if at, ok := p.Earliest(need, 5, 20, 10); !ok || at != 5 {
		t.Errorf("Earliest = %d, %t; want 5, true", at, ok)
	}
	if at, ok := p.Latest([]int64{0, -1}, 5, 20, 10); !ok || at != 10 {
		t.Errorf("Latest = %d, %t; want 10, true", at, ok)
	}
}

func TestQuestionsDoNotAllocate(t *testing.T) {
	capacity, need := []int64{9, 9, 9}, []int64{6, 7, 5}
	p := New(capacity)
	for i := range int64(2000) {
		p.Add(i*11%9000, i*11%9000+20, []int64{-i % 4, -i % 3, -i % 5})
	}
	if p.root.leaf() {
		t.Fatal("the tree should have more than one level")
	}
	free := make([]int64, 3)
	n := testing.AllocsPerRun(100, func() {
		p.At(77, free)
		p.Min(1, 100, 8000)
		p.Fits(need, 100, 8000)
		p.FirstBelow(0, 7, 100, 8000)
		p.FirstAtLeast(0, 9, 100, 8000)
		p.Earliest(need, 100, 9000, 60)
		p.Latest(need, 100, 9000, 60)
	})
	if n != 0 {
		t.Errorf("%v allocations a round, want none", n)
	}
}
