package dav

import (
	"bytes"
	"compress/gzip"
	"hash/crc32"
	"io"
	"testing"

	"pgregory.net/rapid"
)

// TestAZippedAnswerIsOneMember puts answers together from texts and from pieces deflated before, in any order, and reads them like a client that
// reads one member only.
func TestAZippedAnswerIsOneMember(t *testing.T) {
	t.Parallel()
	s := &server{deflaters: newDeflaters()}
	rapid.Check(t, func(t *rapid.T) {
		var zipped, plain bytes.Buffer
		z, err := s.newZipper(&zipped)
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(0, 6).Draw(t, "parts") {
			text := bytes.Repeat([]byte(rapid.StringN(0, 5, -1).Draw(t, "text")), rapid.SampledFrom([]int{0, 1, 2, 700, 20_000}).Draw(t, "times"))
			plain.Write(text)
			if rapid.Bool().Draw(t, "deflated before") {
				err = z.piece(&piece{data: s.deflated(text), size: len(text), crc: crc32.ChecksumIEEE(text), shift: shiftOf(len(text))})
			} else {
				_, err = z.Write(text)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := z.close(s); err != nil {
			t.Fatal(err)
		}
		r, err := gzip.NewReader(&zipped)
		if err != nil {
			t.Fatal(err)
		}
		r.Multistream(false)
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain.Bytes()) || zipped.Len() != 0 {
			t.Fatalf("%d bytes are read as %d, %v; %d are left", plain.Len(), len(got), err, zipped.Len())
		}
	})
}

func TestChecksumsAreAdded(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 255, 256, 1 << 20} {
		a, b := []byte("the first"), bytes.Repeat([]byte{'b'}, n)
		if got, want := multiply(shiftOf(n), crc32.ChecksumIEEE(a))^crc32.ChecksumIEEE(b), crc32.ChecksumIEEE(append(a, b...)); got != want {
			t.Errorf("%d bytes more: %x, want %x", n, got, want)
		}
	}
}
