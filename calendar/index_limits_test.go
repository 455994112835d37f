package calendar

import (
	"slices"
	"testing"
	"time"
)

// What a store tells comes in any order, more than once, and more in one change of the log than one of an object.

func held(name string, sequence int64, from, to time.Time) Object {
	return Object{Name: name, Collections: []string{"a"}, Sequence: sequence, Start: from, End: to, Tag: name}
}

func TestChangesOfOneSequence(t *testing.T) {
	t.Parallel()
	hour := at.Add(time.Hour)
	gone := func(sequence int64) Removal { return Removal{Collection: "a", Name: "o", Sequence: sequence} }
	for name, tt := range map[string]struct {
		changes []Changes
		there   bool
		last    int64 // at which its last change stands
	}{
		"it left and came back in one change": {[]Changes{{Objects: []Object{held("o", 5, at, hour)}, Removals: []Removal{gone(5)}}}, true, 5},
		"it left later":                       {[]Changes{{Objects: []Object{held("o", 5, at, hour)}}, {Removals: []Removal{gone(6)}}}, false, 6},
		"it came back later":                  {[]Changes{{Removals: []Removal{gone(5)}}, {Objects: []Object{held("o", 6, at, hour)}}}, true, 6},
		"the news of old":                     {[]Changes{{Objects: []Object{held("o", 6, at, hour)}}, {Objects: []Object{held("o", 5, at, hour)}}}, true, 6},
		"the same again":                      {[]Changes{{Objects: []Object{held("o", 6, at, hour)}}, {Objects: []Object{held("o", 6, at, hour)}}}, true, 6},
		"it left twice":                       {[]Changes{{Removals: []Removal{gone(5)}}, {Removals: []Removal{gone(7)}}}, false, 7},
		"it left twice, told the wrong way":   {[]Changes{{Removals: []Removal{gone(7)}}, {Removals: []Removal{gone(5)}}}, false, 7},
		"it left, told twice":                 {[]Changes{{Removals: []Removal{gone(7)}}, {Removals: []Removal{gone(7)}}}, false, 7},
	} {
		x := NewIndex()
		for _, c := range tt.changes {
			x.Apply(c)
		}
		m := x.Members("a")
		changes := slices.Collect(m.Since(0, ""))
		if len(changes) != 1 || changes[0].Sequence != tt.last || (changes[0].Object != nil) != tt.there || (m.Get("o") != nil) != tt.there || m.Last() != tt.last {
			t.Errorf("%s: %+v, found %t, up to %d", name, changes, m.Get("o") != nil, m.Last())
		}
	}
}

func TestAPartGoesOnBehindTheLastNameThatWasSeen(t *testing.T) {
	t.Parallel()
	x := NewIndex()
	x.Apply(Changes{Objects: []Object{held("b", 5, at, at), held("a", 5, at, at), held("c", 5, at, at), held("z", 4, at, at), held("y", 6, at, at)}})
	m := x.Members("a")
	for _, tt := range []struct {
		sequence int64
		name     string
		want     string
	}{{0, "", "zabcy"}, {4, "z", "abcy"}, {5, "", "abcy"}, {5, "a", "bcy"}, {5, "b", "cy"}, {5, "c", "y"}, {6, "y", ""}} {
		got := ""
		for change := range m.Since(tt.sequence, tt.name) {
			got += change.Name
		}
		if got != tt.want {
			t.Errorf("after %d %q there are %q, want %q", tt.sequence, tt.name, got, tt.want)
		}
	}
}

func TestAnObjectIsFoundInItsOwnCollection(t *testing.T) {
	t.Parallel()
	x := NewIndex()
	x.Apply(Changes{Objects: []Object{held("o", 1, at, at)}})
	if x.Members("a").Get("o") == nil || x.Members("b").Get("o") != nil || x.Members("a").Get("p") != nil {
		t.Error("it is found elsewhere, or not where it is")
	}
}

// TestWhatOverlapsASpan has RFC 4791 section 9.9: what touches a span is outside of it, and what has no length is where it begins.
func TestWhatOverlapsASpan(t *testing.T) {
	t.Parallel()
	hour := func(n int) time.Time { return at.Add(time.Duration(n) * time.Hour) }
	for name, tt := range map[string]struct {
		from, to int
		want     bool
	}{
		"before": {-2, -1, false}, "up to it": {-2, 0, false}, "into it": {-2, 1, true}, "at its beginning": {0, 1, true}, "within": {1, 2, true}, "all over it": {-1, 9, true},
		"to its end": {7, 8, true}, "from its end on": {8, 9, false}, "no length, before": {-1, -1, false}, "no length, at its beginning": {0, 0, true},
		"no length, within": {1, 1, true}, "no length, at its end": {8, 8, false},
	} {
		x := NewIndex()
		x.Apply(Changes{Objects: []Object{held("o", 1, hour(tt.from), hour(tt.to))}})
		m := x.Members("a")
		if got := len(namesOf(m.Overlapping(hour(0), hour(8)))) == 1; got != tt.want {
			t.Errorf("%s: found %t", name, got)
		}
		if got := len(namesOf(m.Overlapping(time.Time{}, time.Time{}))); got != 1 {
			t.Errorf("%s: not found without bounds", name)
		}
	}
}

func TestARemovalIsForgottenWithItsSequence(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pruned int64
		left   int
	}{{6, 1}, {7, 0}, {8, 0}} {
		x := NewIndex()
		x.Apply(Changes{Removals: []Removal{{Collection: "a", Name: "o", Sequence: 7}}})
		x.Apply(Changes{Pruned: tt.pruned})
		if got := len(slices.Collect(x.Members("a").Since(0, ""))); got != tt.left {
			t.Errorf("up to %d: %d are left", tt.pruned, got)
		}
	}
}
