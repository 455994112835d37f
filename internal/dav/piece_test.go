package dav

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"
	"unique"

	"pgregory.net/rapid"

	"berth/calendar"
)

// entries makes the entries of objects with these names.
func entries(names ...string) []*calendar.Entry { return versions(0, names...) }

// versions makes the entries of a version of objects.
func versions(n int, names ...string) []*calendar.Entry {
	x := calendar.NewIndex()
	for i, name := range names {
		at := benchStart.Add(time.Duration(i) * time.Hour)
		x.Put(&calendar.Object{Name: name, Collections: []string{"all"}, Start: at, End: at.Add(time.Hour), Full: fmt.Sprintf("<%s %d>", name, n)})
	}
	x.Apply(calendar.Changes{Sequence: 1})
	return slices.Collect(x.Members("all").All())
}

// written puts an answer together from pieces, and counts those that were made anew.
func written(t interface{ Fatal(...any) }, s *server, v view, list []*calendar.Entry) (text string, made int) {
	var b bytes.Buffer
	p := &pieces{s: s, view: unique.Make(v), form: v.form, send: func(x *piece) error { b.Write(x.data); return nil }}
	p.write = func(b *bytes.Buffer, o *calendar.Entry) {
		if o == p.run[0] {
			made++
		}
		text, _ := o.Text(calendar.Everything)
		b.WriteString(v.reader + text)
	}
	if err := p.all(slices.Values(list)); err != nil {
		t.Fatal(err)
	}
	return b.String(), made
}

// TestPiecesAreWhatTheListIs changes a list at random: an answer from kept pieces is the one without any, and another version of an object makes one piece anew.
func TestPiecesAreWhatTheListIs(t *testing.T) {
	t.Parallel()
	names := make([]string, 600)
	for i := range names {
		names[i] = fmt.Sprintf("o%d", i*7919)
	}
	all := entries(names...)
	rapid.Check(t, func(t *rapid.T) {
		s := &server{pieces: newShelf[pieceKey, *piece](maxPieces)}
		list := slices.Clone(all[:rapid.IntRange(0, 500).Draw(t, "objects")])
		spare := all[500:]
		written(t, s, view{reader: "a"}, list)
		for i := range rapid.IntRange(1, 5).Draw(t, "changes") {
			at := rapid.IntRange(0, len(list)).Draw(t, "at")
			most := len(list) + 1
			switch fate := rapid.IntRange(0, 2).Draw(t, "fate"); {
			case fate == 0 || at == len(list):
				list = slices.Insert(list, at, spare[i])
			case fate == 1:
				list = slices.Delete(list, at, at+1)
			default:
				list[at] = versions(i+1, list[at].Name())[0]
				most = 1 // the cuts stay where they are
			}
			got, made := written(t, s, view{reader: "a"}, list)
			want, _ := written(t, &server{pieces: newShelf[pieceKey, *piece](maxPieces)}, view{reader: "a"}, list)
			if got != want {
				t.Fatalf("%d objects: %d bytes, want %d", len(list), len(got), len(want))
			}
			if made > most {
				t.Fatalf("one change makes %d pieces anew", made)
			}
		}
	})
}

// TestEveryViewHasItsOwnPieces: a reader gets nothing that was written for another, whatever the difference is.
func TestEveryViewHasItsOwnPieces(t *testing.T) {
	t.Parallel()
	s := &server{pieces: newShelf[pieceKey, *piece](maxPieces)}
	list := entries("a", "b", "c")
	views := []view{{}, {epoch: "1"}, {reader: "1"}, {base: "1"}, {asked: "1"}, {moves: true}, {brief: true}, {form: inFile}}
	for _, v := range views {
		if _, made := written(t, s, v, list); made != 1 {
			t.Errorf("%+v has the pieces of another", v)
		}
		if _, made := written(t, s, v, list); made != 0 {
			t.Errorf("%+v is made twice", v)
		}
	}
}

func TestWhereAListIsCut(t *testing.T) {
	t.Parallel()
	edge, plain := "", ""
	for i := 0; edge == "" || plain == ""; i++ {
		if o := entries(fmt.Sprint(i))[0]; o.Edge() {
			edge = o.Name()
		} else {
			plain = o.Name()
		}
	}
	// Objects with one name each are enough, as only the name says where the cut is.
	of := func(name string, n int) (list []*calendar.Entry) {
		for range n {
			list = append(list, entries(name)...)
		}
		return list
	}
	for _, tt := range []struct {
		list []*calendar.Entry
		want []int
	}{
		{nil, nil}, {of(edge, 1), []int{1}}, {of(edge, minPiece), []int{minPiece}}, {of(edge, minPiece+1), []int{minPiece, 1}},
		{of(plain, minPiece+1), []int{minPiece + 1}}, {of(plain, maxPiece), []int{maxPiece}}, {of(plain, maxPiece+1), []int{maxPiece, 1}},
		{append(of(plain, minPiece), of(edge, 2)...), []int{minPiece + 1, 1}},
	} {
		var got []int
		p := &pieces{s: &server{pieces: newShelf[pieceKey, *piece](maxPieces)}, send: func(x *piece) error { got = append(got, len(x.of)); return nil },
			write: func(*bytes.Buffer, *calendar.Entry) {}}
		if err := p.all(slices.Values(tt.list)); err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%d objects are cut into %v, %v, want %v", len(tt.list), got, err, tt.want)
		}
	}
}

// TestALargeAnswerLeavesOthersTheirRoom writes more than the shelf holds.
func TestALargeAnswerLeavesOthersTheirRoom(t *testing.T) {
	t.Parallel()
	s := &server{pieces: newShelf[pieceKey, *piece](maxPieces)}
	small, large := entries("a", "b"), make([]*calendar.Entry, 0, 2000)
	for i := range 2000 {
		large = append(large, entries(fmt.Sprint(i))...)
	}
	written(t, s, view{reader: "a"}, small)
	written(t, s, view{reader: string(bytes.Repeat([]byte("x"), 2*maxPieces/len(large)))}, large)
	if _, made := written(t, s, view{reader: "a"}, small); made != 0 {
		t.Error("what others ask for is forgotten")
	}
	if s.pieces.bytes > maxShare+1<<20 {
		t.Errorf("%d bytes are kept", s.pieces.bytes)
	}
}
