package calendar

import (
	"bytes"
	"encoding/hex"
	"hash/crc32"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unique"

	"github.com/google/uuid"

	"berth/scheduler"
)

// Entry is an object as an index keeps it: small, because there are many, and never changed, but that its text may leave the memory. It takes 80 bytes.
type Entry struct {
	Sequence int64 // of the change log, at its last change

	id         [16]byte // with which the name begins
	tag        [8]byte
	start, end int64 // Unix seconds
	common     unique.Handle[common]
	text       atomic.Pointer[packed] // nil: only in the database
	odd        *odd                   // nil for nearly all
	modified   uint32                 // Unix seconds
	revision   uint32                 // of the request
}

// odd is what has no room in an entry: names that are not a UUID and what belongs to its kind, versions that were renewed, instants of other ages.
type odd struct {
	name, request, tag          string
	revision, renewed, modified int64
}

// common is what many objects share.
type common struct {
	kind        Kind
	owner       string
	testbeds    string // one a line
	collections string // keys, one a line
	status      Status
	open        bool
	transparent bool
	busy        bool // it has a text that all users may see
	removed     bool // it stands for a removal, and has a name and a sequence only
	texts       *texts
}

// packed is the text of an object: the full one, then the busy one.
type packed struct {
	text       []byte
	full, busy uint32 // lengths
	plain      bool   // it is not packed
}

// Warm makes an entry of an object outside any index, with its text.
func Warm(o *Object) *Entry {
	e := (*texts)(nil).entry(o)
	e.text.Store(&packed{text: []byte(o.Full + o.Busy), full: uint32(len(o.Full)), busy: uint32(len(o.Busy)), plain: true})
	return e
}

// Cold reports whether the object's text is not in memory.
func (e *Entry) Cold() bool { return e.text.Load() == nil }

// Same reports whether two entries are the same version of an object.
func (e *Entry) Same(other *Entry) bool {
	return other != nil && e.Sequence == other.Sequence && compareNames(e, other) == 0 && e.Version() == other.Version()
}

// endings lists what follows the UUID in the names of a request's objects. Offers have ids of their own.
var endings = map[Kind]string{KindDeployment: "", KindOrchestrate: "-orchestrate", KindTearDown: "-teardown"}

// compact takes a name apart; ok is false if it is odd.
func compact(name string) (id uuid.UUID, kind Kind, ok bool) {
	const length = 36
	if len(name) < length {
		return id, "", false
	}
	id, err := uuid.Parse(name[:length])
	if err != nil || id.String() != name[:length] {
		return id, "", false
	}
	for kind, ending := range endings {
		if ending == name[length:] {
			return id, kind, true
		}
	}
	return id, "", false
}

// entry makes the entry of an object, without its text.
func (t *texts) entry(o *Object) *Entry {
	e := &Entry{Sequence: o.Sequence, start: o.Start.Unix(), end: o.End.Unix(), modified: uint32(o.Modified.Unix()), revision: uint32(o.Revision)}
	e.common = unique.Make(common{kind: o.Kind, owner: o.Owner, testbeds: strings.Join(o.Testbeds, "\n"), collections: strings.Join(o.Collections, "\n"),
		status: o.Status, open: o.Open, transparent: o.Transparent, busy: o.Busy != "", texts: t})
	id, kind, ok := compact(o.Name)
	n, err := hex.Decode(e.tag[:], []byte(o.Tag[:min(len(o.Tag), 2*len(e.tag))]))
	same := err == nil && n == len(e.tag) && hex.EncodeToString(e.tag[:]) == o.Tag
	if !ok || kind != o.Kind || o.Request != o.Name[:len(o.Name)-len(endings[kind])] || !same || o.Renewed != 0 ||
		o.Revision < 0 || o.Revision > math.MaxUint32 || o.Modified.Unix() < 0 || o.Modified.Unix() > math.MaxUint32 {
		e.odd = &odd{o.Name, o.Request, o.Tag, o.Revision, o.Renewed, o.Modified.Unix()}
	}
	e.id = id
	return e
}

// removal stands for an object that has left a collection.
func removal(name string, sequence int64) *Entry {
	e := called(name)
	e.Sequence = sequence
	return e
}

// called makes an entry that has nothing but a name.
func called(name string) *Entry {
	id, kind, ok := compact(name)
	e := &Entry{id: id, common: unique.Make(common{kind: kind, removed: true})}
	if !ok {
		e.odd = &odd{name: name}
	}
	return e
}

