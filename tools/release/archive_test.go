package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

var when = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// TestArchivesAreTheSameWhateverTheOrder packs the same files twice, in two orders, and reads what is in them.
func TestArchivesAreTheSameWhateverTheOrder(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, []byte("code"), 0o700); err != nil {
		t.Fatal(err)
	}
	list := []entry{{Name: "berth", Mode: 0o755, From: program}, {Name: "LICENSE", Text: "words"}, {Name: "man/man1/berth.1", Text: ".TH"}}
	other := slices.Clone(list)
	slices.Reverse(other)
	for _, name := range []string{"a.tar.gz", "a.zip"} {
		first, second := filepath.Join(t.TempDir(), name), filepath.Join(t.TempDir(), name)
		if err := pack(first, "top", when, list); err != nil {
			t.Fatal(err)
		}
		if err := pack(second, "top", when, other); err != nil {
			t.Fatal(err)
		}
		if a, b := read(t, first), read(t, second); !bytes.Equal(a, b) {
			t.Errorf("%s: %d bytes, then %d others", name, len(a), len(b))
		}
		want := []string{"top/LICENSE 644 words", "top/berth 755 code", "top/man/man1/berth.1 644 .TH"}
		if got := inside(t, first); !slices.Equal(got, want) {
			t.Errorf("%s holds %q, want %q", name, got, want)
		}
	}
	if err := pack(filepath.Join(t.TempDir(), "b.tar.gz"), "top", when, []entry{{Name: "x", From: program + "-that-is-not-there"}}); err == nil {
		t.Error("a file that is not there is packed")
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// inside lists the files of an archive, with their mode and content.
func inside(t *testing.T, path string) (list []string) {
	t.Helper()
	b := read(t, path)
	add := func(name string, mode int64, r io.Reader) {
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, name+" "+octal(mode)+" "+string(text))
	}
	if filepath.Ext(path) == ".zip" {
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			add(f.Name, int64(f.Mode().Perm()), r)
		}
		return list
	}
	g, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(g); ; {
		h, err := r.Next()
		if err == io.EOF {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		if !h.ModTime.Equal(when) || h.Uid != 0 || h.Uname != "" {
			t.Errorf("%s is of %v, and of %d %q", h.Name, h.ModTime, h.Uid, h.Uname)
		}
		add(h.Name, h.Mode, r)
	}
}

func octal(mode int64) string {
	digits := []byte{byte('0' + mode>>6&7), byte('0' + mode>>3&7), byte('0' + mode&7)}
	return string(digits)
}
