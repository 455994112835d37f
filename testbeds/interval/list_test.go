package interval

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

type number = Entry[int64, int]

func order(a, b number) int {
	return cmp.Or(cmp.Compare(level(a.From, a.To), level(b.From, b.To)), cmp.Compare(a.From, b.From), cmp.Compare(a.Key, b.Key))
}

// longestFirst is the order of a walk over what overlaps.
func longestFirst(a, b number) int {
	return cmp.Or(cmp.Compare(level(b.From, b.To), level(a.From, a.To)), order(a, b))
}

// sound fails the test unless the index holds exactly the wanted entries, in order, and its blocks are as they have to be.
func sound(t interface{ Fatalf(string, ...any) }, x *Index[int64, int], want []number) {
	var got []number
	x.All(func(e number) bool { got = append(got, e); return true })
	slices.SortFunc(want, order)
	if !slices.Equal(got, want) || x.Len() != len(want) {
		t.Fatalf("%d entries %v, want %d %v", x.Len(), got, len(want), want)
	}
	for n, l := range x.levels {
		for i, b := range l.blocks {
			if len(b.entries) == 0 || len(b.entries) > blockSize || cap(b.entries) > blockSize+2 || l.starts[i] != b.entries[0].From {
				t.Fatalf("level %d, block %d: %d entries from %d, room for %d", n, i, len(b.entries), l.starts[i], cap(b.entries))
			}
		}
	}
}

// TestBlocksSplitAndJoin puts and deletes thousands of entries, many of them with the same start, beside a list of all; copies keep what they had.
func TestBlocksSplitAndJoin(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		starts, keep := rapid.Int64Range(1, 2000).Draw(t, "starts"), rapid.IntRange(1, 3).Draw(t, "kept of four")
		x, all := New[int64, int](), map[int64]number{}
		entry := func(key int64) number {
			from := rng.Int64N(starts)
			return number{From: from, To: from + 1 + rng.Int64N(4), Key: key}
		}
		if rapid.Bool().Draw(t, "loaded") {
			var some []number
			for key := range rng.Int64N(1000) {
				all[key] = entry(key)
				some = append(some, all[key])
			}
			x.Load(some)
		}
		values := func() (list []number) {
			for _, e := range all {
				list = append(list, e)
			}
			return list
		}
		for range rapid.IntRange(1, 4).Draw(t, "rounds") {
			before, was := x, values()
			switch rapid.IntRange(0, 2).Draw(t, "copied") {
			case 0:
				x = x.Fork()
			case 1:
				before = x.Copy()
			default:
				before = nil
			}
			for range rng.IntN(1500) {
				key := rng.Int64N(800)
				if e, ok := all[key]; ok {
					x.Delete(e)
					delete(all, key)
				}
				if rng.IntN(4) < keep {
					all[key] = entry(key)
					x.Put(all[key])
				}
			}
			sound(t, x, values())
			if before != nil {
				sound(t, before, was)
			}
		}
		from := rng.Int64N(starts)
		to := from + rng.Int64N(starts)
		var want, got []number
		for _, e := range all {
			if e.From < to && e.To > from {
				want = append(want, e)
			}
		}
		x.Overlapping(from, to, func(e number) bool { got = append(got, e); return true })
		slices.SortFunc(want, longestFirst)
		if !slices.Equal(got, want) {
			t.Fatalf("[%d, %d): %v, want %v", from, to, got, want)
		}
		for _, e := range all {
			x.Delete(e)
		}
		sound(t, x, nil)
	})
}

// TestAFullBlockIsSplit: exactly blockSize entries of a level are one block, one more makes two halves; loaded blocks are three quarters full.
func TestAFullBlockIsSplit(t *testing.T) {
	t.Parallel()
	x := New[int64, int]()
	var loaded []number
	for i := range int64(blockSize) {
		x.Put(number{From: 7, To: 8, Key: i})
		loaded = append(loaded, number{From: 7, To: 8, Key: i})
	}
	if n := len(x.levels[0].blocks); n != 1 {
		t.Errorf("%d entries are in %d blocks", blockSize, n)
	}
	x.Put(number{From: 7, To: 8, Key: blockSize})
	if b := x.levels[0].blocks; len(b) != 2 || len(b[0].entries) != blockSize/2 || len(b[1].entries) != blockSize/2+1 {
		t.Errorf("one more makes %d blocks", len(b))
	}
	y := New[int64, int]()
	y.Load(loaded)
	if b := y.levels[0].blocks; len(b) != 2 || len(b[0].entries) != blockSize*3/4 || len(b[1].entries) != blockSize/4 {
		t.Errorf("loaded entries are in %d blocks", len(b))
	}
	for i := range int64(blockSize / 2) {
		if n := len(y.levels[0].blocks); n != 2 {
			t.Fatalf("%d blocks before they are half full together", n)
		}
		y.Delete(loaded[i])
	}
	if n := len(y.levels[0].blocks); n != 1 {
		t.Errorf("%d blocks where one that is half full would do", n)
	}
}
