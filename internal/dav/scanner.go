package dav

import (
	"bytes"
	"encoding/xml"
	"io"
)

// scanner reads a request body for the XML parser, which takes it byte by byte and never more than it needs. Between two tokens it can read on
// by itself.
type scanner struct {
	from   io.Reader
	buffer []byte
	at     int // of the next byte in the buffer
	err    error
}

const scanAtOnce = 4 << 10

func (s *scanner) ReadByte() (byte, error) {
	for s.at == len(s.buffer) {
		if s.err != nil {
			return 0, s.err
		}
		if s.buffer == nil {
			s.buffer = make([]byte, scanAtOnce)
		}
		var n int
		n, s.err = s.from.Read(s.buffer[:cap(s.buffer)])
		s.buffer, s.at = s.buffer[:n], 0
	}
	s.at++
	return s.buffer[s.at-1], nil
}

// Read is for the parser's type only: it reads bytes.
func (s *scanner) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := s.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = b
	return 1, nil
}

// tag returns the tag that ends before the next byte, if it has a name and nothing else.
func (s *scanner) tag() string {
	from := bytes.LastIndexByte(s.buffer[:s.at], '<')
	if from < 0 || bytes.ContainsAny(s.buffer[from:s.at], " \t\r\n/=") {
		return ""
	}
	return string(s.buffer[from:s.at])
}

// text returns the text of the next element if it has this tag, is in the buffer, and holds nothing that needs a parser.
func (s *scanner) text(tag string) (string, bool) {
	rest, found := bytes.CutPrefix(bytes.TrimLeft(s.buffer[s.at:], " \t\r\n"), []byte(tag))
	if !found {
		return "", false
	}
	text, rest, found := bytes.Cut(rest, []byte("<"))
	rest, ended := bytes.CutPrefix(rest, []byte("/"+tag[1:]))
	if !found || !ended || len(text) > maxHref || bytes.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == '&' || r == ']' }) {
		return "", false
	}
	s.at = len(s.buffer) - len(rest)
	return string(text), true
}

// follow hands the addresses that follow one to their receiver, if they are written like it: the parser takes ten times as long for each. Siblings
// have the same namespaces, so the same tag without attributes is the same name.
func (b *builder) follow(in *scanner, token xml.Token) {
	switch t := token.(type) {
	case xml.StartElement:
		if b.taken(t.Name, len(b.open)-1) {
			b.tag = in.tag()
		}
	case xml.EndElement:
		if !b.taken(t.Name, len(b.open)) || b.tag == "" {
			return
		}
		for {
			text, ok := in.text(b.tag)
			if !ok {
				return
			}
			b.href(text)
		}
	}
}