// Name is the object's.
func (e *Entry) Name() string {
	if e.odd != nil {
		return e.odd.name
	}
	return uuid.UUID(e.id).String() + endings[e.Kind()]
}

// compareNames compares the names of two entries. The bytes of UUIDs have the order of their texts.
func compareNames(a, b *Entry) int {
	if a.odd != nil || b.odd != nil {
		return strings.Compare(a.Name(), b.Name())
	}
	if c := bytes.Compare(a.id[:], b.id[:]); c != 0 {
		return c
	}
	return strings.Compare(endings[a.Kind()], endings[b.Kind()])
}

// Request is the UUID of the object's request; empty for a closure.
func (e *Entry) Request() string {
	if e.odd != nil {
		return e.odd.request
	}
	return uuid.UUID(e.id).String()
}

// Revision is that of the request.
func (e *Entry) Revision() int64 {
	if e.odd != nil {
		return e.odd.revision
	}
	return int64(e.revision)
}

func (e *Entry) modifiedAt() int64 {
	if e.odd != nil {
		return e.odd.modified
	}
	return int64(e.modified)
}

func (e *Entry) Kind() Kind          { return e.common.Value().kind }
func (e *Entry) Status() Status      { return e.common.Value().status }
func (e *Entry) Start() time.Time    { return time.Unix(e.start, 0).UTC() }
func (e *Entry) End() time.Time      { return time.Unix(e.end, 0).UTC() }
func (e *Entry) Modified() time.Time { return time.Unix(e.modifiedAt(), 0).UTC() }

// Version is that of the object.
func (e *Entry) Version() string {
	if e.odd != nil {
		return version(e.odd.tag, e.odd.renewed)
	}
	return hex.EncodeToString(e.tag[:])
}

// UID returns the identity of its event.
func (e *Entry) UID() string { return e.Name() + UIDSuffix }

// Kept reports whether the object still belongs into collections.
func (e *Entry) Kept(now time.Time) bool {
	return !keptUntil(e.Status(), e.End(), e.Modified()).Before(now)
}

// In reports whether the object is in the collection.
func (e *Entry) In(key string) bool {
	for k := range e.collections() {
		if k == key {
			return true
		}
	}
	return false
}

func (e *Entry) collections() func(yield func(string) bool) {
	return strings.SplitSeq(e.common.Value().collections, "\n")
}

// Edge reports whether a part of a list that is kept ends with the object. It depends on the name alone, so that a change in a list leaves
// its parts elsewhere as they are, in every process. One name in 32 is an edge.
func (e *Entry) Edge() bool { return crc32.ChecksumIEEE([]byte(e.Name()))%32 == 0 }

// Sight is how much of an object a viewer sees.
type Sight int

const (
	Nothing    Sight = iota
	BusyOnly         // the text that all users may see
	Everything       // the full text
)

// For returns how much a viewer may see.
func (e *Entry) For(v *scheduler.Visible) Sight {
	if v == nil {
		return Everything
	}
	c := e.common.Value()
	switch {
	case c.open || v.Includes(c.owner, nil) || len(v.Testbeds) > 0 && v.Includes(c.owner, strings.Split(c.testbeds, "\n")):
		return Everything
	case c.busy:
		return BusyOnly
	default:
		return Nothing
	}
}

// Mark tells a busy text from a full one, in entity tags.
func (s Sight) Mark() string {
	if s == BusyOnly {
		return "b"
	}
	return ""
}

// AppendText adds the text for a sight. ok is false if the text is not in memory.
func (e *Entry) AppendText(to []byte, s Sight) (text []byte, ok bool) {
	if s == Nothing {
		return to, true
	}
	p := e.text.Load()
	if p == nil {
		return to, false
	}
	from := len(to)
	if p.plain {
		to = append(to, p.text...)
	} else {
		to = e.common.Value().texts.unpack(to, p.text, int(p.full+p.busy))
	}
	if s == BusyOnly {
		return slices.Delete(to, from, from+int(p.full)), true
	}
	return to[:from+int(p.full)], true
}

// Text returns the text for a sight; empty for nothing.
func (e *Entry) Text(s Sight) (text string, ok bool) {
	b, ok := e.AppendText(nil, s)
	return string(b), ok
}
