package calendar

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// plainIndex is the slow and obvious index: a list of the objects and of everything that ever happened.
type plainIndex struct {
	objects  map[string]Object
	removals []Removal
}

func (p *plainIndex) overlapping(key string, from, to time.Time) []string {
	list := []string{}
	for name, o := range p.objects {
		if slices.Contains(o.Collections, key) && (to.IsZero() || o.Start.Before(to)) && (from.IsZero() || o.End.After(from)) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// entryOf makes the entry of one object.
func entryOf(o Object) *Entry {
	t := newTexts(&o)
	e := t.entry(&o)
	e.text.Store(t.pack(&o))
	return e
}

func namesOf(objects func(func(*Entry) bool)) []string {
	list := []string{}
	for o := range objects {
		list = append(list, o.Name())
	}
	slices.Sort(list)
	return list
}

// TestTheIndexAgreesWithLookingAtEverything feeds one index piece by piece and another one all at once, and compares the answers of
// both with a plain list at every step; clients that follow the changes in parts must arrive at the final state.
func TestTheIndexAgreesWithLookingAtEverything(t *testing.T) {
	t.Parallel()
	keys := []string{"a", "b", "c"}
	rapid.Check(t, func(t *rapid.T) {
		p := &plainIndex{objects: map[string]Object{}}
		x := NewIndex()
		sequence, known := int64(0), map[string]map[string]string{"a": {}, "b": {}, "c": {}}
		positions := map[string]Member{"a": {Name: "~"}, "b": {Name: "~"}, "c": {Name: "~"}}
		var held []Members // handed out earlier; they must not change
		var heldSizes []int
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			sequence++
			c := Changes{Epoch: "e", Sequence: sequence}
			for i := range rapid.IntRange(1, 3).Draw(t, "changes") {
				name := fmt.Sprintf("o%d", 3*rapid.IntRange(0, 3).Draw(t, "object")+i)
				old, there := p.objects[name]
				var in []string
				if !there || rapid.IntRange(0, 4).Draw(t, "fate") > 0 {
					in = slices.DeleteFunc(slices.Clone(keys), func(string) bool { return rapid.Bool().Draw(t, "out") })
				}
				for _, key := range old.Collections {
					if !slices.Contains(in, key) {
						c.Removals = append(c.Removals, Removal{Collection: key, Name: name, Sequence: sequence})
					}
				}
				if len(in) == 0 {
					delete(p.objects, name)
					continue
				}
				from := at.Add(time.Duration(rapid.IntRange(0, 50).Draw(t, "from")) * time.Minute)
				o := Object{Name: name, Collections: in, Start: from, End: from.Add(time.Duration(rapid.SampledFrom([]int{1, 2, 5, 64, 65, 3000}).Draw(t, "minutes")) * time.Minute),
					Tag: fmt.Sprint(sequence), Full: "x", Sequence: sequence}
				p.objects[name] = o
				c.Objects = append(c.Objects, o)
			}
			p.removals = append(p.removals, c.Removals...)
			x.Apply(c)
			if rapid.Bool().Draw(t, "twice") {
				x.Apply(c)
			}
			key := rapid.SampledFrom(keys).Draw(t, "collection")
			m := x.Members(key)
			held, heldSizes = append(held, m), append(heldSizes, len(namesOf(m.All())))
			from, to := time.Time{}, time.Time{}
			if rapid.Bool().Draw(t, "bounded below") {
				from = at.Add(time.Duration(rapid.IntRange(-5, 60).Draw(t, "range from")) * time.Minute)
			}
			if rapid.Bool().Draw(t, "bounded above") {
				to = at.Add(time.Duration(rapid.IntRange(-5, 60).Draw(t, "range to")) * time.Minute)
			}
			if diff := cmp.Diff(p.overlapping(key, from, to), namesOf(m.Overlapping(from, to))); diff != "" {
				t.Fatalf("overlapping %s to %s (-want +got):\n%s", from, to, diff)
			}
			for range rapid.IntRange(0, 3).Draw(t, "parts") { // a client follows some of the changes
				for change := range m.Since(positions[key].Sequence, positions[key].Name) {
					if change.Object == nil {
						delete(known[key], change.Name)
					} else {
						known[key][change.Name] = change.Object.Version()
					}
					positions[key] = change
					break
				}
			}
		}
		fresh := NewIndex()
		whole := Changes{Epoch: "e", Sequence: sequence, Objects: slices.Collect(maps.Values(p.objects))}
		last := map[[2]string]Removal{}
		for _, r := range p.removals {
			last[[2]string{r.Collection, r.Name}] = r
		}
		whole.Removals = slices.Collect(maps.Values(last))
		fresh.Apply(whole)
		for _, key := range keys {
			want := map[string]string{}
			for name, o := range p.objects {
				if slices.Contains(o.Collections, key) {
					want[name] = o.Tag
				}
			}
			for which, index := range []*Index{x, fresh} {
				m := index.Members(key)
				got := maps.Clone(known[key])
				for change := range m.Since(positions[key].Sequence, positions[key].Name) {
					if change.Object == nil {
						delete(got, change.Name)
					} else {
						got[change.Name] = change.Object.Version()
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("a client of %s, with index %d (-want +got):\n%s", key, which, diff)
				}
				if m.Len() != len(want) {
					t.Fatalf("%d members of %s, want %d", m.Len(), key, len(want))
				}
			}
		}
		for i, m := range held {
			if n := len(namesOf(m.All())); n != heldSizes[i] {
				t.Fatalf("what was handed out at step %d had %d objects and has %d", i, heldSizes[i], n)
			}
		}
	})
}

// TestForgottenRemovalsLeaveTheIndex runs for a long time: objects come and go, and the store forgets their removals.
func TestForgottenRemovalsLeaveTheIndex(t *testing.T) {
	t.Parallel()
	x := NewIndex()
	sequence := int64(0)
	apply := func(c Changes) {
		sequence++
		c.Sequence = sequence
		for i := range c.Objects {
			c.Objects[i].Sequence = sequence
		}
		for i := range c.Removals {
			c.Removals[i].Sequence = sequence
		}
		x.Apply(c)
	}
	for i := range 100 {
		name := fmt.Sprintf("o%d", i)
		apply(Changes{Objects: []Object{{Name: name, Collections: []string{"a"}, Start: at, End: at.Add(time.Hour)}}})
		apply(Changes{Removals: []Removal{{Collection: "a", Name: name}}})
	}
	apply(Changes{Objects: []Object{{Name: "stays", Collections: []string{"a"}, Start: at, End: at.Add(time.Hour)}}})
	held := x.Members("a")
	apply(Changes{Pruned: 199}) // the last removal but one is of 198
	now := x.Members("a")
	if n, m := held.changes.count, now.changes.count; n != 101 || m != 2 || len(x.members["a"].removed) != 1 {
		t.Errorf("%d members become %d, and %d removals are remembered", n, m, len(x.members["a"].removed))
	}
	if now.Knows(198) || !now.Knows(199) || now.Last() < 199 {
		t.Errorf("it knows what came after %t and %t, up to %d", now.Knows(198), now.Knows(199), now.Last())
	}
	apply(Changes{Pruned: 150}) // for a question asked earlier
	if !x.Members("a").Knows(199) || x.Members("a").Knows(198) {
		t.Error("it goes back to what was forgotten before")
	}
}

func TestAlarmsAreMinutesAhead(t *testing.T) {
	t.Parallel()
	value, err := WriteAlarms([]int{60, 1440})
	if err != nil || value != "60,1440" {
		t.Fatalf("%q, %v", value, err)
	}
	if diff := cmp.Diff([]time.Duration{time.Hour, 24 * time.Hour}, ReadAlarms(value)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, bad := range [][]int{{0}, {-5}, {1, 2, 3, 4, 5, 6}, {1 << 40}} {
		if _, err := WriteAlarms(bad); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
	if list := ReadAlarms("x,,-1,30"); len(list) != 1 {
		t.Errorf("read %v", list)
	}
}
