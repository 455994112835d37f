package remote

import (
	"errors"
	"strings"
)

const (
	maxDepth  = 64  // of lists and objects within each other
	maxDetail = 500 // bytes of an error's text
)

// Bounded refuses JSON that is nested too deeply, or whose lists have more items than are given.
func Bounded(raw []byte, items int) error {
	depth, text := 0, false
	counts := make([]int, 0, maxDepth) // of each open list or object
	for i := 0; i < len(raw); i++ {
		switch b := raw[i]; {
		case text && b == '\\':
			i++
		case b == '"':
			text = !text
		case text:
		case b == '[' || b == '{':
			if depth++; depth > maxDepth {
				return errors.New("the answer is nested too deeply")
			}
			counts = append(counts, 0)
		case (b == ']' || b == '}') && depth > 0:
			depth--
			counts = counts[:depth]
		case b == ',' && depth > 0:
			if counts[depth-1]++; counts[depth-1] >= items {
				return errors.New("the answer has a list that is too long")
			}
		}
	}
	return nil
}

// Masked makes one line of another system's text, without some secrets.
func Masked(text string, secrets ...string) string {
	for _, secret := range secrets {
		if len(secret) > 3 {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	return Clip(text)
}

// Clip makes one line of another system's text that a log or a page can take: printable, and not too long.
func Clip(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= maxDetail {
		return text
	}
	return strings.ToValidUTF8(text[:maxDetail], "") + "…"
}
