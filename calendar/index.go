package calendar

import (
	"iter"
	"math"
	"time"

	"github.com/tidwall/btree"

	"berth/testbeds"
	"berth/testbeds/interval"
)

// Changes are what the store tells an index: everything after a sequence, or everything there is.
type Changes struct {
	Epoch    string // names the database; sync tokens of another one are worth nothing
	Key      []byte // the database's own secret for aliases
	Sequence int64  // of the change log, up to which this goes
	Pruned   int64  // removals up to this sequence may be forgotten already
	Objects  []Object
	Removals []Removal
	Facility testbeds.Facility // whose testbeds have collections
}

// Removal says that an object is no longer in a collection.
type Removal struct {
	Collection string
	Name       string
	At         time.Time
	Sequence   int64
}

// Index finds objects: by collection and change, by collection and time, by name. It is filled by Apply, and read through the Members
// that it hands out, which stay what they were however the index goes on. It is not safe for concurrent use, Members are.
type Index struct {
	epoch    string
	secret   []byte
	sequence int64
	pruned   int64
	objects  *btree.Map[string, *Object]
	members  map[string]*Members
}

// NewIndex is an empty index.
func NewIndex() *Index {
	return &Index{objects: &btree.Map[string, *Object]{}, members: map[string]*Members{}}
}

// Sequence is up to where the index knows the change log; 0 before anything was applied.
func (x *Index) Sequence() int64 { return x.sequence }

// Member is an object of a collection, or the news that it is none any more.
type Member struct {
	Sequence int64
	Name     string
	Object   *Object // nil: removed
}

func (m Member) before(o Member) bool {
	return m.Sequence < o.Sequence || m.Sequence == o.Sequence && m.Name < o.Name
}

// place is when an object of a collection is, under its name.
type place = interval.Entry[string, *Object]

func placeOf(o *Object) place {
	return place{From: o.Start.Unix(), To: o.End.Unix(), Key: o.Name, Value: o}
}

// Members are a collection at one moment.
type Members struct {
	Epoch   string
	key     string
	secret  []byte
	pruned  int64
	objects *btree.Map[string, *Object] // of all collections
	changes *btree.BTreeG[Member]
	times   *interval.Index[string, *Object]
	removed map[string]int64 // sequences of the removals in changes
	last    int64            // sequence of the last change that is known
	changed time.Time        // when that was
}

func newMembers() *Members {
	return &Members{
		changes: btree.NewBTreeGOptions(Member.before, btree.Options{NoLocks: true}),
		times:   interval.New[string, *Object](),
		removed: map[string]int64{},
	}
}

// Apply brings the index up to date. The same changes may come again.
func (x *Index) Apply(c Changes) {
	x.epoch, x.secret, x.sequence = c.Epoch, c.Key, max(x.sequence, c.Sequence)
	for i := range c.Objects {
		x.put(&c.Objects[i])
	}
	for _, r := range c.Removals {
		x.remove(r)
	}
	x.forget(c.Pruned)
}

func (x *Index) of(key string) *Members {
	m := x.members[key]
	if m == nil {
		m = newMembers()
		x.members[key] = m
	}
	return m
}

// put takes an object in, out of the collections that it was in before.
func (x *Index) put(o *Object) {
	old, _ := x.objects.Get(o.Name)
	if old != nil && old.Sequence > o.Sequence {
		return
	}
	x.drop(old)
	x.objects.Set(o.Name, o)
	for _, key := range o.Collections {
		m := x.of(key)
		if at, ok := m.removed[o.Name]; ok {
			m.changes.Delete(Member{Sequence: at, Name: o.Name})
			delete(m.removed, o.Name)
		}
		m.changes.Set(Member{Sequence: o.Sequence, Name: o.Name, Object: o})
		m.times.Put(placeOf(o))
		m.last, m.changed = max(m.last, o.Sequence), later(m.changed, o.Drawn)
	}
}

