package profile

import (
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// family is a profile with its living forks. A change of a profile ends the lives of its own forks, and of theirs.
type family struct {
	*world
	living []*relative
}

type relative struct {
	model
	of *relative
}

func (r *relative) descends(from *relative) bool {
	for a := r.of; a != nil; a = a.of {
		if a == from {
			return true
		}
	}
	return false
}

func (f *family) one() *relative { return f.living[f.draw("of", 0, int64(len(f.living)-1))] }

func TestForksAndTheirOriginalsDoNotTouchEachOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		f := &family{world: w, living: []*relative{{model: *w.start()}}}
		t.Repeat(map[string]func(*rapid.T){
			"fork": func(*rapid.T) {
				from := f.one()
				fork := model{from.p.Fork(), from.o.clone(), slices.Clone(from.deltas)}
				f.living = append(f.living, &relative{fork, from})
			},
			"change": func(*rapid.T) {
				changed := f.one()
				f.living = slices.DeleteFunc(f.living, func(r *relative) bool { return r.descends(changed) })
				f.change(&changed.model)
			},
			"": func(t *rapid.T) {
				for _, r := range f.living {
					sound(t, r.p)
					agree(t, &r.model)
				}
			},
		})
	})
}

// TestReadersForkAtOnce is for the race detector: readers of one profile query it, fork it and change their
// forks.
func TestReadersForkAtOnce(t *testing.T) {
	t.Parallel()
	const readers, bookings = 8, 3000
	p := New([]int64{100, 100})
	for i := range int64(bookings) {
		p.Add(i*7%5000, i*7%5000+40, []int64{-1 - i%3, -i % 2})
	}
	before := list(p, beginning, forever)
	want := list(p, 0, 6000)
	for i := range want {
		want[i].Free[0] -= readers
	}

	var all sync.WaitGroup
	got := make([][]point, readers)
	for r := range readers {
		all.Go(func() {
			f := p.Fork()
			for range readers {
				f.Add(0, 6000, []int64{-1, 0})
			}
			for i := range int64(500) {
				at := (i*31 + int64(r)*613) % 5000
				f.Add(at, at+90, []int64{-2, -2})
				if p.Fits([]int64{200, 0}, at, at+10) || f.Min(0, at, at+90) >= p.Min(0, at, at+90) {
					got[r] = nil
					return
				}
				f.Add(at, at+90, []int64{2, 2})
			}
			got[r] = list(f, 0, 6000)
		})
	}
	all.Wait()

	for r := range got {
		if !slices.EqualFunc(got[r], want, equal) {
			t.Errorf("the fork of reader %d holds something else than it should", r)
		}
	}
	if !slices.EqualFunc(list(p, beginning, forever), before, equal) {
		t.Error("the original changed with its forks")
	}
	sound(t, p)
}
