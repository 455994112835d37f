package interval_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"berth/testbeds/interval"
)

type entry = interval.Entry[string, int]

func index(entries ...entry) *interval.Index[string, int] {
	x := interval.New[string, int]()
	for _, e := range entries {
		x.Put(e)
	}
	return x
}

// keys lists the keys of the overlapping entries, in order.
func keys(x *interval.Index[string, int], from, to int64) []string {
	var list []string
	x.Overlapping(from, to, func(e entry) bool {
		list = append(list, e.Key)
		return true
	})
	slices.Sort(list)
	return list
}

// TestWhatOverlaps asks around an entry of each length at [100, 100+length): half-open intervals that touch share no instant.
func TestWhatOverlaps(t *testing.T) {
	t.Parallel()
	for _, length := range []int64{1, 2, 3, 4, 5, 8, 9, 3600, 1 << 40, 1<<40 + 1} {
		x := index(entry{From: 100, To: 100 + length, Key: "e"})
		for _, tt := range []struct {
			name     string
			from, to int64
			want     bool
		}{
			{"until it starts", 90, 100, false},
			{"until a second after its start", 90, 101, true},
			{"its last second", 99 + length, 100 + length, true},
			{"from its end", 100 + length, 200 + length, false},
			{"around it", 90, 200 + length, true},
			{"the same", 100, 100 + length, true},
			{"nothing, before", 90, 90, false},
		} {
			if got := len(keys(x, tt.from, tt.to)) == 1; got != tt.want {
				t.Errorf("length %d, %s: %t, want %t", length, tt.name, got, tt.want)
			}
		}
	}
	for _, end := range []int64{100, 99} {
		x := index(entry{From: 100, To: end, Key: "without length"})
		for _, tt := range []struct {
			from, to int64
			want     bool
		}{{99, 100, false}, {100, 101, true}, {99, 101, true}, {101, 102, false}} {
			if got := len(keys(x, tt.from, tt.to)) == 1; got != tt.want {
				t.Errorf("[%d, %d) has what starts and ends at 100: %t, want %t", tt.from, tt.to, got, tt.want)
			}
		}
	}
}

func TestEntriesAreToldApart(t *testing.T) {
	t.Parallel()
	x := index(entry{10, 20, "a", 1}, entry{10, 20, "b", 2}, entry{10, 40, "a", 3}, entry{11, 21, "a", 4}, entry{10, 21, "a", 5})
	var got []entry
	x.All(func(e entry) bool { got = append(got, e); return true })
	want := []entry{{10, 21, "a", 5}, {10, 20, "b", 2}, {11, 21, "a", 4}, {10, 40, "a", 3}} // the fifth replaces the first
	if diff := cmp.Diff(want, got); diff != "" || x.Len() != 4 {
		t.Errorf("%d entries (-want +got):\n%s", x.Len(), diff)
	}
	x.Delete(entry{From: 10, To: 20, Key: "b"})
	x.Delete(entry{From: 10, To: 20, Key: "c"})
	if got := keys(x, 0, 50); !slices.Equal(got, []string{"a", "a", "a"}) {
		t.Errorf("after b is deleted: %v", got)
	}
}

// TestWalksEnd: a walk ends when the caller says so, over all levels.
func TestWalksEnd(t *testing.T) {
	t.Parallel()
	x := index(entry{From: 10, To: 11, Key: "a"}, entry{From: 10, To: 20, Key: "b"}, entry{From: 10, To: 21, Key: "c"}, entry{From: 10, To: 99, Key: "d"})
	for most := 1; most <= 4; most++ {
		overlapping, all := 0, 0
		x.Overlapping(0, 100, func(entry) bool { overlapping++; return overlapping < most })
		x.All(func(entry) bool { all++; return all < most })
		if overlapping != most || all != most {
			t.Errorf("%d and %d entries were yielded, %d were wanted", overlapping, all, most)
		}
	}
}

func TestCopiesGoTheirOwnWay(t *testing.T) {
	t.Parallel()
	x := index(entry{From: 10, To: 20, Key: "a"})
	c := x.Copy()
	x.Put(entry{From: 10, To: 4000, Key: "b"})
	c.Delete(entry{From: 10, To: 20, Key: "a"})
	if was, is := keys(c, 0, 50), keys(x, 0, 50); len(was) != 0 || !slices.Equal(is, []string{"a", "b"}) {
		t.Errorf("the copy has %v, and what it was made from %v", was, is)
	}
}

// TestIndexAgreesWithALookAtEveryEntry compares the index with a look at every entry, after random puts and deletes.
func TestIndexAgreesWithALookAtEveryEntry(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		x, all := interval.New[int64, int](), []interval.Entry[int64, int]{}
		for key := range int64(rapid.IntRange(0, 40).Draw(t, "entries")) {
			e := interval.Entry[int64, int]{From: rapid.Int64Range(-50, 50).Draw(t, "from"), Key: key - 20}
			e.To = e.From + rapid.Int64Range(0, 70).Draw(t, "length")
			x.Put(e)
			if rapid.IntRange(0, 3).Draw(t, "deleted") == 0 {
				x.Delete(e)
				continue
			}
			all = append(all, e)
		}
		from := rapid.Int64Range(-60, 60).Draw(t, "asked from")
		to := from + rapid.Int64Range(1, 60).Draw(t, "asked for")
		var want, got []int64
		for _, e := range all {
			if e.From < to && (e.To > from || e.From == e.To && e.From >= from) {
				want = append(want, e.Key)
			}
		}
		x.Overlapping(from, to, func(e interval.Entry[int64, int]) bool { got = append(got, e.Key); return true })
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" || x.Len() != len(all) {
			t.Fatalf("[%d, %d) of %v (-want +got):\n%s", from, to, all, diff)
		}
		first, last, ok := x.Span()
		if ok != (len(all) > 0) {
			t.Fatalf("there is a span: %t, of %v", ok, all)
		}
		for _, e := range all {
			if e.From < first || e.To > last || last-first > 300 {
				t.Fatalf("%v lies outside of [%d, %d)", e, first, last)
			}
		}
	})
}

func BenchmarkOverlapping(b *testing.B) {
	x := interval.New[int64, int]()
	for i := range int64(100_000) {
		from := i * 7919 % 1_000_000 * 60
		x.Put(interval.Entry[int64, int]{From: from, To: from + 1 + i%97*i%89*60, Key: i})
	}
	found := 0
	for i := int64(0); b.Loop(); i++ {
		from := i * 104_729 % 1_000_000 * 60
		x.Overlapping(from, from+86_400, func(interval.Entry[int64, int]) bool { found++; return true })
	}
}
