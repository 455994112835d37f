package dav

import (
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// answer is where the text of an answer goes: compressed, where the client takes that and it is worth it. Events compress to a tenth, and a first
// sync of ten thousand of them is nine megabytes.
type answer struct {
	to      http.ResponseWriter
	status  int
	zippers *sync.Pool // nil where the client takes no compressed answers
	begun   bool
	z       *gzip.Writer
}

// sendWithin is how long a client may take to receive an answer: a first sync over a slow line takes its time.
const sendWithin = 5 * time.Minute

func (c *call) answer(w http.ResponseWriter, r *http.Request, status int) *answer {
	// It is the connection's time that counts here, not the schedule's. Where there is no connection there is nothing to wait for.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(sendWithin))
	a := &answer{to: w, status: status}
	if takesGzip(r) {
		a.zippers = c.s.zippers
	}
	return a
}

// leastZipped is from how many bytes on an answer is compressed: less fits into a packet as it is.
const leastZipped = 1400

// newZippers keeps what compresses, to be used again: one takes a megabyte.
func newZippers() *sync.Pool {
	return &sync.Pool{New: func() any {
		z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is one that there is
		return z
	}}
}

// Write sends a part. What decides is the first, which is all of a short answer: the parts come from a buffer.
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

// takesGzip reports whether a client takes compressed answers (RFC 9110 section 12.5.3).
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
