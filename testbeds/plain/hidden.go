package plain

import (
	"slices"
	"unicode"
)

// Hidden reports whether a rune has no place in a name that people read to know whom or what they deal with: control characters, line
// and paragraph separators, and what is invisible or turns the direction of the text around it, so that one name looks like another
// (Unicode Technical Report 36, section 2; CVE-2021-42574). The joiners that Persian, Indic scripts and emoji are written with are not.
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

// blank are letters and marks that show nothing: the combining grapheme joiner, the fillers of Hangul, the vowels that Khmer does not write.
var blank = []rune{'\u034F', '\u115F', '\u1160', '\u17B4', '\u17B5', '\u3164', '\uFFA0'}
