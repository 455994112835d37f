package calendar

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestListsAreSortedSlices changes lists and copies of them at random, and compares each with a plain slice.
func TestListsAreSortedSlices(t *testing.T) {
	t.Parallel()
	all := make([]*Entry, 700)
	for i := range all {
		name := fmt.Sprintf("o%03d", i)
		if i%3 > 0 {
			name = fmt.Sprintf("%08x-0000-4000-8000-000000000000%s", i/2, []string{"", "-teardown"}[i%2])
		}
		all[i] = called(name)
	}
	slices.SortFunc(all, func(a, b *Entry) int { return strings.Compare(a.Name(), b.Name()) })
	if !slices.IsSortedFunc(all, compareNames) {
		t.Fatal("entries are not in the order of their names")
	}
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.IntRange(0, len(all)).Draw(t, "loaded")
		lists := []*list{sorted(slices.Clone(all[:first]), namedBefore)}
		plain := [][]*Entry{slices.Clone(all[:first])}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			n := rapid.IntRange(0, len(lists)-1).Draw(t, "list")
			at, most := rapid.IntRange(0, len(all)-1).Draw(t, "from"), rapid.IntRange(1, 200).Draw(t, "many")
			some := all[at:min(at+most, len(all))]
			switch rapid.IntRange(0, 2).Draw(t, "step") {
			case 0:
				for _, e := range some {
					lists[n].put(e)
					if i, found := slices.BinarySearchFunc(plain[n], e, compareNames); !found {
						plain[n] = slices.Insert(plain[n], i, e)
					}
				}
			case 1:
				for _, e := range some {
					lists[n].delete(e)
					if i, found := slices.BinarySearchFunc(plain[n], e, compareNames); found {
						plain[n] = slices.Delete(plain[n], i, i+1)
					}
				}
			default:
				lists, plain = append(lists, lists[n].copy()), append(plain, slices.Clone(plain[n]))
			}
			for i, l := range lists {
				var got, rest []*Entry
				l.all(func(e *Entry) bool { got = append(got, e); return true })
				l.from(all[at], func(e *Entry) bool { rest = append(rest, e); return true })
				from, there := slices.BinarySearchFunc(plain[i], all[at], compareNames)
				if !slices.Equal(got, plain[i]) || l.count != len(got) || !slices.Equal(rest, plain[i][from:]) || (l.get(all[at]) != nil) != there {
					t.Fatalf("list %d of %d has %d entries (counted as %d), want %d", i, len(lists), len(got), l.count, len(plain[i]))
				}
				if slices.ContainsFunc(l.blocks, func(b *block) bool { return len(b.entries) == 0 || len(b.entries) > blockSize }) {
					t.Fatal("a block is empty or too large")
				}
			}
		}
	})
}
