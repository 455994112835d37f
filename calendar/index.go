package calendar

import (
	"iter"
	"math"
	"time"

	"github.com/tidwall/btree"

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
	objects  *btree.Map[string, *Entry]
	members  map[string]*Members
	texts    *texts // nil before the first object
}

// NewIndex returns an empty index.
func NewIndex() *Index {
	return &Index{objects: &btree.Map[string, *Entry]{}, members: map[string]*Members{}}
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
	return a.Sequence < b.Sequence || a.Sequence == b.Sequence && a.Name < b.Name
}

// Members are a collection at one moment.
type Members struct {
	Epoch   string
	key     string
	secret  []byte
	pruned  int64
	objects *btree.Map[string, *Entry] // of all collections
	changes *btree.BTreeG[*Entry]
	times   *times
	removed map[string]int64 // sequences of the removals in changes
	last    int64            // sequence of the last known change
	changed time.Time        // time of the last change
}

func newMembers() *Members {
	return &Members{
		changes: btree.NewBTreeGOptions(changedBefore, btree.Options{NoLocks: true}),
		times:   newTimes(),
		removed: map[string]int64{},
	}
}

// Apply brings the index up to date. Applying the same changes again is harmless.
func (x *Index) Apply(c Changes) {
	x.epoch, x.secret, x.sequence = c.Epoch, c.Key, max(x.sequence, c.Sequence)
	for i := range c.Objects {
		x.Put(&c.Objects[i])
	}
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
	x.put(x.texts.entry(o))
}

func (x *Index) of(key string) *Members {
	m := x.members[key]
	if m == nil {
		m = newMembers()
		x.members[key] = m
	}
	return m
}

// put inserts an object, and removes it from the collections that held it before.
func (x *Index) put(o *Entry) {
	old, _ := x.objects.Get(o.Name)
	if old != nil && old.Sequence > o.Sequence {
		return
	}
	x.drop(old)
	x.objects.Set(o.Name, o)
	for key := range o.collections() {
		m := x.of(key)
		if at, ok := m.removed[o.Name]; ok {
			m.changes.Delete(removal(o.Name, at))
			delete(m.removed, o.Name)
		}
		m.changes.Set(o)
		m.times.put(o)
		m.last, m.changed = max(m.last, o.Sequence), later(m.changed, time.Unix(o.drawn, 0).UTC())
	}
}

// removal stands for an object that has left a collection.
func removal(name string, sequence int64) *Entry {
	return &Entry{Name: name, Sequence: sequence, removed: true}
}

// drop removes an object from all its collections.
func (x *Index) drop(o *Entry) {
	if o == nil {
		return
	}
	for key := range o.collections() {
		m := x.of(key)
		m.changes.Delete(o)
		m.times.delete(o)
	}
}

// remove records that an object has left a collection, unless it has returned since.
func (x *Index) remove(r Removal) {
	m := x.of(r.Collection)
	m.last, m.changed = max(m.last, r.Sequence), later(m.changed, r.At)
	o, _ := x.objects.Get(r.Name)
	if o != nil && o.In(r.Collection) {
		if o.Sequence >= r.Sequence {
			return
		}
		x.drop(o) // it is gone for good: an object outside all collections has no row
		x.objects.Delete(r.Name)
	}
	if at, ok := m.removed[r.Name]; ok {
		if at >= r.Sequence {
			return
		}
		m.changes.Delete(removal(r.Name, at))
	}
	m.removed[r.Name] = r.Sequence
	m.changes.Set(removal(r.Name, r.Sequence))
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
				m.changes.Delete(removal(name, at))
				delete(m.removed, name)
			}
		}
	}
}

// Members returns a view of the collection as it is now. The copy costs nothing until one of the two changes.
func (x *Index) Members(key string) Members {
	m := x.members[key]
	if m == nil {
		m = newMembers()
	}
	return Members{Epoch: x.epoch, key: key, secret: x.secret, pruned: x.pruned, objects: x.objects.Copy(), changes: m.changes.Copy(), times: m.times.copy(), last: m.last, changed: m.changed}
}

// Get finds an object of the collection by its name; nil where there is none.
func (m Members) Get(name string) *Entry {
	if o, _ := m.objects.Get(name); o != nil && o.In(m.key) {
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
func (m Members) Len() int { return m.times.tree.Len() }

// Knows reports whether everything that changed after a sequence is still known.
func (m Members) Knows(sequence int64) bool { return sequence >= m.pruned }

// Since iterates over the changes after a position in the log: a sequence, and the name of the last object already seen in it. From the
// beginning of the log it yields no removals.
func (m Members) Since(sequence int64, name string) iter.Seq[Member] {
	return func(yield func(Member) bool) {
		m.changes.Ascend(&Entry{Sequence: sequence, Name: name}, func(x *Entry) bool {
			if x.Sequence == sequence && x.Name <= name {
				return true
			}
			if x.removed {
				return yield(Member{Sequence: x.Sequence, Name: x.Name})
			}
			return yield(Member{x.Sequence, x.Name, x})
		})
	}
}

// All iterates over the objects of the collection.
func (m Members) All() iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) { m.times.tree.Scan(yield) }
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
