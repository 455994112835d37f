package dav

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io"
	"sync"
)

// zipLevel is the level of compression: of these texts it makes more than the fastest one does, in less time.
const zipLevel = 3

// newDeflaters pools compressors: one takes most of a megabyte.
func newDeflaters() *sync.Pool {
	return &sync.Pool{New: func() any {
		z, _ := flate.NewWriter(nil, zipLevel) // the level is valid
		return z
	}}
}

// deflated compresses a text so that it can stand anywhere in a deflated stream: it refers to nothing before it and ends with a whole byte.
func (s *server) deflated(text []byte) []byte {
	z := s.deflaters.Get().(*flate.Writer)
	defer s.deflaters.Put(z)
	var b bytes.Buffer
	z.Reset(&b)
	_, _ = z.Write(text) // a bytes.Buffer never fails
	_ = z.Flush()
	return bytes.Clone(b.Bytes())
}

// zipper writes one gzip member (RFC 1952), partly from texts that were deflated before. One member, because many clients read the first one
// alone.
type zipper struct {
	to      io.Writer
	deflate *flate.Writer
	crc     uint32
	size    uint32
	history bool // the compressor may refer to what it has written
}

// gzipHeader has no time, no name, and an unknown system.
var gzipHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}

func (s *server) newZipper(to io.Writer) (*zipper, error) {
	z := &zipper{to: to, deflate: s.deflaters.Get().(*flate.Writer)}
	z.deflate.Reset(to)
	_, err := to.Write(gzipHeader)
	return z, err
}

func (z *zipper) Write(p []byte) (int, error) {
	z.crc = crc32.Update(z.crc, crc32.IEEETable, p)
	z.size += uint32(len(p))
	z.history = true
	return z.deflate.Write(p)
}

// piece adds a text that was deflated before.
func (z *zipper) piece(p *piece) error {
	if z.history {
		if err := z.deflate.Flush(); err != nil {
			return err
		}
		z.deflate.Reset(z.to)
		z.history = false
	}
	z.crc = multiply(p.shift, z.crc) ^ p.crc
	z.size += uint32(p.size)
	_, err := z.to.Write(p.data)
	return err
}

// close ends the member.
func (z *zipper) close(s *server) error {
	err := z.deflate.Close()
	s.deflaters.Put(z.deflate)
	if err != nil {
		return err
	}
	_, err = z.to.Write(binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, z.crc), z.size))
	return err
}

// The checksum of two texts together follows from those of each: CRC-32 is the remainder of the text, as a polynomial over GF(2), and to append
// n bytes is to multiply by x^8n (Mark Adler's crc32_combine in zlib). The highest bit is the lowest power.

// multiply multiplies modulo the polynomial of CRC-32.
func multiply(a, b uint32) (product uint32) {
	for bit := uint32(1) << 31; bit != 0; bit >>= 1 {
		if a&bit != 0 {
			product ^= b
		}
		b = b>>1 ^ crc32.IEEE*(b&1)
	}
	return product
}

// shiftOf returns x^8n.
func shiftOf(n int) uint32 {
	shift, power := uint32(1)<<31, uint32(1)<<23 // x^0, x^8
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			shift = multiply(shift, power)
		}
		power = multiply(power, power)
	}
	return shift
}
