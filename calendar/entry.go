package calendar

import (
	"hash/crc32"
	"slices"
	"strings"
	"time"
	"unique"

	"berth/scheduler"
)

// Entry is an object as an index keeps it: small, because there are many, and never changed.
type Entry struct {
	Name     string
	Request  string // UUID; empty for a closure
	Revision int64  // of the request
	Sequence int64  // of the change log, at its last change

	tag                         string
	renewed                     int64
	start, end, modified, drawn int64 // Unix seconds
	common                      unique.Handle[common]

	texts      *texts
	packed     []byte // the full text, then the busy one
	full, busy uint32 // their lengths
	edge       bool
	removed    bool // it stands for a removal, and has a name and a sequence only
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
}

// entry makes the entry of an object. Its strings are one, in memory.
func (t *texts) entry(o *Object) *Entry {
	words := o.Name + o.Tag
	e := &Entry{Name: words[:len(o.Name)], Request: o.Request, Revision: o.Revision, Sequence: o.Sequence, tag: words[len(o.Name):], renewed: o.Renewed,
		start: o.Start.Unix(), end: o.End.Unix(), modified: o.Modified.Unix(), drawn: o.Drawn.Unix(),
		texts: t, packed: t.pack(o.Full + o.Busy), full: uint32(len(o.Full)), busy: uint32(len(o.Busy)),
		edge: crc32.ChecksumIEEE([]byte(o.Name))%32 == 0}
	if strings.HasPrefix(e.Name, o.Request) {
		e.Request = e.Name[:len(o.Request)]
	}
	e.common = unique.Make(common{o.Kind, o.Owner, strings.Join(o.Testbeds, "\n"), strings.Join(o.Collections, "\n"), o.Status, o.Open, o.Transparent})
	return e
}

func (e *Entry) Kind() Kind          { return e.common.Value().kind }
func (e *Entry) Status() Status      { return e.common.Value().status }
func (e *Entry) Start() time.Time    { return time.Unix(e.start, 0).UTC() }
func (e *Entry) End() time.Time      { return time.Unix(e.end, 0).UTC() }
func (e *Entry) Modified() time.Time { return time.Unix(e.modified, 0).UTC() }

// Version is that of the object.
func (e *Entry) Version() string { return version(e.tag, e.renewed) }

// UID returns the identity of its event.
func (e *Entry) UID() string { return e.Name + UIDSuffix }

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
func (e *Entry) Edge() bool { return e.edge }

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
	case e.busy > 0:
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

// AppendText adds the text for a sight.
func (e *Entry) AppendText(to []byte, s Sight) []byte {
	if s == Nothing {
		return to
	}
	from := len(to)
	to = e.texts.unpack(to, e.packed, int(e.full+e.busy))
	if s == BusyOnly {
		return slices.Delete(to, from, from+int(e.full))
	}
	return to[:from+int(e.full)]
}

// Text returns the text for a sight; empty for nothing.
func (e *Entry) Text(s Sight) string { return string(e.AppendText(nil, s)) }
