package calendar

import (
	"berth/testbeds/plain"
	"strings"
	"unicode"
)

// clean makes any text a valid TEXT value: valid UTF-8, line breaks as LF, no other control characters, at most limit bytes. Every
// string passes it before either library: a line break in a property value of another type starts a new line of the calendar, with
// any content its author chose.
func clean(s string, limit int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		// U+2028 and U+2029 break lines in some readers, a leading U+FEFF is invisible, others turn the direction of the text beside them.
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\uFEFF' || plain.Turns(r) {
			return -1
		}
		return r
	}, s)
	return plain.Fit(s, limit)
}

// line cleans a text and puts it on one line.
func line(s string, limit int) string {
	return strings.Join(strings.FieldsFunc(clean(s, limit), func(r rune) bool { return r == '\n' || r == '\t' }), " ")
}
