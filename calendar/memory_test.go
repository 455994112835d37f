package calendar

import (
	"fmt"
	"testing"
	"time"
)

// TestTextsStayWithinTheirRoom loads more than there is room for, and changes some: what is near has its text, and so has what has just changed.
func TestTextsStayWithinTheirRoom(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	object := func(i int, sequence int64) *Object {
		at := now.AddDate(0, 0, i)
		return &Object{Name: fmt.Sprintf("o%04d", i+500), Collections: []string{"all"}, Start: at, End: at.Add(time.Hour), Full: fmt.Sprintf("text %d %d", i, sequence), Sequence: sequence}
	}
	const room = 100 * (textCost + 20)
	for _, first := range []int{-500, 0} { // the order in which they come
		x := NewIndexWithin(room, now)
		for i := range 1000 {
			x.Put(object((i+first+500)%1000-500, 1))
		}
		x.Apply(Changes{Sequence: 1})
		warm := func() (list map[string]bool) {
			list = map[string]bool{}
			bytes := 0
			m := x.Members("all")
			for e := range m.All() {
				if p := e.text.Load(); p != nil {
					list[e.Name()] = true
					bytes += len(p.text) + textCost
				}
			}
			if bytes != x.bytes || bytes > room || m.Len() != 1000 {
				t.Errorf("%d bytes of %d are counted as %d; %d objects", bytes, room, x.bytes, m.Len())
			}
			return list
		}
		list := warm()
		for i := -500; i < 500; i++ {
			if near := i >= -5 && i <= 15; near && !list[object(i, 1).Name] {
				t.Errorf("the text of day %d is not in memory", i)
			}
		}
		if len(list) > 100 || list[object(400, 1).Name] || list[object(-400, 1).Name] {
			t.Errorf("%d texts are in memory, those of distant objects among them", len(list))
		}
		for i := range 300 { // distant ones change
			far := object(499-i, int64(2+i))
			x.Apply(Changes{Sequence: int64(2 + i), Objects: []Object{*far}})
			if got, ok := x.Members("all").Get(far.Name).Text(Everything); i > 0 && x.Members("all").Len() != 1000 || ok && got != far.Full {
				t.Fatalf("change %d is read as %q", i, got)
			}
		}
		if list = warm(); !list[object(0, 1).Name] {
			t.Error("today's text was pushed out by distant ones")
		}
		x.Apply(Changes{Sequence: 999, Removals: []Removal{{Collection: "all", Name: object(0, 1).Name, Sequence: 999}}})
		if x.Members("all").Len() != 999 {
			t.Error("what is removed is there")
		}
	}
}

// TestOddEntries: what has no room in an entry is kept beside it.
func TestOddEntries(t *testing.T) {
	t.Parallel()
	const id = "6b1d2f6e-0001-4000-8000-00000000000a"
	at := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	plain := Object{Name: id, Request: id, Kind: KindDeployment, Tag: "0123456789abcdef", Revision: 7, Modified: at, Start: at, End: at.Add(time.Hour), Full: "full", Sequence: 3}
	with := func(change func(*Object)) Object {
		o := plain
		change(&o)
		return o
	}
	for what, tt := range map[string]struct {
		o   Object
		odd bool
	}{
		"usual":                 {plain, false},
		"a setup":               {with(func(o *Object) { o.Name, o.Kind = id+"-orchestrate", KindOrchestrate }), false},
		"a teardown":            {with(func(o *Object) { o.Name, o.Kind = id+"-teardown", KindTearDown }), false},
		"the ending of another": {with(func(o *Object) { o.Name = id + "-teardown" }), true},
		"an offer":              {with(func(o *Object) { o.Name, o.Kind = id+"-offer-1", KindOffer }), true},
		"no UUID":               {with(func(o *Object) { o.Name, o.Request = "closure", "" }), true},
		"another way to write": {with(func(o *Object) {
			o.Name, o.Request = "6B1D2F6E-0001-4000-8000-00000000000A", "6B1D2F6E-0001-4000-8000-00000000000A"
		}), true},
		"another request":        {with(func(o *Object) { o.Request = "6b1d2f6e-0002-4000-8000-00000000000a" }), true},
		"another tag":            {with(func(o *Object) { o.Tag = "0123456789ABCDEF" }), true},
		"a longer tag":           {with(func(o *Object) { o.Tag += "00" }), true},
		"a short tag":            {with(func(o *Object) { o.Tag = "01" }), true},
		"no tag":                 {with(func(o *Object) { o.Tag = "" }), true},
		"renewed":                {with(func(o *Object) { o.Renewed = 3 }), true},
		"many revisions":         {with(func(o *Object) { o.Revision = 1<<32 - 1 }), false},
		"too many revisions":     {with(func(o *Object) { o.Revision = 1 << 32 }), true},
		"modified before 1970":   {with(func(o *Object) { o.Modified = time.Unix(-1, 0) }), true},
		"modified in the future": {with(func(o *Object) { o.Modified = time.Unix(1<<32, 0) }), true},
	} {
		for _, e := range []*Entry{entryOf(tt.o), Warm(&tt.o)} {
			o := tt.o
			text, ok := e.Text(Everything)
			if e.Name() != o.Name || e.Request() != o.Request || e.Version() != o.Version() || e.Revision() != o.Revision || !e.Modified().Equal(o.Modified) ||
				!e.Start().Equal(o.Start) || !e.End().Equal(o.End) || e.Kind() != o.Kind || !ok || text != o.Full || e.Sequence != o.Sequence {
				t.Errorf("%s: %+v was made %s %s %s %d %s %q", what, o, e.Name(), e.Request(), e.Version(), e.Revision(), e.Modified(), text)
			}
			if (e.odd != nil) != tt.odd {
				t.Errorf("%s: odd is %t", what, e.odd != nil)
			}
		}
	}
}
