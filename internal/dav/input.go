package dav

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"time"
)

// Limits of a request body, checked while it is read. A multiget may name any number of objects: vdirsyncer, khal, calcurse and tsdav
// ask for all missing ones at once. Its addresses are handled one by one as they arrive, and only its bytes are bounded.
const (
	maxXML      = 256 << 10 // bytes
	maxMultiget = 32 << 20  // bytes
	maxDepth    = 32
	maxElements = 20_000 // beside the addresses of a multiget
	maxHref     = 4 << 10

	// Bounds on the bytes of long bodies held at once, in all and for one person.
	maxHeld     = 128 << 20
	maxHeldEach = 2 * maxMultiget
)

// receiveWithin bounds the time in which a client must send a long body.
const receiveWithin = 2 * time.Minute

// element is a node of a request body.
type element struct {
	name     xml.Name
	attrs    []xml.Attr
	text     string
	children []*element

	said []byte // its text as far as it has been read
}

// child finds the first child of that name; nil for none.
func (e *element) child(space, local string) *element {
	if e == nil {
		return nil
	}
	for _, c := range e.children {
		if c.name.Space == space && c.name.Local == local {
			return c
		}
	}
	return nil
}

func (e *element) attr(local string) string {
	for _, a := range e.attrs {
		if a.Name.Space == "" && a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

var (
	errTooLong = refusal{status: http.StatusRequestEntityTooLarge, message: "The request body is too large."}
	errBusy    = refusal{status: http.StatusServiceUnavailable, message: "Too many long requests at once; try again in a while."}
	errCut     = badRequest("The request body could not be read.")
)

// body reads a bounded request body.
func body(r *http.Request, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err != nil {
		return nil, errCut
	}
	if int64(len(b)) > limit {
		return nil, errTooLong
	}
	return b, nil
}

// parse reads a request body; nil for an empty one.
func parse(r *http.Request) (*element, error) {
	in := &input{request: r}
	return in.parse()
}

// input is a request body while it is read.
type input struct {
	request *http.Request
	held    *allowance
	who     string
	list    *named // receives the addresses of a multiget; nil for other bodies

	read, limit, taken int64
}

// Read reads within the limit, and reserves every byte beyond an ordinary body from the allowance.
func (in *input) Read(p []byte) (int, error) {
	n, err := in.request.Body.Read(p)
	in.read += int64(n)
	if in.read > in.limit {
		return 0, errTooLong
	}
	if more := in.read - maxXML - in.taken; more > 0 {
		if !in.held.take(in.who, more) {
			return 0, errBusy
		}
		in.taken += more
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = errCut
	}
	return n, err
}

// done returns the reserved bytes to the allowance.
func (in *input) done() {
	if in.taken > 0 {
		in.held.give(in.who, in.taken)
	}
}

func (in *input) parse() (*element, error) {
	in.limit = maxXML
	e, err := tree(in, in.root)
	if errors.Is(err, errBlank) {
		return nil, nil
	}
	if e, ok := errors.AsType[refusal](err); ok {
		return nil, e
	}
	if err != nil {
		return nil, badRequest("The request body cannot be read: " + err.Error() + ".")
	}
	return e, nil
}

// root returns the receiver of the addresses in a body with that outermost element, nil for none.
func (in *input) root(name xml.Name) func(href string) {
	if in.list == nil || name != inCal("calendar-multiget") {
		return nil
	}
	in.limit = maxMultiget
	// Without a connection there is nothing to bound.
	_ = http.NewResponseController(in.list.writer).SetReadDeadline(time.Now().Add(receiveWithin))
	return in.list.take
}

var (
	errBlank     = errors.New("it is empty")
	errMalformed = errors.New("it is not well-formed XML")
	errTooDeep   = errors.New("it is nested too deeply or has too many elements")
)

// tree reads XML into a tree, without recursion. root gets the outermost element, and may return a receiver for the text of each
// DAV:href in it; these are then left out of the tree.
func tree(r io.Reader, root func(xml.Name) func(string)) (*element, error) {
	b := builder{root: root}
	in := &scanner{from: r}
	d := xml.NewDecoder(in)
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && b.top != nil && len(b.open) == 0:
			return b.top, nil
		case errors.Is(err, io.EOF) && b.top == nil:
			return nil, errBlank
		case err != nil:
			if _, ours := errors.AsType[refusal](err); ours {
				return nil, err
			}
			return nil, errMalformed
		}
		if err := b.add(token); err != nil {
			return nil, err
		}
		if b.href != nil && len(b.open) <= 2 {
			b.follow(in, token)
		}
	}
}

// builder builds a tree.
type builder struct {
	root   func(xml.Name) func(string)
	href   func(string)
	top    *element
	open   []*element
	buffer []element
	count  int
	tag    string // of the last address, as it was written
}

func (b *builder) add(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		return b.start(t)
	case xml.EndElement:
		return b.end()
	case xml.CharData:
		if len(b.open) > 0 {
			e := b.open[len(b.open)-1]
			e.said = append(e.said, t...)
		}
	case xml.Directive:
		return errors.New("it has a document type or another directive")
	}
	return nil
}

// taken reports whether the receiver gets an element at this place.
func (b *builder) taken(name xml.Name, depth int) bool {
	return b.href != nil && depth == 1 && name == inDAV("href")
}

func (b *builder) start(t xml.StartElement) error {
	depth := len(b.open)
	alone := b.taken(t.Name, depth)
	if !alone {
		b.count++
	}
	if b.count > maxElements || depth == maxDepth {
		return errTooDeep
	}
	e := b.next()
	e.name, e.attrs = t.Name, t.Attr
	switch {
	case alone:
	case depth > 0:
		parent := b.open[depth-1]
		parent.children = append(parent.children, e)
	case b.top != nil:
		return errors.New("it has more than one root")
	default:
		b.top = e
		if b.root != nil {
			b.href = b.root(t.Name)
		}
	}
	b.open = append(b.open, e)
	return nil
}

func (b *builder) end() error {
	depth := len(b.open) - 1
	e := b.open[depth]
	b.open = b.open[:depth]
	said := bytes.TrimSpace(e.said)
	e.said = nil
	if !b.taken(e.name, depth) {
		e.text = string(said)
		return nil
	}
	if len(said) > maxHref {
		return errors.New("an address in it is too long")
	}
	b.href(string(said))
	return nil
}

// next returns a new element. They are allocated many at a time.
func (b *builder) next() *element {
	if len(b.buffer) == 0 {
		b.buffer = make([]element, 32)
	}
	e := &b.buffer[0]
	b.buffer = b.buffer[1:]
	return e
}
