package calendar

import (
	"berth/testbeds/plain"
	"strings"
	"unicode"
)

// clean makes any text fit to be a TEXT value: valid UTF-8, line breaks as LF, no other control characters, and no more than limit
// bytes. Neither library may see anything else: a line break that reaches a property value of another type is a new line of the
// calendar, with whatever its author wrote in it.
func clean(s string, limit int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		// U+2028 and U+2029 break lines in some readers, U+FEFF hides at the start of one.
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\uFEFF' {
			return -1
		}
		return r
	}, s)
	return plain.Fit(s, limit)
}

// line is clean text on one line.
func line(s string, limit int) string {
	return strings.Join(strings.FieldsFunc(clean(s, limit), func(r rune) bool { return r == '\n' || r == '\t' }), " ")
}
