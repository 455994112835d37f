package dav

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestLongAnswersAreCompressedForWhoTakesThat(t *testing.T) {
	t.Parallel()
	h := New(nil, operator{}, filled(300), Options{Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return benchStart }})
	ask := func(accept, filter string) (*httptest.ResponseRecorder, []byte) {
		r := httptest.NewRequest("REPORT", "/dav/calendars/oskar/deployments/", strings.NewReader(`<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><C:calendar-data/></D:prop>`+
			`<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="`+filter+`"/></C:comp-filter></C:filter></C:calendar-query>`))
		if accept != "" {
			r.Header.Set("Accept-Encoding", accept)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w, w.Body.Bytes()
	}
	_, plain := ask("", "VEVENT")
	if !bytes.HasSuffix(plain, []byte("</D:multistatus>\n")) || bytes.Count(plain, []byte("BEGIN:VEVENT")) != 300 {
		t.Fatalf("%d bytes: %.300s", len(plain), plain)
	}
	for range 2 { // the second reuses the buffers of the first
		w, zipped := ask("br;q=1, gzip;q=0.8", "VEVENT")
		z, err := gzip.NewReader(bytes.NewReader(zipped))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, plain) || len(zipped)*5 > len(plain) || w.Header().Get("Content-Encoding") != "gzip" || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%d bytes become %d, %v, %v", len(plain), len(zipped), err, w.Header())
		}
	}
	for _, accept := range []string{"", "br", "gzip;q=0", "gzip; q=0.0", "gzipped", "identity"} {
		if w, got := ask(accept, "VEVENT"); w.Header().Get("Content-Encoding") != "" || !bytes.Equal(got, plain) {
			t.Errorf("%q is answered with %v", accept, w.Header())
		}
	}
	if w, _ := ask("gzip", "VTODO"); w.Header().Get("Content-Encoding") != "" || w.Header().Get("Vary") != "Accept-Encoding" {
		t.Errorf("a short answer has %v", w.Header())
	}
}

func TestAShelfIsBoundedInBytes(t *testing.T) {
	t.Parallel()
	s := newShelf[string, *rendered](10 * (new(rendered).cost() + 1000))
	feed := func(n int) *rendered { return &rendered{zipped: make([]byte, n)} }
	for i := range 10 {
		s.put(fmt.Sprint(i), feed(1000))
	}
	if s.get("0") == nil || s.bytes != s.limit {
		t.Fatalf("%d bytes of %d, and the first is %v", s.bytes, s.limit, s.get("0"))
	}
	s.put("10", feed(1000))
	if s.get("0") == nil || s.get("1") != nil {
		t.Error("what was asked for is forgotten, and what was not is remembered")
	}
	s.put("0", feed(5000)) // another text of the same feed
	s.drop("10")
	s.drop("none")
	sum := 0
	for key, x := range s.items {
		if *s.items[key] != *x || x.at.Value != key {
			t.Errorf("%s is out of order", key)
		}
		sum += x.value.cost()
	}
	if sum != s.bytes || s.bytes > s.limit || s.order.Len() != len(s.items) {
		t.Errorf("%d bytes are counted, %d there, of %d; %d of %d in order", s.bytes, sum, s.limit, s.order.Len(), len(s.items))
	}
	s.put("large", feed(s.limit))
	if s.get("large") != nil || s.bytes != sum || s.get("0") == nil {
		t.Errorf("one larger than all room is remembered, or took the room of others: %d bytes", s.bytes)
	}
}

func TestWhatIsUnpackedIsReadLikeAFile(t *testing.T) {
	t.Parallel()
	plain := []byte(strings.Repeat("BEGIN:VEVENT\r\n", 5000))
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write(plain); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	if err := iotest.TestReader(&unpacked{zipped: zipped.Bytes(), size: int64(len(plain))}, plain); err != nil {
		t.Error(err)
	}
	nobody := &unpacked{zipped: []byte("which nobody reads"), size: 5}
	if n, err := nobody.Seek(0, io.SeekEnd); n != 5 || err != nil {
		t.Errorf("it is %d bytes long, %v", n, err)
	}
	if _, err := nobody.Read(make([]byte, 1)); err == nil {
		t.Error("what is no gzip is read")
	}
}
