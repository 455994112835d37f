package calendar

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"time"

	"berth/testbeds"
)

// Changes carry the news from the store to an index: everything after a sequence, or the whole content.
type Changes struct {
	Epoch    string // names the database; sync tokens of another one are invalid
	Key      []byte // the database's own secret for aliases
	Sequence int64  // of the change log, the last one included
	Accounts int64  // of the changes of accounts, and of what people chose for their collections
	Pruned   int64  // removals up to this sequence may be forgotten
	Objects  []Object
	Removals []Removal
	Facility testbeds.Facility // its testbeds have collections
}

// Removal says that an object is no longer in a collection.
type Removal struct {
	Collection string
	Name       string
	At         time.Time
	Sequence   int64
}

// Index finds objects: by collection and change, by collection and time, by name. Apply fills it; Members hands out immutable views.
// The index is not safe for concurrent use, the views are.
type Index struct {
	epoch    string
	secret   []byte
	sequence int64
	pruned   int64
	objects  *list // by name
	members  map[string]*Members
	loading  []*Entry // put before the first Apply: they are sorted all at once
	memory
}

// NewIndex returns an empty index that keeps all texts in memory.
func NewIndex() *Index { return NewIndexWithin(math.MaxInt, time.Time{}) }

// NewIndexWithin returns an empty index that keeps texts of some bytes in memory: those of objects around now, and of what has changed lately.
func NewIndexWithin(bytes int, now time.Time) *Index {
	return &Index{objects: newList(namedBefore), members: map[string]*Members{}, memory: memory{limit: bytes, reach: math.MaxInt64, now: now.Unix()}}
}

// Sequence returns the last sequence of the change log that the index knows; 0 before the first Apply.
func (x *Index) Sequence() int64 { return x.sequence }

// Member is an object of a collection, or the removal of one.
type Member struct {
	Sequence int64
	Name     string
	Object   *Entry // nil: removed
}

// changedBefore orders entries by their last change.
func changedBefore(a, b *Entry) bool {
	return a.Sequence < b.Sequence || a.Sequence == b.Sequence && compareNames(a, b) < 0
}

func namedBefore(a, b *Entry) bool { return compareNames(a, b) < 0 }

// Members are a collection at one moment.
type Members struct {
	Epoch   string
	key     string
	secret  []byte
	pruned  int64
	objects *list // of all collections
	changes *list
	times   *times
	removed map[string]int64 // sequences of the removals in changes
	last    int64            // sequence of the last known change
	changed time.Time        // time of the last change
}

func newMembers() *Members {
	return &Members{
		changes: newList(changedBefore),
		times:   newTimes(),
		removed: map[string]int64{},
	}
}

// Apply brings the index up to date. Applying the same changes again is harmless.
func (x *Index) Apply(c Changes) {
	x.epoch, x.secret = c.Epoch, c.Key
	for i := range c.Objects {
		x.Put(&c.Objects[i])
	}
	x.loaded()
	x.sequence = max(x.sequence, c.Sequence)
	for _, r := range c.Removals {
		x.remove(r)
	}
	x.forget(c.Pruned)
}

// Put inserts an object ahead of the changes that it is part of, so that these need not be in memory at once. The object is not kept.
func (x *Index) Put(o *Object) {
	if x.texts == nil {
		x.texts = newTexts(o)
	}
	e := x.texts.entry(o)
	if x.sequence > 0 || x.objects.count > 0 {
		x.put(e, o)
		return
	}
	x.loading = append(x.loading, e)
	for _, key := range o.Collections {
		x.of(key).follows(o)
	}
	if x.distance(e) <= x.reach && x.keep(e, o) {
		x.cool(func(yield func(*Entry) bool) { slices.Values(x.loading)(yield) })
	}
}

// loaded sorts everything that was put before the first Apply: quicker than one after the other, and in less memory.
func (x *Index) loaded() {
	if len(x.loading) == 0 {
		return
	}
	slices.SortStableFunc(x.loading, func(a, b *Entry) int { return cmp.Or(compareNames(a, b), cmp.Compare(a.Sequence, b.Sequence)) })
	last := x.loading[:0]
	for i, e := range x.loading { // of several with one name, the last
		if i+1 == len(x.loading) || compareNames(e, x.loading[i+1]) != 0 {
			last = append(last, e)
		}
	}
	clear(x.loading[len(last):])
	x.objects, x.loading = sorted(last, namedBefore), nil
	count := map[string]int{}
	for e := range x.objects.all {
		for key := range e.collections() {
			count[key]++
		}
	}
	of := make(map[string][]*Entry, len(count))
	for e := range x.objects.all {
		for key := range e.collections() {
			if of[key] == nil {
				of[key] = make([]*Entry, 0, count[key])
			}
			of[key] = append(of[key], e)
		}
	}
	for key, entries := range of {
		m := x.of(key)
		m.changes = sorted(slices.Clone(entries), changedBefore)
		m.times = timesOf(entries)
	}
}

func (x *Index) of(key string) *Members {
	m := x.members[key]
	if m == nil {
		m = newMembers()
		x.members[key] = m
	}
	return m
}