// drop takes an object out of all its collections.
func (x *Index) drop(o *Object) {
	if o == nil {
		return
	}
	for _, key := range o.Collections {
		m := x.of(key)
		m.changes.Delete(Member{Sequence: o.Sequence, Name: o.Name})
		m.times.Delete(placeOf(o))
	}
}

// remove notes that an object has left a collection, unless it has come back since.
func (x *Index) remove(r Removal) {
	m := x.of(r.Collection)
	m.last, m.changed = max(m.last, r.Sequence), later(m.changed, r.At)
	o, _ := x.objects.Get(r.Name)
	if o != nil && o.In(r.Collection) {
		if o.Sequence >= r.Sequence {
			return
		}
		x.drop(o) // it is gone for good: what is in no collection any more has no row
		x.objects.Delete(r.Name)
	}
	if at, ok := m.removed[r.Name]; ok {
		if at >= r.Sequence {
			return
		}
		m.changes.Delete(Member{Sequence: at, Name: r.Name})
	}
	m.removed[r.Name] = r.Sequence
	m.changes.Set(Member{Sequence: r.Sequence, Name: r.Name})
}

// forget drops the removals up to a sequence, for which no client may ask any more. The store has forgotten them already; a process that
// goes on for months would keep one for everything that ever was.
func (x *Index) forget(pruned int64) {
	if pruned <= x.pruned {
		return
	}
	x.pruned = pruned
	for _, m := range x.members {
		for name, at := range m.removed {
			if at <= pruned {
				m.changes.Delete(Member{Sequence: at, Name: name})
				delete(m.removed, name)
			}
		}
	}
}

// Members are the collection as it is now. The copy costs nothing until one of the two is changed.
func (x *Index) Members(key string) Members {
	m := x.members[key]
	if m == nil {
		m = newMembers()
	}
	return Members{Epoch: x.epoch, key: key, secret: x.secret, pruned: x.pruned, objects: x.objects.Copy(), changes: m.changes.Copy(), times: m.times.Copy(), last: m.last, changed: m.changed}
}

// Get finds an object of the collection by its name; nil where there is none.
func (m Members) Get(name string) *Object {
	if o, _ := m.objects.Get(name); o != nil && o.In(m.key) {
		return o
	}
	return nil
}

// Aliases are what the objects of the collection are called for who may not know everything.
func (m Members) Aliases() *Aliases { return newAliases(m.secret, m.key) }

// Last is up to where all changes of the collection are known: what a sync token says. After removals were forgotten it is at least
// where they ended, so that a token given out now is good for as long as any.
func (m Members) Last() int64 { return max(m.last, m.pruned) }

// Changed is when something in the collection changed last.
func (m Members) Changed() time.Time { return m.changed }

// Len is how many objects the collection has.
func (m Members) Len() int { return m.times.Len() }

// Knows reports whether everything that changed after a sequence is still known.
func (m Members) Knows(sequence int64) bool { return sequence >= m.pruned }

// Since are the changes after a position in the log: a sequence, and the name of the last object of it that was seen. From the beginning
// on there are no removals among them.
func (m Members) Since(sequence int64, name string) iter.Seq[Member] {
	return func(yield func(Member) bool) {
		m.changes.Ascend(Member{Sequence: sequence, Name: name}, func(x Member) bool {
			if x.Sequence == sequence && x.Name <= name {
				return true
			}
			return yield(x)
		})
	}
}

// All are the objects of the collection.
func (m Members) All() iter.Seq[*Object] {
	return func(yield func(*Object) bool) {
		m.times.All(func(p place) bool { return yield(p.Value) })
	}
}

// Overlapping are the objects of the collection that share an instant with [from, to), as RFC 4791 section 9.9 wants it: one without
// length counts where it starts. A zero bound is none.
func (m Members) Overlapping(from, to time.Time) iter.Seq[*Object] {
	start, end := int64(math.MinInt64/2), int64(math.MaxInt64/2)
	if !from.IsZero() {
		start = from.Unix()
	}
	if !to.IsZero() {
		end = to.Unix()
	}
	return func(yield func(*Object) bool) {
		m.times.Overlapping(start, end, func(p place) bool { return yield(p.Value) })
	}
}
