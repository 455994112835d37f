package dav

import (
	"bytes"
	"crypto/sha256"
	"hash/crc32"
	"iter"
	"slices"
	"unique"

	"berth/calendar"
)

// piece is a part of an answer that is kept: what one reader sees of some objects that follow one another. Objects in memory never change, so a
// piece is right as long as just these objects follow one another. A list is cut where the names of its objects say so, and a change in
// it leaves most pieces as they are.
type piece struct {
	of   []*calendar.Entry
	last bool   // it ends because the list did
	data []byte // in the form of its view
	size int    // of the plain text

	crc, shift uint32            // of the plain text, for zipped forms
	sum        [sha256.Size]byte // of the plain text of a file
}

// pieceCost is the memory of a piece beside its text and its list of objects.
const pieceCost = 300

func (p *piece) cost() int { return pieceCost + 8*cap(p.of) + len(p.data) }

// view is what decides the bytes of a piece beside its objects. Readers get pieces of the very same view only.
type view struct {
	epoch  string // of the database, whose secret makes aliases
	reader string // who sees what, to the letter: calendar.Collection.Reader
	form   form

	// Of answers in XML:
	base  string // of addresses
	asked string // properties
	moves bool   // privileges depend on it
	brief bool
}

// form is how a piece is written.
type form int

const (
	inXML form = iota
	inZippedXML
	inFile
	inZippedFile
)

func (f form) zipped() bool { return f == inZippedXML || f == inZippedFile }

type pieceKey struct {
	view  unique.Handle[view]
	first *calendar.Entry
}

// Bounds of pieces.
const (
	maxPieces = 32 << 20 // bytes that are kept of all
	maxShare  = maxPieces / 2
	minPiece  = 16 // objects: more than leastZipped bytes
	maxPiece  = 128
)

// pieces cuts the objects of one answer into pieces.
type pieces struct {
	s     *server
	view  unique.Handle[view]
	form  form
	fetch func([]*calendar.Entry) (same bool)      // reads the texts of objects; nil if they are not wanted
	write func(b *bytes.Buffer, o *calendar.Entry) // the plain text of an object
	send  func(*piece) error
	run   []*calendar.Entry
	known *piece // that run has followed so far, without looking into the objects; nil for none
	text  bytes.Buffer
	kept  int // bytes that this answer has put on the shelf
}

// all sends objects to the last.
func (p *pieces) all(objects iter.Seq[*calendar.Entry]) error {
	for o := range objects {
		if err := p.add(o); err != nil {
			return err
		}
	}
	return p.end()
}

// add takes the next object.
func (p *pieces) add(o *calendar.Entry) error {
	n := len(p.run)
	if n == 0 {
		p.known = p.s.pieces.get(pieceKey{p.view, o})
	}
	p.run = append(p.run, o)
	if x := p.known; x != nil && n < len(x.of) && x.of[n] == o {
		if n+1 < len(x.of) || x.last {
			return nil
		}
		return p.done(x)
	}
	if p.known != nil { // it goes on otherwise, and may have to be cut earlier
		return p.again()
	}
	return p.cut()
}

// again looks for cuts in what was taken for a known piece.
func (p *pieces) again() error {
	run := p.run
	p.run, p.known = nil, nil
	for _, o := range run {
		p.run = append(p.run, o)
		if err := p.cut(); err != nil {
			return err
		}
	}
	return nil
}

// cut ends a piece where one ends.
func (p *pieces) cut() error {
	if n := len(p.run); n < minPiece || n < maxPiece && !p.run[n-1].Edge() {
		return nil
	}
	return p.done(p.make(false))
}

// end sends the piece of the last objects.
func (p *pieces) end() error {
	switch x := p.known; {
	case len(p.run) == 0:
		return nil
	case x != nil && x.last && len(x.of) == len(p.run):
		return p.done(x)
	case x != nil:
		if err := p.again(); err != nil || len(p.run) == 0 {
			return err
		}
	}
	return p.done(p.make(true))
}

func (p *pieces) done(x *piece) error {
	p.run, p.known = p.run[:0], nil
	return p.send(x)
}

// make writes the piece of the last objects, and keeps it.
func (p *pieces) make(last bool) *piece {
	same := p.prepare()
	x := p.written()
	x.last = last
	if !same { // some are newer than the list
		return x
	}
	// An answer that is larger than the shelf would clear it for nothing.
	if p.kept += x.cost(); p.kept <= maxShare {
		p.s.pieces.put(pieceKey{p.view, x.of[0]}, x)
	}
	return x
}

// prepare reads the texts of the last objects, and reports whether all of them are as they are in the list.
func (p *pieces) prepare() (same bool) { return p.fetch == nil || p.fetch(p.run) }

func (p *pieces) written() *piece {
	b := &p.text
	b.Reset()
	for _, o := range p.run {
		p.write(b, o)
	}
	x := &piece{of: slices.Clone(p.run), size: b.Len()}
	if p.form == inZippedFile || p.form == inFile {
		x.sum = sha256.Sum256(b.Bytes())
	}
	if !p.form.zipped() {
		x.data = bytes.Clone(b.Bytes())
		return x
	}
	x.crc, x.shift = crc32.ChecksumIEEE(b.Bytes()), shiftOf(b.Len())
	x.data = p.s.deflated(b.Bytes())
	return x
}
