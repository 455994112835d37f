package plain

import (
	"slices"
	"strings"
	"unicode"
)

// Hidden reports whether a rune has no place in a name by which people recognise each other and their things: control characters, line and
// paragraph separators, and runes that are invisible or turn the direction of the text beside them, so that one name looks like another
// (Unicode Technical Report 36, section 2; CVE-2021-42574). The joiners of Persian, Indic scripts and emoji are not hidden.
func Hidden(r rune) bool {
	switch {
	case r == '\u200C' || r == '\u200D':
		return false
	case unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp):
		return true
	case unicode.Is(unicode.Cf, r):
		return !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
	}
	return slices.Contains(blank, r)
}

// blank lists letters and marks that show nothing: the combining grapheme joiner, the fillers of Hangul, the vowels that Khmer does not
// write.
var blank = []rune{'\u034F', '\u115F', '\u1160', '\u17B4', '\u17B5', '\u3164', '\uFFA0'}

// Turns reports whether a rune turns the direction of the text beside it (CVE-2021-42574): a name must not change how the rest of a text reads.
func Turns(r rune) bool { return '\u202A' <= r && r <= '\u202E' || '\u2066' <= r && r <= '\u2069' }

// WithoutTurns removes the characters that turn the direction of text.
func WithoutTurns(text string) string {
	return strings.Map(func(r rune) rune {
		if Turns(r) {
			return -1
		}
		return r
	}, text)
}
