package plain

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line returns the rule that one required line of text breaks, or "". most is in characters.
func Line(s string, most int) (rule string) {
	switch {
	case strings.TrimSpace(s) == "":
		return "is missing"
	case !utf8.ValidString(s) || strings.ContainsFunc(s, Hidden):
		return "must be text without control or invisible characters"
	case utf8.RuneCountInString(s) > most:
		return fmt.Sprintf("must be at most %d characters long", most)
	}
	return ""
}

// Text returns the rule that a text of any number of lines breaks, or ""; it may be empty. most is in bytes.
func Text(s string, most int) (rule string) {
	control := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }
	switch {
	case len(s) > most:
		return fmt.Sprintf("must be at most %d bytes long", most)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, control):
		return "must be text without control characters"
	}
	return ""
}

// Clip cuts a text to most characters and ends it with "…" where it cut. Bytes that are not UTF-8 become U+FFFD.
func Clip(s string, most int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// Fit cuts a text to most bytes, the "…" that marks the cut included.
func Fit(s string, most int) string {
	if len(s) <= most {
		return s
	}
	cut := max(most-len("…"), 0)
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// Count writes a number of things, such as "1 change" and "2 changes"; the plural of the noun ends in s.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