// follows notes a change of one of the collection's objects.
func (m *Members) follows(o *Object) {
	m.last, m.changed = max(m.last, o.Sequence), later(m.changed, time.Unix(o.Drawn.Unix(), 0).UTC())
}

// put inserts an object, and removes it from the collections that held it before.
func (x *Index) put(e *Entry, o *Object) {
	old := x.objects.get(e)
	if old != nil && old.Sequence > e.Sequence {
		return
	}
	x.drop(old)
	x.objects.put(e)
	if x.keep(e, o) {
		x.cool(x.objects.all)
	}
	for key := range e.collections() {
		m := x.of(key)
		if at, ok := m.removed[o.Name]; ok {
			m.changes.delete(removal(o.Name, at))
			delete(m.removed, o.Name)
		}
		m.changes.put(e)
		m.times.put(e)
		m.follows(o)
	}
}

// drop removes an object from all its collections.
func (x *Index) drop(o *Entry) {
	if o == nil {
		return
	}
	x.leaves(o)
	for key := range o.collections() {
		m := x.of(key)
		m.changes.delete(o)
		m.times.delete(o)
	}
}

// remove records that an object has left a collection, unless it has returned since.
func (x *Index) remove(r Removal) {
	m := x.of(r.Collection)
	m.last, m.changed = max(m.last, r.Sequence), later(m.changed, r.At)
	o := x.objects.get(called(r.Name))
	if o != nil && o.In(r.Collection) {
		if o.Sequence >= r.Sequence {
			return
		}
		x.drop(o) // it is gone for good: an object outside all collections has no row
		x.objects.delete(o)
	}
	if at, ok := m.removed[r.Name]; ok {
		if at >= r.Sequence {
			return
		}
		m.changes.delete(removal(r.Name, at))
	}
	m.removed[r.Name] = r.Sequence
	m.changes.put(removal(r.Name, r.Sequence))
}

// forget drops the removals up to a sequence, which no client may ask for any more. The store has forgotten them already; a process that
// runs for months would keep every removal there ever was.
func (x *Index) forget(pruned int64) {
	if pruned <= x.pruned {
		return
	}
	x.pruned = pruned
	for _, m := range x.members {
		for name, at := range m.removed {
			if at <= pruned {
				m.changes.delete(removal(name, at))
				delete(m.removed, name)
			}
		}
	}
}

// Members returns a view of the collection as it is now. The copy costs nothing until one of the two changes.
func (x *Index) Members(key string) Members {
	x.loaded()
	m := x.members[key]
	if m == nil {
		m = newMembers()
	}
	return Members{Epoch: x.epoch, key: key, secret: x.secret, pruned: x.pruned, objects: x.objects.copy(), changes: m.changes.copy(), times: m.times.copy(), last: m.last, changed: m.changed}
}

// Get finds an object of the collection by its name; nil where there is none.
func (m Members) Get(name string) *Entry {
	if o := m.objects.get(called(name)); o != nil && o.In(m.key) {
		return o
	}
	return nil
}

// Aliases returns the aliases of the collection's objects.
func (m Members) Aliases() *Aliases { return newAliases(m.secret, m.key) }

// Last returns the sequence up to which all changes of the collection are known, for sync tokens. After removals were forgotten it
// is at least the last forgotten one, so a new token stays valid as long as any.
func (m Members) Last() int64 { return max(m.last, m.pruned) }

// Changed returns the time of the last change in the collection.
func (m Members) Changed() time.Time { return m.changed }

// Len counts the objects of the collection.
func (m Members) Len() int { return m.times.list.count }

// Knows reports whether everything that changed after a sequence is still known.
func (m Members) Knows(sequence int64) bool { return sequence >= m.pruned }

// Since iterates over the changes after a position in the log: a sequence, and the name of the last object already seen in it. From the
// beginning of the log it yields no removals.
func (m Members) Since(sequence int64, name string) iter.Seq[Member] {
	return func(yield func(Member) bool) {
		after := called(name)
		after.Sequence = sequence
		m.changes.from(after, func(x *Entry) bool {
			if x.Sequence == sequence && compareNames(x, after) <= 0 {
				return true
			}
			if x.common.Value().removed {
				return yield(Member{Sequence: x.Sequence, Name: x.Name()})
			}
			return yield(Member{x.Sequence, x.Name(), x})
		})
	}
}

// All iterates over the objects of the collection.
func (m Members) All() iter.Seq[*Entry] {
	return m.times.list.all
}

// Overlapping iterates over the objects of the collection that share an instant with [from, to) (RFC 4791 section 9.9: an object
// without length counts at its start). A zero bound is open.
func (m Members) Overlapping(from, to time.Time) iter.Seq[*Entry] {
	start, end := int64(math.MinInt64/2), int64(math.MaxInt64/2)
	if !from.IsZero() {
		start = from.Unix()
	}
	if !to.IsZero() {
		end = to.Unix()
	}
	return func(yield func(*Entry) bool) { m.times.overlapping(start, end, yield) }
}
