package dav

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// answer writes the text of an answer: compressed, if the client accepts that and it pays. Events compress to a tenth, and a first sync of
// ten thousand of them is nine megabytes.
type answer struct {
	s      *server
	to     http.ResponseWriter
	status int
	zips   bool // the client accepts compressed answers
	begun  bool
	z      *zipper       // nil for a plain answer
	sent   *bufio.Writer // before the connection: compressed parts are small
}

// sendWithin bounds the time in which a client must receive an answer; a first sync over a slow line needs
// minutes.
const sendWithin = 5 * time.Minute

func (c *call) answer(w http.ResponseWriter, r *http.Request, status int) *answer {
	// The deadline is the connection's, so it uses real time, not the schedule's clock. Without a connection there is nothing to
	// bound.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(sendWithin))
	return &answer{s: c.s, to: w, status: status, zips: takesGzip(r)}
}

// leastZipped is the least size of a compressed answer in bytes: anything shorter fits into one packet.
const leastZipped = 1400

// begin sends the header. The size of the first part decides on compression: the parts come from a buffer, so a short answer has only one. An
// answer with pieces has the form of these, whatever its size.
func (a *answer) begin(size int) (err error) {
	if a.begun {
		return nil
	}
	a.begun = true
	h := a.to.Header()
	h.Set("Vary", "Accept-Encoding")
	zipped := a.zips && size >= leastZipped
	if zipped {
		h.Set("Content-Encoding", "gzip")
	}
	a.to.WriteHeader(a.status)
	if zipped {
		a.sent = a.s.buffer(a.to)
		a.z, err = a.s.newZipper(a.sent)
	}
	return err
}

func (a *answer) Write(p []byte) (int, error) {
	if err := a.begin(len(p)); err != nil {
		return 0, err
	}
	if a.z != nil {
		return a.z.Write(p)
	}
	return a.to.Write(p)
}

// form selects the form of the pieces.
func (a *answer) form(plain, zipped form) form {
	if a.zips {
		return zipped
	}
	return plain
}

// sent sends what is in the buffer of an answer, and a piece of its form after it.
func sent(a *answer, out *bufio.Writer, p *piece) error {
	if err := a.begin(leastZipped); err != nil {
		return err
	}
	if a.z == nil {
		_, err := out.Write(p.data)
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return a.z.piece(p)
}

func (a *answer) close() error {
	if a.z == nil {
		return nil
	}
	err := errors.Join(a.z.close(a.s), a.sent.Flush())
	a.s.release(a.sent)
	a.z = nil
	return err
}

// bufferSize is how much is sent at once, in bytes: each time costs as much as copying this many.
const bufferSize = 64 << 10

// buffer takes a buffer in front of w from the pool.
func (s *server) buffer(w io.Writer) *bufio.Writer {
	b, ok := s.buffers.Get().(*bufio.Writer)
	if !ok {
		return bufio.NewWriterSize(w, bufferSize)
	}
	b.Reset(w)
	return b
}

func (s *server) release(b *bufio.Writer) {
	b.Reset(nil)
	s.buffers.Put(b)
}

// takesGzip reports whether a client accepts compressed answers (RFC 9110 section 12.5.3).
func takesGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, parameters, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		weight, given := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		return !given || err == nil && q > 0
	}
	return false
}
