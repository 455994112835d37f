package dav

import (
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// answer writes the text of an answer: compressed, if the client accepts that and it pays. Events compress to a tenth, and a first sync of
// ten thousand of them is nine megabytes.
type answer struct {
	to      http.ResponseWriter
	status  int
	zippers *sync.Pool // nil if the client accepts no compressed answers
	begun   bool
	z       *gzip.Writer
}

// sendWithin bounds the time in which a client must receive an answer; a first sync over a slow line needs
// minutes.
const sendWithin = 5 * time.Minute

func (c *call) answer(w http.ResponseWriter, r *http.Request, status int) *answer {
	// The deadline is the connection's, so it uses real time, not the schedule's clock. Without a connection there is nothing to
	// bound.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(sendWithin))
	a := &answer{to: w, status: status}
	if takesGzip(r) {
		a.zippers = c.s.zippers
	}
	return a
}

// leastZipped is the least size of a compressed answer in bytes: anything shorter fits into one packet.
const leastZipped = 1400

// newZippers pools compressors: one takes a megabyte.
func newZippers() *sync.Pool {
	return &sync.Pool{New: func() any {
		z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid
		return z
	}}
}

// Write sends a part. The size of the first decides on compression: the parts come from a buffer, so a short
// answer has only one.
func (a *answer) Write(p []byte) (int, error) {
	if !a.begun {
		a.begun = true
		h := a.to.Header()
		h.Set("Vary", "Accept-Encoding")
		if a.zippers != nil && len(p) >= leastZipped {
			h.Set("Content-Encoding", "gzip")
			a.z = a.zippers.Get().(*gzip.Writer)
			a.z.Reset(a.to)
		}
		a.to.WriteHeader(a.status)
	}
	if a.z != nil {
		return a.z.Write(p)
	}
	return a.to.Write(p)
}

func (a *answer) close() error {
	if a.z == nil {
		return nil
	}
	err := a.z.Close()
	a.zippers.Put(a.z)
	a.z = nil
	return err
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
