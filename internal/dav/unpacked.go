package dav

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
)

// unpacked reads a compressed text for http.ServeContent: nothing is unpacked if the client has it already, and never all at once.
type unpacked struct {
	zipped []byte
	size   int64
	at     int64
	from   *gzip.Reader // at the position; nil until the first read there
}

func (u *unpacked) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += u.at
	case io.SeekEnd:
		offset += u.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the beginning")
	}
	if offset != u.at {
		u.at, u.from = offset, nil
	}
	return offset, nil
}

func (u *unpacked) Read(p []byte) (int, error) {
	if u.from == nil {
		z, err := gzip.NewReader(bytes.NewReader(u.zipped))
		if err != nil {
			return 0, err
		}
		if _, err := io.CopyN(io.Discard, z, u.at); err != nil {
			return 0, err
		}
		u.from = z
	}
	n, err := u.from.Read(p)
	u.at += int64(n)
	return n, err
}
