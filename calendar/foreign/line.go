package foreign

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// Limits of a calendar.
const (
	MaxBytes  = 48 << 20
	MaxEvents = 25_000
	maxLine   = 64 << 10 // bytes of a property that is read, unfolded
	maxDepth  = 16       // of BEGIN
	maxZones  = 500
	maxRules  = 200  // parts of one VTIMEZONE
	maxDates  = 2000 // EXDATE and RDATE of one event
	maxText   = 200  // characters of a summary
)

// property is one content line, RFC 5545 section 3.1.
type property struct {
	name, value string
	params      map[string]string
}

// wanted are the properties that are read; all others, however long, are passed over.
var wanted = map[string]bool{"UID": true, "DTSTART": true, "DTEND": true, "DURATION": true, "RRULE": true, "EXRULE": true, "RDATE": true, "EXDATE": true, "RECURRENCE-ID": true, "SUMMARY": true,
	"CATEGORIES": true, "CLASS": true, "STATUS": true, "TRANSP": true, "SEQUENCE": true, MarkProperty: true, "TZID": true, "X-LIC-LOCATION": true, "TZOFFSETFROM": true, "TZOFFSETTO": true}

// errCut says that a calendar does not end.
var errCut = errors.New("the calendar is cut off: it has no END:VCALENDAR")

// scan reads the lines of calendars, and calls for each BEGIN, END and wanted property. A property that is too long or malformed has no name.
func scan(text []byte, begin, end func(kind string) error, take func(p property) error) error {
	if len(text) > MaxBytes {
		return fmt.Errorf("the calendar has more than %d MB", MaxBytes>>20)
	}
	text = bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), "\r\n\t ")
	if !hasPrefixFold(text, "BEGIN:VCALENDAR") {
		return fmt.Errorf("it is no calendar: it begins with %q", clean(string(text[:min(len(text), 40)]), 40))
	}
	var stack []string
	for len(text) > 0 {
		first, rest := cutLine(text)
		name := nameOf(first)
		var more [][]byte
		for len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\t') {
			var l []byte
			l, rest = cutLine(rest)
			if wanted[name] {
				more = append(more, l[1:])
			}
		}
		text = rest
		switch {
		case name == "BEGIN":
			kind := strings.ToUpper(strings.TrimSpace(string(first[6:min(len(first), 70)])))
			if stack = append(stack, kind); len(stack) > maxDepth {
				return errors.New("the calendar is nested too deeply")
			}
			if err := begin(kind); err != nil {
				return err
			}
		case name == "END":
			kind := strings.ToUpper(strings.TrimSpace(string(first[4:min(len(first), 70)])))
			if len(stack) == 0 || stack[len(stack)-1] != kind {
				return fmt.Errorf("END:%s ends nothing that has begun", clean(kind, 20))
			}
			stack = stack[:len(stack)-1]
			if err := end(kind); err != nil {
				return err
			}
		case wanted[name]:
			if err := take(read(name, first, more)); err != nil {
				return err
			}
		}
	}
	if len(stack) > 0 {
		return errCut
	}
	return nil
}

// cutLine cuts the first line off a text, without its end.
func cutLine(text []byte) (line, rest []byte) {
	at := bytes.IndexByte(text, '\n')
	if at < 0 {
		return bytes.TrimRight(text, "\r"), nil
	}
	return bytes.TrimRight(text[:at], "\r"), text[at+1:]
}

// nameOf returns the name of a line, in capitals.
func nameOf(line []byte) string {
	at := bytes.IndexAny(line[:min(len(line), 64)], ":;")
	if at < 0 {
		return ""
	}
	return strings.ToUpper(string(line[:at]))
}

// read splits a line with its continuations into a property.
func read(name string, first []byte, more [][]byte) property {
	size := len(first)
	for _, l := range more {
		size += len(l)
	}
	if size > maxLine {
		return property{value: name}
	}
	line := string(bytes.Join(append([][]byte{first}, more...), nil))[len(name):]
	p := property{name: name}
	for strings.HasPrefix(line, ";") {
		key, rest, ok := strings.Cut(line[1:], "=")
		if !ok {
			return property{value: name}
		}
		var value string
		if strings.HasPrefix(rest, `"`) {
			if value, rest, ok = strings.Cut(rest[1:], `"`); !ok {
				return property{value: name}
			}
			line = rest
		} else {
			at := strings.IndexAny(rest, ";:")
			if at < 0 {
				return property{value: name}
			}
			value, line = rest[:at], rest[at:]
		}
		if p.params == nil {
			p.params = map[string]string{}
		}
		p.params[strings.ToUpper(key)] = value
	}
	value, ok := strings.CutPrefix(line, ":")
	if !ok {
		return property{value: name}
	}
	p.value = value
	return p
}

func hasPrefixFold(text []byte, prefix string) bool {
	return len(text) >= len(prefix) && strings.EqualFold(string(text[:len(prefix)]), prefix)
}

// plain undoes the escapes of a TEXT.
func plain(value string) string {
	if !strings.Contains(value, `\`) {
		return value
	}
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] == '\\' && i+1 < len(value) {
			if i++; value[i] == 'n' || value[i] == 'N' {
				b.WriteByte('\n')
				continue
			}
		}
		b.WriteByte(value[i])
	}
	return b.String()
}

// texts splits a list of TEXT at the commas that are not escaped.
func texts(value string) (list []string) {
	from := 0
	for i := 0; i <= len(value); i++ {
		switch {
		case i == len(value) || value[i] == ',':
			if t := clean(plain(value[from:i]), maxText); t != "" {
				list = append(list, t)
			}
			from = i + 1
		case value[i] == '\\':
			i++
		}
	}
	return list
}

// clean makes one line of a text, without characters that cannot be seen.
func clean(s string, limit int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > limit {
		s = strings.TrimSpace(string(runes[:limit-1])) + "…"
	}
	return s
}
