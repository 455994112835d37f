package calendar

import (
	"cmp"
	"iter"
	"slices"
)

// memory bounds the texts of an index. Most of the space that an object takes is its text, and most texts are asked for seldom: those of objects far
// from now stay in the database.
type memory struct {
	texts *texts // nil before the first object
	limit int
	bytes int   // of all texts
	reach int64 // seconds from now: what is farther gets no text while the index is loaded
	now   int64 // Unix seconds, when the index was made
}

// TextsInMemory is the usual limit, in bytes: the texts of some 200,000 objects.
const TextsInMemory = 64 << 20

// textCost is the memory of a text beside its bytes.
const textCost = 48

// distance returns how far an object is from now. People look ahead more than back.
func (m *memory) distance(e *Entry) int64 {
	return max(0, e.start-m.now, 3*(m.now-e.end))
}

// keep gives an entry its text, and reports whether there are too many now.
func (m *memory) keep(e *Entry, o *Object) bool {
	p := m.texts.pack(o)
	m.bytes += len(p.text) + textCost
	e.text.Store(p)
	return m.bytes > m.limit
}

// leaves notes that an entry is no longer in the index.
func (m *memory) leaves(e *Entry) {
	if p := e.text.Load(); p != nil {
		m.bytes -= len(p.text) + textCost
	}
}

// cool takes the texts of the objects that are farthest from now, until half of the room is free. Who reads one just now has it already, or reads it from
// the database.
func (m *memory) cool(entries iter.Seq[*Entry]) {
	type warm struct {
		e        *Entry
		distance int64
		cost     int
	}
	var list []warm
	for e := range entries {
		if p := e.text.Load(); p != nil {
			list = append(list, warm{e, m.distance(e), len(p.text) + textCost})
		}
	}
	slices.SortStableFunc(list, func(a, b warm) int { return cmp.Compare(a.distance, b.distance) })
	m.bytes, m.reach = 0, 0
	for _, w := range list {
		if m.bytes+w.cost > m.limit/2 {
			w.e.text.Store(nil)
			continue
		}
		m.bytes, m.reach = m.bytes+w.cost, w.distance
	}
}
