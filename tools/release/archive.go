package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
)

// entry is a file of an archive: the content of another one, or a text.
type entry struct {
	Name string
	Mode fs.FileMode // 0 stands for 0644
	From string
	Text string
}

func (e entry) content() ([]byte, error) {
	if e.From == "" {
		return []byte(e.Text), nil
	}
	return os.ReadFile(e.From)
}

// pack writes a .tar.gz or .zip with everything below one folder: ordered by name, of one time, owned by nobody in particular.
func pack(path, top string, at time.Time, list []entry) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b entry) int { return strings.Compare(a.Name, b.Name) })
	if strings.HasSuffix(path, ".zip") {
		return zipped(f, top, at, list)
	}
	return tarred(f, top, at, list)
}

func tarred(w io.Writer, top string, at time.Time, list []entry) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	for _, e := range list {
		b, err := e.content()
		if err != nil {
			return err
		}
		h := &tar.Header{Typeflag: tar.TypeReg, Name: top + "/" + e.Name, Size: int64(len(b)), Mode: int64(mode(e)), ModTime: at, Format: tar.FormatUSTAR}
		if err := t.WriteHeader(h); err != nil {
			return err
		}
		if _, err := t.Write(b); err != nil {
			return err
		}
	}
	return errors.Join(t.Close(), z.Close())
}

func zipped(w io.Writer, top string, at time.Time, list []entry) error {
	z := zip.NewWriter(w)
	for _, e := range list {
		b, err := e.content()
		if err != nil {
			return err
		}
		h := &zip.FileHeader{Name: top + "/" + e.Name, Method: zip.Deflate, Modified: at}
		h.SetMode(mode(e))
		f, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := f.Write(b); err != nil {
			return err
		}
	}
	return z.Close()
}

func mode(e entry) fs.FileMode {
	if e.Mode != 0 {
		return e.Mode
	}
	return 0o644
}
